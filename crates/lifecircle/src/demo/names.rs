//! Names in Chinese and English, all of them made up of common words.

/// Words for places, in Chinese and in English letters; enough for every community to have its own.
const WORDS: [(&str, &str); 28] = [
    ("滨河", "Binhe"),
    ("新华", "Xinhua"),
    ("和平", "Heping"),
    ("团结", "Tuanjie"),
    ("光明", "Guangming"),
    ("建设", "Jianshe"),
    ("人民", "Renmin"),
    ("东风", "Dongfeng"),
    ("胜利", "Shengli"),
    ("解放", "Jiefang"),
    ("文化", "Wenhua"),
    ("幸福", "Xingfu"),
    ("友谊", "Youyi"),
    ("公园", "Gongyuan"),
    ("长青", "Changqing"),
    ("凤凰", "Fenghuang"),
    ("林荫", "Linyin"),
    ("黄河", "Huanghe"),
    ("石桥", "Shiqiao"),
    ("葡萄园", "Putaoyuan"),
    ("沙枣", "Shazao"),
    ("胡杨", "Huyang"),
    ("青山", "Qingshan"),
    ("绿洲", "Lüzhou"),
    ("晨光", "Chenguang"),
    ("安康", "Ankang"),
    ("朝阳", "Chaoyang"),
    ("明珠", "Mingzhu"),
];

const SIDES: [(&str, &str); 3] = [("", ""), ("东", "East "), ("西", "West ")];

/// A name in Chinese and English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pair {
    pub zh: String,
    pub en: String,
}

impl Pair {
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    /// This name with a word after it.
    pub fn with(&self, zh: &str, en: &str) -> Self {
        Self::new(format!("{}{zh}", self.zh), format!("{} {en}", self.en))
    }

    /// The name as tags.
    pub fn tags(&self) -> Vec<(String, String)> {
        vec![("name".to_owned(), self.zh.clone()), ("name:en".to_owned(), self.en.clone())]
    }
}

/// The name of the `index`-th place; the first 84 differ.
pub(super) fn place(index: usize) -> Pair {
    let (zh, en) = WORDS[index % WORDS.len()];
    let (side_zh, side_en) = SIDES[index / WORDS.len() % SIDES.len()];
    Pair::new(format!("{zh}{side_zh}"), format!("{side_en}{en}"))
}

/// The names of the three districts.
pub(super) fn districts() -> [Pair; 3] {
    [
        Pair::new("东岸区", "East Bank District"),
        Pair::new("西岸区", "West Bank District"),
        Pair::new("南湾区", "South Bay District"),
    ]
}
