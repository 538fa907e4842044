//! A request as the desk holds it: what it is about, where, in which state. Plain data; it knows neither how it is kept nor who may do
//! what.

use std::collections::BTreeMap;

use lifecircle::city::Community;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::calendar::{Limit, Moment};
use crate::catalogue::{Name, Priority, UnitKind};

/// The areas that a place lies in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Area {
    /// The community's id in the city.
    pub id: String,
    /// The community.
    pub community: Name,
    /// Its subdistrict or town; empty if none is known.
    pub subdistrict: Name,
    /// Its district; empty if none is known.
    pub district: Name,
    /// The grid (网格) of the community that it lies in; empty if none is known.
    #[serde(default)]
    pub grid: Name,
}

impl Area {
    /// The area of a kind of office.
    pub fn name(&self, kind: UnitKind) -> Option<&Name> {
        let name = match kind {
            UnitKind::District => &self.district,
            UnitKind::Subdistrict => &self.subdistrict,
            UnitKind::Community => &self.community,
            UnitKind::Department | UnitKind::Station => return None,
        };
        (!name.zh.is_empty() || !name.en.is_empty()).then_some(name)
    }

    /// The id of the office of this very area; areas of one name in two districts have two.
    pub fn unit_id(&self, kind: UnitKind) -> Option<String> {
        let name = |name: &Name| if name.zh.is_empty() { name.en.clone() } else { name.zh.clone() };
        self.name(kind)?;
        match kind {
            UnitKind::District => Some(format!("district:{}", name(&self.district))),
            UnitKind::Subdistrict => Some(format!("subdistrict:{}/{}", name(&self.district), name(&self.subdistrict))),
            UnitKind::Community => Some(format!("community:{}", self.id)),
            UnitKind::Department | UnitKind::Station => None,
        }
    }

    /// How small the area is that is called so: 1 a district, 2 a subdistrict, 3 a community, 4 a grid, whose name may stand behind its
    /// community's, as in `滨河社区/第一网格`, since many communities call theirs the same.
    pub fn level(&self, name: &str) -> Option<usize> {
        if let Some((community, grid)) = name.split_once('/')
            && self.community.is(community.trim())
            && self.grid.is(grid.trim())
        {
            return Some(4);
        }
        let levels = [(4, &self.grid), (3, &self.community), (2, &self.subdistrict), (1, &self.district)];
        levels.into_iter().find(|(_, own)| own.is(name)).map(|(level, _)| level)
    }
}

impl From<&Community> for Area {
    fn from(community: &Community) -> Self {
        let name = |name: &lifecircle::city::Name| Name { zh: name.local.clone(), en: name.en.clone() };
        Self {
            id: community.id.clone(),
            community: name(&community.name),
            subdistrict: name(&community.subdistrict),
            district: name(&community.district),
            grid: Name::default(),
        }
    }
}

/// Where a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct At {
    /// Longitude in degrees.
    pub lon: f64,
    /// Latitude in degrees.
    pub lat: f64,
}

/// Places that everybody may know are told to a thousandth of a degree.
pub(crate) const CELLS_A_DEGREE: f64 = 1_000.0;

/// Metres of a degree of latitude.
pub(crate) const METRES_A_DEGREE: f64 = 111_195.0;

impl At {
    /// Metres to another place, not far away.
    pub(crate) fn metres_to(self, other: Self) -> f64 {
        let east = (self.lon - other.lon) * self.lat.midpoint(other.lat).to_radians().cos();
        (self.lat - other.lat).hypot(east) * METRES_A_DEGREE
    }

    /// The place as everybody may know it: some hundred metres around it are the same, since a request may be about somebody's own home.
    #[must_use]
    pub fn rounded(self) -> Self {
        let round = |degrees: f64| (degrees * CELLS_A_DEGREE).round() / CELLS_A_DEGREE;
        Self { lon: round(self.lon), lat: round(self.lat) }
    }
}

/// How far a request has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It is there; nobody answers for it yet (待派单).
    Received,
    /// A unit was told to answer (待签收).
    Dispatched,
    /// The unit has taken it (已签收).
    Signed,
    /// The unit is at work (办理中).
    InHand,
    /// The clock stands still, with a reason (已挂起).
    Paused,
    /// The unit says that it is not its business; that is being reviewed (退单审核中).
    Objected,
    /// The unit has answered (已答复).
    Replied,
    /// Whoever asked was asked back (已回访).
    CalledBack,
    /// It is done (已办结).
    Closed,
    /// It is the same as another, and goes on there (已合并).
    Merged,
}

impl State {
    /// All of them, in the order in which a request comes through them.
    pub const ALL: [Self; 10] = [
        Self::Received,
        Self::Dispatched,
        Self::Signed,
        Self::InHand,
        Self::Paused,
        Self::Objected,
        Self::Replied,
        Self::CalledBack,
        Self::Closed,
        Self::Merged,
    ];

    /// Its word in files and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Dispatched => "dispatched",
            Self::Signed => "signed",
            Self::InHand => "in_hand",
            Self::Paused => "paused",
            Self::Objected => "objected",
            Self::Replied => "replied",
            Self::CalledBack => "called_back",
            Self::Closed => "closed",
            Self::Merged => "merged",
        }
    }

    /// The state of a word.
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether a unit has still to answer.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Replied | Self::CalledBack | Self::Closed | Self::Merged)
    }
}

/// By which way a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The page for residents.
    Page,
    /// By telephone, entered by staff.
    Telephone,
    /// Open311.
    Open311,
    /// A list of another hotline.
    List,
}

impl Channel {
    /// Its word in files and answers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Page => "page",
            Self::Telephone => "telephone",
            Self::Open311 => "open311",
            Self::List => "list",
        }
    }

    /// The channel of a word.
    pub fn of(word: &str) -> Option<Self> {
        [Self::Page, Self::Telephone, Self::Open311, Self::List].into_iter().find(|channel| channel.word() == word)
    }
}

/// What somebody asks.
#[derive(Debug, Clone)]
pub struct NewRequest {
    /// The category's id.
    pub category: String,
    /// Where it is about.
    pub at: Option<At>,
    /// Where it is about, in words: an address, a house, a name.
    pub place: String,
    /// The areas that it lies in, if the city knows.
    pub area: Option<Area>,
    /// What whoever asks writes.
    pub words: String,
    /// Answers to the category's questions, by their ids.
    pub answers: BTreeMap<String, String>,
    /// How to reach whoever asks; empty if they would not be reached.
    pub contact: String,
    /// Whether others may read the words.
    pub is_public: bool,
    /// By which way it came.
    pub channel: Channel,
    /// What the sender calls it, so that sending it twice does not make two of it; empty for none.
    pub key: String,
    /// When it came, if that was before it was entered here: its limit runs from then on.
    pub received: Option<Moment>,
}

/// What became of asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Asked {
    /// The request's number.
    pub number: i64,
    /// What only whoever asked knows: with it they see how far it is.
    pub code: String,
}

/// A request as those who work on it see it.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Request {
    /// Its number.
    pub number: i64,
    /// The category's id.
    pub category: String,
    /// Where it is about.
    pub at: Option<At>,
    /// The community's id in the city; empty if not known.
    pub community: String,
    /// The district's name; empty if not known.
    pub district: String,
    /// How far it has come.
    pub state: State,
    /// How soon it must be looked at.
    pub priority: Priority,
    /// By which way it came.
    pub channel: Channel,
    /// The unit that leads; none as long as nobody does.
    pub unit: Option<String>,
    /// The first unit that took it: it leads whoever it is passed on to (首接负责).
    pub first_unit: Option<String>,
    /// The units that help.
    pub helpers: Vec<String>,
    /// When it came.
    pub received: Moment,
    /// How long answering may take.
    pub limit: Limit,
    /// When the limit passes; none while the clock stands still.
    pub due: Option<Moment>,
    /// When it last changed.
    pub changed: Moment,
    /// When it was answered; none as long as it is not.
    pub replied: Option<Moment>,
    /// How many others have joined.
    pub joined: i64,
    /// How often it was reopened.
    pub reopened: i64,
    /// How often it was urged.
    pub urged: i64,
    /// The request that it is the same as.
    pub merged_into: Option<i64>,
    /// Whether whoever asked says that it is solved.
    pub solved: Option<bool>,
    /// What whoever asked thinks of the answer, 1 to 5.
    pub stars: Option<i64>,
    /// Whether they said that they are satisfied when they were called back.
    pub satisfied: Option<bool>,
    /// Whether others may read the words.
    pub is_public: bool,
    /// Whether its limit was passed.
    pub escalated: bool,
    /// The grid (网格) of the community; empty if none is known.
    pub grid: String,
    /// The scenario that what it asks for stands in.
    pub planned: Option<String>,
    /// When it was told that what it asked for has opened.
    pub opened: Option<Moment>,
}
