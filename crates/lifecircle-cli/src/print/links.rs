//! Links that are missing.

use std::io::{self, Write};
use std::path::Path;

use lifecircle::text::Language;
use lifecircle_plan::links::{LinkDocument, MissingLink};
use serde_json::json;

use super::{count, document, line, pick, table};
use crate::args::Common;

/// The links that would give most.
pub fn links(out: &mut dyn Write, links: &[MissingLink], directory: Option<&Path>, common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!({ "links": links.iter().map(LinkDocument::from).collect::<Vec<_>>() }));
    }
    if links.is_empty() {
        return line(out, pick(common, "没有找到值得打通之处。", "No link was found that would help anybody."));
    }
    let header = [
        "",
        pick(common, "经度", "Longitude"),
        pick(common, "纬度", "Latitude"),
        pick(common, "长度", "Length"),
        pick(common, "现绕行", "Way now"),
        pick(common, "新增服务的居民", "Residents gaining"),
        pick(common, "节省（人·小时）", "Person-hours saved"),
    ];
    let mut rows = table(&header, 0);
    for (order, link) in links.iter().enumerate() {
        let middle = (link.ends[0] + link.ends[1]) / 2.0;
        let now =
            link.now.map_or_else(|| pick(common, "不通", "none").to_owned(), |now| format!("{:.0}′", now.minutes()));
        rows.add_row([
            (order + 1).to_string(),
            format!("{:.6}", middle.x),
            format!("{:.6}", middle.y),
            format!("{:.0} m", link.length.0),
            now,
            count(link.residents),
            count(link.saved / 3_600.0),
        ]);
    }
    line(out, &rows.to_string())?;
    line(
        out,
        pick(
            common,
            "每处按单独打通计算；是否可行（围墙、产权、高差）需实地核实。",
            "Each is counted as if it alone were built; whether it can be (walls, owners, heights) is seen on site.",
        ),
    )?;
    if let Some(directory) = directory {
        let text = match common.language() {
            Language::Chinese => {
                format!("已写入 {}；其中的 links.geojson 可作为方案使用：plan compare", directory.display())
            }
            Language::English => {
                format!("Written: {}; its links.geojson is a scenario for `plan compare`", directory.display())
            }
        };
        line(out, &text)?;
    }
    Ok(())
}
