//! The second factor: codes of six digits that an authenticator app makes from a secret and the time.
//!
//! Source: RFC 6238 (TOTP), with SHA-1 and steps of thirty seconds, which every such app knows.

use lifecircle::say;
use schemars::JsonSchema;
use serde::Serialize;
use totp_rs::{Algorithm, Secret, TOTP};

use crate::calendar::Moment;
use crate::refusal::Refusal;

const DIGITS: usize = 6;
const STEP_SECONDS: u64 = 30;

/// Bytes of a secret.
const SECRET: usize = 20;

/// A new secret, not yet anybody's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NewSecret {
    /// The secret, in Base32, for apps into which it is typed.
    pub secret: String,
    /// The same as an address, which apps read.
    pub url: String,
    /// The address as a QR code: an SVG image.
    pub svg: String,
}

impl NewSecret {
    /// Draws one for an account of a desk.
    ///
    /// # Errors
    /// If no address can be made of the name.
    pub fn draw(account: &str, desk: &str) -> Result<Self, Refusal> {
        let mut bytes = [0; SECRET];
        rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
        // A colon parts the two in the address.
        let plain = |text: &str| text.replace(':', " ");
        let totp =
            TOTP::new(Algorithm::SHA1, DIGITS, 1, STEP_SECONDS, bytes.to_vec(), Some(plain(desk)), plain(account));
        let totp = totp.map_err(|_| unusable())?;
        let url = totp.get_url();
        let code = qrcode::QrCode::new(&url).map_err(|_| unusable())?;
        let svg = code.render::<qrcode::render::svg::Color<'_>>().min_dimensions(192, 192).build();
        Ok(Self { secret: totp.get_secret_base32(), url, svg })
    }
}

/// The bytes of a secret in Base32.
pub(crate) fn secret_of(text: &str) -> Result<Vec<u8>, Refusal> {
    let bytes = Secret::Encoded(text.trim().to_owned()).to_bytes().map_err(|_| unusable())?;
    if bytes.len() == SECRET { Ok(bytes) } else { Err(unusable()) }
}

/// The step of time that a code is of, if it is of this one or one beside it.
pub(crate) fn step_of(secret: &[u8], code: &str, now: Moment) -> Option<i64> {
    let totp = TOTP::new(Algorithm::SHA1, DIGITS, 1, STEP_SECONDS, secret.to_vec(), None, String::new()).ok()?;
    let code: String = code.chars().filter(|sign| !sign.is_whitespace()).take(DIGITS + 1).collect();
    let step = u64::try_from(now.0 / 1000).ok()? / STEP_SECONDS;
    let of = [step.checked_sub(1)?, step, step + 1];
    let found = of.into_iter().find(|step| same(&totp.generate(step * STEP_SECONDS), &code))?;
    i64::try_from(found).ok()
}

/// Whether two codes are the same, in the same time whatever they are.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

pub(crate) fn wrong_code() -> Refusal {
    Refusal::NotSignedIn(say!(
        "the code is wrong, or was used already; wait for the next one",
        "验证码不正确或已使用，请等下一个验证码再试"
    ))
}

fn unusable() -> Refusal {
    Refusal::BadInput(say!("this secret cannot be used; begin anew", "该密钥无法使用，请重新设置"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six of eight digits.
        let secret = b"12345678901234567890";
        for (seconds, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let now = |later: i64| Moment((seconds + later) * 1000);
            assert_eq!(step_of(secret, code, now(0)), Some(seconds / 30));
            assert_eq!(step_of(secret, &format!("{} {}", &code[..3], &code[3..]), now(0)), Some(seconds / 30));
            assert_eq!(step_of(secret, code, now(30)), Some(seconds / 30));
            assert_eq!(step_of(secret, code, now(90)), None);
            assert_eq!(step_of(secret, &code[1..], now(0)), None);
        }
    }

    #[test]
    fn a_secret_is_read_back_and_drawn_as_a_picture() {
        let new = NewSecret::draw("话务员:1", "lifecircle").unwrap();
        assert_eq!(secret_of(&new.secret).unwrap().len(), SECRET);
        assert!(new.url.starts_with("otpauth://totp/lifecircle:") && new.url.contains(&new.secret));
        assert!(new.svg.contains("<svg"));
        assert!(secret_of("AAAA").is_err() && secret_of("not base32!").is_err());
    }
}
