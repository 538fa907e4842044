//! Why the numbers as a whole may tell of the data rather than of the city, in a sentence each: what a reader should see before any number.

use super::{DataQuality, MapGap};
use crate::city::Note;
use crate::measure::Measured;

/// From this share on.
const MOST: f64 = 0.5;

/// What makes one doubt the numbers as a whole; nothing for most cities.
pub(super) fn doubts(measured: &Measured, map_gaps: &[MapGap], rests: &DataQuality) -> Vec<Note> {
    let all = map_gaps.len();
    let lacking = measured.recognised.services.iter().zip(map_gaps);
    let lacking = lacking.filter(|(found, gap)| found.is_empty() || gap.is_probable).count();
    let lacks_most = (lacking as f64 > MOST * all as f64).then(|| Note {
        en: format!(
            "The data holds hardly any facility of {lacking} of the {all} services: what follows tells of the map more than of the city. Add local lists."
        ),
        zh: format!("{all} 项服务中有 {lacking} 项在数据中几乎没有设施，以下结果更多反映数据缺失，而非城市实况。请补充本地名录。"),
    });
    let near = rests.residents_near_edge;
    let lies_at_edge = (near > MOST).then(|| Note {
        en: format!(
            "{:.0} % of residents live within a 15-minute walk of where the data ends: what they seem to lack may lie beyond. Give a larger extract.",
            near * 100.0
        ),
        zh: format!("{:.0}% 的居民距数据边缘步行不到 15 分钟，其缺少的服务可能就在范围之外。请提供范围更大的数据。", near * 100.0),
    });
    lacks_most.into_iter().chain(lies_at_edge).collect()
}
