//! The files that a city is made of, and how each is to be read: given one by one, or written down in a file of inputs.
//!
//! It knows names of files and settings, and nothing of what stands in the files.

mod look;
mod write;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Deserializer};

use crate::error::{Error, Result};
use crate::geo::Datum;
use crate::import::{ListColumns, ListReading};
use crate::sources::lists::{self, Part};
use crate::sources::read_text;

pub use look::{FileLooked, Looked, look};

/// The files that a city is made of, and how they are to be read.
///
/// ```
/// let inputs = lifecircle::inputs::InputFiles::parse(
///     r#"
///     extract = "wuhai.osm.pbf"
///     people = { file = "census.xlsx", sheet = "2025" }
///
///     [[facilities]]
///     file = "nursing.xlsx"
///     kind = "nursing_home"
///     datum = "gcj02"
///     columns = { name = "机构名称", capacity = "核定床位数" }
///     "#,
/// )?;
/// assert_eq!(inputs.facilities[0].kind.as_deref(), Some("nursing_home"));
/// # Ok::<(), lifecircle::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputFiles {
    /// What the city is called; as the boundary that it is clipped to, or the extract's file, if none.
    pub name: Option<String>,
    /// The OpenStreetMap extract, or several: in a file of inputs one name or a list.
    #[serde(rename = "extract", deserialize_with = "one_or_several")]
    pub extracts: Vec<PathBuf>,
    /// Where people live.
    pub people: Option<PeopleFile>,
    /// All residents together, where no people are given.
    pub population: Option<f64>,
    /// Lists of facilities.
    #[serde(default)]
    pub facilities: Vec<ListFile>,
    /// Whether every entry of the lists counts, even if the place is known already.
    #[serde(default)]
    pub keep_duplicates: bool,
    /// Areas of communities; the extract's boundaries if there are none.
    #[serde(default)]
    pub communities: Vec<AreasFile>,
    /// Buildings besides those of the extract.
    #[serde(default)]
    pub buildings: Vec<AreasFile>,
    /// Which boundaries of the extract are the communities.
    pub admin_level: Option<u8>,
    /// Ground elevation.
    pub elevation: Option<PathBuf>,
    /// Corrections of what facilities are.
    pub corrections: Option<PathBuf>,
    /// The part of the extract that is the city.
    pub clip: Option<ClipTo>,
}

/// A part of an extract.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum ClipTo {
    /// The areas of a file.
    Areas(AreasFile),
    /// The administrative boundary of this name.
    Boundary(String),
}

impl ClipTo {
    /// Of a word: a file that is there or ends as lists do, or else the name of a boundary.
    pub fn of(word: &str, datum: Datum) -> Self {
        let file = PathBuf::from(word);
        let is_file = file.is_file() || lists::is_list(&file);
        if is_file { Self::Areas(AreasFile { file, sheet: None, datum }) } else { Self::Boundary(word.to_owned()) }
    }

    fn file(&self) -> Option<&AreasFile> {
        match self {
            Self::Areas(areas) => Some(areas),
            Self::Boundary(_) => None,
        }
    }
}

fn one_or_several<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Vec<PathBuf>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum OneOrSeveral {
        One(PathBuf),
        Several(Vec<PathBuf>),
    }
    Ok(match OneOrSeveral::deserialize(deserializer)? {
        OneOrSeveral::One(one) => vec![one],
        OneOrSeveral::Several(several) => several,
    })
}

/// A file of people.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeopleFile {
    /// The file.
    pub file: PathBuf,
    /// Its sheet or layer.
    pub sheet: Option<String>,
    /// Its column of residents.
    pub residents: Option<String>,
    /// Its datum.
    #[serde(default)]
    pub datum: Datum,
}

/// A list of facilities.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ListFile {
    /// The file.
    pub file: PathBuf,
    /// Its sheet or layer.
    pub sheet: Option<String>,
    /// Its columns; what is not named is guessed.
    #[serde(default)]
    pub columns: ListColumns,
    /// Its datum; by its origin if none.
    pub datum: Option<Datum>,
    /// What every entry is: the id of a kind, or a tag as `amenity=school`.
    pub kind: Option<String>,
}

/// A file of areas.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AreasFile {
    /// The file.
    pub file: PathBuf,
    /// Its layer.
    pub sheet: Option<String>,
    /// Its datum.
    #[serde(default)]
    pub datum: Datum,
}

impl PeopleFile {
    /// The file, with its sheet.
    pub fn part(&self) -> Part<'_> {
        Part { path: &self.file, sheet: self.sheet.as_deref() }
    }
}

impl AreasFile {
    /// The file, with its layer.
    pub fn part(&self) -> Part<'_> {
        Part { path: &self.file, sheet: self.sheet.as_deref() }
    }
}

impl ListFile {
    /// A list that says everything itself.
    pub fn of(file: impl Into<PathBuf>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// How it is to be read.
    pub fn reading(&self) -> ListReading {
        ListReading {
            sheet: self.sheet.clone(),
            columns: self.columns.clone(),
            datum: self.datum,
            kind: self.kind.clone(),
        }
    }
}

impl InputFiles {
    /// Only an extract.
    pub fn of(extract: impl Into<PathBuf>) -> Self {
        Self { extracts: vec![extract.into()], ..Self::default() }
    }

    /// Reads a file of inputs. The files that it names lie where it lies, unless their paths say otherwise.
    ///
    /// # Errors
    /// If it cannot be read or has a mistake, told with its line.
    pub fn read(path: &Path) -> Result<Self> {
        let mut inputs = Self::parse(&read_text(path)?).map_err(|e| e.file(path))?;
        let directory = path.parent().unwrap_or(Path::new(""));
        inputs.each_path(|file| *file = directory.join(&*file));
        Ok(inputs)
    }

    /// Reads a text of inputs.
    ///
    /// # Errors
    /// If it has a mistake, told with its line.
    pub fn parse(text: &str) -> Result<Self> {
        let mut inputs: Self = toml::from_str(text).map_err(|e| {
            crate::unreadable::not_toml(text, &e).hint(say!(
                "see `lifecircle inputs --help`, which writes such a file",
                "见 `lifecircle inputs --help`，它可生成此类文件"
            ))
        })?;
        if inputs.extracts.is_empty() || inputs.extracts.iter().any(|extract| extract.as_os_str().is_empty()) {
            return Err(Error::new(say!("`extract` is empty", "`extract` 是空的"))
                .hint(say!("name the OpenStreetMap extract", "请给出 OpenStreetMap 数据")));
        }
        // A name that ends as lists do is that of a file.
        if let Some(ClipTo::Boundary(word)) = &inputs.clip
            && lists::is_list(Path::new(word))
        {
            inputs.clip = Some(ClipTo::of(word, Datum::default()));
        }
        if inputs.population.is_some_and(|residents| !(1.0..=1e9).contains(&residents)) {
            return Err(Error::new(say!(
                "`population` must be between 1 and 1000000000",
                "`population` 应在 1 至 1000000000 之间"
            ))
            .hint(say!("give the number of residents", "请给出居民数")));
        }
        if inputs.population.is_some() && inputs.people.is_some() {
            return Err(Error::new(say!(
                "both `people` and `population` are given",
                "同时给出了 `people` 和 `population`"
            ))
            .hint(say!("leave one of them out", "请去掉其中之一")));
        }
        Ok(inputs)
    }

    fn each_path(&mut self, mut each: impl FnMut(&mut PathBuf)) {
        self.extracts.iter_mut().for_each(&mut each);
        self.people.iter_mut().for_each(|people| each(&mut people.file));
        self.facilities.iter_mut().for_each(|list| each(&mut list.file));
        self.communities.iter_mut().chain(&mut self.buildings).for_each(|areas| each(&mut areas.file));
        if let Some(ClipTo::Areas(areas)) = &mut self.clip {
            each(&mut areas.file);
        }
        self.elevation.iter_mut().chain(&mut self.corrections).for_each(each);
    }

    /// All files.
    pub fn paths(&self) -> Vec<&Path> {
        let people = self.people.iter().map(|people| people.file.as_path());
        let lists = self.facilities.iter().map(|list| list.file.as_path());
        let areas = self.communities.iter().chain(&self.buildings).map(|areas| areas.file.as_path());
        let clip = self.clip.as_ref().and_then(ClipTo::file).map(|areas| &areas.file);
        let others = self.elevation.iter().chain(&self.corrections).chain(clip).map(PathBuf::as_path);
        self.extracts.iter().map(PathBuf::as_path).chain(people).chain(lists).chain(areas).chain(others).collect()
    }

    /// What the city is called.
    pub fn name(&self) -> String {
        let boundary = match &self.clip {
            Some(ClipTo::Boundary(name)) => Some(name),
            _ => None,
        };
        self.name.as_ref().or(boundary).cloned().unwrap_or_else(|| {
            let first = self.extracts.first().and_then(|extract| extract.file_name());
            let file = first.map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            file.split(".osm").next().unwrap_or(&file).trim_end_matches(".pbf").to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_with_their_line() {
        let told = |text: &str| InputFiles::parse(text).unwrap_err().to_string();
        assert!(told("extract = \"a.pbf\"\nfacilites = []\n").starts_with("line 2: unknown field `facilites`"));
        assert!(told("[[facilities]]\nfile = \"a.csv\"\n").contains("missing field `extract`"));
        assert!(told("extract = \"\"\n").contains("`extract` is empty"));
        assert!(told("extract = \"a.pbf\"\npopulation = -3\n").contains("`population` must be"));
        let datum = told("extract = \"a.pbf\"\n[[facilities]]\nfile = \"a.csv\"\ndatum = \"gcj\"\n");
        assert!(datum.starts_with("line 4") && datum.contains("gcj02"), "{datum}");
        let clip = |text: &str| InputFiles::parse(&format!("extract = \"a.pbf\"\nclip = {text}\n")).unwrap();
        assert_eq!(clip("\"乌海市\"").clip, Some(ClipTo::Boundary("乌海市".to_owned())));
        assert_eq!(clip("\"乌海市\"").name(), "乌海市");
        assert_eq!(clip("\"St. Paul's Bay\"").paths().len(), 1);
        assert_eq!(clip("\"area.geojson\"").paths().len(), 2);
        assert_eq!(clip("{ file = \"area.geojson\", datum = \"gcj02\" }").paths().len(), 2);
        assert!(told("extract = \"a.pbf\"\npopulation = 5\npeople = { file = \"p.csv\" }\n").contains("both"));
    }

    #[test]
    fn files_lie_where_the_file_of_inputs_lies() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("city-inputs.toml");
        let text = "extract = \"a.pbf\"\nelevation = \"/dem.tif\"\n[[facilities]]\nfile = \"lists/a.csv\"\n";
        std::fs::write(&path, text).unwrap();
        let inputs = InputFiles::read(&path).unwrap();
        assert_eq!(inputs.extracts, [directory.path().join("a.pbf")]);
        let several = InputFiles::parse("extract = [\"a.pbf\", \"b.pbf\"]\n").unwrap();
        assert_eq!(several.extracts, [PathBuf::from("a.pbf"), PathBuf::from("b.pbf")]);
        assert_eq!(inputs.facilities[0].file, directory.path().join("lists/a.csv"));
        assert_eq!(inputs.elevation, Some(PathBuf::from("/dem.tif")));
        assert_eq!(inputs.paths().len(), 3);
    }
}
