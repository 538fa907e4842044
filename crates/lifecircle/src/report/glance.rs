//! What a mayor and a journalist read first: how sure the numbers are, five numbers, and three sentences: what most people lack, where,
//! and what would help most. Only the words; pages and drawings lay them out.

use crate::standard::AgeGroup;
use crate::summary::{CommunitySummary, Gap, Summary};
use crate::text::{Language, count, percent};

use super::Help;

/// A number and what it is.
pub(super) type Card = (String, String);

/// The first page in words.
pub(super) struct Glance {
    /// How sure the numbers are, in a word or two and in a sentence.
    pub(super) certainty: [String; 2],
    /// Five numbers.
    pub(super) cards: Vec<Card>,
    /// What most people lack, where, and what would help most: a heading and a sentence each.
    pub(super) sentences: Vec<[String; 2]>,
}

/// From this share on, what most residents rest on is told beside their number.
const MOSTLY: f64 = 0.5;

/// How many services and communities a sentence names.
const NAMED: usize = 3;

/// Communities of fewer residents are not named as those that have least: they say little of the city.
const LEAST_RESIDENTS: f64 = 100.0;

impl Glance {
    pub(super) fn of(summary: &Summary, helps: &[Help], language: Language) -> Self {
        let tell = Teller { summary, language };
        Self {
            certainty: tell.certainty(),
            cards: tell.cards(),
            sentences: [tell.what(), tell.whereabouts(), tell.first(helps)].into_iter().flatten().collect(),
        }
    }
}

/// Whoever tells of a summary in a language.
struct Teller<'a> {
    summary: &'a Summary,
    language: Language,
}

impl Teller<'_> {
    fn pick<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        self.language.pick(zh, en)
    }

    fn and(&self, names: &[String]) -> String {
        match (names, self.language) {
            ([], _) => String::new(),
            ([one], _) => one.clone(),
            ([most @ .., last], Language::Chinese) => format!("{}和{last}", most.join("、")),
            ([most @ .., last], Language::English) => format!("{} and {last}", most.join(", ")),
        }
    }

    /// Of whom people are counted, in English.
    fn whom(&self, group: AgeGroup) -> &'static str {
        match group {
            AgeGroup::All => "people",
            AgeGroup::Children => "children",
            AgeGroup::Elderly => "older people",
        }
    }

    fn service(&self, id: &str) -> String {
        self.summary.service(id).map_or_else(String::new, |s| self.pick(&s.zh, &s.en).to_owned())
    }

    /// A service in the middle of an English sentence.
    fn service_within(&self, id: &str) -> String {
        within(&self.service(id))
    }

    fn certainty(&self) -> [String; 2] {
        let rests = &self.summary.data_quality;
        let missing = self.summary.circles.iter().flat_map(|(_, circle)| &circle.services);
        let missing = missing.filter(|(_, service)| service.probable_map_gap).count();
        let guessed = rests.residents_estimated >= MOSTLY && rests.residents_of_totals < MOSTLY;
        let level = if !self.summary.doubts.is_empty() || guessed && missing > 0 {
            self.pick("仅供参考", "Provisional")
        } else if guessed || missing > 0 {
            self.pick("大体可靠", "Fair")
        } else {
            self.pick("可靠", "Good")
        };
        let people = if rests.residents_estimated < 0.005 {
            self.pick("居民数来自人口数据", "residents are counted").to_owned()
        } else if rests.residents_of_totals >= MOSTLY {
            self.pick("各地居民总数已知，其分布为估算", "totals of residents are known, where they live is estimated")
                .to_owned()
        } else {
            let share = percent(rests.residents_estimated);
            match self.language {
                Language::Chinese => format!("{share}的居民数为估算"),
                Language::English => format!("{share} of residents are estimated"),
            }
        };
        let [mapped, listed] =
            [rests.facilities_from_osm, rests.facilities_from_lists].map(|number| count(number as f64));
        let facilities = match (self.language, rests.facilities_from_lists) {
            (Language::Chinese, 0) => format!("{mapped} 处设施均来自地图"),
            (Language::Chinese, _) => format!("设施中 {mapped} 处来自地图，{listed} 处来自名录"),
            (Language::English, 0) => format!("all {mapped} facilities come from the map"),
            (Language::English, _) => format!("{mapped} facilities come from the map and {listed} from lists"),
        };
        let gaps = (missing > 0).then(|| match self.language {
            Language::Chinese => format!("{missing} 项服务可能标注不全"),
            Language::English if missing == 1 => "one service is probably not fully mapped".to_owned(),
            Language::English => format!("{missing} services are probably not fully mapped"),
        });
        let clauses: Vec<String> = [Some(people), Some(facilities), gaps].into_iter().flatten().collect();
        let sentence = clauses.join(self.pick("，", "; ")) + self.pick("。", ".");
        [level.to_owned(), capital(&sentence)]
    }

    fn cards(&self) -> Vec<Card> {
        let summary = self.summary;
        let all = summary.circles.len();
        let total = summary.residents.max(f64::MIN_POSITIVE);
        let mean = summary.mean_circles();
        let half: f64 = summary.residents_by_circles.iter().skip(all.div_ceil(2)).sum::<f64>() / total;
        let half_of = match self.language {
            Language::Chinese => format!("的居民拥有至少 {} 个生活圈", all.div_ceil(2)),
            Language::English => format!("of residents have at least {} of {all} circles", all.div_ceil(2)),
        };
        let time = summary.indicators.proximity_seconds.map(|time| {
            let what = match (summary.indicators.proximity_nearest, self.language) {
                (1, _) => {
                    self.pick("步行到各项服务最近处的平均时间", "mean walk to the nearest of each service").to_owned()
                }
                (nearest, Language::Chinese) => format!("步行到每类最近 {nearest} 处的平均时间"),
                (nearest, Language::English) => format!("mean walk to the nearest {nearest} of each service"),
            };
            (format!("{:.0} {}", time.minutes(), self.pick("分钟", "min")), what)
        });
        let cards = [
            Some((count(summary.residents), residents_are(summary, self.language).to_owned())),
            Some((
                format!("{mean:.1} / {all}"),
                self.pick("个生活圈，居民人均拥有", "circles that a resident has on average").to_owned(),
            )),
            Some((
                percent(summary.indicators.completeness),
                self.pick("的必需服务在规定时限内可达（人均）", "of required services are within reach of a resident")
                    .to_owned(),
            )),
            Some(match summary.indicators.score {
                Some(score) => (
                    format!("{score:.1} / 100"),
                    self.pick("居民平均得分", "score of a resident on average").to_owned(),
                ),
                None => (percent(half), half_of),
            }),
            time,
        ];
        cards.into_iter().flatten().collect()
    }

    /// Gaps of required services that the city has, most people first; the map's own gaps are no gaps of the city.
    fn gaps(&self) -> Vec<&Gap> {
        let is_city = |gap: &&Gap| {
            gap.required
                && gap.surely_without() >= 1.0
                && self.summary.service(&gap.service).is_some_and(|s| !s.probable_map_gap)
        };
        let mut gaps: Vec<&Gap> = self.summary.gaps.iter().filter(is_city).collect();
        gaps.sort_by(|a, b| b.surely_without().total_cmp(&a.surely_without()));
        gaps
    }

    fn what(&self) -> Option<[String; 2]> {
        let heading = self.pick("最缺什么", "What people lack most").to_owned();
        let gaps = self.gaps();
        let Some(first) = gaps.first() else {
            let lacks = self.summary.gaps.iter().any(|gap| gap.required && gap.people_without >= 1.0);
            let told = if lacks {
                self.pick(
                    "未覆盖的居民或临近数据边缘，或所缺服务在地图上标注不全，尚无法判断最缺什么。",
                    "What people lack may lie beyond the edge of the data, or be missing from the map only: nothing can be ranked yet.",
                )
            } else {
                self.pick(
                    "所有居民在规定时限内均能到达全部必需服务。",
                    "Everybody has every required service within reach.",
                )
            };
            return Some([heading, told.to_owned()]);
        };
        let told = |gap: &Gap, name: String| {
            let (people, share) = (count(gap.surely_without()), percent(surely_lacking(gap, self.summary)));
            match self.language {
                Language::Chinese => format!("{name}（{people} 人，{share}）"),
                Language::English => format!("{name} ({people} {}, {share})", self.whom(gap.people)),
            }
        };
        let name = self.service(&first.service);
        let (people, share) = (count(first.surely_without()), percent(surely_lacking(first, self.summary)));
        let mut sentence = match (self.language, first.people) {
            (Language::Chinese, AgeGroup::All) => {
                format!("{name}：{people} 人在规定时限内无法到达，占居民的 {share}。")
            }
            (Language::Chinese, _) => format!("{name}：{people} 名服务对象在规定时限内无法到达，占 {share}。"),
            (Language::English, _) => {
                format!("{name}: {people} {} ({share}) have none within reach.", self.whom(first.people))
            }
        };
        let others: Vec<String> =
            gaps.iter().skip(1).take(NAMED - 1).map(|gap| told(gap, self.service_within(&gap.service))).collect();
        if !others.is_empty() {
            let others = self.and(&others);
            sentence.push_str(&match self.language {
                Language::Chinese => format!("其次是{others}。"),
                Language::English => format!(" Next: {others}."),
            });
        }
        Some([heading, sentence])
    }

    fn whereabouts(&self) -> Option<[String; 2]> {
        let mut communities: Vec<&CommunitySummary> =
            self.summary.communities.iter().filter(|community| community.area.residents >= LEAST_RESIDENTS).collect();
        if communities.len() < 2 * NAMED {
            return None;
        }
        let has = |community: &CommunitySummary| {
            let circles = &community.area.circles;
            circles.iter().map(|(_, circle)| circle.coverage.residents).sum::<f64>() / circles.len().max(1) as f64
        };
        communities.sort_by(|a, b| has(a).total_cmp(&has(b)));
        communities.truncate(NAMED);
        let names: Vec<String> =
            communities.iter().map(|c| c.name.show(self.language.is_english()).to_owned()).collect();
        let people: f64 = communities.iter().map(|c| c.area.residents).sum();
        let circles: f64 = communities.iter().map(|c| c.area.residents * c.area.mean_circles).sum::<f64>()
            / people.max(f64::MIN_POSITIVE);
        let all = self.summary.circles.len();
        let (names, people) = (self.and(&names), count(people));
        let sentence = match self.language {
            Language::Chinese => {
                format!("{names}缺得最多：{people} 名居民人均只拥有 {circles:.1} 个生活圈（共 {all} 个）。")
            }
            Language::English => {
                format!("{names} lack most: their {people} residents have {circles:.1} of {all} circles on average.")
            }
        };
        Some([self.pick("哪里最缺", "Where").to_owned(), sentence])
    }

    /// What would help most: as it was found, or else where most people lack one service.
    fn first(&self, helps: &[Help]) -> Option<[String; 2]> {
        let heading = self.pick("先补什么", "What would help most").to_owned();
        if helps.is_empty() {
            let is_city =
                |gap: &&Gap| gap.required && gap.surely_without() >= 1.0 && !self.summary.is_map_gap(&gap.service);
            let gap = self.summary.worst_gaps.iter().find(is_city)?;
            let community = self.summary.communities.iter().find(|c| Some(&c.id) == gap.community.as_ref())?;
            let (place, people) = (community.name.show(self.language.is_english()), count(gap.surely_without()));
            let service = self.service_within(&gap.service);
            let sentence = match self.language {
                Language::Chinese => format!("{place}：有 {people} 人缺{service}，是单个社区单项服务的最大缺口。"),
                Language::English => {
                    format!("In {place} {people} people lack one service, {service}: no community lacks another more.")
                }
            };
            return Some([heading, sentence]);
        }
        let told: Vec<String> = helps.iter().enumerate().map(|(number, help)| self.help(number, help)).collect();
        let sentence = match self.language {
            Language::Chinese => format!("只新增一处时，受益最多的是：{}。", told.join("；")),
            Language::English => format!("One more facility would reach most people if it were: {}.", told.join("; ")),
        };
        Some([heading, sentence])
    }

    fn help(&self, number: usize, help: &Help) -> String {
        let (service, people, number) = (self.service_within(&help.service), count(help.people), number + 1);
        let place = help.community.as_ref().map(|name| name.show(self.language.is_english()));
        match self.language {
            Language::Chinese => {
                let place = place.map(|place| format!("{place}，")).unwrap_or_default();
                format!("{service}（{place}图中 {number}），新增覆盖 {people} 人")
            }
            Language::English => {
                let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
                format!("{service}{place} ({number} on the map), {people} people")
            }
        }
    }
}

/// The share of those whom a service is for who are without it, whatever lies beyond the data.
fn surely_lacking(gap: &Gap, summary: &Summary) -> f64 {
    lacking(gap, summary) * gap.surely_without() / gap.people_without.max(f64::MIN_POSITIVE)
}

/// The share of those whom a service is for who are without it.
pub(super) fn lacking(gap: &Gap, summary: &Summary) -> f64 {
    summary.service(&gap.service).map_or(0.0, |service| 1.0 - service.coverage.of(gap.people))
}

/// What the number of residents is, beside the number.
fn residents_are(summary: &Summary, language: Language) -> &'static str {
    let rests = &summary.data_quality;
    if rests.residents_estimated < MOSTLY {
        language.pick("居民", "residents")
    } else if rests.residents_of_totals >= MOSTLY {
        language.pick("居民（各地总数已知，分布为估算）", "residents (known totals, spread by estimate)")
    } else {
        language.pick("居民（估算，误差可达一倍）", "residents (an estimate: may be half or twice)")
    }
}

/// A name in the middle of a sentence: English ones begin small there, but for abbreviations.
fn within(name: &str) -> String {
    let mut signs = name.chars();
    match (signs.next(), signs.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() || second == ' ' => {
            first.to_lowercase().chain(signs).collect()
        }
        _ => name.to_owned(),
    }
}

/// A sentence with its first letter large.
fn capital(sentence: &str) -> String {
    let mut signs = sentence.chars();
    signs.next().map_or_else(String::new, |first| first.to_uppercase().chain(signs).collect())
}
