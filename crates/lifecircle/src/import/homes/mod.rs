//! Where people live when nobody counted them: buildings where they are mapped, streets and residential areas where they are not,
//! scaled to the totals that the extract tells. The numbers stand in `standards/homes.toml`; `docs/homes.md` tells how well they do.
//!
//! It knows the extract and its streets, and nothing of facilities' kinds or of the user's own data: [`super::people`] puts that
//! in its place.

mod buildings;
mod estates;
mod frontage;
mod grid;
mod model;
mod surroundings;
mod totals;

pub(super) use frontage::{Frontage, Piece, any_pieces, frontage};
pub(super) use totals::number as population;

use super::area::Area;
use super::note;
use super::scan::Extract;
use crate::city::{Basis, Home, HomeKind, Note, Streets};
use crate::error::{Error, Result};
use crate::setting::Setting;
use crate::text::count;
use buildings::{Building, OtherUses};
use model::Model;
use surroundings::Surroundings;
use totals::Scaled;

/// Homes as estimated, and the streets along which there may be others.
pub(super) struct Estimate {
    pub homes: Vec<Home>,
    /// Pieces of streets along which homes may stand.
    pub pieces: Vec<Piece>,
    scaled: Scaled,
}

/// Estimates where people live, and how many.
pub(super) fn estimate(extract: &Extract, areas: &[Area<'_>], streets: &Streets) -> Estimate {
    let model = Model::built_in();
    let pieces = frontage::pieces(extract, streets, &model.streets);
    let metres: Vec<_> = pieces.iter().map(|(_, piece)| (piece.at, piece.weight)).collect();
    let mut surroundings = Surroundings::new(areas, &metres, model);
    let pieces = frontage::with_surroundings(pieces, &mut surroundings, model);
    let buildings = Building::all(areas, model);
    let others = OtherUses::new(extract.points.iter().map(|(_, at, tags)| (at.degrees(), tags)));
    let mut homes = buildings::homes(&buildings, &surroundings, &others, model);
    homes.extend(frontage::homes(&pieces, &buildings, &homes, model));
    let taken = buildings.iter().map(|building| building.at).chain(pieces.iter().map(|piece| piece.at));
    homes.extend(estates::homes(areas, taken, &surroundings, &model.areas));
    if homes.is_empty() {
        // An extract of paths alone: people live along them, if anywhere.
        homes = frontage::homes(&any_pieces(streets), &buildings, &[], model);
    }
    let scaled = totals::scale(&mut homes, areas, &extract.labels, streets.extent(), &model.totals);
    Estimate { homes, pieces, scaled }
}

impl Estimate {
    /// Scales all to a number of residents.
    pub fn scale_to(&mut self, residents: f64) {
        let all: f64 = self.homes.iter().map(|home| home.residents).sum();
        if all > 0.0 {
            for home in &mut self.homes {
                home.residents *= residents / all;
                home.basis = Basis::Total;
            }
        }
    }

    /// What a user should know of it.
    ///
    /// # Errors
    /// If there is nothing that people could live in.
    pub fn tell(&self, population: Option<f64>, notes: &mut Vec<Note>) -> Result<()> {
        if self.homes.is_empty() {
            return Err(Error::new(say!(
                "nobody lives here: the extract has no homes and no streets that homes stand on",
                "这里无人居住：数据中没有居住点，也没有沿街可住的道路"
            ))
            .hint(say!("give {}", "请给出{}", Setting::People)));
        }
        let all: f64 = self.homes.iter().map(|home| home.residents).sum();
        let parts = [
            (HomeKind::Building, "from buildings", "由建筑推算"),
            (HomeKind::Street, "along streets without mapped buildings", "按未标注建筑的道路推算"),
            (HomeKind::Estate, "on residential areas", "由居住用地推算"),
        ];
        let shares: Vec<_> = parts
            .into_iter()
            .filter_map(|(kind, en, zh)| {
                let people: f64 = self.homes.iter().filter(|home| home.kind == kind).map(|home| home.residents).sum();
                let percent = (100.0 * people / all).round();
                (percent >= 1.0).then(|| (format!("{percent:.0}% {en}"), format!("{percent:.0}% {zh}")))
            })
            .collect();
        let (en, zh): (Vec<String>, Vec<String>) = shares.into_iter().unzip();
        let totals = match population {
            Some(all) => {
                (format!("Their sum is the {all:.0} that were given."), format!("总人口按给定的 {all:.0} 人计。"))
            }
            None => self.about_totals(),
        };
        let people = Setting::People;
        notes.push(note(
            format!(
                "The number of residents is an estimate: {}. {} Give {people} for real numbers.",
                en.join(", "),
                totals.0
            ),
            format!("居民人数为估算：{}。{}如需真实人口，请提供{people}。", zh.join("，"), totals.1),
        ));
        Ok(())
    }

    /// What is known of the sum, in both languages.
    fn about_totals(&self) -> (String, String) {
        let Scaled { places, residents, implausible, agreement } = &self.scaled;
        let set = Setting::Population;
        if *places == 0 {
            let (why, why_zh) = if *implausible > 0 {
                ("The population tags of the extract do not fit what it shows", "数据中标注的人口与其内容不符")
            } else {
                (
                    "No place that lies fully within the extract has a population tag",
                    "数据中没有完整位于其中、且标注人口的居民点或行政区",
                )
            };
            return (
                format!("{why}, so the sum may be half or twice the real one; give {set} to set it."),
                format!("{why_zh}，总人口可能只有实际的一半，也可能是两倍；可用{set}给出总人口。"),
            );
        }
        let (en, zh) = match agreement {
            Some(found) => (
                format!(
                    " Before, the estimate was {:.0}% of that; rank correlation between these places {:.2}.",
                    found.total * 100.0,
                    found.rank_correlation
                ),
                format!(
                    "校正前的推算为其 {:.0}%，各地排序的等级相关系数为 {:.2}。",
                    found.total * 100.0,
                    found.rank_correlation
                ),
            ),
            None => (String::new(), String::new()),
        };
        (
            format!(
                "It is scaled to the population tags of places in the extract ({places}; {} in all).{en}",
                count(*residents)
            ),
            format!("推算结果已按数据中标注的居民点或行政区人口（{places} 处，共 {} 人）校正。{zh}", count(*residents)),
        )
    }
}
