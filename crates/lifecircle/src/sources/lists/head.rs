//! The head of a table as offices write it: below a title, on two rows where groups of columns are merged, with units in brackets, and
//! with sums and remarks at the end.
//!
//! It knows rows of texts, and nothing of files or of what columns mean.

use std::collections::HashMap;
use std::ops::Range;

use crate::sources::columns::unit;
use crate::sources::numbers::{self, Notation};

/// The head stands among so many rows.
pub const SEARCHED: usize = 30;

/// It names at least this share of the columns.
const NAMED: f64 = 0.6;

/// With what rows begin that sum up.
const SUMS: [&str; 6] = ["合计", "总计", "小计", "共计", "total", "sum"];

/// Where a table's head is, and what it calls the columns.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// Its rows among those of the table: one, or two where columns are merged into groups.
    pub rows: Range<usize>,
    /// The names, by column; empty for a column without one.
    pub columns: Vec<String>,
    /// The unit that stands above it, as 单位：万人.
    pub unit_above: Option<String>,
}

impl Head {
    /// Finds the head among rows of which each has the texts of its cells by column: the first that names most columns; those above are
    /// titles. None where there are no rows.
    pub fn find(rows: &[Vec<String>]) -> Option<Self> {
        let searched = &rows[..rows.len().min(SEARCHED)];
        // What most rows of the table fill; a few may have a legend beside them.
        let mut widths: Vec<usize> = searched.iter().map(|row| filled(row)).filter(|width| *width > 0).collect();
        widths.sort_unstable();
        let width = *widths.get((widths.len().checked_sub(1)?) * 3 / 4)?;
        let enough = ((width as f64 * NAMED).ceil() as usize).max(1);
        let mut first = searched.iter().position(|row| filled(row) >= enough)?;
        // In a narrow table a line above the head fills nearly as much; a head fills more, and has no numbers.
        while searched.get(first + 1).is_some_and(|below| is_better(&searched[first], below)) {
            first += 1;
        }
        let above =
            first.checked_sub(1).filter(|above| is_second_row(&rows[*above], &rows[first], rows.get(first + 1)));
        let below = || rows.get(first + 1).filter(|below| is_second_row(&rows[first], below, rows.get(first + 2)));
        let (rows_of_it, columns) = match (above, below()) {
            (Some(above), _) => (above..first + 1, joined(&rows[above], &rows[first])),
            (None, Some(below)) => (first..first + 2, joined(&rows[first], below)),
            (None, None) => (first..first + 1, rows[first].iter().map(|name| clean(name)).collect()),
        };
        let unit_above = rows[..rows_of_it.start].iter().flatten().find_map(|text| unit_of_title(text));
        Some(Self { rows: rows_of_it, columns, unit_above })
    }
}

/// Whether a row is a line of a form (填报单位：民政局) and the one below it rather the head: that fills more, and holds no numbers.
fn is_better(row: &[String], below: &[String]) -> bool {
    let is_form = row.iter().any(|text| text.contains(['：', ':']));
    is_form && filled(below) > filled(row) && (0..below.len()).all(|column| is_word(text(below, column)))
}

/// The unit that a line above the head tells.
fn unit_of_title(text: &str) -> Option<String> {
    let behind = text.split("单位").nth(1)?.trim_start_matches(['：', ':', ' ']);
    let word: String = behind.chars().take_while(|c| c.is_alphanumeric() || *c == '㎡').collect();
    (unit(&word).is_some()).then_some(word)
}

fn is_word(text: &str) -> bool {
    [Notation::Point, Notation::Comma].iter().all(|notation| numbers::parse(text, *notation).is_none())
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|text| !text.trim().is_empty()).count()
}

fn text(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", |text| text.trim())
}

/// Whether a row names the columns of groups that the row above names: it has words, below every gap and below the first column of each
/// group alone, and the next row has a number in some group, as statistics do: a first entry that leaves cells out looks alike.
fn is_second_row(names: &[String], below: &[String], next: Option<&Vec<String>>) -> bool {
    let width = names.len().max(below.len());
    let is_gap = |column: usize| text(names, column).is_empty() && !text(below, column).is_empty();
    let begins_group = |column: usize| !text(names, column).is_empty() && is_gap(column + 1);
    let fits = |column: usize| {
        let has_text = !text(below, column).is_empty();
        is_gap(column) || has_text == begins_group(column)
    };
    let has_number = |column: usize| {
        let number = next.map_or("", |next| text(next, column));
        (is_gap(column) || begins_group(column)) && !number.is_empty() && !is_word(number)
    };
    (0..width).any(is_gap)
        && (0..width).any(has_number)
        && !is_gap(0)
        && (0..width).any(|column| !text(names, column).is_empty() && !begins_group(column))
        && (0..width).all(|column| fits(column) && is_word(text(below, column)))
}

/// The names of columns whose groups stand in the row above: that of the column, with its group's where two would be the same.
fn joined(names: &[String], below: &[String]) -> Vec<String> {
    let width = names.len().max(below.len());
    let mut group = "";
    let mut parts: Vec<(String, String)> = Vec::with_capacity(width);
    for column in 0..width {
        let (above, own) = (text(names, column), text(below, column));
        if !above.is_empty() {
            group = above;
        }
        let under = if own.is_empty() { "" } else { group };
        parts.push((clean(under), clean(if own.is_empty() { above } else { own })));
    }
    let mut seen: HashMap<String, usize> = HashMap::new();
    parts.iter().for_each(|(_, own)| *seen.entry(own.clone()).or_default() += 1);
    let name = |(group, own): (String, String)| if seen[&own] > 1 { format!("{group}{own}") } else { own };
    parts.into_iter().map(name).collect()
}

/// A name without the breaks and spaces that stand in heads for looks.
fn clean(name: &str) -> String {
    let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
    let mut cleaned = String::new();
    for word in name.split_whitespace() {
        if is_latin(cleaned.chars().last()) && is_latin(word.chars().next()) {
            cleaned.push(' ');
        }
        cleaned.push_str(word);
    }
    cleaned
}

/// Whether a row of a table sums it up, or says something below it, and is no entry of it.
pub fn is_remark(cells: &[&str]) -> bool {
    let Some(first) = cells.iter().map(|text| text.trim()).find(|text| !text.is_empty()) else { return true };
    let word = first.trim_end_matches([':', '：', ' ']).replace([' ', '\u{3000}'], "").to_lowercase();
    let rest = || cells.iter().map(|text| text.trim()).filter(|text| !text.is_empty()).skip(1);
    let is_alone = cells.iter().filter(|text| !text.trim().is_empty()).count() == 1;
    let is_note =
        ["注：", "注:", "备注：", "备注:", "说明：", "说明:", "填表", "填报", "制表", "审核", "note:", "source:"];
    SUMS.contains(&word.as_str()) && rest().all(|text| !is_word(text))
        || is_alone && is_note.iter().any(|start| first.to_lowercase().starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect()).collect()
    }

    fn head(text: &str) -> (Range<usize>, String) {
        let head = Head::find(&rows(text)).unwrap();
        (head.rows, head.columns.join("|"))
    }

    #[test]
    fn the_head_of_a_plain_table_is_its_first_row() {
        assert_eq!(head("id|name\n1|a\n2|b"), (0..1, "id|name".to_owned()));
        assert_eq!(head("id|name|beds\n1|a|\n2|b|30"), (0..1, "id|name|beds".to_owned()));
        assert_eq!(head("name|2020|2021\na|1|2"), (0..1, "name|2020|2021".to_owned()));
        // One column without a name.
        assert_eq!(head("序号|名称||经度\n1|a|x|106"), (0..1, "序号|名称||经度".to_owned()));
        assert_eq!(Head::find(&[]), None);
    }

    #[test]
    fn titles_above_it_are_passed_over() {
        let office = "乌海市养老机构名单|||\n填报单位：民政局||2026年|\n序号|机构名称|床位数（张）|地址\n1|夕阳红养老院|120|新华街1号";
        assert_eq!(head(office), (2..3, "序号|机构名称|床位数（张）|地址".to_owned()));
    }

    #[test]
    fn merged_heads_are_joined() {
        let census = "社区|总人口|年龄||\n||0-14岁|15-59岁|60岁及以上\n新华|100|15|65|20";
        assert_eq!(head(census), (0..2, "社区|总人口|0-14岁|15-59岁|60岁及以上".to_owned()));
        let twice = "社区|户籍人口||常住人口|\n|男|女|男|女\n新华|1|2|3|4";
        assert_eq!(head(twice), (0..2, "社区|户籍人口男|户籍人口女|常住人口男|常住人口女".to_owned()));
        // A row of data below a head with a gap is data.
        assert_eq!(head("名称||地址\na|b|c").0, 0..1);
        assert_eq!(head("名称||床位\na|b|").0, 0..1);
        assert_eq!(head("名称||地址\n甲诊所|张三|").0, 0..1);
        // A wide group, whose row is the fuller one; a form of few columns; a legend beside the table; a unit above it.
        let wide = "社区|总人口|0-14岁|||15-59岁||\n||计|男|女|计|男|女\n新华|100|15|8|7|65|30|35";
        assert_eq!(head(wide).0, 0..2);
        assert_eq!(head("填报单位：X||单位：人\n社区|人口|面积\n新华|5|2").0, 1..2);
        let legend = "名称|类别|经度|纬度\na|b|1|2\nc|d|1|2||说明|1|2|3|4|5|6\ne|f|1|2\ng|h|1|2";
        assert_eq!(head(legend).0, 0..1);
        let unit = Head::find(&rows("各社区人口||单位：万人\n社区|人口|面积\n新华|5|2")).unwrap().unit_above;
        assert_eq!(unit.as_deref(), Some("万人"));
    }

    #[test]
    fn breaks_in_names_are_none() {
        assert_eq!(clean("床位数\n（张）"), "床位数（张）");
        assert_eq!(clean(" floor \n area "), "floor area");
        assert_eq!(clean("机 构 名 称"), "机构名称");
    }

    #[test]
    fn sums_and_remarks_are_no_entries() {
        assert!(is_remark(&["合计", "12", ""]) && is_remark(&["", "总 计", "12"]) && is_remark(&["Total", "3"]));
        assert!(!is_remark(&["Total", "fuel", "3"]));
        assert!(is_remark(&["注：数据截至2025年底", "", ""]) && is_remark(&["", "", ""]));
        assert!(
            is_remark(&["注：截至2025年底"])
                && !is_remark(&["合计院", "12"])
                && !is_remark(&["注：", "12", ""])
                && !is_remark(&["1", "新华社区"])
        );
    }
}
