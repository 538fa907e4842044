//! What a city's numbers rest on, subject by subject, and what to add first.

use std::io::{self, Write};

use lifecircle::city::Note;
use lifecircle::setting;
use lifecircle::summary::{Finding, Footing, Summary};
use serde_json::json;

use super::{document, line, pick};
use crate::args::{Common, option};

pub fn footing(out: &mut dyn Write, summary: &Summary, findings: &[Finding], common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!({ "city": summary.city, "findings": findings }));
    }
    let told = |note: &Note| {
        let language = common.language();
        let space = pick(common, " ", "");
        let text = language.pick(&note.zh, &note.en);
        setting::named(text, |setting| format!("{space}{}{space}", option(setting, language))).trim().to_owned()
    };
    line(out, &summary.city)?;
    for finding in findings {
        let (sign, word) = match finding.footing {
            Footing::Good => ("✓", pick(common, "可靠", "good")),
            Footing::Fair => ("·", pick(common, "尚可", "fair")),
            Footing::Poor => ("✗", pick(common, "不足", "poor")),
        };
        let [open, close] = [pick(common, "（", " ("), pick(common, "）：", "): ")];
        line(out, &format!("{sign} {}{open}{word}{close}{}", told(&finding.subject), told(&finding.told)))?;
    }
    let advice: Vec<String> = findings.iter().filter_map(|finding| finding.add.as_ref()).map(told).collect();
    if advice.is_empty() {
        return line(out, pick(common, "没有需要补充的。", "There is nothing to add."));
    }
    line(out, "")?;
    line(out, pick(common, "先补什么：", "What to add first:"))?;
    for (number, advice) in advice.iter().enumerate() {
        line(out, &format!("  {}. {advice}", number + 1))?;
    }
    Ok(())
}
