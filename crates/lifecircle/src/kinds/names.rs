//! What a name tells: 清华园社区养老服务驿站 is elderly care and no parcel shop, 人民医院附属幼儿园 is a kindergarten.
//!
//! Of words that overlap the longer one counts. Of those that are left the last one does, since in Chinese as in English what a
//! place *is* stands at the end of its name; but each part of a name that lists several is asked for itself.

/// A word that tells a kind, or that tells of none.
#[derive(Debug, Clone)]
struct Word {
    text: String,
    /// The kind; none for words that only look like one.
    kind: Option<usize>,
}

/// The words of all kinds.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    words: Vec<Word>,
}

/// A word found in a name.
#[derive(Debug, Clone, Copy)]
struct Match<'a> {
    start: usize,
    word: &'a Word,
}

impl Match<'_> {
    fn end(&self) -> usize {
        self.start + self.word.text.len()
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end() && other.start < self.end()
    }
}

/// What parts a name into several places.
const PARTS: [char; 10] = ['、', '/', '／', '+', '＋', '&', '＆', ';', '；', '|'];

impl Names {
    /// Adds words of a kind, or of none.
    pub fn add(&mut self, kind: Option<usize>, words: &[String]) {
        self.words.extend(words.iter().map(|word| Word { text: word.to_lowercase(), kind }));
    }

    /// The kinds that a name tells, each with the word that tells it.
    pub fn tell(&self, name: &str) -> Vec<(usize, &str)> {
        let name = name.to_lowercase();
        let bare = without_brackets(&name);
        let found = self.of_parts(&bare);
        // What stands in brackets tells something only where nothing else does: 东风路（公交站）.
        if found.is_empty() && bare != name { self.of_parts(&name) } else { found }
    }

    fn of_parts(&self, name: &str) -> Vec<(usize, &str)> {
        let mut found: Vec<(usize, &str)> = name.split(PARTS).flat_map(|part| self.of_part(part)).collect();
        found.sort_unstable();
        found.dedup_by_key(|(kind, _)| *kind);
        found
    }

    fn of_part(&self, part: &str) -> Vec<(usize, &str)> {
        let matches: Vec<Match<'_>> = self
            .words
            .iter()
            .flat_map(|word| places(part, &word.text).map(move |start| Match { start, word }))
            .collect();
        let longer = |this: &Match<'_>| {
            matches.iter().any(|other| other.overlaps(this) && other.word.text.len() > this.word.text.len())
        };
        let left: Vec<&Match<'_>> = matches.iter().filter(|this| !longer(this)).collect();
        let Some(last) = left.iter().map(|this| this.end()).max() else { return Vec::new() };
        left.into_iter()
            .filter(|this| this.end() == last)
            .filter_map(|this| Some((this.word.kind?, this.word.text.as_str())))
            .collect()
    }
}

/// Where a word stands in a text: whole where it is Latin (a riverbank is no bank), anywhere where it is Chinese.
fn places<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let whole = word.is_ascii();
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
    text.match_indices(word).map(|(start, _)| start).filter(move |start| {
        let (before, after) = (text[..*start].chars().next_back(), text[start + word.len()..].chars().next());
        !whole || !letter(before.filter(char::is_ascii)) && !letter(after.filter(char::is_ascii))
    })
}

/// Whether a text holds a word.
pub(crate) fn holds(text: &str, word: &str) -> bool {
    places(text, word).next().is_some()
}

/// A name without what stands in brackets.
fn without_brackets(name: &str) -> String {
    let mut depth = 0_usize;
    let mut bare = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '（' | '[' | '【' => depth += 1,
            ')' | '）' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    bare
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(name: &str) -> Vec<usize> {
        let mut names = Names::default();
        for (kind, words) in [
            (0, "驿站"),
            (1, "养老服务|养老驿站"),
            (2, "医院|hospital"),
            (3, "幼儿园"),
            (4, "bank"),
            (5, "药店|pharmacy"),
        ] {
            names.add(Some(kind), &words.split('|').map(str::to_owned).collect::<Vec<_>>());
        }
        names.add(None, &["医院路".to_owned(), "blood bank".to_owned()]);
        names.tell(name).into_iter().map(|(kind, _)| kind).collect()
    }

    #[test]
    fn the_longer_word_and_then_the_last() {
        assert_eq!(told("清华园社区养老驿站"), [1]);
        assert_eq!(told("菜鸟驿站"), [0]);
        assert_eq!(told("人民医院附属幼儿园"), [3]);
        assert_eq!(told("人民医院药店"), [5]);
        assert_eq!(told("Hospital Street Pharmacy"), [5]);
        assert_eq!(told("Bank of Valletta"), [4]);
    }

    #[test]
    fn words_that_only_look_like_a_kind() {
        assert_eq!(told("医院路"), [0; 0]);
        assert_eq!(told("医院路药店"), [5]);
        assert_eq!(told("City Blood Bank"), [0; 0]);
        assert_eq!(told("Riverbank"), [0; 0]);
    }

    #[test]
    fn brackets_and_several_places() {
        assert_eq!(told("仁和药店（医院店）"), [5]);
        assert_eq!(told("东区（幼儿园）"), [3]);
        assert_eq!(told("社区养老驿站、药店"), [1, 5]);
        assert_eq!(told(""), [0; 0]);
    }

    #[test]
    fn chinese_beside_latin() {
        assert_eq!(told("建设BANK支行"), [4]);
        assert_eq!(told("ATMBANK"), [0; 0]);
    }
}
