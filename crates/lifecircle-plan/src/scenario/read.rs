//! GeoJSON made a scenario. Properties that are null are not there, as QGIS writes them; a property that does nothing for its edit
//! is a mistake, so that nothing that somebody wrote is silently left out.

use lifecircle::say;
use lifecircle::text::Text;
use lifecircle::unreadable::because;
use std::collections::HashSet;
use std::path::Path;

use geo_types::{Geometry, MultiPolygon};
use lifecircle::city::{Ages, StreetKind, Surface, Wheels};
use lifecircle::error::{Error, Result};
use lifecircle::geo::metric::Frame;
use lifecircle::geo::{LonLat, is_on_globe, polygon};
use serde_json::{Map, Value};

use super::{Edit, Feature, Place, Scenario, StreetLook, Which};

/// Bounds on what one scenario holds.
const MOST_FEATURES: usize = 10_000;
const MOST_POSITIONS: usize = 100_000;
const LARGEST_FILE: u64 = 64 << 20;

/// No street that is drawn is longer, in metres, and no edit brings more people.
const LONGEST_STREET: f64 = 20_000.0;
const MOST_PEOPLE: f64 = 1e8;

/// How fast people may be on a street, as a share of what they would be.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.05..=3.0;

/// Homes of an area are spread over no more places than this, and no nearer to each other.
const MOST_PLACES: f64 = 100.0;
const APART: f64 = 40.0;

/// What any feature may have.
const COMMON: [&str; 6] = ["edit", "id", "fid", "name", "cost", "note"];

/// Each edit with what it asks for or takes.
const EDITS: [(&str, &[&str]); 10] = [
    ("add_facility", &["service", "kind", "area", "capacity"]),
    ("move_facility", &["facility"]),
    ("remove_facility", &["facility"]),
    ("change_facility", &["facility", "kind", "area", "capacity"]),
    ("open_street", &["kind", "surface", "wheels", "width", "signals", "speed", "bridge"]),
    ("close_street", &["way"]),
    ("change_street", &["way", "kind", "surface", "wheels", "width", "signals", "speed"]),
    ("open_gate", &["kind", "surface", "wheels", "width"]),
    ("add_crossing", &["surface", "wheels", "width", "signals", "speed"]),
    ("add_homes", &["residents", "children", "elderly"]),
];

/// Reads a scenario from a file.
///
/// # Errors
/// If it is no GeoJSON, or an edit has a mistake.
pub fn read(path: &Path) -> Result<Scenario> {
    let about = std::fs::metadata(path).map_err(|e| Error::io(say!("open", "打开"), path, &e))?;
    if !about.is_file() || about.len() > LARGEST_FILE {
        return Err(Error::new(say!("it is no file of at most 64 MB", "不是文件，或超过 64 MB"))
            .file(path)
            .hint(say!("name a GeoJSON file of edits", "请给出记录改动的 GeoJSON 文件")));
    }
    let text = std::fs::read_to_string(path).map_err(|e| Error::io(say!("read", "读取"), path, &e))?;
    let mut scenario = Scenario::parse(&text).map_err(|error| error.file(path))?;
    if scenario.name.is_empty() {
        scenario.name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    }
    Ok(scenario)
}

impl Scenario {
    /// Reads a scenario from GeoJSON.
    ///
    /// # Errors
    /// If it is no GeoJSON, or an edit has a mistake; the sentence names the feature.
    pub fn parse(text: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| {
            Error::damaged(because(&say!("it is not JSON", "不是 JSON"), &error.to_string()))
                .hint(say!("give a GeoJSON FeatureCollection of edits", "请给出由改动组成的 GeoJSON FeatureCollection"))
        })?;
        let features = value.get("features").and_then(Value::as_array).ok_or_else(|| {
            Error::new(say!("it is no GeoJSON FeatureCollection", "不是 GeoJSON FeatureCollection"))
                .hint(say!("give one whose features each have an `edit`", "每个要素都应有 `edit`"))
        })?;
        if features.len() > MOST_FEATURES {
            return Err(Error::new(say!("it has {} features", "有 {} 个要素", features.len()))
                .hint(say!("split it: at most {MOST_FEATURES} are read", "请拆分：最多读取 {MOST_FEATURES} 个")));
        }
        let name = value.get("name").and_then(Value::as_str).unwrap_or_default().trim().to_owned();
        let mut ids = HashSet::new();
        let feature = |(index, value): (usize, &Value)| {
            let feature = feature(index + 1, value).map_err(|error| error.place(place(index + 1, value)))?;
            if !ids.insert(feature.id.clone()) {
                let error =
                    Error::new(say!("an earlier feature has the id {:?} too", "前面已有要素的编号为 {:?}", feature.id));
                return Err(error
                    .place(place(index + 1, value))
                    .hint(say!("give each an id of its own, or none", "请为每个要素取不同的编号，或都不写")));
            }
            Ok(feature)
        };
        Ok(Self { name, features: features.iter().enumerate().map(feature).collect::<Result<_>>()? })
    }
}

/// How a feature is called in sentences.
fn place(number: usize, value: &Value) -> Text {
    match value.pointer("/properties/name").and_then(Value::as_str).filter(|name| !name.trim().is_empty()) {
        Some(name) => say!("feature {number} ({name})", "第 {number} 个要素（{name}）"),
        None => say!("feature {number}", "第 {number} 个要素"),
    }
}

fn feature(number: usize, value: &Value) -> Result<Feature> {
    let none = Map::new();
    let properties = Properties(value.get("properties").and_then(Value::as_object).unwrap_or(&none));
    let edit = properties.text("edit")?.ok_or_else(|| {
        Error::new(say!("it has no `edit`", "没有 `edit`")).hint(say!(
            "say what is done: {}",
            "请说明作何改动：{}",
            names().collect::<Vec<_>>().join(", ")
        ))
    })?;
    let Some((_, taken)) = EDITS.iter().find(|(name, _)| *name == edit) else {
        return Err(Error::new(say!("there is no edit {edit:?}", "没有改动 {edit:?}")).hint(near(&edit, names())));
    };
    let known = |key: &&String| taken.contains(&key.as_str()) || COMMON.contains(&key.as_str());
    if let Some(other) = properties.given().find(|key| !known(key)) {
        let all = || taken.iter().chain(&COMMON).copied();
        // Whoever keeps columns of their own may; what is taken elsewhere, or is nearly a word of ours, was meant for us.
        let is_ours = EDITS.iter().any(|(_, keys)| keys.contains(&other.as_str()));
        if is_ours || all().any(|word| strsim::damerau_levenshtein(word, other) <= 2) {
            return Err(Error::new(say!("`{other}` does nothing for {edit}", "`{other}` 对 {edit} 不起作用"))
                .hint(near(other, all())));
        }
    }
    let id = match value.get("id").or_else(|| properties.0.get("id")) {
        Some(Value::String(id)) if !id.trim().is_empty() => id.trim().to_owned(),
        Some(Value::Number(id)) => id.to_string(),
        _ => number.to_string(),
    };
    let shape = Shape(geometry(value.get("geometry"))?);
    Ok(Feature {
        id,
        number,
        name: properties.text("name")?.unwrap_or_default(),
        cost: properties.amount("cost")?,
        note: properties.text("note")?.unwrap_or_default(),
        edit: read_edit(&edit, &properties, shape)?,
    })
}

fn names() -> impl Iterator<Item = &'static str> {
    EDITS.iter().map(|(name, _)| *name)
}

/// A hint: the word that was meant, or all of them.
fn near<'a>(word: &str, all: impl Iterator<Item = &'a str>) -> Text {
    let all: Vec<&str> = all.collect();
    let close = all.iter().filter(|other| strsim::damerau_levenshtein(other, word) <= 2).copied().next();
    close.map_or_else(
        || say!("choose of {}", "可选：{}", all.join(", ")),
        |other| say!("do you mean `{other}`?", "是否指 `{other}`？"),
    )
}

fn read_edit(edit: &str, properties: &Properties<'_>, shape: Shape) -> Result<Edit> {
    let facility = || {
        properties.text("facility")?.ok_or_else(|| {
            Error::new(say!("it does not say which facility", "未说明是哪处设施"))
                .hint(say!("give `facility`, its id or name", "请给出 `facility`：编号或名称"))
        })
    };
    Ok(match edit {
        "add_facility" => {
            let (service, kind) = (properties.text("service")?, properties.text("kind")?);
            let is_service = service.is_some();
            let kind = service.or(kind).ok_or_else(|| {
                Error::new(say!("it does not say what is added", "未说明新增什么")).hint(say!(
                    "give `service` (as `pocket_park`), or `kind` (as `amenity=pharmacy`)",
                    "请给出 `service`（如 `pocket_park`）或 `kind`（如 `amenity=pharmacy`）"
                ))
            })?;
            let place = shape.place()?;
            let of_shape = match &place {
                Place::Area(shape) => Some(polygon::area(shape)),
                Place::Point(_) => None,
            };
            let (area, capacity) = (properties.amount("area")?.or(of_shape), properties.amount("capacity")?);
            Edit::AddFacility { place, kind, is_service, area, capacity }
        }
        "move_facility" => Edit::MoveFacility { facility: facility()?, place: shape.place()? },
        "remove_facility" => Edit::RemoveFacility { facility: facility()? },
        "change_facility" => {
            let (kind, area) = (properties.text("kind")?, properties.amount("area")?);
            let capacity = properties.amount("capacity")?;
            if kind.is_none() && area.is_none() && capacity.is_none() {
                return Err(Error::new(say!("nothing of the facility changes", "设施没有任何变化"))
                    .hint(say!("give `kind`, `area` or `capacity`", "请给出 `kind`、`area` 或 `capacity`")));
            }
            Edit::ChangeFacility { facility: facility()?, kind, area, capacity }
        }
        "open_street" => {
            let is_bridge = properties.flag("bridge")?.unwrap_or(false);
            Edit::OpenStreet { line: shape.line()?, look: properties.look()?, is_bridge }
        }
        "close_street" => Edit::CloseStreet(shape.which(properties.whole("way")?)?),
        "change_street" => {
            let look = properties.look()?;
            if look == StreetLook::default() {
                return Err(Error::new(say!("nothing of the street changes", "道路没有任何变化")).hint(say!(
                    "give `kind`, `surface`, `wheels`, `width`, `signals` or `speed`",
                    "请给出 `kind`、`surface`、`wheels`、`width`、`signals` 或 `speed`"
                )));
            }
            Edit::ChangeStreet(shape.which(properties.whole("way")?)?, look)
        }
        "open_gate" => Edit::OpenGate(shape.point()?, properties.look()?),
        "add_crossing" => {
            let course = match &shape.0 {
                Some(Geometry::Point(point)) => vec![point.0],
                _ => shape.line()?,
            };
            Edit::AddCrossing(course, properties.look()?)
        }
        // Names of edits were looked at before.
        _ => {
            let residents = properties.amount("residents")?;
            let residents = residents.ok_or_else(|| {
                Error::new(say!("it does not say how many people", "未说明有多少人"))
                    .hint(say!("give `residents`", "请给出 `residents`"))
            })?;
            if residents > MOST_PEOPLE {
                return Err(Error::new(say!("it has more than a hundred million residents", "居民超过一亿人"))
                    .hint(say!("count them again", "请核对人数")));
            }
            let ages = Ages { children: properties.amount("children")?, elderly: properties.amount("elderly")? };
            if ages.children.unwrap_or(0.0) + ages.elderly.unwrap_or(0.0) > residents {
                return Err(Error::new(say!(
                    "it has more children and older people than residents",
                    "儿童与老年人之和超过居民数"
                ))
                .hint(say!("count them among `residents`", "请将其计入 `residents`")));
            }
            Edit::AddHomes { places: shape.places()?, residents, ages }
        }
    })
}

/// The properties of a feature.
struct Properties<'a>(&'a Map<String, Value>);

impl Properties<'_> {
    fn given(&self) -> impl Iterator<Item = &String> {
        self.0.iter().filter(|(_, value)| !is_nothing(value)).map(|(key, _)| key)
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !is_nothing(value))
    }

    fn text(&self, key: &str) -> Result<Option<String>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim().to_owned())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => {
                Err(Error::new(say!("`{key}` is no text", "`{key}` 不是文本"))
                    .hint(say!("write it in quotes", "请加引号")))
            }
        }
    }

    /// A number that is not negative.
    fn amount(&self, key: &str) -> Result<Option<f64>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
        match number {
            Some(number) if (0.0..=1e15).contains(&number) => Ok(Some(number)),
            _ => Err(Error::new(say!("`{key}` is no number of 0 or more ({value})", "`{key}` 不是非负数（{value}）"))
                .hint(say!("give a number without its unit", "请只写数字，不带单位"))),
        }
    }

    fn whole(&self, key: &str) -> Result<Option<i64>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let text = value.as_str().map(|text| text.trim().trim_start_matches('w'));
        let number = value.as_i64().or_else(|| text?.parse().ok());
        number.map(Some).ok_or_else(|| {
            Error::new(say!("`{key}` is no whole number ({value})", "`{key}` 不是整数（{value}）"))
                .hint(say!("give the number of an OpenStreetMap way", "请给出 OpenStreetMap 道路的编号"))
        })
    }

    fn flag(&self, key: &str) -> Result<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Bool(flag)) => Ok(Some(*flag)),
            Some(Value::String(text)) if text == "yes" || text == "true" => Ok(Some(true)),
            Some(Value::String(text)) if text == "no" || text == "false" => Ok(Some(false)),
            Some(value) => Err(Error::new(say!(
                "`{key}` is neither true nor false ({value})",
                "`{key}` 既非 true 也非 false（{value}）"
            ))
            .hint(say!("write true or false", "请写 true 或 false"))),
        }
    }

    /// One of a list's words.
    fn word<T: serde::de::DeserializeOwned>(&self, key: &str, words: &str) -> Result<Option<T>> {
        let Some(text) = self.text(key)? else { return Ok(None) };
        let wrong = |_| {
            Error::new(say!("there is no {key} {text:?}", "没有 {key} {text:?}"))
                .hint(say!("choose of {words}", "可选：{words}"))
        };
        serde_json::from_value(Value::String(text.clone())).map(Some).map_err(wrong)
    }

    fn look(&self) -> Result<StreetLook> {
        let kind = self.word::<StreetKind>("kind", "major, minor, service, path, steps")?;
        if kind.is_some_and(|kind| {
            !matches!(
                kind,
                StreetKind::Major | StreetKind::Minor | StreetKind::Service | StreetKind::Path | StreetKind::Steps
            )
        }) {
            return Err(Error::new(say!("nobody builds a street of this `kind`", "不支持新建此类（`kind`）道路"))
                .hint(say!(
                    "choose of major, minor, service, path, steps",
                    "可选：major、minor、service、path、steps"
                )));
        }
        let signals = self.amount("signals")?;
        if signals.is_some_and(|signals| signals > 50.0 || signals.fract() != 0.0) {
            return Err(Error::new(say!("`signals` is no whole number up to 50", "`signals` 不是 50 以内的整数"))
                .hint(say!("say how many signals people wait at", "请给出行人需等待的信号灯数")));
        }
        let speed = self.amount("speed")?;
        if speed.is_some_and(|speed| !SPEEDS.contains(&speed)) {
            return Err(Error::new(say!("`speed` is not between 0.05 and 3", "`speed` 不在 0.05 与 3 之间")).hint(
                say!(
                    "give how fast people are there, as a share of their usual speed: 0.5 is half as fast",
                    "请给出与平常步速之比：0.5 即步速减半"
                ),
            ));
        }
        Ok(StreetLook {
            kind,
            surface: self.word::<Surface>("surface", "paved, cobbled, compacted, loose, soft")?,
            wheels: self.flag("wheels")?.map(|can| if can { Wheels::Yes } else { Wheels::No }),
            width: self.amount("width")?.map(|width| width as f32),
            signals: signals.map(|signals| signals as u8),
            speed: speed.map(|speed| speed as f32),
        })
    }
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(|text| text.trim().is_empty())
}

/// The geometry of a feature.
struct Shape(Option<Geometry<f64>>);

impl Shape {
    fn point(&self) -> Result<LonLat> {
        match &self.0 {
            Some(Geometry::Point(point)) => Ok(point.0),
            _ => Err(Error::new(say!("it is not at a point", "不是点要素")).hint(say!("draw a point", "请画一个点"))),
        }
    }

    fn line(&self) -> Result<Vec<LonLat>> {
        let line = match &self.0 {
            Some(Geometry::LineString(line)) => line.0.clone(),
            // QGIS makes every line a multiple one.
            Some(Geometry::MultiLineString(lines)) if lines.0.len() == 1 => lines.0[0].0.clone(),
            _ => return Err(Error::new(say!("it has no line", "没有线要素")).hint(say!("draw one line", "请画一条线"))),
        };
        let mut line = line;
        line.dedup();
        if line.len() < 2 {
            return Err(Error::new(say!("its line has no length", "线的长度为零"))
                .hint(say!("draw one of two points or more", "请画至少两个点的线")));
        }
        if lifecircle::geo::metric::length(&line).0 > LONGEST_STREET {
            return Err(Error::new(say!("its line is longer than 20 km", "线长超过 20 公里"))
                .hint(say!("draw it in several parts", "请分成几段绘制")));
        }
        Ok(line)
    }

    fn area(&self) -> Option<MultiPolygon<f64>> {
        let area = match &self.0 {
            Some(Geometry::Polygon(polygon)) => MultiPolygon(vec![polygon.clone()]),
            Some(Geometry::MultiPolygon(area)) => area.clone(),
            _ => return None,
        };
        (polygon::area(&area) > 0.0).then_some(area)
    }

    fn place(&self) -> Result<Place> {
        match (&self.0, self.area()) {
            (Some(Geometry::Point(point)), _) => Ok(Place::Point(point.0)),
            (_, Some(area)) => Ok(Place::Area(area)),
            _ => Err(Error::new(say!("it has no place", "未给出位置"))
                .hint(say!("draw a point or a polygon", "请画一个点或多边形"))),
        }
    }

    fn which(&self, way: Option<i64>) -> Result<Which> {
        match (&self.0, way) {
            (_, Some(way)) => Ok(Which::Way(way)),
            (Some(Geometry::Point(point)), None) => Ok(Which::At(point.0)),
            (Some(Geometry::LineString(_) | Geometry::MultiLineString(_)), None) => Ok(Which::Along(self.line()?)),
            _ => Err(Error::new(say!("it does not say which street", "未说明是哪条道路")).hint(say!(
                "draw a point on it or a line along it, or give `way`",
                "请在道路上画点或沿道路画线，或给出 `way`"
            ))),
        }
    }

    /// The places of homes: a point, or points spread over an area.
    fn places(&self) -> Result<Vec<LonLat>> {
        match self.place()? {
            Place::Point(point) => Ok(vec![point]),
            Place::Area(area) => Ok(spread(&area)),
        }
    }
}

/// Points spread evenly over an area; its inner point if it is too small for any.
fn spread(area: &MultiPolygon<f64>) -> Vec<LonLat> {
    let points = || polygon::rings(area).flat_map(|ring| ring.0.iter());
    let fold = |start: f64, of: fn(f64, f64) -> f64, value: fn(&LonLat) -> f64| points().map(value).fold(start, of);
    let (west, east) = (fold(f64::INFINITY, f64::min, |p| p.x), fold(f64::NEG_INFINITY, f64::max, |p| p.x));
    let (south, north) = (fold(f64::INFINITY, f64::min, |p| p.y), fold(f64::NEG_INFINITY, f64::max, |p| p.y));
    let frame = Frame::at(f64::midpoint(south, north));
    let boxed = (east - west) * frame.per_lon * (north - south) * frame.per_lat;
    // Of a thin slanting area few points of its box lie inside, so the box is not what bounds the number alone.
    let step = APART.max((polygon::area(area) / MOST_PLACES).sqrt()).max((boxed / (100.0 * MOST_PLACES)).sqrt());
    let (dx, dy) = (step / frame.per_lon, step / frame.per_lat);
    let middle = |from: f64, to: f64, step: f64| {
        let count = ((to - from) / step).floor().max(1.0);
        let margin = ((to - from) - (count - 1.0) * step) / 2.0;
        (0..count as u32).map(move |number| from + margin + f64::from(number) * step)
    };
    let grid = middle(south, north, dy).flat_map(|y| middle(west, east, dx).map(move |x| LonLat { x, y }));
    let inside: Vec<LonLat> = grid.filter(|point| polygon::contains(area, *point)).collect();
    if inside.is_empty() { polygon::inner_point(area).into_iter().collect() } else { inside }
}

fn geometry(value: Option<&Value>) -> Result<Option<Geometry<f64>>> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(None) };
    let hint = || say!("give longitudes and latitudes (RFC 7946)", "请给出经纬度（RFC 7946）");
    let mut positions = 0;
    check(value.get("coordinates").unwrap_or(&Value::Null), 0, &mut positions)
        .map_err(|why| Error::new(why).hint(hint()))?;
    let wrong =
        |why: String| Error::new(say!("its geometry cannot be read ({why})", "几何无法读取（{why}）")).hint(hint());
    let geometry: geojson::Geometry = serde_json::from_value(value.clone()).map_err(|e| wrong(e.to_string()))?;
    Geometry::try_from(geometry).map(Some).map_err(|e| wrong(e.to_string()))
}

/// Positions of two numbers or three, on the globe, and not too many: the library that reads them takes that for granted.
fn check(value: &Value, depth: usize, positions: &mut usize) -> std::result::Result<(), Text> {
    let Some(items) = value.as_array().filter(|_| depth < 5) else {
        return Err(say!("its coordinates are no lists of numbers", "其坐标不是数字列表"));
    };
    if !items.first().is_some_and(Value::is_number) {
        return items.iter().try_for_each(|item| check(item, depth + 1, positions));
    }
    *positions += 1;
    if *positions > MOST_POSITIONS {
        return Err(say!(
            "its geometry has more than {MOST_POSITIONS} positions",
            "其几何超过 {MOST_POSITIONS} 个坐标"
        ));
    }
    let [Some(x), Some(y)] = [0, 1].map(|at| items.get(at).and_then(Value::as_f64)) else {
        return Err(say!("a position has fewer than two numbers", "有坐标不足两个数"));
    };
    if !is_on_globe(LonLat { x, y }) {
        return Err(say!("[{x}, {y}] is not on the globe", "[{x}, {y}] 超出经纬度范围"));
    }
    Ok(())
}
