//! Looking at the files that a user has: what each is, which of its columns hold what, in which datum it is, and of what one is unsure.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::{AreasFile, InputFiles, ListFile, PeopleFile};
use crate::city::{Entries, Facility, ListOrigin, Name};
use crate::error::{Error, Result};
use crate::geo::datum::is_in_china;
use crate::geo::metric::distance;
use crate::geo::{Datum, LonLat};
use crate::import::{FacilityList, ListColumns, ListReading, are_buildings, list_of, named_places};
use crate::kinds::Catalogue;
use crate::progress::Progress;
use crate::sources::columns::Meaning;
use crate::sources::extract::OsmSource;
use crate::sources::lists;
use crate::sources::records::{Record, Records, System, into_areas, point_of};

/// Of fewer places of the same name nothing is concluded.
const FEWEST_ALIKE: usize = 3;

/// Places of one name that lie farther apart, whatever the datum, are two, in metres.
const FARTHEST_ALIKE: f64 = 1500.0;

/// What files are.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Looked {
    /// The inputs as they were understood.
    pub inputs: InputFiles,
    /// What is to be said of each file, in the order given.
    pub files: Vec<FileLooked>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct FileLooked {
    /// The file.
    pub file: PathBuf,
    /// What it was taken for: `extract`, `people`, `facilities`, `communities`, `buildings`, `elevation`; none if it cannot be used.
    pub role: Option<&'static str>,
    /// Its rows; none for what has none.
    pub rows: Option<usize>,
    /// What was seen.
    pub told: Vec<String>,
    /// Of what one is not sure, and what to do.
    pub unsure: Vec<String>,
}

impl FileLooked {
    fn new(file: &Path) -> Self {
        Self { file: file.to_path_buf(), role: None, rows: None, told: Vec::new(), unsure: Vec::new() }
    }
}

/// Looks at files.
///
/// # Errors
/// If it is cancelled, or the extract cannot be read.
pub fn look(files: &[PathBuf], progress: &dyn Progress) -> Result<Looked> {
    let mut looked = Looked::default();
    let mut lists: Vec<(usize, FacilityList)> = Vec::new();
    for file in files {
        progress.check()?;
        let mut one = FileLooked::new(file);
        let list = look_at(file, &mut one, &mut looked.inputs);
        lists.extend(list.map(|list| (looked.files.len(), list)));
        looked.files.push(one);
    }
    if looked.inputs.extracts.is_empty() {
        return Err(Error::new(say!(
            "none of the files is an OpenStreetMap extract",
            "这些文件中没有 OpenStreetMap 数据"
        ))
        .hint(say!("name one that ends in .osm.pbf or .osm", "请给出一个以 .osm.pbf 或 .osm 结尾的文件")));
    }
    tell_datums(&mut looked, &lists, progress)?;
    Ok(looked)
}

/// Looks at one file; a list of facilities is given back.
fn look_at(file: &Path, one: &mut FileLooked, inputs: &mut InputFiles) -> Option<FacilityList> {
    let name = file.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if [".pbf", ".osm", ".osm.gz", ".osm.bz2"].iter().any(|end| name.ends_with(end)) {
        one.role = Some("extract");
        inputs.extracts.push(file.to_path_buf());
        return None;
    }
    if name.ends_with(".tif") || name.ends_with(".tiff") {
        let is_people = has(&["pop", "people", "ppp", "ghs", "人口", "居民"]);
        if !is_people && !has(&["dem", "elev", "srtm", "dsm", "aster", "alos", "高程", "地形"]) {
            one.unsure.push("taken for ground elevation; if it holds people, write it as `people`".to_owned());
        }
        one.role = Some(if is_people { "people" } else { "elevation" });
        if is_people {
            inputs.people = Some(PeopleFile { file: file.to_path_buf(), ..PeopleFile::default() });
        } else {
            inputs.elevation = Some(file.to_path_buf());
        }
        return None;
    }
    match lists::read(file) {
        Ok(records) => look_at_records(file, &records, one, inputs),
        Err(error) => {
            one.unsure.push(error.to_string());
            None
        }
    }
}

fn look_at_records(
    file: &Path,
    records: &Records,
    one: &mut FileLooked,
    inputs: &mut InputFiles,
) -> Option<FacilityList> {
    one.rows = Some(records.rows.len());
    if !records.sheets_left.is_empty() {
        one.unsure.push(format!(
            "sheets that have other columns are not read: {}; name one with `sheet`",
            records.sheets_left.join(", ")
        ));
    }
    let is_area =
        |row: &&Record| row.geometry.as_deref().is_some_and(|geometry| into_areas(geometry.clone()).is_some());
    let areas = records.rows.iter().filter(is_area).count();
    let all_areas = areas > 0 && areas * 10 >= records.rows.len() * 9;
    let tells_people = records.find(Meaning::Residents).or_else(|| records.find(Meaning::Age));
    let list = list_of(records, &ListReading::default());
    let recognised = list.as_ref().map_or(0, recognised);
    if all_areas && tells_people.is_none() && recognised * 3 < records.rows.len() && are_buildings(records) {
        one.role = Some("buildings");
        for (meaning, name) in
            [(Meaning::Purpose, "purpose"), (Meaning::Storeys, "storeys"), (Meaning::Height, "height")]
        {
            match records.find(meaning) {
                Some(column) => one.told.push(format!("{name}: {}", records.columns[column])),
                None => one.unsure.push(format!("no column of {name}")),
            }
        }
        if lies_in_china(records) && matches!(records.system, System::Untold) {
            one.unsure.push("datum: wgs84 is assumed".to_owned());
        }
        inputs.buildings.push(AreasFile { file: file.to_path_buf(), sheet: None, datum: Datum::default() });
        return None;
    }
    // Parks are areas too; communities are no places of any kind.
    let are_communities = all_areas
        && recognised * 3 < records.rows.len()
        && (records.find(Meaning::Kind).is_none() || records.column(&["boundary", "admin_level"]).is_some());
    if let Some(column) = tells_people.filter(|_| recognised * 2 < records.rows.len()) {
        one.role = Some("people");
        let residents = records.find(Meaning::Residents).map(|column| records.columns[column].clone());
        let what = if residents.is_some() { "residents" } else { "a row a person, by age" };
        one.told.push(format!("{what}: {}", records.columns[column]));
        for (meaning, name) in [(Meaning::Children, "children"), (Meaning::Elderly, "older people")] {
            match records.find(meaning) {
                Some(column) => one.told.push(format!("{name}: {}", records.columns[column])),
                None if residents.is_some() => {
                    one.unsure.push(format!("no column of {name}: their ages are not known"))
                }
                None => {}
            }
        }
        if inputs.people.is_some() {
            one.unsure.push("people were named before; only the last file is used".to_owned());
        }
        inputs.people = Some(PeopleFile { file: file.to_path_buf(), residents, ..PeopleFile::default() });
        if !all_areas {
            return None;
        }
    }
    if are_communities {
        one.role = Some(one.role.map_or("communities", |_| "people, communities"));
        if records.find(Meaning::Name).or_else(|| records.find(Meaning::Community)).is_none() {
            one.unsure.push("no column names the areas; call one of them `name`".to_owned());
        }
        let datum = Datum::default();
        inputs.communities.push(AreasFile { file: file.to_path_buf(), sheet: None, datum });
        if lies_in_china(records) {
            one.unsure.push("datum: wgs84 is assumed; boundaries published in China are mostly gcj02".to_owned());
        }
        return None;
    }
    if one.role.is_some() {
        return None;
    }
    look_at_list(file, records, list, one, inputs)
}

fn lies_in_china(records: &Records) -> bool {
    let first = records.rows.iter().find_map(|row| row.geometry.as_deref().and_then(point_of));
    first.is_some_and(is_in_china)
}

fn look_at_list(
    file: &Path,
    records: &Records,
    list: Result<FacilityList>,
    one: &mut FileLooked,
    inputs: &mut InputFiles,
) -> Option<FacilityList> {
    one.role = Some("facilities");
    let mut own = ListFile { columns: columns(records), ..ListFile::of(file) };
    let list = match list {
        Ok(list) => list,
        Err(error) => {
            one.unsure.push(error.to_string());
            inputs.facilities.push(own);
            return None;
        }
    };
    let entries = list.facilities.len() + list.unplaced.len();
    let mut known = recognised(&list);
    if known * 2 < entries
        && let Some(kind) = kind_of_file(file)
    {
        let reading = ListReading { kind: Some(kind.clone()), ..ListReading::default() };
        known = list_of(records, &reading).as_ref().map_or(known, recognised);
        one.told.push(format!("every entry is taken for `{kind}`, by the name of the file"));
        own.kind = Some(kind);
    }
    one.told.push(format!("{known} of {entries} entries are of a known kind"));
    if known * 2 < entries {
        one.unsure.push(
            "what the entries are is not known for most: name a column with `kind`, or a kind for all".to_owned(),
        );
    }
    if !list.unplaced.is_empty() {
        one.unsure.push(format!(
            "entries without coordinates: {}; they are looked for by address and name on the map",
            list.unplaced.len()
        ));
    }
    if !list.unused.is_empty() {
        one.told.push(format!("columns that are not used: {}", list.unused.join(", ")));
    }
    if list.origin != ListOrigin::Plain {
        one.told.push(format!("an export of {}, in {}", list.origin.name(), list.datum));
        own.datum = Some(list.datum);
    }
    inputs.facilities.push(own);
    Some(list)
}

/// How many entries are of a known kind.
fn recognised(list: &FacilityList) -> usize {
    let catalogue = Catalogue::built_in();
    let unplaced = list.unplaced.iter().map(|entry| &entry.facility);
    list.facilities.iter().chain(unplaced).filter(|facility| !catalogue.kinds_of(facility).is_empty()).count()
}

/// The kind that the name of a file tells, as `养老机构.xlsx`.
fn kind_of_file(file: &Path) -> Option<String> {
    let stem = file.file_stem()?.to_string_lossy().into_owned();
    let catalogue = Catalogue::built_in();
    let place = |kind: &str| Facility {
        name: Name { local: stem.replace(['_', '-'], " "), en: String::new() },
        kind: kind.to_owned(),
        entries: Entries::Known(Vec::new()),
        ..Facility::default()
    };
    let as_word = catalogue.kinds_of(&place(&stem));
    let kind = as_word.first().copied().or_else(|| catalogue.kinds_of(&place("")).first().copied())?;
    Some(catalogue.kinds[kind].id.clone())
}

/// The columns that were found, by name.
fn columns(records: &Records) -> ListColumns {
    let name = |meaning| records.find(meaning).map(|column| records.columns[column].clone());
    // What is named must hold numbers; what is guessed may hold words as well.
    let size = |meaning| {
        let column = records.find(meaning).filter(|column| records.sizes(*column).is_ok())?;
        Some(records.columns[column].clone())
    };
    ListColumns {
        lon: name(Meaning::Lon),
        lat: name(Meaning::Lat),
        name: name(Meaning::Name),
        kind: name(Meaning::Kind),
        id: name(Meaning::Id),
        capacity: size(Meaning::Capacity),
        area: size(Meaning::Area),
        address: name(Meaning::Address),
        community: name(Meaning::Community),
    }
}

/// Tells the datum of lists that do not: the one in which their places lie where the map has places of the same name.
fn tell_datums(looked: &mut Looked, lists: &[(usize, FacilityList)], progress: &dyn Progress) -> Result<()> {
    let is_open = |list: &FacilityList| {
        list.origin == ListOrigin::Plain && list.facilities.iter().any(|facility| is_in_china(facility.at))
    };
    if !lists.iter().any(|(_, list)| is_open(list)) {
        return Ok(());
    }
    let map = by_name(named_places(&OsmSource::open_all(&looked.inputs.extracts)?, progress)?.into_iter());
    for (number, list) in lists.iter().filter(|(_, list)| is_open(list)) {
        let one = &mut looked.files[*number];
        let own = looked.inputs.facilities.iter_mut().find(|own| own.file == one.file);
        let places = list.facilities.iter().map(|facility| (facility.name.show(false).to_owned(), facility.at));
        let apart = medians_apart(&by_name(places), &map);
        match (apart, own) {
            (Some((alike, apart)), Some(own)) => {
                let [(best, nearest), (other, next), _] = apart;
                one.told.push(format!(
                    "datum: {alike} places of the same name on the map lie {nearest:.0} m apart in {}, {next:.0} m in {}",
                    best,
                    other
                ));
                own.datum = Some(best);
                if nearest * 2.0 > next {
                    one.unsure.push(format!("the datum is not sure: {} fits best, but not much better", best));
                }
            }
            _ => one.unsure.push(
                "datum: wgs84 is assumed, since too few places of the same name are on the map; lists in China are often gcj02 (AMap) or bd09 (Baidu)"
                    .to_owned(),
            ),
        }
    }
    Ok(())
}

/// Places that alone are called so.
fn by_name(places: impl Iterator<Item = (String, LonLat)>) -> HashMap<String, LonLat> {
    let mut all: HashMap<String, Option<LonLat>> = HashMap::new();
    for (name, at) in places.filter(|(name, _)| name.chars().count() >= 3) {
        all.entry(name).and_modify(|known| *known = None).or_insert(Some(at));
    }
    all.into_iter().filter_map(|(name, at)| Some((name, at?))).collect()
}

/// How many places of one name there are, and for each datum how far they lie apart in the middle, the nearest first.
fn medians_apart(list: &HashMap<String, LonLat>, map: &HashMap<String, LonLat>) -> Option<(usize, [(Datum, f64); 3])> {
    let datums = [Datum::Wgs84, Datum::Gcj02, Datum::Bd09];
    let pairs = list.iter().filter_map(|(name, at)| Some((*at, *map.get(name)?)));
    let alike: Vec<[f64; 3]> = pairs
        .map(|(own, on_map)| datums.map(|datum| distance(datum.to_wgs84(own), on_map).0))
        .filter(|apart| apart.iter().any(|metres| *metres < FARTHEST_ALIKE))
        .collect();
    if alike.len() < FEWEST_ALIKE {
        return None;
    }
    let median = |datum: usize| {
        let mut apart: Vec<f64> = alike.iter().map(|apart| apart[datum]).collect();
        apart.sort_by(f64::total_cmp);
        apart[apart.len() / 2]
    };
    let mut medians = [0, 1, 2].map(|datum| (datums[datum], median(datum)));
    medians.sort_by(|a, b| a.1.total_cmp(&b.1));
    Some((alike.len(), medians))
}
