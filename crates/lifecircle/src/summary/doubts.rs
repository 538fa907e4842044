//! Why the numbers as a whole may tell of the data rather than of the city, in a sentence each: what a reader should see before any number.

use super::DataQuality;
use super::map_gaps::{FEW, MapGap, is_map_gap};
use crate::city::Note;
use crate::measure::Measured;

/// From this share on.
const MOST: f64 = 0.5;

/// What makes one doubt the numbers as a whole; nothing for most cities.
pub(super) fn doubts(measured: &Measured, map_gaps: &[MapGap], rests: &DataQuality) -> Vec<Note> {
    let all = map_gaps.len();
    let found = measured.recognised.services.iter().map(Vec::len);
    let known: Vec<(usize, f64)> = found.zip(map_gaps).filter_map(|(found, gap)| Some((found, gap.usual?))).collect();
    let lacking = || known.iter().filter(|(found, usual)| (*found as f64) < FEW * usual);
    // A village may lack one service and another; that a town lacks so many is no chance.
    let (found, usual) = lacking().fold((0, 0.0), |(found, usual), one| (found + one.0, usual + one.1));
    let (is_no_chance, lacking) = (is_map_gap(found, usual), lacking().count());
    let lacks_most = (is_no_chance && lacking as f64 > MOST * known.len() as f64).then(|| Note {
        en: format!(
            "Of {lacking} of the {all} services the data holds far fewer facilities than a town of this size has: what follows tells of the map more than of the city. Add local lists."
        ),
        zh: format!("{all} 项服务中有 {lacking} 项在数据中的设施远少于同等规模城镇，以下结果更多反映数据缺失，而非城市实况。请补充本地名录。"),
    });
    let near = rests.residents_near_edge;
    let lies_at_edge = (near > MOST).then(|| Note {
        en: format!(
            "{:.0}% of residents live within a 15-minute walk of where the data ends: what they seem to lack may lie beyond. Give a larger extract.",
            near * 100.0
        ),
        zh: format!("{:.0}% 的居民距数据边缘步行不到 15 分钟，其缺少的服务可能就在范围之外。请提供范围更大的数据。", near * 100.0),
    });
    lacks_most.into_iter().chain(lies_at_edge).collect()
}
