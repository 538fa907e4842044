//! What a check-up changed in the ledger.

use std::io::{self, Write};
use std::path::Path;

use chrono::NaiveDate;
use lifecircle::ledger::{Ledger, LedgerChange};
use serde_json::json;

use super::{count, document, line, pick, table};
use crate::args::Common;

/// What is open, what closed, and where it stands.
pub fn ledger(
    out: &mut dyn Write,
    ledger: &Ledger,
    change: LedgerChange,
    (file, date): (&Path, NaiveDate),
    common: &Common,
) -> io::Result<()> {
    if common.json {
        return document(out, &json!({ "file": file, "date": date, "open": ledger.open(), "change": change }));
    }
    let rows = [
        (pick(common, "未达标（台账在列）", "Falling short now"), ledger.open()),
        (pick(common, "其中：新增", "new"), change.new),
        (pick(common, "其中：仍未解决", "as before"), change.still),
        (pick(common, "其中：再次出现", "again"), change.reopened),
        (pick(common, "本次销号", "Closed by this check-up"), change.closed),
    ];
    let mut told = table(&[pick(common, "问题台账", "Ledger"), &date.to_string()], 1);
    for (name, number) in rows {
        told.add_row([name.to_owned(), count(number as f64)]);
    }
    line(out, &told.to_string())?;
    if change.untouched > 0 {
        let text = match pick(common, "zh", "en") {
            "zh" => format!("注意：{} 条所属社区或服务已不在本次数据中，保持原样。", change.untouched),
            _ => format!(
                "Note: {} entries are of communities or services that are no longer there; they stay as they are.",
                change.untouched
            ),
        };
        line(out, &text)?;
    }
    line(out, &format!("{} {}", pick(common, "已写入", "Written:"), file.display()))
}
