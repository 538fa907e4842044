//! What a caller can set, by names of the library's own. Sentences speak of a setting as `{people.column}`; every caller puts
//! its own word there: the command its option, a server its field, Python its argument.

use std::fmt;

/// Something that a caller can set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Setting {
    /// The OpenStreetMap extract.
    Extract,
    /// Where people live.
    People,
    /// The column of residents.
    PeopleColumn,
    /// How many people live there in all.
    Population,
    /// Lists of facilities.
    Facilities,
    /// The columns of lists of facilities.
    FacilitiesColumns,
    /// Areas of communities.
    Communities,
    /// Ground elevation.
    Elevation,
    /// By which standard to measure.
    Standard,
    /// Where to write.
    Output,
    /// Whether an earlier output may be replaced.
    Replace,
    /// The columns of lists of requests.
    RequestColumns,
    /// Which category a word of such a list is.
    RequestCategories,
}

impl Setting {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Extract,
        Self::People,
        Self::PeopleColumn,
        Self::Population,
        Self::Facilities,
        Self::FacilitiesColumns,
        Self::Communities,
        Self::Elevation,
        Self::Standard,
        Self::Output,
        Self::Replace,
        Self::RequestColumns,
        Self::RequestCategories,
    ];

    /// What it is in English, for a reader of whom nothing is known.
    pub fn in_english(self) -> String {
        match self {
            Self::Extract => "an extract".to_owned(),
            Self::People => "population data".to_owned(),
            Self::Population => "the total population".to_owned(),
            Self::Facilities => "local lists of facilities".to_owned(),
            Self::Communities => "community boundaries".to_owned(),
            Self::Elevation => "elevation raster".to_owned(),
            Self::Standard => "the standard".to_owned(),
            Self::Output => "output".to_owned(),
            other => format!("the setting `{}`", other.name()),
        }
    }

    /// The same in Chinese.
    pub fn in_chinese(self) -> String {
        match self {
            Self::Extract => "数据".to_owned(),
            Self::People => "人口数据".to_owned(),
            Self::Population => "总人口".to_owned(),
            Self::Facilities => "本地设施名录".to_owned(),
            Self::Communities => "社区边界".to_owned(),
            Self::Elevation => "高程数据".to_owned(),
            Self::Standard => "标准".to_owned(),
            Self::Output => "输出位置".to_owned(),
            other => format!("设置项 {}", other.name()),
        }
    }

    /// Its name in the library, which does not change.
    pub fn name(self) -> &'static str {
        match self {
            Self::Extract => "extract",
            Self::People => "people",
            Self::PeopleColumn => "people.column",
            Self::Population => "population",
            Self::Facilities => "facilities",
            Self::FacilitiesColumns => "facilities.columns",
            Self::Communities => "communities",
            Self::Elevation => "elevation",
            Self::Standard => "standard",
            Self::Output => "output",
            Self::Replace => "replace",
            Self::RequestColumns => "requests.columns",
            Self::RequestCategories => "requests.categories",
        }
    }
}

impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.name())
    }
}

/// A text with a caller's own words for settings.
///
/// ```
/// use lifecircle::setting::{Setting, named};
/// let text = format!("give {} for real numbers", Setting::People);
/// assert_eq!(named(&text, |_| "--people".to_owned()), "give --people for real numbers");
/// assert_eq!(named(&text, Setting::in_english), "give population data for real numbers");
/// ```
pub fn named(text: &str, name: impl Fn(Setting) -> String) -> String {
    let mut text = text.to_owned();
    for setting in Setting::ALL {
        let own = setting.to_string();
        if text.contains(&own) {
            text = text.replace(&own, &name(setting));
        }
    }
    text
}
