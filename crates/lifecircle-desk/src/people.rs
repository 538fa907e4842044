//! The people who work at the desk: their accounts, passwords and sessions.

use argon2::Argon2;
use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use lifecircle::error::ErrorKind;
use lifecircle::{Error, say};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::calendar::Moment;
use crate::desk::{Desk, Words, append, moment};
use crate::entry::{Done, Who, hex};
use crate::refusal::Refusal;
use crate::rights::Role;
use crate::second_factor;
use crate::store::{Connection, Row, values};

/// A password has so many signs at least.
pub const SHORTEST_PASSWORD: usize = 10;
const LONGEST_PASSWORD: usize = 200;
const LONGEST_NAME: usize = 60;

/// After so many wrong passwords an account is closed for a while, twice as long each time.
const MOST_FAILURES: i64 = 5;
const CLOSED_MINUTES: i64 = 5;
const LONGEST_CLOSED_MINUTES: i64 = 60;

/// A session that is not used ends after so many minutes, and any after a day.
const IDLE_MINUTES: i64 = 60;
const LONGEST_MINUTES: i64 = 24 * 60;

/// The columns of an account, in the order of [`read`].
const COLUMNS: &str = "id, name, shown, role, unit, enabled, CASE WHEN second IS NULL THEN 0 ELSE 1 END";

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Person {
    /// The account's number.
    pub id: i64,
    /// What they sign in as.
    pub name: String,
    /// What they are called.
    pub shown: String,
    /// What they are to the desk.
    pub role: Role,
    /// The unit that a handler answers for.
    pub unit: Option<String>,
    /// Whether they can sign in.
    pub enabled: bool,
    /// Whether a second factor is asked for when they sign in.
    pub has_second_factor: bool,
}

impl Person {
    /// As whom they act.
    pub fn who(&self) -> Who {
        Who { role: self.role, person: Some(self.id), unit: self.unit.clone() }
    }
}

/// An account to be made, or what an account is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// What they sign in as.
    pub name: String,
    /// What they are called.
    pub shown: String,
    /// What they are to the desk.
    pub role: Role,
    /// The unit that a handler answers for.
    pub unit: Option<String>,
    /// The password; none to leave it as it is.
    pub password: Option<String>,
    /// Whether they can sign in.
    #[serde(default = "yes")]
    pub enabled: bool,
}

fn yes() -> bool {
    true
}

impl Desk {
    /// Makes an account, or changes the one of this name. Changing one ends its sessions.
    ///
    /// # Errors
    /// If it is not right, or cannot be kept.
    pub fn keep_account(&self, account: Account, by: &Who) -> Result<Person, Refusal> {
        let bad = |text| Err(Refusal::BadInput(text));
        let name = account.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || account.shown.chars().count() > LONGEST_NAME {
            return bad(say!(
                "a user name needs 1 to {LONGEST_NAME} characters, a display name at most {LONGEST_NAME}",
                "用户名须为 1 至 {LONGEST_NAME} 字，姓名不超过 {LONGEST_NAME} 字"
            ));
        }
        if !account.role.has_account() {
            return bad(say!("the role `{}` has no account", "角色 `{}` 没有账号", account.role.word()));
        }
        match (&account.role, &account.unit) {
            (Role::Handler, None) => return bad(say!("choose the handler's unit", "承办人员须指定所属单位")),
            (_, Some(unit)) if self.catalogue().unit(unit).is_none() => {
                return bad(say!("there is no unit `{unit}`", "没有单位 `{unit}`"));
            }
            _ => {}
        }
        let hashed = account.password.as_deref().map(hash_of_password).transpose()?;
        let (now, rules, by) = (self.now().0, self.rules(), by.clone());
        self.store().write(move |connection| {
            let known: Option<i64> =
                connection.first("SELECT id FROM people WHERE name = ?1", values![&name], |row| row.get(0))?;
            let (shown, role, unit) = (account.shown.trim(), account.role.word(), account.unit.as_ref());
            let values = values![&name, shown, role, unit, account.enabled, hashed.as_ref(), now];
            match (known, &hashed) {
                (Some(id), _) => {
                    connection.execute(
                        "UPDATE people SET shown = ?2, role = ?3, unit = ?4, enabled = ?5, password = coalesce(?6, password), \
                         failures = 0, closed_until = 0, made = coalesce(made, ?7) WHERE name = ?1",
                        values,
                    )?;
                    connection.execute("DELETE FROM sessions WHERE person = ?1", values![id])?;
                }
                (None, Some(_)) => {
                    connection.execute(
                        "INSERT INTO people(name, shown, role, unit, enabled, password, made) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        values,
                    )?;
                }
                (None, None) => {
                    return Err(Refusal::BadInput(say!("a new account needs a password", "新账号须设置密码")));
                }
            }
            let kept = person(connection, "name = ?1", &name)?.ok_or_else(not_known)?;
            // Whoever gives themselves another role, and takes it back, is seen.
            let done = Done::AccountKept { person: kept.id, role: kept.role, unit: kept.unit.clone(), enabled: kept.enabled };
            append(connection, &rules, (None, moment(connection, &rules)?), &by, &done, &Words::default())?;
            Ok(kept)
        })
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn people(&self) -> Result<Vec<Person>, Refusal> {
        self.store()
            .read(|connection| connection.all(&format!("SELECT {COLUMNS} FROM people ORDER BY name"), values![], read))
    }

    /// Begins a session; returns what proves it, and who it is. A wrong name takes as long as a wrong password.
    ///
    /// # Errors
    /// If the name, the password or the code of the second factor is wrong, the code is missing, or the account is closed for a while.
    pub fn sign_in(&self, name: &str, password: &str, code: Option<&str>) -> Result<(String, Person), Refusal> {
        let now = self.now();
        let known = self.store().read(|connection| {
            let text = "SELECT password, enabled, closed_until, id, second FROM people WHERE name = ?1";
            connection.first(text, values![name], |row| {
                Ok(Known {
                    password: row.get(0)?,
                    enabled: row.get(1)?,
                    closed_until: row.get(2)?,
                    id: row.get(3)?,
                    second: row.get(4)?,
                })
            })
        })?;
        let wrong = || {
            Refusal::NotSignedIn(say!(
                "the name or the password is wrong; after several mistakes an account is closed for a while",
                "用户名或密码不正确；连续多次错误后账号会暂时锁定"
            ))
        };
        if password.chars().count() > LONGEST_PASSWORD || known.as_ref().is_some_and(|known| known.closed_until > now.0)
        {
            return Err(wrong());
        }
        let fits = match &known {
            Some(known) => is_password(&known.password, password),
            None => {
                // As long as for a name that is known.
                let _ = hash_of_password("a password that nobody has");
                false
            }
        };
        let name = name.to_owned();
        let Some(Known { password: hashed, enabled, id, second, .. }) = known else { return Err(wrong()) };
        if !fits || !enabled {
            self.note_failure(&name, now)?;
            return Err(wrong());
        }
        let step = match (&second, code) {
            (None, _) => None,
            (Some(_), None) => {
                return Err(Refusal::NeedsCode(say!(
                    "enter the code that your authenticator app shows",
                    "请输入身份验证器 App 上的验证码"
                )));
            }
            (Some(sealed), Some(code)) => {
                let step = second_factor::step_of(&self.rules().seal.open_bytes(id, sealed)?, code, now);
                if step.is_none() {
                    self.note_failure(&name, now)?;
                    return Err(second_factor::wrong_code());
                }
                step
            }
        };
        let mut bytes = [0_u8; 32];
        rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
        let token = hex(&bytes);
        let kept = hash_of_token(&token);
        let person = self.store().write(move |connection| {
            // A password that was changed since it was looked at opens nothing.
            let still =
                "UPDATE people SET failures = 0, closed_until = 0 WHERE name = ?1 AND password = ?2 AND enabled = 1";
            // Nor does it where a second factor was set meanwhile.
            let touched = match &second {
                None => connection.execute(&format!("{still} AND second IS NULL"), values![&name, hashed])?,
                Some(sealed) => {
                    connection.execute(&format!("{still} AND second = ?3"), values![&name, hashed, sealed])?
                }
            };
            if touched == 0 {
                return Err(wrong());
            }
            // A code opens once.
            if let Some(step) = step {
                let text = "UPDATE people SET second_used = ?2 WHERE name = ?1 AND second_used < ?2";
                if connection.execute(text, values![&name, step])? == 0 {
                    return Err(second_factor::wrong_code());
                }
            }
            let person = person(connection, "name = ?1", &name)?.ok_or_else(not_known)?;
            connection
                .execute("DELETE FROM sessions WHERE made < ?1", values![now.plus_minutes(-LONGEST_MINUTES).0])?;
            connection.execute(
                "INSERT INTO sessions(token, person, made, seen) VALUES (?1, ?2, ?3, ?3)",
                values![kept, person.id, now.0],
            )?;
            Ok(person)
        })?;
        Ok((token, person))
    }

    /// Writes down that somebody could not sign in: after several times the account is closed for a while.
    fn note_failure(&self, name: &str, now: Moment) -> Result<(), Refusal> {
        let name = name.to_owned();
        self.store().write(move |connection| {
            let text =
                "UPDATE people SET failures = failures + 1 WHERE name = ?1 AND closed_until <= ?2 RETURNING failures";
            let failures: i64 = connection.first(text, values![&name, now.0], |row| row.get(0))?.unwrap_or(0);
            if failures > 0 && failures % MOST_FAILURES == 0 {
                let times = (failures / MOST_FAILURES - 1).clamp(0, 16);
                let minutes = (CLOSED_MINUTES << times).min(LONGEST_CLOSED_MINUTES);
                let until = now.plus_minutes(minutes).0;
                connection.execute("UPDATE people SET closed_until = ?2 WHERE name = ?1", values![&name, until])?;
            }
            Ok(())
        })
    }

    /// Ends all sessions of an account; returns how many.
    ///
    /// # Errors
    /// If there is no such account, or it cannot be kept.
    pub fn end_sessions(&self, name: &str, by: &Who) -> Result<usize, Refusal> {
        let (name, rules, by) = (name.to_owned(), self.rules(), by.clone());
        self.store().write(move |connection| {
            let Person { id, .. } = person(connection, "name = ?1", &name)?.ok_or_else(not_known)?;
            let ended = connection.execute("DELETE FROM sessions WHERE person = ?1", values![id])?;
            let now = moment(connection, &rules)?;
            append(connection, &rules, (None, now), &by, &Done::SessionsEnded { person: id }, &Words::default())?;
            Ok(ended)
        })
    }

    /// Sets the second factor of whoever is signed in, by its secret and a code of it, or takes it away. Whoever holds their session alone
    /// cannot: the password is asked for. Their other sessions end.
    ///
    /// # Errors
    /// If the password or the code is wrong, or it cannot be kept.
    pub fn set_second_factor(
        &self,
        (person, session): (&Person, &str),
        password: &str,
        new: Option<(&str, &str)>,
    ) -> Result<(), Refusal> {
        let (id, now) = (person.id, self.now());
        let hashed = self.store().read(|connection| {
            let text = "SELECT password FROM people WHERE id = ?1 AND closed_until <= ?2";
            connection.first(text, values![id, now.0], |row| row.get::<String>(0))
        })?;
        if !hashed.is_some_and(|hashed| is_password(&hashed, password)) {
            self.note_failure(&person.name, now)?;
            return Err(Refusal::NotAllowed(say!("the password is wrong", "密码不正确")));
        }
        let second = match new {
            None => None,
            Some((secret, code)) => {
                let secret = second_factor::secret_of(secret)?;
                let step = second_factor::step_of(&secret, code, now).ok_or_else(second_factor::wrong_code)?;
                Some((self.rules().seal.seal_bytes(id, &secret)?, step))
            }
        };
        self.keep_second_factor((person, session), second, &person.who())
    }

    fn keep_second_factor(
        &self,
        (person, session): (&Person, &str),
        second: Option<(Vec<u8>, i64)>,
        by: &Who,
    ) -> Result<(), Refusal> {
        let (id, own, rules, by) = (person.id, hash_of_token(session), self.rules(), by.clone());
        self.store().write(move |connection| {
            let is_set = second.is_some();
            let (sealed, used) = second.map_or((None, 0), |(sealed, used)| (Some(sealed), used));
            let text = "UPDATE people SET second = ?2, second_used = ?3 WHERE id = ?1";
            connection.execute(text, values![id, sealed, used])?;
            // Whoever has another of their sessions is out.
            connection.execute("DELETE FROM sessions WHERE person = ?1 AND token <> ?2", values![id, own])?;
            let now = moment(connection, &rules)?;
            append(
                connection,
                &rules,
                (None, now),
                &by,
                &Done::SecondFactor { person: id, is_set },
                &Words::default(),
            )?;
            Ok(())
        })
    }

    /// Takes an account's second factor away, for somebody who has lost it.
    ///
    /// # Errors
    /// If there is no such account, or it cannot be kept.
    pub fn remove_second_factor(&self, name: &str, by: &Who) -> Result<(), Refusal> {
        let found = self.store().read(|connection| person(connection, "name = ?1", name))?.ok_or_else(not_known)?;
        self.keep_second_factor((&found, ""), None, by)
    }

    /// Whose session it is; none if it has ended.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn session(&self, token: &str) -> Result<Option<Person>, Refusal> {
        let (now, kept) = (self.now(), hash_of_token(token));
        let found = self.store().read(|connection| {
            let text = "SELECT people.id, people.name, people.shown, people.role, people.unit, people.enabled, CASE WHEN people.second IS NULL THEN 0 ELSE 1 END, sessions.seen FROM sessions \
                 JOIN people ON people.id = sessions.person WHERE sessions.token = ?1 AND people.enabled = 1 AND sessions.made > ?2 AND sessions.seen > ?3";
            let since = values![&kept, now.plus_minutes(-LONGEST_MINUTES).0, now.plus_minutes(-IDLE_MINUTES).0];
            connection.first(text, since, |row| Ok((read(row)?, Moment(row.get(7)?))))
        })?;
        let Some((person, seen)) = found else { return Ok(None) };
        // Once a minute is enough to know that it is used.
        if now.minutes_since(seen) >= 1 {
            // A disk that is full keeps nobody from reading.
            let _ = self.store().write(move |connection| {
                connection.execute("UPDATE sessions SET seen = ?2 WHERE token = ?1", values![kept, now.0])?;
                Ok(())
            });
        }
        Ok(Some(person))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// If it cannot be kept.
    pub fn sign_out(&self, token: &str) -> Result<(), Refusal> {
        let kept = hash_of_token(token);
        self.store().write(move |connection| {
            connection.execute("DELETE FROM sessions WHERE token = ?1", values![kept])?;
            Ok(())
        })
    }
}

/// What is kept of an account that somebody signs in to.
struct Known {
    password: String,
    enabled: bool,
    closed_until: i64,
    id: i64,
    second: Option<Vec<u8>>,
}

fn not_known() -> Refusal {
    Refusal::NotFound(say!("there is no such account", "没有这个账号"))
}

fn person(connection: &Connection, condition: &str, value: &str) -> Result<Option<Person>, Refusal> {
    let text = format!("SELECT {COLUMNS} FROM people WHERE {condition}");
    connection.first(&text, values![value], read)
}

fn read(row: &Row<'_>) -> Result<Person, Refusal> {
    let role = Role::of(&row.get::<String>(3)?).ok_or_else(not_known)?;
    Ok(Person {
        id: row.get(0)?,
        name: row.get(1)?,
        shown: row.get(2)?,
        role,
        unit: row.get(4)?,
        enabled: row.get(5)?,
        has_second_factor: row.get(6)?,
    })
}

fn hash_of_token(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

/// A password as it is kept: Argon2id with a salt of its own.
fn hash_of_password(password: &str) -> Result<String, Refusal> {
    let signs = password.chars().count();
    if !(SHORTEST_PASSWORD..=LONGEST_PASSWORD).contains(&signs) {
        return Err(Refusal::BadInput(say!(
            "a password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
            "密码须为 {SHORTEST_PASSWORD} 至 {LONGEST_PASSWORD} 位"
        )));
    }
    let mut bytes = [0_u8; 16];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
    let salt = SaltString::encode_b64(&bytes);
    let hashed = salt.and_then(|salt| Ok(Argon2::default().hash_password(password.as_bytes(), &salt)?.to_string()));
    hashed.map_err(|e| {
        Refusal::Failed(Error::of_kind(
            ErrorKind::Internal,
            say!("the password could not be kept ({e})", "密码无法保存（{e}）"),
        ))
    })
}

fn is_password(hashed: &str, password: &str) -> bool {
    PasswordHash::new(hashed)
        .is_ok_and(|hashed| Argon2::default().verify_password(password.as_bytes(), &hashed).is_ok())
}
