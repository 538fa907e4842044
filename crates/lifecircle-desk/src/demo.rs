//! A year of requests for a synthetic city: seasons, a hot spot, repeats, units that are quick and slow. Everything in it is generated, by
//! the desk's own steps, so that it is whatever a desk can be.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Datelike as _};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use crate::calendar::Moment;
use crate::desk::{Action, Desk};
use crate::entry::Who;
use crate::refusal::Refusal;
use crate::request::{Area, At, Channel, NewRequest};
use crate::rights::Role;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Requests a day, in the mean over the year.
const A_DAY: f64 = 6.0;

/// Where somebody lives who might ask.
#[derive(Debug, Clone)]
pub struct Place {
    /// The place.
    pub at: At,
    /// The areas that it lies in.
    pub area: Area,
}

/// What is asked, how often in which month (from January on), and in which words.
type Kind = (&'static str, [f64; 12], &'static [&'static str]);

const KINDS: [Kind; 14] = [
    (
        "heating",
        [6., 5., 2.5, 0.6, 0., 0., 0., 0., 0.2, 3., 4.5, 6.],
        &["卧室温度只有 15 度，老人受不了", "整个单元暖气不热", "暖气管漏水", "供热压力低，顶楼一直不热"],
    ),
    (
        "estate",
        [1.6, 1.4, 1.6, 1.6, 1.8, 1.8, 2., 1.8, 1.6, 1.6, 1.6, 1.6],
        &[
            "楼道灯坏了两周没人修",
            "物业不清理楼道杂物",
            "屋顶漏雨，多次报修没有结果",
            "单元门禁失灵",
            "想加装电梯，不知道找谁",
        ],
    ),
    (
        "waste",
        [0.8, 0.8, 1., 1.1, 1.4, 1.6, 1.8, 1.6, 1.2, 1., 0.8, 0.8],
        &["垃圾桶满了三天没有清运", "公厕脏，没有水", "建筑垃圾倒在路边", "夏天垃圾站气味很大"],
    ),
    (
        "road",
        [0.6, 0.6, 1., 1.2, 1.2, 1.2, 1.4, 1.4, 1.2, 1., 0.8, 0.6],
        &["人行道地砖松动，老人绊倒", "路面有坑，电动车过不去", "雨后路口积水", "井盖响得厉害"],
    ),
    (
        "noise",
        [0.4, 0.4, 0.6, 1., 1.4, 2., 2.4, 2.2, 1.4, 0.8, 0.4, 0.4],
        &["夜里十一点还在施工", "广场舞音响太大", "烧烤店凌晨两点还在营业"],
    ),
    (
        "parking",
        [1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.],
        &["消防通道被车占了", "学校门口乱停车", "路口信号灯时间太短"],
    ),
    ("lighting", [1., 0.8, 0.5, 0.4, 0.3, 0.3, 0.3, 0.4, 0.5, 0.7, 0.9, 1.], &["整条街路灯不亮", "公园小路晚上太黑"]),
    (
        "water",
        [1.4, 1.2, 0.5, 0.4, 0.5, 0.8, 1., 0.8, 0.5, 0.4, 0.5, 1.2],
        &["停水没有通知", "水压低，五楼没水", "自来水发黄", "管道冻裂"],
    ),
    ("bus", [0.5; 12], &["公交等了四十分钟", "站牌信息不对", "希望延长末班车时间"]),
    ("elderly", [0.5; 12], &["附近没有老年食堂", "日间照料中心排不上", "想申请上门助浴"]),
    (
        "education",
        [0.3, 0.5, 0.4, 0.4, 0.6, 1., 1.6, 1.8, 0.8, 0.3, 0.3, 0.3],
        &["孩子入园没有名额", "托育机构收费不清楚", "上学路上没有斑马线"],
    ),
    (
        "green",
        [0.1, 0.1, 0.6, 1., 1.2, 1., 1., 0.9, 0.6, 0.4, 0.2, 0.1],
        &["树枝挡住窗户", "健身器材坏了", "草坪变成停车场"],
    ),
    (
        "build",
        [0.5, 0.5, 0.6, 0.7, 0.7, 0.7, 0.7, 0.6, 0.6, 0.5, 0.5, 0.5],
        &["希望附近建一个口袋公园", "小区围墙开一个小门就能少走十分钟", "附近没有菜店", "缺少公厕"],
    ),
    ("other", [0.6; 12], &["咨询居住证办理", "捡到证件送到哪里", "表扬社区工作人员"]),
];

/// What comes next to a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Next {
    Ask { place: usize, kind: usize, words: usize, again: bool },
    Sign(i64),
    Start(i64),
    Object(i64),
    Reply(i64),
    CallBack(i64),
    Rate { number: i64, code: String, stars: i64 },
    Day,
}

/// Fills a desk with a year of requests that ends at a moment; returns how many. The clock is the desk's own.
///
/// # Errors
/// If they cannot be kept.
pub fn fill(desk: &Desk, clock: &AtomicI64, places: &[Place], end: Moment) -> Result<usize, Refusal> {
    if places.is_empty() {
        return Ok(0);
    }
    let mut year = Year {
        desk,
        places,
        random: StdRng::seed_from_u64(15),
        waiting: BinaryHeap::new(),
        last: BTreeMap::new(),
        asked: 0,
    };
    year.plan(end.0 - 365 * DAY, end.0);
    while let Some(Reverse((at, next))) = year.waiting.pop() {
        if at > end.0 {
            break;
        }
        clock.store(at, Ordering::Relaxed);
        year.do_next(at, next)?;
    }
    Ok(year.asked)
}

struct Year<'a> {
    desk: &'a Desk,
    places: &'a [Place],
    random: StdRng,
    waiting: BinaryHeap<Reverse<(i64, Next)>>,
    /// The last request that is open of each kind in each community.
    last: BTreeMap<(usize, String), i64>,
    asked: usize,
}

impl Year<'_> {
    fn later(&mut self, at: i64, next: Next) {
        self.waiting.push(Reverse((at, next)));
    }

    /// Draws what is asked on each day.
    fn plan(&mut self, start: i64, end: i64) {
        let mean: f64 = KINDS.iter().flat_map(|(_, months, _)| months).sum::<f64>() / 12.0;
        // For two months one community's estates ask far more than others.
        let hot = self.random.random_range(0..self.places.len());
        let hot_from = start + 250 * DAY;
        for day in (start..end).step_by(DAY as usize) {
            self.later(day + 20 * HOUR, Next::Day);
            let month = DateTime::from_timestamp_millis(day).map_or(0, |day| day.month0() as usize);
            for (kind, (id, months, words)) in KINDS.iter().enumerate() {
                let is_hot = *id == "estate" && (hot_from..hot_from + 60 * DAY).contains(&day);
                let expected = months[month] / mean * A_DAY;
                let mut left = expected + if is_hot { 1.5 } else { 0.0 };
                while self.random.random_bool(left.clamp(0.0, 1.0)) {
                    let place = match is_hot && self.random.random_bool(0.7) {
                        true => hot,
                        false => self.random.random_range(0..self.places.len()),
                    };
                    let at = day + self.random.random_range(7 * HOUR..22 * HOUR);
                    let words = self.random.random_range(0..words.len());
                    let again = self.random.random_bool(0.12);
                    self.later(at, Next::Ask { place, kind, words, again });
                    left -= 1.0;
                    if left <= 0.0 {
                        break;
                    }
                }
            }
        }
    }

    fn do_next(&mut self, at: i64, next: Next) -> Result<(), Refusal> {
        match next {
            Next::Day => {
                while self.desk.tick()? > 0 {}
                Ok(())
            }
            Next::Ask { place, kind, words, again } => self.ask(at, (place, kind, words), again),
            Next::Sign(number) => self.act(number, Role::Handler, Action::Sign {}),
            Next::Start(number) => self.act(number, Role::Handler, Action::Start {}),
            Next::Object(number) => {
                self.act(number, Role::Handler, Action::Object { words: "不属于本单位职责".into() })?;
                let right = self.random.random_bool(0.4);
                if right {
                    self.act(number, Role::Supervisor, Action::Uphold { words: "同意，改派".into() })?;
                    let unit = "hotline".to_owned();
                    self.act(number, Role::Operator, Action::Dispatch { unit, helpers: vec![], words: "改派".into() })?;
                } else {
                    self.act(number, Role::Supervisor, Action::Reject { words: "按职责清单由你单位办理".into() })?;
                }
                let later = self.random.random_range(HOUR..6 * HOUR);
                self.later(at + later, Next::Sign(number));
                self.later(at + later + 20 * HOUR, Next::Reply(number));
                Ok(())
            }
            Next::Reply(number) => {
                self.act(
                    number,
                    Role::Handler,
                    Action::Reply { words: "已安排人员到现场处理，情况已向您说明。".into() },
                )?;
                if self.random.random_bool(0.3) {
                    let later = self.random.random_range(4 * HOUR..2 * DAY);
                    self.later(at + later, Next::CallBack(number));
                }
                Ok(())
            }
            Next::CallBack(number) => {
                let solved = self.random.random_bool(0.82);
                let satisfied = solved && self.random.random_bool(0.93);
                let action =
                    Action::CallBack { solved: Some(solved), satisfied: Some(satisfied), words: String::new() };
                self.act(number, Role::Operator, action)
            }
            Next::Rate { number, code, stars } => {
                let action = Action::Rate { solved: stars > 2, stars, words: String::new() };
                // It may not be answered yet, or have been merged.
                if self.desk.act_as_resident(&code, action).is_err() && self.random.random_bool(0.5) {
                    let later = self.random.random_range(DAY..4 * DAY);
                    self.later(at + later, Next::Rate { number, code, stars });
                }
                Ok(())
            }
        }
    }

    fn ask(&mut self, at: i64, (place, kind, words): (usize, usize, usize), again: bool) -> Result<(), Refusal> {
        let (category, _, texts) = KINDS[kind];
        let Place { at: where_, area } = &self.places[place];
        let spot = (kind, area.id.clone());
        if again
            && let Some(number) = self.last.get(&spot)
            && self.desk.join(*number, *where_, "").is_ok()
        {
            return Ok(());
        }
        let questions = match category {
            "road" => BTreeMap::from([("danger".to_owned(), "yes".to_owned())]),
            "noise" => BTreeMap::from([("source".to_owned(), "site".to_owned())]),
            "build" => BTreeMap::from([("what".to_owned(), texts[words].to_owned())]),
            _ => BTreeMap::new(),
        };
        let by_telephone = self.random.random_bool(0.6);
        let asked = self.desk.ask(
            NewRequest {
                category: category.to_owned(),
                at: Some(*where_),
                place: format!("{}（合成）", area.community.zh),
                area: Some(area.clone()),
                words: texts[words].to_owned(),
                answers: questions,
                contact: String::new(),
                is_public: self.random.random_bool(0.4),
                channel: if by_telephone { Channel::Telephone } else { Channel::Page },
                key: String::new(),
                received: None,
            },
            &if by_telephone { who(Role::Operator, None) } else { Who::RESIDENT },
        )?;
        self.asked += 1;
        self.last.insert(spot, asked.number);
        self.answer(at, asked.number, asked.code)
    }

    /// Draws how a request goes on: how quick its unit is, whether it objects, what whoever asked thinks.
    fn answer(&mut self, at: i64, number: i64, code: String) -> Result<(), Refusal> {
        let request = self.desk.request(number, &who(Role::Supervisor, None))?.request;
        let unit = request.unit.clone().unwrap_or_default();
        let limit = request.due.map_or(DAY, |due| (due.0 - at).max(HOUR));
        // Some units are quick, and some are slow; what takes them long comes by itself.
        let usual = match unit.as_str() {
            "gas_company" | "power_company" => 0.2,
            "heating_company" => 0.75,
            "planning" | "education_bureau" => 0.85,
            own => 0.3 + 0.5 * share(own),
        };
        let spread = self.random.random_range(0.4..1.25_f64);
        let tail = if self.random.random_bool(0.06) { 2.2 } else { 1.0 };
        let took = (limit as f64 * usual * spread * tail) as i64;
        let signed = (took / 6).clamp(10 * MINUTE, 20 * HOUR);
        if self.random.random_bool(0.06) {
            self.later(at + signed, Next::Object(number));
        } else {
            self.later(at + signed, Next::Sign(number));
            self.later(at + signed + (took - signed).max(MINUTE) / 3, Next::Start(number));
            self.later(at + took.max(signed + 2 * MINUTE), Next::Reply(number));
        }
        if self.random.random_bool(0.45) {
            let is_late = took > limit;
            let stars = match self.random.random_range(0..100) {
                0..6 => 1,
                6..12 => 2,
                12..24 => 3,
                24..50 => 4,
                _ => 5,
            };
            let stars = if is_late { (stars - 2).max(1) } else { stars };
            let later = self.random.random_range(HOUR..2 * DAY);
            self.later(at + took + later, Next::Rate { number, code, stars });
        }
        Ok(())
    }

    /// Takes a step, if the request is at a point where it can be.
    fn act(&mut self, number: i64, role: Role, action: Action) -> Result<(), Refusal> {
        let unit = match role {
            Role::Handler => self.desk.request(number, &who(Role::Supervisor, None))?.request.unit,
            _ => None,
        };
        match self.desk.act(number, None, action, &who(role, unit)) {
            Ok(_) | Err(Refusal::Conflict(_) | Refusal::NotAllowed(_) | Refusal::NotFound(_)) => Ok(()),
            Err(refusal) => Err(refusal),
        }
    }
}

fn who(role: Role, unit: Option<String>) -> Who {
    Who { role, person: None, unit }
}

/// A number between 0 and 1 that goes with a name.
fn share(name: &str) -> f64 {
    let sum = name.bytes().fold(17_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte)));
    f64::from(sum % 1000) / 1000.0
}
