//! The head of a table as offices write it: below a title, on two rows where groups of columns are merged, with units in brackets, and
//! with sums and remarks at the end.
//!
//! It knows rows of texts, and nothing of files or of what columns mean.

use std::collections::HashMap;
use std::ops::Range;

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
}

impl Head {
    /// Finds the head among rows of which each has the texts of its cells by column: the first that names most columns; those above are
    /// titles. None where there are no rows.
    pub fn find(rows: &[Vec<String>]) -> Option<Self> {
        let searched = &rows[..rows.len().min(SEARCHED)];
        let width = searched.iter().map(|row| filled(row)).max()?;
        let enough = (width as f64 * NAMED).ceil() as usize;
        let first = searched.iter().position(|row| filled(row) >= enough.max(1))?;
        let names = &rows[first];
        Some(match rows.get(first + 1).filter(|below| is_second_row(names, below)) {
            Some(below) => Self { rows: first..first + 2, columns: joined(names, below) },
            None => Self { rows: first..first + 1, columns: names.iter().map(|name| clean(name)).collect() },
        })
    }
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|text| !text.trim().is_empty()).count()
}

fn text(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", |text| text.trim())
}

/// Whether a row names the columns of groups that the row above names: it has words below every gap, no numbers, and leaves columns out
/// that are named above alone.
fn is_second_row(names: &[String], below: &[String]) -> bool {
    let columns = || 0..names.len().max(below.len());
    let gaps = || columns().filter(|column| text(names, *column).is_empty() && column_is_used(below, *column));
    let is_word = |column: usize| text(below, column).parse::<f64>().is_err();
    let leaves_out = columns().any(|column| !text(names, column).is_empty() && text(below, column).is_empty());
    gaps().next().is_some() && leaves_out && columns().all(is_word)
}

fn column_is_used(row: &[String], column: usize) -> bool {
    !text(row, column).is_empty()
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
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let is_latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii());
        let space = if is_latin(name.chars().last()) && is_latin(word.chars().next()) { " " } else { "" };
        format!("{name}{space}{word}")
    })
}

/// Whether a row of a table sums it up, or says something below it, and is no entry of it.
pub fn is_remark(cells: &[&str]) -> bool {
    let Some(first) = cells.iter().map(|text| text.trim()).find(|text| !text.is_empty()) else { return true };
    let word = first.trim_end_matches([':', '：', ' ']).replace([' ', '\u{3000}'], "").to_lowercase();
    let is_alone = cells.iter().filter(|text| !text.trim().is_empty()).count() == 1;
    let is_note =
        ["注：", "注:", "备注：", "备注:", "说明：", "说明:", "填表", "填报", "制表", "审核", "note:", "source:"];
    SUMS.contains(&word.as_str()) || is_alone && is_note.iter().any(|start| first.to_lowercase().starts_with(start))
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
        assert_eq!(head("名称||床位\na|b|").0, 0..2, "without any number nobody can tell");
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
        assert!(is_remark(&["注：数据截至2025年底", "", ""]) && is_remark(&["", "", ""]));
        assert!(
            is_remark(&["注：截至2025年底"])
                && !is_remark(&["合计院", "12"])
                && !is_remark(&["注：", "12", ""])
                && !is_remark(&["1", "新华社区"])
        );
    }
}
