//! What a city's numbers rest on, subject by subject, and what to add first.

use std::io::{self, Write};

use lifecircle::city::Note;
use lifecircle::summary::{Finding, Footing, Summary};
use serde_json::json;

use super::{document, line, pick, told};
use crate::args::Common;

pub fn footing(out: &mut dyn Write, summary: &Summary, findings: &[Finding], common: &Common) -> io::Result<()> {
    if common.json {
        return document(out, &json!({ "city": summary.city, "findings": findings }));
    }
    let told = |note: &Note| told(note, common);
    line(out, &summary.city)?;
    for finding in findings {
        let (sign, word) = match finding.footing {
            Footing::Good => ("✓", pick(common, "可靠", "good")),
            Footing::Fair => ("·", pick(common, "大体可靠", "fair")),
            Footing::Poor => ("✗", pick(common, "仅供参考", "poor")),
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
