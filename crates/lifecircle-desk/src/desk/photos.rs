//! Photos of a request: of what is asked for, and of what was done. They are sealed, and can be deleted like words.

use lifecircle::say;

use super::act::sees;
use super::row::{Kept, find, save, take};
use super::track::{Asker, asker, tracked};
use super::{Desk, Rules, Tracked, Words, append, kept_code, moment};
use crate::entry::{Done, Who, salted_hash};
use crate::photo::drawn_anew;
use crate::refusal::Refusal;
use crate::request::Request;
use crate::rights::{Role, Step};
use crate::store::{Connection, values};

/// Photos of those who work on a request, of whoever asked first, of each who joined, and of all who joined.
const MOST_OF_STAFF: usize = 20;
const MOST_OF_FIRST: usize = 6;
const MOST_OF_OTHER: usize = 2;
const MOST_OF_OTHERS: usize = 20;

impl Desk {
    /// Adds a photo as whoever asked. The same photo is kept once, however often it is sent.
    ///
    /// # Errors
    /// If there is no request of this code, it is no photo, there are too many, or it cannot be kept.
    pub fn add_photo_as_resident(&self, code: &str, bytes: &[u8]) -> Result<Tracked, Refusal> {
        // Nothing is drawn that would not be kept.
        self.store.read(|connection| may_add_as_resident(connection, &self.rules, code).map(drop))?;
        let (rules, code, photo) = (self.rules(), code.to_owned(), drawn_anew(bytes)?);
        self.store.write(move |connection| {
            let Asker { request, .. } = asker(connection, &rules, &code)?;
            let asker = kept_code(&rules, &code);
            let own = photos_of(connection, "asker = ?1", values![&asker])?;
            if !is_there(connection, &rules, &own, &photo)? {
                may_add_as_resident(connection, &rules, &code)?;
                let kept = take(connection, &rules, request)?;
                add(connection, &rules, kept, (photo, Some(asker)), &Who::RESIDENT)?;
            }
            tracked(connection, &rules, &code)
        })
    }

    /// Adds a photo as somebody who works on a request; whoever asked sees it. The same photo is kept once.
    ///
    /// # Errors
    /// If they may not, it is no photo, there are too many, or it cannot be kept.
    pub fn add_photo(&self, number: i64, bytes: &[u8], who: &Who) -> Result<Request, Refusal> {
        self.store.read(|connection| may_add(connection, who, &find(connection, number)?))?;
        let (rules, who, photo) = (self.rules(), who.clone(), drawn_anew(bytes)?);
        self.store.write(move |connection| {
            let kept = take(connection, &rules, number)?;
            let there = of_staff(connection, number)?;
            if sees(&who, &kept.request) && is_there(connection, &rules, &there, &photo)? {
                return Ok(kept.request);
            }
            may_add(connection, &who, &kept)?;
            add(connection, &rules, kept, (photo, None), &who)
        })
    }

    /// A photo of a request, as JPEG, for somebody who works on it.
    ///
    /// # Errors
    /// If they do not see the request, or it has no such photo.
    pub fn photo(&self, number: i64, photo: i64, who: &Who) -> Result<Vec<u8>, Refusal> {
        self.store.read(|connection| {
            if !sees(who, &find(connection, number)?.request) || who.role == Role::Resident {
                return Err(Refusal::no_request());
            }
            open(connection, &self.rules, (number, photo))
        })
    }

    /// A photo that whoever has a code sees, as JPEG.
    ///
    /// # Errors
    /// If there is no request of this code, or they do not see this photo.
    pub fn photo_as_resident(&self, code: &str, photo: i64) -> Result<Vec<u8>, Refusal> {
        self.store.read(|connection| {
            let seen = tracked(connection, &self.rules, code)?;
            if !seen.photos.contains(&photo) {
                return Err(no_photo());
            }
            open(connection, &self.rules, (seen.number, photo))
        })
    }
}

/// The photos of a request that are still there, by their entries.
pub(super) fn photos(connection: &Connection, request: i64) -> Result<Vec<i64>, Refusal> {
    photos_of(connection, "request = ?1", values![request])
}

/// Those of one code.
pub(super) fn photos_of_asker(connection: &Connection, asker: &[u8]) -> Result<Vec<i64>, Refusal> {
    photos_of(connection, "asker = ?1", values![asker])
}

fn photos_of(connection: &Connection, of: &str, values: &[crate::store::Value]) -> Result<Vec<i64>, Refusal> {
    connection.all(&format!("SELECT entry FROM photos WHERE {of} ORDER BY entry"), values, |row| row.get(0))
}

/// Those of whoever works on a request.
pub(super) fn of_staff(connection: &Connection, request: i64) -> Result<Vec<i64>, Refusal> {
    photos_of(connection, "request = ?1 AND asker IS NULL", values![request])
}

fn may_add(connection: &Connection, who: &Who, kept: &Kept) -> Result<(), Refusal> {
    if !sees(who, &kept.request) {
        return Err(Refusal::no_request());
    }
    Step::Photo.take(who.role, kept.request.state)?;
    at_most(of_staff(connection, kept.request.number)?.len(), MOST_OF_STAFF)
}

/// Whether another photo of a code would be kept: those who joined do not fill the place of whoever asked.
fn may_add_as_resident(connection: &Connection, rules: &Rules, code: &str) -> Result<(), Refusal> {
    let Asker { request, is_first, .. } = asker(connection, rules, code)?;
    Step::Photo.take(Role::Resident, find(connection, request)?.request.state)?;
    let own = photos_of_asker(connection, &kept_code(rules, code))?.len();
    at_most(own, if is_first { MOST_OF_FIRST } else { MOST_OF_OTHER })?;
    let residents = photos(connection, request)?.len() - of_staff(connection, request)?.len();
    at_most(residents, if is_first { usize::MAX } else { MOST_OF_OTHERS })
}

fn at_most(there: usize, most: usize) -> Result<(), Refusal> {
    if there < most {
        return Ok(());
    }
    Err(Refusal::TooMany(say!("at most {most} photos", "最多 {most} 张照片，已达上限")))
}

/// Whether a photo is among some that are kept.
fn is_there(connection: &Connection, rules: &Rules, among: &[i64], photo: &[u8]) -> Result<bool, Refusal> {
    for entry in among {
        let text = "SELECT sealed FROM photos WHERE entry = ?1";
        let sealed = connection.first(text, values![*entry], |row| row.get::<Vec<u8>>(0))?;
        // Sealing makes every photo longer by the same.
        let may_be = sealed.filter(|sealed| sealed.len().abs_diff(photo.len()) < 64);
        if may_be.map(|sealed| rules.seal.open_bytes(*entry, &sealed)).transpose()?.as_deref() == Some(photo) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn add(
    connection: &Connection,
    rules: &Rules,
    mut kept: Kept,
    (photo, asker): (Vec<u8>, Option<Vec<u8>>),
    who: &Who,
) -> Result<Request, Refusal> {
    let number = kept.request.number;
    let mut salt = [0_u8; 16];
    rand::Rng::fill_bytes(&mut rand::rng(), &mut salt);
    let done = Done::PhotoAdded { hash: salted_hash(&salt, &photo) };
    let now = moment(connection, rules)?;
    let (entry, at) = append(connection, rules, (number, now), who, &done, &Words::default())?;
    connection.execute(
        "INSERT INTO photos(entry, request, asker, salt, sealed) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![entry, number, asker, salt.as_slice(), rules.seal.seal_bytes(entry, &photo)?],
    )?;
    if who.role != Role::Resident {
        kept.request.changed = at;
        save(connection, rules, &mut kept)?;
    }
    // Photos are forgotten with contacts.
    connection.execute("UPDATE requests SET has_contacts = 1 WHERE number = ?1", values![number])?;
    Ok(kept.request)
}

fn open(connection: &Connection, rules: &Rules, (request, photo): (i64, i64)) -> Result<Vec<u8>, Refusal> {
    let text = "SELECT sealed FROM photos WHERE entry = ?1 AND request = ?2";
    let sealed = connection.first(text, values![photo, request], |row| row.get::<Vec<u8>>(0))?.ok_or_else(no_photo)?;
    Ok(rules.seal.open_bytes(photo, &sealed)?)
}

fn no_photo() -> Refusal {
    Refusal::NotFound(say!("there is no such photo", "没有这张照片"))
}
