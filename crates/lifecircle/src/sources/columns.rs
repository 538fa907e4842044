//! What columns are called: the names that offices, map services and statisticians give to the same thing, in Chinese and English, with
//! units in brackets and stars for what must be filled in.
//!
//! It knows names, and nothing of what stands in the cells.

use std::sync::LazyLock;

/// What a column tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// What its row is called.
    Name,
    /// Its English name.
    EnglishName,
    /// Its id.
    Id,
    /// What it is: its kind, a word of the list's own, or a tag.
    Kind,
    /// How many it serves.
    Capacity,
    /// Its area.
    Area,
    /// Its address.
    Address,
    /// The community in which it is.
    Community,
    /// Its subdistrict.
    Subdistrict,
    /// Its district.
    District,
    /// Its life-circle unit.
    Unit,
    /// Residents.
    Residents,
    /// Residents of 0 to 14 years.
    Children,
    /// Residents of 60 years and older.
    Elderly,
    /// The age of one person.
    Age,
    /// Longitude.
    Lon,
    /// Latitude.
    Lat,
    /// Longitude and latitude, with a comma between.
    Pair,
    /// What a building is for.
    Purpose,
    /// Its storeys above the ground.
    Storeys,
    /// Its height in metres.
    Height,
}

/// The names of a meaning, the likeliest first; and by what others are known, where these are not there.
struct Names {
    known: &'static [&'static str],
    /// Words of which a name ends in one …
    ends: &'static [&'static str],
    /// … and holds none of these …
    but_not: &'static [&'static str],
    /// … and is not one of these with such an end.
    but_not_of: &'static [&'static str],
}

/// Of what a column tells the name that is not that of its row.
const OTHERS_NAMES: &[&str] = &[
    "社区",
    "所属社区",
    "所在社区",
    "街道",
    "所属街道",
    "所在街道",
    "乡镇",
    "镇街",
    "街镇",
    "乡",
    "镇",
    "区",
    "区县",
    "县",
    "市",
    "省",
    "旗",
    "旗区",
    "所属区",
    "所在区",
    "行政区",
    "行政区划",
    "城市",
    "地区",
    "道路",
    "路",
    "单元",
    "生活圈",
    "法人",
    "法人代表",
    "主管部门",
    "主管单位",
];

impl Meaning {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Name,
        Self::EnglishName,
        Self::Id,
        Self::Kind,
        Self::Capacity,
        Self::Area,
        Self::Address,
        Self::Community,
        Self::Subdistrict,
        Self::District,
        Self::Unit,
        Self::Residents,
        Self::Children,
        Self::Elderly,
        Self::Age,
        Self::Lon,
        Self::Lat,
        Self::Pair,
        Self::Purpose,
        Self::Storeys,
        Self::Height,
    ];

    fn names(self) -> Names {
        let exactly = |known| Names { known, ends: &[], but_not: &[], but_not_of: &[] };
        match self {
            Self::Name => Names {
                known: &[
                    "name",
                    "names.primary",
                    "名称",
                    "机构名称",
                    "单位名称",
                    "设施名称",
                    "学校名称",
                    "title",
                    "facility_name",
                    "facility",
                    "institution",
                    "店名",
                    "站名",
                    "校名",
                    "园名",
                ],
                ends: &["名称"],
                but_not: &["联系", "负责"],
                but_not_of: OTHERS_NAMES,
            },
            Self::EnglishName => exactly(&["name_en", "name:en", "en", "english_name", "英文名", "英文名称"]),
            Self::Id => exactly(&[
                "id",
                "uid",
                "code",
                "adcode",
                "编号",
                "代码",
                "编码",
                "cell",
                "社区编码",
                "社区代码",
                "行政区划代码",
            ]),
            Self::Kind => Names {
                known: &[
                    "kind",
                    "service",
                    "type",
                    "category",
                    "类别",
                    "类型",
                    "种类",
                    "机构类型",
                    "机构类别",
                    "设施类型",
                    "设施类别",
                    "业态",
                    "facility_type",
                    "小类",
                    "中类",
                    "大类",
                    // Of Google Earth, where a folder often is a kind.
                    "folder",
                ],
                ends: &["类型", "类别", "业态", "种类"],
                but_not: &["证件", "登记", "经济", "产权", "用地", "户口", "投资"],
                but_not_of: &[],
            },
            Self::Capacity => Names {
                known: &[
                    "capacity",
                    "容量",
                    "床位",
                    "床位数",
                    "核定床位数",
                    "床位数量",
                    "学位",
                    "学位数",
                    "核定学位数",
                    "托位",
                    "托位数",
                    "核定托位数",
                    "托位数量",
                    "beds",
                    "places",
                    "seats",
                ],
                ends: &["床位数", "床位", "学位数", "学位", "托位数", "托位", "座位数", "泊位数", "车位数", "停车位"],
                but_not: &["剩余", "空余", "空闲", "已用", "入住", "可用"],
                but_not_of: &[],
            },
            Self::Area => Names {
                known: &["area", "面积", "占地面积", "用地面积", "建筑面积", "场地面积", "floor_area", "area_m2"],
                ends: &["面积"],
                but_not: &["绿化", "闲置", "人均"],
                but_not_of: &[],
            },
            Self::Address => Names {
                known: &[
                    "address",
                    "addr",
                    "full_address",
                    "addr:full",
                    "地址",
                    "详细地址",
                    "机构地址",
                    "单位地址",
                    "住址",
                ],
                ends: &["地址", "住址"],
                but_not: &["网络", "邮箱", "电子", "mac", "ip"],
                but_not_of: &[],
            },
            Self::Community => exactly(&[
                "community",
                "社区名称",
                "社区",
                "所属社区",
                "所在社区",
                "村社区",
                "社区村",
                "居委会",
                "municipality",
            ]),
            Self::Subdistrict => exactly(&[
                "subdistrict",
                "街道",
                "所属街道",
                "街道名称",
                "所在街道",
                "乡镇",
                "镇街",
                "街镇",
                "街道乡镇",
                "乡镇街道",
                "所属乡镇",
                "所属镇街",
            ]),
            Self::District => {
                exactly(&["district", "所属区", "区", "区县", "所属区县", "行政区", "所在区", "县", "旗区", "adname"])
            }
            Self::Unit => exactly(&["unit", "life_circle", "生活圈", "生活圈单元"]),
            Self::Residents => exactly(&[
                "residents",
                "population",
                "people",
                "pop",
                "人口",
                "居民",
                "常住人口",
                "常住人口数",
                "人口数",
                "总人口",
                "人口总数",
                "居民人数",
                "总人数",
                "人数",
                "户籍人口",
                "户籍人口数",
            ]),
            Self::Children => exactly(&[
                "children",
                "age_0_14",
                "0-14",
                "0-14岁",
                "0-14岁人口",
                "0-14岁人数",
                "14岁及以下",
                "14岁以下",
                "儿童",
                "儿童数",
                "儿童人数",
                "少儿人口",
            ]),
            Self::Elderly => exactly(&[
                "elderly",
                "age_60_plus",
                "60+",
                "60岁及以上",
                "60岁以上",
                "60周岁及以上",
                "60周岁以上",
                "60岁及以上人口",
                "60岁以上人口",
                "60岁及以上人数",
                "60岁以上人数",
                "60岁及以上老年人",
                "老年人",
                "老人",
                "老年人口",
                "老年人数",
                "老年人口数",
            ]),
            Self::Age => exactly(&["age", "年龄", "周岁", "年龄周岁"]),
            Self::Lon => Names {
                known: &["lon", "lng", "long", "longitude", "location.lng", "x", "经度", "东经"],
                ends: &["经度"],
                but_not: &[],
                but_not_of: &[],
            },
            Self::Lat => Names {
                known: &["lat", "latitude", "location.lat", "y", "纬度", "北纬"],
                ends: &["纬度"],
                but_not: &[],
                but_not_of: &[],
            },
            Self::Pair => exactly(&["location", "坐标", "经纬度", "经纬度坐标"]),
            Self::Purpose => exactly(&[
                "building",
                "class",
                "building_use",
                "use",
                "用途",
                "建筑用途",
                "房屋用途",
                "规划用途",
                "使用性质",
                "建筑性质",
                "房屋性质",
                "建筑功能",
            ]),
            Self::Storeys => Names {
                known: &[
                    "num_floors",
                    "building:levels",
                    "levels",
                    "floors",
                    "storeys",
                    "stories",
                    "层数",
                    "楼层数",
                    "地上层数",
                ],
                ends: &["层数"],
                but_not: &["地下", "所在"],
                but_not_of: &[],
            },
            Self::Height => Names {
                known: &["height", "building_height", "高度", "建筑高度", "楼高"],
                ends: &["建筑高度"],
                but_not: &[],
                but_not_of: &[],
            },
        }
    }

    /// The names by which it is known, the likeliest first.
    pub fn known(self) -> &'static [&'static str] {
        self.names().known
    }

    /// Which of some columns tells it; none if none does.
    pub fn among(self, columns: &[String]) -> Option<usize> {
        let plain: Vec<String> = columns.iter().map(|column| plain(column)).collect();
        let Names { ends, but_not, but_not_of, .. } = self.names();
        let known = &PLAIN[self as usize];
        let exact = known.iter().find_map(|name| plain.iter().position(|column| column == name));
        let ending = || {
            let is_like = |column: &&String| {
                let stem = ends.iter().find_map(|end| column.strip_suffix(end));
                stem.is_some_and(|stem| !but_not_of.contains(&stem))
                    && !but_not.iter().any(|word| column.contains(word))
            };
            plain.iter().position(|column| is_like(&column))
        };
        exact.or_else(ending)
    }
}

/// The known names of each meaning, as they are compared.
static PLAIN: LazyLock<Vec<Vec<String>>> = LazyLock::new(|| {
    Meaning::ALL.iter().map(|meaning| meaning.known().iter().map(|name| plain(name)).collect()).collect()
});

/// A column's name as it is compared: small letters, no spaces, stars or units, ranges of years in one way.
pub fn plain(name: &str) -> String {
    let is_sign = |c: &char| !c.is_whitespace() && !matches!(c, '*' | '※' | ':' | '：' | '、');
    // Keys of tags, as addr:full, keep their colon.
    let is_key = name.is_ascii();
    let text: String = name.chars().filter(|c| is_key && *c == ':' || is_sign(c)).map(half_width).collect();
    without_unit(&text.to_lowercase()).replace("--", "-")
}

fn half_width(c: char) -> char {
    match c {
        '（' | '【' | '［' | '[' => '(',
        '）' | '】' | '］' | ']' => ')',
        '—' | '–' | '－' | '～' | '~' | '至' => '-',
        '！'..='～' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// A name without what stands in brackets behind it, or behind a stroke; but households are no unit of people.
fn without_unit(name: &str) -> String {
    let mut rest = name;
    while let Some((before, unit)) = rest.strip_suffix(')').and_then(|open| open.rsplit_once('(')) {
        if before.is_empty() || unit.contains('户') {
            break;
        }
        rest = before;
    }
    let stroke = rest
        .split_once('/')
        .filter(|(before, unit)| !before.is_empty() && UNITS.iter().any(|(known, _)| known == unit));
    stroke.map_or(rest, |(before, _)| before).to_owned()
}

/// Units that stand in heads, with how many of the usual unit (a person, a place, a square metre) each is.
const UNITS: [(&str, f64); 29] = [
    ("人", 1.0),
    ("张", 1.0),
    ("个", 1.0),
    ("位", 1.0),
    ("㎡", 1.0),
    ("m2", 1.0),
    ("m²", 1.0),
    ("平方米", 1.0),
    ("平米", 1.0),
    ("万人", 1e4),
    ("百人", 1e2),
    ("万m²", 1e4),
    ("万平米", 1e4),
    ("平方公里", 1e6),
    ("㎢", 1e6),
    ("处", 1.0),
    ("所", 1.0),
    ("千人", 1e3),
    ("万平方米", 1e4),
    ("万㎡", 1e4),
    ("万m2", 1e4),
    ("公顷", 1e4),
    ("hm2", 1e4),
    ("hm²", 1e4),
    ("ha", 1e4),
    ("亩", 10_000.0 / 15.0),
    ("平方公里", 1e6),
    ("km2", 1e6),
    ("km²", 1e6),
];

/// By what the numbers of a column are multiplied, for the unit that its head tells: 10,000 below 面积（公顷）. None if it tells none.
pub fn factor(name: &str) -> Option<f64> {
    let text = half_width_text(name).to_lowercase();
    let rest = text.trim_end_matches([':', '*', '※', ' ']);
    let in_brackets = rest.split('(').skip(1).filter_map(|open| open.split(')').next());
    let behind_stroke = rest.rsplit_once('/').map(|(_, unit)| unit);
    in_brackets.chain(behind_stroke).find_map(unit)
}

/// What a word such as 万人 or 单位:公顷 stands for.
pub fn unit(word: &str) -> Option<f64> {
    let word = half_width_text(word).to_lowercase();
    let word = word.trim().trim_start_matches("单位").trim_start_matches(':').trim();
    UNITS.iter().find(|(known, _)| *known == word).map(|(_, factor)| *factor)
}

fn half_width_text(text: &str) -> String {
    text.chars().map(half_width).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(meaning: Meaning, columns: &str) -> Option<String> {
        let columns: Vec<String> = columns.split('|').map(str::to_owned).collect();
        meaning.among(&columns).map(|column| columns[column].clone())
    }

    #[test]
    fn columns_as_offices_call_them() {
        let nursing =
            "序号|机构名称|机构类型|所属区|所属街道|社区名称|详细地址|核定床位数|入住老人数|经度|纬度|联系电话";
        for (meaning, column) in [
            (Meaning::Name, "机构名称"),
            (Meaning::Kind, "机构类型"),
            (Meaning::District, "所属区"),
            (Meaning::Subdistrict, "所属街道"),
            (Meaning::Community, "社区名称"),
            (Meaning::Address, "详细地址"),
            (Meaning::Capacity, "核定床位数"),
            (Meaning::Lon, "经度"),
            (Meaning::Lat, "纬度"),
        ] {
            assert_eq!(found(meaning, nursing).as_deref(), Some(column), "{meaning:?}");
        }
        assert_eq!(found(Meaning::Capacity, "剩余床位数|床位数（张）").as_deref(), Some("床位数（张）"));
        assert_eq!(found(Meaning::Capacity, "剩余床位数"), None);
        assert_eq!(found(Meaning::Name, "社区名称|街道名称"), None);
        for own in ["超市名称", "菜市场名称", "乡镇卫生院名称", "社区卫生服务站名称"] {
            assert_eq!(found(Meaning::Name, &format!("社区名称|{own}")).as_deref(), Some(own));
        }
        assert_eq!(found(Meaning::Name, "社区名称|药店名称").as_deref(), Some("药店名称"));
        assert_eq!(found(Meaning::Children, "社区|0—14岁|15～59岁|60岁及以上").as_deref(), Some("0—14岁"));
        assert_eq!(
            found(Meaning::Elderly, "社区|0-14岁（人）|60周岁及以上（人）").as_deref(),
            Some("60周岁及以上（人）")
        );
        assert_eq!(found(Meaning::Residents, "社区|户数|常住人口（万人）").as_deref(), Some("常住人口（万人）"));
        // Households are no people.
        assert_eq!(found(Meaning::Residents, "社区|居民（户）"), None);
        assert_eq!(found(Meaning::Area, "*占地面积/㎡").as_deref(), Some("*占地面积/㎡"));
        assert_eq!(found(Meaning::Lon, "ＧＰＳ经度|GPS纬度").as_deref(), Some("ＧＰＳ经度"));
        assert_eq!(found(Meaning::Address, "addr:full").as_deref(), Some("addr:full"));
        assert_eq!(found(Meaning::Name, "Name ").as_deref(), Some("Name "));
    }

    #[test]
    fn units_of_heads() {
        for (head, times) in [
            ("面积（公顷）", 1e4),
            ("占地面积(亩)", 10_000.0 / 15.0),
            ("面积/平方公里", 1e6),
            ("常住人口（万人）", 1e4),
            ("人口（单位：万人）", 1e4),
            ("床位数（张）", 1.0),
            ("占地面积（亩）*", 10_000.0 / 15.0),
            ("面积（公顷）（含水面）", 1e4),
            ("人口［万人］：", 1e4),
            ("面积", 1.0),
            ("area (m2)", 1.0),
            ("面积（含院落）", 1.0),
        ] {
            assert_eq!(factor(head).unwrap_or(1.0), times, "{head}");
        }
        assert_eq!(plain(" 床位数（张） "), "床位数");
        assert_eq!(plain("60+"), "60+");
    }

    #[test]
    fn no_name_stands_for_two_things() {
        for (index, meaning) in Meaning::ALL.iter().enumerate() {
            assert_eq!(*meaning as usize, index);
            for name in meaning.known() {
                let others = Meaning::ALL.iter().filter(|other| *other != meaning);
                assert!(others.into_iter().all(|other| !other.known().contains(name)), "{name}");
            }
        }
    }
}
