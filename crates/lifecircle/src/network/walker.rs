//! Walkers: kinds of people, and how long each takes along a street. A walker is data, a TOML file that states the source
//! of each of its numbers; `walkers/*.toml` are the built-in ones.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::{Cost as _, Millis};
use crate::city::{Street, StreetKind, Surface, Wheels};
use crate::error::{Error, Result};
use crate::geo::Seconds;
use crate::sources::read_text;
use crate::text::Text;

/// A kind of person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Walker {
    /// Its id, as given on the command line.
    pub id: String,
    /// Its Chinese name.
    pub zh: String,
    /// Its English name.
    pub en: String,
    /// Metres a second on the flat.
    pub speed: f64,
    /// Share of that speed on steps; none if it cannot take them.
    #[serde(default)]
    pub steps: Option<f64>,
    /// Share of that speed on steps with a ramp; as on other steps if not given.
    #[serde(default)]
    pub ramps: Option<f64>,
    /// Whether it stays off ways of which mappers say that wheels cannot pass.
    #[serde(default)]
    pub wheels: bool,
    /// The narrowest path that it can take, in metres; 0 for any.
    #[serde(default)]
    pub narrowest: f64,
    /// How slope changes its speed.
    #[serde(default)]
    pub slope: Slope,
    /// Mean wait at a signalled crossing, in seconds.
    #[serde(default)]
    pub signal_wait: Seconds,
    /// Share of its speed by kind of street; 1 where not given, 0 where it cannot go.
    #[serde(default)]
    pub streets: BTreeMap<StreetKind, f64>,
    /// Share of its speed by surface; 1 where not given, 0 where it cannot go.
    #[serde(default)]
    pub surfaces: BTreeMap<Surface, f64>,
    /// Where each number comes from, by key.
    pub sources: BTreeMap<String, String>,
}

/// How slope changes a walker's speed.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slope {
    /// By which function.
    pub function: SlopeFunction,
    /// For the linear function: share lost for each unit of rise over run uphill.
    #[serde(default)]
    pub uphill: f64,
    /// For the linear function: share won for each unit downhill.
    #[serde(default)]
    pub downhill: f64,
    /// Rise over run above which nothing can be passed, up or down; none for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steepest: Option<f64>,
}

/// Speed on a slope as a share of that on the flat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlopeFunction {
    /// The same on every slope.
    #[default]
    None,
    /// Tobler's hiking function, scaled so that the flat is 1.
    Tobler,
    /// So much less uphill, so much more downhill; between a fifth and one and a half.
    Linear,
}

impl Slope {
    /// Speed on a slope (rise over run) as a share of that on the flat; none if it is too steep.
    fn speed(self, slope: f64) -> Option<f64> {
        if self.steepest.is_some_and(|steepest| slope.abs() > steepest) {
            return None;
        }
        Some(match self.function {
            SlopeFunction::None => 1.0,
            SlopeFunction::Tobler => tobler(slope),
            SlopeFunction::Linear => {
                (1.0 - if slope > 0.0 { self.uphill * slope } else { self.downhill * slope }).clamp(0.2, 1.5)
            }
        })
    }
}

const BUILT_IN: [(&str, &str); 6] = [
    ("adult", include_str!("../../walkers/adult.toml")),
    ("elderly", include_str!("../../walkers/elderly.toml")),
    ("child", include_str!("../../walkers/child.toml")),
    ("wheelchair", include_str!("../../walkers/wheelchair.toml")),
    ("stroller", include_str!("../../walkers/stroller.toml")),
    ("cyclist", include_str!("../../walkers/cyclist.toml")),
];

static WALKERS: LazyLock<Vec<Walker>> = LazyLock::new(|| {
    // A test reads every built-in walker, so none is left out.
    BUILT_IN.iter().filter_map(|(_, text)| Walker::parse(text).ok()).collect()
});

/// No walker is faster, in metres a second.
const FASTEST: f64 = 20.0;

impl Walker {
    /// The walkers that are built in.
    pub fn all() -> &'static [Self] {
        &WALKERS
    }

    /// The text of a walker that is built in, to copy and change.
    pub fn built_in_text(id: &str) -> Option<&'static str> {
        BUILT_IN.iter().find(|(known, _)| *known == id).map(|(_, text)| *text)
    }

    /// A walker by its id, or from a file whose name ends in `.toml`.
    ///
    /// ```
    /// # fn main() -> lifecircle::Result<()> {
    /// let adult = lifecircle::network::Walker::find("adult")?;
    /// assert_eq!(adult.speed, 1.11);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// If there is no such walker or file, or it has a mistake.
    pub fn find(id_or_file: &str) -> Result<Self> {
        if let Some(walker) = WALKERS.iter().find(|walker| walker.id == id_or_file) {
            return Ok(walker.clone());
        }
        let path = Path::new(id_or_file);
        if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("toml")) {
            let text = read_text(path)?;
            return Self::parse(&text).map_err(|e| e.file(path));
        }
        let known: Vec<&str> = WALKERS.iter().map(|walker| walker.id.as_str()).collect();
        Err(Error::not_found(say!("there is no walker {id_or_file:?}", "没有名为 {id_or_file:?} 的步行者")).hint(say!(
            "choose one of {}, or name a .toml file",
            "可选：{}；或给出 .toml 文件",
            known.join(", ")
        )))
    }

    /// Reads a walker from its text.
    ///
    /// # Errors
    /// If the text has a mistake, or a number without a source.
    pub fn parse(text: &str) -> Result<Self> {
        let line = |key: &str| {
            let at = text.lines().position(|line| line.trim_start().trim_start_matches('[').starts_with(key));
            say!("line {}, `{key}`", "第 {} 行，`{key}`", at.map_or(1, |line| line + 1))
        };
        let walker: Self = toml::from_str(text).map_err(|e| {
            crate::unreadable::not_toml(text, &e).hint(say!(
                "compare it with `lifecircle walkers show adult`",
                "请与 `lifecircle walkers show adult` 对照"
            ))
        })?;
        let wrong = |key: &str, problem: Text| Error::new(problem).place(line(key));
        let is_name = |id: &str| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
        if walker.id.is_empty() || !is_name(&walker.id) {
            return Err(wrong(
                "id",
                say!("the id has other signs than letters, digits, - and _", "编号含有字母、数字、- 和 _ 以外的字符"),
            )
            .hint(say!("write it with these", "请只用这些字符")));
        }
        if !(walker.speed > 0.0 && walker.speed <= FASTEST) {
            return Err(wrong(
                "speed",
                say!("the speed is not above 0 and at most 20 m/s", "速度不在 0 与 20 米/秒之间"),
            )
            .hint(say!("give metres a second", "请以米/秒为单位")));
        }
        let shares = [("steps", walker.steps), ("ramps", walker.ramps)];
        let shares = shares.into_iter().filter_map(|(key, share)| Some((key, share?)));
        let streets = walker.streets.values().map(|share| ("streets", *share));
        let surfaces = walker.surfaces.values().map(|share| ("surfaces", *share));
        if let Some((key, _)) = shares.chain(streets).chain(surfaces).find(|(_, share)| !(0.0..=10.0).contains(share)) {
            return Err(wrong(
                key,
                say!("a share of the speed is not between 0 and 10", "速度的比例不在 0 与 10 之间"),
            )
            .hint(say!("1 is the speed itself", "1 表示速度不变")));
        }
        if !(0.0..=3600.0).contains(&walker.signal_wait.0) {
            return Err(wrong(
                "signal_wait",
                say!("the wait is not between 0 and 3600 seconds", "等待时间不在 0 与 3600 秒之间"),
            )
            .hint(say!("give seconds", "请以秒为单位")));
        }
        if !(0.0..=100.0).contains(&walker.narrowest) {
            return Err(wrong(
                "narrowest",
                say!("the width is not between 0 and 100 metres", "宽度不在 0 与 100 米之间"),
            )
            .hint(say!("give metres", "请以米为单位")));
        }
        if let Some((key, _)) = walker.sources.iter().find(|(_, source)| source.trim().is_empty()) {
            return Err(wrong(key, say!("its source is empty", "出处是空的")).hint(say!(
                "say where it comes from: [sources] {key} = \"…\"",
                "请注明出处：[sources] {key} = \"…\""
            )));
        }
        let slope = [walker.slope.uphill, walker.slope.downhill, walker.slope.steepest.unwrap_or(1.0)];
        if slope.iter().any(|number| !(0.0..=100.0).contains(number)) {
            return Err(wrong(
                "slope",
                say!("a number of the slope is not between 0 and 100", "坡度的数不在 0 与 100 之间"),
            )
            .hint(say!("give rise over run", "请给出高差与水平距离之比")));
        }
        let told = [
            ("speed", true),
            ("steps", walker.steps.is_some()),
            ("ramps", walker.ramps.is_some()),
            ("wheels", walker.wheels),
            ("narrowest", walker.narrowest > 0.0),
            ("slope", walker.slope != Slope::default()),
            ("signal_wait", walker.signal_wait.0 > 0.0),
            ("streets", !walker.streets.is_empty()),
            ("surfaces", !walker.surfaces.is_empty()),
        ];
        if let Some((key, _)) = told.iter().find(|(key, given)| *given && !walker.sources.contains_key(*key)) {
            return Err(wrong(key, say!("it has no source", "没有出处")).hint(say!(
                "say where it comes from: [sources] {key} = \"…\"",
                "请注明出处：[sources] {key} = \"…\""
            )));
        }
        Ok(walker)
    }

    /// The time along a street that climbs `rise` metres in the direction of the walk.
    ///
    /// Source of Tobler's function: Tobler (1993), *Three presentations on geographical analysis and modeling*:
    /// 6·exp(-3.5·|s + 0.05|) km/h.
    pub(super) fn time(&self, street: &Street, rise: f64) -> Millis {
        if street.kind == StreetKind::Ferry {
            return Millis::round(Seconds(f64::from(street.ride_seconds))).at_least_one();
        }
        let Some(speed) = self.speed_on(street, rise) else { return Millis::NEVER };
        let wait = self.signal_wait.0 * f64::from(street.half_signals) / 2.0;
        Millis::round(Seconds(street.length.0 / speed + wait)).at_least_one()
    }

    /// Metres a second on a street; none if the walker cannot take it.
    fn speed_on(&self, street: &Street, rise: f64) -> Option<f64> {
        let too_narrow = street.width > 0.0 && f64::from(street.width) < self.narrowest;
        if too_narrow || self.wheels && street.wheels == Wheels::No {
            return None;
        }
        let is_steps = street.kind == StreetKind::Steps;
        let slope = if street.length.0 > 1.0 { (rise / street.length.0).clamp(-0.6, 0.6) } else { 0.0 };
        let by_kind = match (is_steps, street.wheels, self.ramps) {
            (true, Wheels::Yes, Some(ramp)) => ramp,
            (true, ..) => self.steps?,
            // Steps are slow however steep they are.
            (false, ..) => self.slope.speed(slope)?,
        };
        let by_street = self.streets.get(&street.kind).copied().unwrap_or(1.0);
        let by_surface = self.surfaces.get(&street.surface).copied().unwrap_or(1.0);
        let share = by_kind * by_street * by_surface * f64::from(street.speed);
        Some(self.speed * share).filter(|speed| *speed > 1e-3)
    }
}

/// Tobler's speed on a slope as a share of that on the flat.
fn tobler(slope: f64) -> f64 {
    (-3.5 * ((slope + 0.05).abs() - 0.05)).exp()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geo::Metres;

    fn street(kind: StreetKind) -> Street {
        Street::plain([0, 1], kind, Metres(111.0))
    }

    fn walker(id: &str) -> Walker {
        Walker::find(id).unwrap()
    }

    #[test]
    fn the_built_in_walkers_load() {
        for (id, text) in BUILT_IN {
            assert_eq!(Walker::parse(text).unwrap().id, id);
        }
        assert_eq!(Walker::all().len(), BUILT_IN.len());
    }

    #[test]
    fn times_by_hand() {
        let (adult, elderly, wheelchair) = (walker("adult"), walker("elderly"), walker("wheelchair"));
        assert_eq!(adult.time(&street(StreetKind::Minor), 0.0), Millis(100_000));
        assert_eq!(adult.time(&street(StreetKind::Steps), 0.0), Millis(200_000));
        assert_eq!(wheelchair.time(&street(StreetKind::Steps), 0.0), Millis::NEVER);
        assert_eq!(wheelchair.time(&street(StreetKind::Minor), 10.0), Millis::NEVER);
        // Tobler on 10 % up: exp(-3.5·0.15) against exp(-3.5·0.05) on the flat.
        assert_eq!(adult.time(&street(StreetKind::Minor), 11.1), Millis(141_907));
        // Gently downhill people are faster than on the flat.
        assert!(adult.time(&street(StreetKind::Minor), -5.55) < Millis(100_000));
        // Half as fast on a crowded street, twice as fast on a moving walkway.
        assert_eq!(adult.time(&Street { speed: 0.5, ..street(StreetKind::Minor) }, 0.0), Millis(200_000));
        assert_eq!(adult.time(&Street { speed: 2.0, ..street(StreetKind::Minor) }, 0.0), Millis(50_000));
        let crossing = Street { half_signals: 2, ..street(StreetKind::Path) };
        assert_eq!(elderly.time(&crossing, 0.0), Millis(148_735));
    }

    #[test]
    fn what_wheels_meet() {
        let wheelchair = walker("wheelchair");
        let path = || street(StreetKind::Path);
        let open = |street: Street| wheelchair.time(&street, 0.0) != Millis::NEVER;
        assert!(open(path()));
        assert!(!open(Street { wheels: Wheels::No, ..path() }));
        assert!(!open(Street { width: 0.7, ..path() }));
        assert!(!open(Street { surface: Surface::Soft, ..path() }));
        assert!(open(Street { wheels: Wheels::Yes, ..street(StreetKind::Steps) }));
        // 111 m at 0.83 m/s · 0.5.
        assert_eq!(wheelchair.time(&Street { surface: Surface::Loose, ..path() }, 0.0), Millis(267_470));
        let cyclist = walker("cyclist");
        // 4.2 m/s less 8 · 5 %; then 1.5 times at most.
        assert_eq!(cyclist.time(&street(StreetKind::Minor), 5.55), Millis(44_048));
        assert_eq!(cyclist.time(&street(StreetKind::Minor), -55.5), Millis(17_619));
    }

    #[test]
    fn mistakes_are_named() {
        let text = Walker::built_in_text("elderly").unwrap();
        let error = |from: &str, to: &str| Walker::parse(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(
            error("speed = 0.83", "speed = -1").starts_with("line 4, `speed`"),
            "{}",
            error("speed = 0.83", "speed = -1")
        );
        assert!(error("steps = 0.4", "stepps = 0.4").contains("stepps"));
        assert!(error("surfaces = \"", "surfcs = \"").contains("has no source"));
    }
}
