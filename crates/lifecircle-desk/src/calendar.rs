//! Working time: when an office works, which days are holidays, and when a limit passes. It knows nothing of requests.
//!
//! Days off and moved working days are data (`data/china.toml`, or a file of one's own). Outside the years that a calendar tells of,
//! weekends are days off and nothing else is.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Weekday};
use lifecircle::{Error, Result, say};
use serde::{Deserialize, Serialize};

/// The working calendar of offices in China.
const CHINA: &str = include_str!("../data/china.toml");

/// No limit is longer than this many days, so that looking for its end does not go on for ever.
const LONGEST_DAYS: u64 = 3_660;

/// A moment: milliseconds since 1970.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema, Default,
)]
#[serde(transparent)]
pub struct Moment(pub i64);

impl Moment {
    /// A moment so many minutes later.
    #[must_use]
    pub fn plus_minutes(self, minutes: i64) -> Self {
        Self(self.0.saturating_add(minutes.saturating_mul(60_000)))
    }

    /// Minutes from an earlier moment to this one; none if it is not earlier.
    pub fn minutes_since(self, earlier: Self) -> i64 {
        (self.0.saturating_sub(earlier.0) / 60_000).max(0)
    }
}

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Hours by the clock, day and night.
    Hours(u32),
    /// Hours in which offices work.
    WorkingHours(u32),
    /// Working days; the day on which it begins does not count, and the last one counts to its end.
    WorkingDays(u32),
}

/// What is left of a limit: minutes, by the clock or of working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// By the clock.
    Minutes(i64),
    /// Of working time.
    WorkingMinutes(i64),
}

/// When offices work.
#[derive(Debug, Clone)]
pub struct Calendar {
    offset: FixedOffset,
    periods: Vec<[NaiveTime; 2]>,
    weekend: Vec<Weekday>,
    /// Whether a day is worked on, where that does not follow from its weekday.
    moved: BTreeMap<NaiveDate, bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    offset: String,
    hours: Vec<[String; 2]>,
    weekend: Vec<Weekday>,
    #[serde(default)]
    holiday: Vec<Holiday>,
    #[serde(default)]
    working: Vec<NaiveDate>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Holiday {
    /// What it is called; for whoever reads the file.
    #[serde(rename = "name")]
    _name: String,
    from: NaiveDate,
    to: NaiveDate,
}

impl Calendar {
    /// The calendar of offices in China, with the days off and the moved working days that the State Council has told.
    pub fn china() -> Result<Self> {
        Self::read(CHINA)
    }

    /// Reads a calendar.
    ///
    /// # Errors
    /// If it is no calendar, or an office would never work.
    pub fn read(text: &str) -> Result<Self> {
        let wrong = |what: lifecircle::text::Text| Error::new(what);
        let file: File = toml::from_str(text).map_err(|e| lifecircle::unreadable::not_toml(text, &e))?;
        let time = |text: &String| {
            NaiveTime::parse_from_str(text, "%H:%M")
                .map_err(|_| wrong(say!("{text:?} is no time of day, as 08:30", "{text:?} 不是时刻，应如 08:30")))
        };
        let mut periods: Vec<[NaiveTime; 2]> = Vec::new();
        for [from, to] in &file.hours {
            let period = [time(from)?, time(to)?];
            if period[0] >= period[1] || periods.last().is_some_and(|last| last[1] > period[0]) {
                return Err(wrong(say!(
                    "working hours must follow each other within a day",
                    "工作时段须在一天之内依次排列"
                )));
            }
            periods.push(period);
        }
        let mut moved = BTreeMap::new();
        for holiday in &file.holiday {
            let days = holiday.to.signed_duration_since(holiday.from).num_days();
            if !(0..366).contains(&days) {
                return Err(wrong(say!(
                    "the holiday from {} to {} does not end after it begins",
                    "节假日 {} 至 {} 的起止颠倒",
                    holiday.from,
                    holiday.to
                )));
            }
            moved.extend(holiday.from.iter_days().take(days as usize + 1).map(|day| (day, false)));
        }
        moved.extend(file.working.iter().map(|day| (*day, true)));
        let offset = file.offset.parse().map_err(|_| {
            wrong(say!("`offset` must be hours and minutes, as \"+08:00\"", "`offset` 须为时和分，如 \"+08:00\""))
        })?;
        let calendar = Self { offset, periods, weekend: file.weekend, moved };
        let week = NaiveDate::default().iter_days().take(7);
        if calendar.periods.is_empty() || !week.into_iter().any(|day| !calendar.weekend.contains(&day.weekday())) {
            return Err(wrong(say!(
                "an office must work at some hours of some days",
                "须至少有一个工作时段和一个工作日"
            )));
        }
        Ok(calendar)
    }

    /// When a limit that begins at a moment passes.
    pub fn end(&self, from: Moment, limit: Limit) -> Moment {
        match limit {
            Limit::Hours(hours) => from.plus_minutes(i64::from(hours) * 60),
            Limit::WorkingHours(hours) => self.after(from, Left::WorkingMinutes(i64::from(hours) * 60)),
            Limit::WorkingDays(days) => {
                let later = self.day_of(from).iter_days().skip(1).take(LONGEST_DAYS as usize);
                let last = later.filter(|day| self.works_on(*day)).nth(days.saturating_sub(1) as usize);
                // A calendar without end of holidays is refused; what is asked for in decades ends in ten years.
                let last = last.unwrap_or_else(|| self.day_of(from) + Days::new(LONGEST_DAYS));
                self.at(last, self.periods[self.periods.len() - 1][1])
            }
        }
    }

    /// When what is left of a limit has passed, from a moment on.
    pub fn after(&self, from: Moment, left: Left) -> Moment {
        let mut minutes = match left {
            Left::Minutes(minutes) => return from.plus_minutes(minutes),
            Left::WorkingMinutes(minutes) => minutes,
        };
        for day in self.day_of(from).iter_days().take(LONGEST_DAYS as usize).filter(|day| self.works_on(*day)) {
            for [start, end] in &self.periods {
                let (start, end) = (self.at(day, *start).max(from), self.at(day, *end));
                let here = end.minutes_since(start);
                if minutes <= here {
                    return start.plus_minutes(minutes);
                }
                minutes -= here;
            }
        }
        from.plus_minutes(LONGEST_DAYS as i64 * 24 * 60)
    }

    /// What is left at a moment of a limit that passes at another.
    pub fn left(&self, now: Moment, due: Moment, limit: Limit) -> Left {
        match limit {
            Limit::Hours(_) => Left::Minutes(due.minutes_since(now)),
            Limit::WorkingHours(_) | Limit::WorkingDays(_) => Left::WorkingMinutes(self.working_minutes(now, due)),
        }
    }

    /// Minutes between two moments in which offices work.
    pub fn working_minutes(&self, from: Moment, to: Moment) -> i64 {
        let days = self.day_of(from).iter_days().take(LONGEST_DAYS as usize).take_while(|day| *day <= self.day_of(to));
        let of_day = |day: NaiveDate| -> i64 {
            let of_period = |[start, end]: &[NaiveTime; 2]| {
                self.at(day, *end).min(to).minutes_since(self.at(day, *start).max(from))
            };
            self.periods.iter().map(of_period).sum()
        };
        days.filter(|day| self.works_on(*day)).map(of_day).sum()
    }

    /// Whether offices work on a day.
    pub fn works_on(&self, day: NaiveDate) -> bool {
        self.moved.get(&day).copied().unwrap_or_else(|| !self.weekend.contains(&day.weekday()))
    }

    /// The year and month of a moment, where the offices are.
    pub fn month(&self, moment: Moment) -> (i32, u32) {
        let day = self.day_of(moment);
        (day.year(), day.month())
    }

    /// The day of a moment, where the offices are.
    pub fn day_of(&self, moment: Moment) -> NaiveDate {
        self.local(moment).date_naive()
    }

    /// A moment as text, where the offices are: `2026-11-27T09:30:00+08:00`. Source: RFC 3339.
    pub fn rfc3339(&self, moment: Moment) -> String {
        self.local(moment).to_rfc3339_opts(chrono::SecondsFormat::Secs, false)
    }

    /// The moment of a text of that form.
    pub fn of_rfc3339(text: &str) -> Option<Moment> {
        DateTime::parse_from_rfc3339(text).ok().map(|at| Moment(at.timestamp_millis()))
    }

    /// The moment of a time as lists write it, where the offices are: `2026-11-27 08:30`, with seconds or without, with strokes; or a day.
    pub fn moment_of(&self, text: &str) -> Option<Moment> {
        const TIMES: [&str; 6] = [
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
            "%Y/%m/%d %H:%M:%S",
            "%Y/%m/%d %H:%M",
            "%Y年%m月%d日 %H:%M:%S",
            "%Y年%m月%d日 %H:%M",
        ];
        let text = text.trim();
        if let Some(moment) = Self::of_rfc3339(text) {
            return Some(moment);
        }
        let plain = text.replace('T', " ");
        let time = TIMES.iter().find_map(|form| NaiveDateTime::parse_from_str(&plain, form).ok());
        let day = || {
            let day = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]
                .iter()
                .find_map(|form| NaiveDate::parse_from_str(&plain, form).ok());
            day.map(|day| day.and_time(NaiveTime::MIN))
        };
        let local = time.or_else(day)?;
        Some(self.at(local.date(), local.time()))
    }

    /// Seconds by which the offices' clocks are ahead of UTC.
    pub fn offset_seconds(&self) -> i32 {
        self.offset.local_minus_utc()
    }

    fn local(&self, moment: Moment) -> DateTime<FixedOffset> {
        // What lies beyond all years is no moment that a clock tells.
        DateTime::from_timestamp_millis(moment.0).unwrap_or_default().with_timezone(&self.offset)
    }

    fn at(&self, day: NaiveDate, time: NaiveTime) -> Moment {
        let local = self.offset.from_local_datetime(&day.and_time(time)).single();
        Moment(local.map_or(0, |local| local.timestamp_millis()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        Moment(DateTime::parse_from_rfc3339(&format!("{text}:00+08:00")).unwrap().timestamp_millis())
    }

    #[test]
    fn limits_pass_over_weekends_holidays_and_moved_working_days() {
        let china = Calendar::china().unwrap();
        // Wednesday, 30 September 2026: seven days off follow, and Saturday the 10th is worked on.
        let asked = at("2026-09-30T16:00");
        assert_eq!(china.end(asked, Limit::Hours(24)), at("2026-10-01T16:00"));
        assert_eq!(china.end(asked, Limit::WorkingDays(1)), at("2026-10-08T18:00"));
        assert_eq!(china.end(asked, Limit::WorkingDays(3)), at("2026-10-10T18:00"), "the Saturday counts");
        assert_eq!(china.end(asked, Limit::WorkingDays(4)), at("2026-10-12T18:00"));
        // Two hours are left of the day, and the next works from half past eight.
        assert_eq!(china.end(asked, Limit::WorkingHours(3)), at("2026-10-08T09:30"));
        // Asked at night, or at noon: time begins when offices do.
        assert_eq!(china.end(at("2026-11-02T23:10"), Limit::WorkingHours(4)), at("2026-11-03T15:00"));
        assert_eq!(china.end(at("2026-11-03T12:30"), Limit::WorkingHours(1)), at("2026-11-03T15:30"));
    }

    #[test]
    fn what_is_left_when_it_pauses_is_left_when_it_goes_on() {
        let china = Calendar::china().unwrap();
        let (asked, paused, resumed) = (at("2026-09-28T09:00"), at("2026-09-30T17:00"), at("2026-10-20T10:00"));
        let limit = Limit::WorkingDays(3);
        let due = china.end(asked, limit);
        assert_eq!(due, at("2026-10-08T18:00"));
        let left = china.left(paused, due, limit);
        assert_eq!(left, Left::WorkingMinutes(60 + 7 * 60));
        assert_eq!(china.after(resumed, left), at("2026-10-21T11:00"));
        assert_eq!(china.left(paused, paused.plus_minutes(90), Limit::Hours(2)), Left::Minutes(90));
    }

    #[test]
    fn working_time_agrees_with_counting_every_minute() {
        let china = Calendar::china().unwrap();
        let from = at("2026-02-13T11:07");
        for hours in [1, 20, 27, 75, 400] {
            let to = from.plus_minutes(hours * 60 + 13);
            let counted =
                (0..from.minutes_until(to)).filter(|minute| china.is_open(from.plus_minutes(*minute))).count();
            assert_eq!(china.working_minutes(from, to), counted as i64, "{hours} hours");
            assert_eq!(china.working_minutes(from, china.after(from, Left::WorkingMinutes(hours * 17))), hours * 17);
        }
    }

    impl Moment {
        fn minutes_until(self, later: Self) -> i64 {
            later.minutes_since(self)
        }
    }

    impl Calendar {
        fn is_open(&self, moment: Moment) -> bool {
            let local = self.local(moment);
            let open = |[start, end]: &[NaiveTime; 2]| local.time() >= *start && local.time() < *end;
            self.works_on(local.date_naive()) && self.periods.iter().any(open)
        }
    }

    #[test]
    fn calendars_that_make_no_sense_are_refused() {
        let with = |hours: &str, rest: &str| {
            Calendar::read(&format!("offset = \"+08:00\"\nweekend = [\"Sat\", \"Sun\"]\nhours = {hours}\n{rest}"))
        };
        assert!(with("[[\"09:00\", \"17:00\"]]", "").is_ok());
        assert!(with("[]", "").is_err() && with("[[\"17:00\", \"09:00\"]]", "").is_err());
        assert!(with("[[\"09:00\", \"13:00\"], [\"12:00\", \"17:00\"]]", "").is_err());
        assert!(with("[[\"9 o'clock\", \"17:00\"]]", "").is_err());
        let backwards = "[[holiday]]\nname = \"x\"\nfrom = \"2026-10-07\"\nto = \"2026-10-01\"";
        assert!(with("[[\"09:00\", \"17:00\"]]", backwards).is_err());
    }
}
