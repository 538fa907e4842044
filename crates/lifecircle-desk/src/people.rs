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
        self.store().read(|connection| {
            connection.all("SELECT id, name, shown, role, unit, enabled FROM people ORDER BY name", values![], read)
        })
    }

    /// Begins a session; returns what proves it, and who it is. A wrong name takes as long as a wrong password.
    ///
    /// # Errors
    /// If the name or the password is wrong, or the account is closed for a while.
    pub fn sign_in(&self, name: &str, password: &str) -> Result<(String, Person), Refusal> {
        let now = self.now();
        let known = self.store().read(|connection| {
            let text = "SELECT password, enabled, closed_until FROM people WHERE name = ?1";
            connection
                .first(text, values![name], |row| Ok((row.get::<String>(0)?, row.get::<bool>(1)?, row.get::<i64>(2)?)))
        })?;
        let wrong = || {
            Refusal::NotSignedIn(say!(
                "the name or the password is wrong; after several mistakes an account is closed for a while",
                "用户名或密码不正确；连续多次错误后账号会暂时锁定"
            ))
        };
        if password.chars().count() > LONGEST_PASSWORD || known.as_ref().is_some_and(|(_, _, until)| *until > now.0) {
            return Err(wrong());
        }
        let fits = match &known {
            Some((hashed, ..)) => is_password(hashed, password),
            None => {
                // As long as for a name that is known.
                let _ = hash_of_password("a password that nobody has");
                false
            }
        };
        let name = name.to_owned();
        let Some((hashed, enabled, _)) = known else { return Err(wrong()) };
        if !fits || !enabled {
            self.store().write(move |connection| {
                let text = "UPDATE people SET failures = failures + 1 WHERE name = ?1 AND closed_until <= ?2 RETURNING failures";
                let failures: i64 = connection.first(text, values![&name, now.0], |row| row.get(0))?.unwrap_or(0);
                if failures > 0 && failures % MOST_FAILURES == 0 {
                    let times = (failures / MOST_FAILURES - 1).clamp(0, 16);
                    let minutes = (CLOSED_MINUTES << times).min(LONGEST_CLOSED_MINUTES);
                    let until = now.plus_minutes(minutes).0;
                    connection.execute("UPDATE people SET closed_until = ?2 WHERE name = ?1", values![&name, until])?;
                }
                Ok(())
            })?;
            return Err(wrong());
        }
        let mut bytes = [0_u8; 32];
        rand::Rng::fill_bytes(&mut rand::rng(), &mut bytes);
        let token = hex(&bytes);
        let kept = hash_of_token(&token);
        let person = self.store().write(move |connection| {
            // A password that was changed since it was looked at opens nothing.
            let still =
                "UPDATE people SET failures = 0, closed_until = 0 WHERE name = ?1 AND password = ?2 AND enabled = 1";
            if connection.execute(still, values![&name, hashed])? == 0 {
                return Err(wrong());
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

    /// Whose session it is; none if it has ended.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn session(&self, token: &str) -> Result<Option<Person>, Refusal> {
        let (now, kept) = (self.now(), hash_of_token(token));
        let found = self.store().read(|connection| {
            let text = "SELECT people.id, people.name, people.shown, people.role, people.unit, people.enabled, sessions.seen FROM sessions \
                 JOIN people ON people.id = sessions.person WHERE sessions.token = ?1 AND people.enabled = 1 AND sessions.made > ?2 AND sessions.seen > ?3";
            let since = values![&kept, now.plus_minutes(-LONGEST_MINUTES).0, now.plus_minutes(-IDLE_MINUTES).0];
            connection.first(text, since, |row| Ok((read(row)?, Moment(row.get(6)?))))
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

fn not_known() -> Refusal {
    Refusal::NotFound(say!("there is no such account", "没有这个账号"))
}

fn person(connection: &Connection, condition: &str, value: &str) -> Result<Option<Person>, Refusal> {
    let text = format!("SELECT id, name, shown, role, unit, enabled FROM people WHERE {condition}");
    connection.first(&text, values![value], read)
}

fn read(row: &Row<'_>) -> Result<Person, Refusal> {
    let role = Role::of(&row.get::<String>(3)?).ok_or_else(not_known)?;
    Ok(Person { id: row.get(0)?, name: row.get(1)?, shown: row.get(2)?, role, unit: row.get(4)?, enabled: row.get(5)? })
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
