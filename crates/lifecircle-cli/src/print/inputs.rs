//! What files are, and of what one is not sure.

use std::io::{self, Write};
use std::path::Path;

use lifecircle::inputs::Looked;
use serde_json::json;

use super::{count, document, line, pick, table};
use crate::args::Common;

/// Each file with what it was taken for; then what to check.
pub fn looked(out: &mut dyn Write, looked: &Looked, written: &Path, common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!({ "file": written, "inputs": looked.files }));
    }
    let role = |role: Option<&'static str>| match role {
        Some("extract") => pick(common, "道路与设施（OSM）", "extract"),
        Some("people") => pick(common, "人口", "people"),
        Some("communities") => pick(common, "社区边界", "communities"),
        Some("people, communities") => pick(common, "人口、社区边界", "people, communities"),
        Some("elevation") => pick(common, "高程", "elevation"),
        Some(_) => pick(common, "设施名录", "facilities"),
        None => pick(common, "未使用", "not used"),
    };
    let name = |file: &Path| file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut files =
        table(&[pick(common, "文件", "File"), pick(common, "用途", "Taken for"), pick(common, "行数", "Rows")], 2);
    for file in &looked.files {
        let rows = file.rows.map_or_else(String::new, |rows| count(rows as f64));
        files.add_row([name(&file.file), role(file.role).to_owned(), rows]);
    }
    line(out, &files.to_string())?;
    for file in &looked.files {
        for told in &file.told {
            line(out, &format!("{}: {told}", name(&file.file)))?;
        }
    }
    for file in &looked.files {
        for unsure in &file.unsure {
            line(out, &format!("{} {}: {unsure}", pick(common, "待确认", "Not sure:"), name(&file.file)))?;
        }
    }
    line(out, &format!("{} {}", pick(common, "已写入", "Written:"), written.display()))?;
    let next = pick(common, "核对后运行：", "Check it, then:");
    line(out, &format!("{next} lifecircle import --inputs {} -o NAME.city", written.display()))
}
