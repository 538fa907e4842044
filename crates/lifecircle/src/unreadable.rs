//! What the readers of JSON, TOML and addresses say of a text that they cannot read: their English, and the same in Chinese.
//!
//! Their sentences are few and made by rule (serde's `de::Error`, `serde_json`, `toml`, axum's extractors). One that is not known
//! here is quoted in Chinese as it is.

use crate::error::Error;
use crate::text::Text;

/// A reader's sentence in both languages.
///
/// ```
/// let error = serde_json::from_str::<Vec<u32>>("[1, true]").unwrap_err();
/// let told = lifecircle::unreadable::told(&error.to_string());
/// assert_eq!(told.en, "invalid type: boolean `true`, expected u32 at line 1 column 8");
/// assert_eq!(told.zh, "第 1 行第 8 列：类型不对：是布尔值 `true`，应为 0 至 4294967295 的整数");
/// ```
pub fn told(message: &str) -> Text {
    let en = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let zh = in_chinese(&en).unwrap_or_else(|| format!("无法读取，原文：{en}"));
    Text { en, zh }
}

/// A problem with a reader's sentence as its cause.
pub fn because(problem: &Text, message: &str) -> Text {
    let cause = told(message);
    Text { en: format!("{} ({})", problem.en, cause.en), zh: format!("{}（{}）", problem.zh, cause.zh) }
}

/// What TOML refuses in a text, with the line.
pub fn not_toml(text: &str, error: &toml::de::Error) -> Error {
    let told = Error::new(told(error.message()));
    match error.span() {
        Some(span) => {
            let before = &text.as_bytes()[..span.start.min(text.len())];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            told.place(say!("line {line}", "第 {line} 行"))
        }
        None => told,
    }
}

fn in_chinese(message: &str) -> Option<String> {
    let of_whole = [
        ("Failed to deserialize the JSON body into the target type: ", "JSON 内容不符合要求："),
        ("Failed to parse the request body as JSON: ", "请求体不是 JSON："),
        ("Failed to deserialize query string: ", "查询参数有误："),
        ("Invalid URL: ", "地址有误："),
    ];
    for (en, zh) in of_whole {
        if let Some(rest) = message.strip_prefix(en) {
            return Some(format!("{zh}{}", in_chinese(rest)?));
        }
    }
    if let Some((message, place)) = message.rsplit_once(" at line ") {
        let (line, column) = place.split_once(" column ")?;
        return Some(format!("第 {line} 行第 {column} 列：{}", in_chinese(message)?));
    }
    known(message).or_else(|| with_rule(message)).or_else(|| at_path(message))
}

/// Sentences without anything of the text in them.
fn known(message: &str) -> Option<String> {
    let zh = match message {
        "EOF while parsing an object" => "对象未写完",
        "EOF while parsing a list" => "数组未写完",
        "EOF while parsing a string" => "字符串未写完",
        "EOF while parsing a value" => "内容未写完",
        "expected `:`" => "此处应为 `:`",
        "expected `,` or `}`" => "此处应为 `,` 或 `}`",
        "expected `,` or `]`" => "此处应为 `,` 或 `]`",
        "expected value" | "expected ident" => "此处应为一个值",
        "invalid escape" => "转义符有误",
        "invalid number" => "数的写法有误",
        "number out of range" => "数超出范围",
        "invalid unicode code point" => "Unicode 码位有误",
        "control character (\\u0000-\\u001F) found while parsing a string" => "字符串中有控制字符",
        "key must be a string" => "键须为字符串",
        "trailing comma" => "多了一个逗号",
        "trailing characters" => "结尾之后还有内容",
        "unexpected end of hex escape" | "lone leading surrogate in hex escape" => "十六进制转义有误",
        "recursion limit exceeded" => "嵌套过深",
        "invalid float literal" | "cannot parse float from empty string" => "不是数",
        "invalid digit found in string" | "cannot parse integer from empty string" => "不是整数",
        "number too large to fit in target type" => "数过大",
        "number too small to fit in target type" => "数过小",
        "provided string was not `true` or `false`" => "须为 `true` 或 `false`",
        "Expected request with `Content-Type: application/json`" => "请求须注明 `Content-Type: application/json`",
        _ => return of_toml(message),
    };
    Some(zh.to_owned())
}

/// What TOML's own grammar refuses, by what stands before what it expected.
fn of_toml(message: &str) -> Option<String> {
    let zh = match message.split_once(", expected ").map_or(message, |(head, _)| head) {
        "duplicate key" => "键重复",
        "key with no value" => "键没有值，应写 `=` 和值",
        "missing value" => "`=` 之后缺少值",
        "string values must be quoted" => "文本须加引号",
        "missing opening quote" => "缺少开头的引号",
        "unclosed table" | "unclosed array table" => "表名未写完，缺 `]`",
        "unclosed array" => "数组未写完，缺 `]`",
        "unclosed inline table" => "行内表未写完，缺 `}`",
        "missing comma between array elements" => "数组各元素之间缺少逗号",
        "missing comma between key-value pairs" => "各键值之间缺少逗号",
        "extra comma in array" | "extra comma in inline table" => "多了一个逗号",
        "unexpected key or value" => "一行只能写一个键和值",
        "invalid unquoted key" => "键的写法有误：只可用字母、数字、`-` 和 `_`，否则须加引号",
        "invalid integer number" | "invalid floating-point number" | "unexpected leading zero" => "数的写法有误",
        "invalid basic string" | "invalid literal string" => "字符串未写完，缺引号",
        _ => return None,
    };
    Some(zh.to_owned())
}

/// The sentences of serde's `de::Error`.
fn with_rule(message: &str) -> Option<String> {
    for (en, zh) in [("invalid type: ", "类型不对：是"), ("invalid value: ", "值不对：是")] {
        if let Some(rest) = message.strip_prefix(en) {
            let (found, wanted) = rest.rsplit_once(", expected ")?;
            return Some(format!("{zh}{}，应为{}", thing(found)?, wish(wanted)?));
        }
    }
    if let Some(rest) = message.strip_prefix("invalid length ") {
        let (length, wanted) = rest.split_once(", expected ")?;
        return Some(format!("长度不对：是 {length}，应为{}", wish(wanted)?));
    }
    for (en, zh) in [("missing field ", "缺少字段 "), ("duplicate field ", "字段重复：")] {
        if let Some(name) = message.strip_prefix(en) {
            return Some(format!("{zh}{name}"));
        }
    }
    for (en, zh) in [("unknown field ", "不认识的字段 "), ("unknown variant ", "不认识的选项 ")] {
        if let Some(rest) = message.strip_prefix(en) {
            let (name, known) = rest.split_once(", ")?;
            return Some(match known.strip_prefix("expected ") {
                Some(known) => format!("{zh}{name}；可用：{}", names(known)),
                None => format!("{zh}{name}；此处不应有内容"),
            });
        }
    }
    if message.starts_with("data did not match any variant of untagged enum ") {
        return Some("写法不对，不是此处可用的任何一种形式".to_owned());
    }
    let rest = message.strip_prefix("Cannot parse ")?;
    let (name, rest) = rest.split_once(" with value ")?;
    let (value, kind) = rest.rsplit_once(" to a ")?;
    Some(format!("{name} 的值 {value} 应为{}", wish(kind.trim_matches('`'))?))
}

/// A sentence after the place that it is of: `cities[0].lon: …`.
fn at_path(message: &str) -> Option<String> {
    let (path, rest) = message.split_once(": ")?;
    let is_path = !path.is_empty() && !path.contains(|c: char| c.is_whitespace() || c == '`');
    if !is_path {
        return None;
    }
    Some(format!("`{path}`：{}", in_chinese(rest)?))
}

/// `one of `a`, `b``, `` `a` or `b` ``, `` `a` ``.
fn names(known: &str) -> String {
    known.strip_prefix("one of ").unwrap_or(known).replace(" or ", "、").replace(", ", "、")
}

/// What was found instead.
fn thing(found: &str) -> Option<String> {
    let kinds = [
        ("boolean ", "布尔值 "),
        ("integer ", "整数 "),
        ("floating point ", "小数 "),
        ("string ", "字符串 "),
        ("character ", "字符 "),
    ];
    if let Some((en, zh)) = kinds.iter().find(|(en, _)| found.starts_with(en)) {
        return Some(format!("{zh}{}", &found[en.len()..]));
    }
    let zh = match found {
        "null" => " null",
        "unit value" => "空值",
        "map" => "对象",
        "sequence" => "数组",
        "Option value" => "可选值",
        "byte array" => "字节串",
        "newtype struct" | "newtype variant" | "tuple variant" | "struct variant" | "unit variant" | "enum" => "选项",
        _ => return None,
    };
    Some(zh.to_owned())
}

/// What should have been there.
fn wish(wanted: &str) -> Option<String> {
    let zh = match wanted {
        "a string" | "a borrowed string" | "string" | "String" => "字符串",
        "a boolean" | "bool" => "布尔值（true 或 false）",
        "f64" | "f32" => "数",
        "u8" => " 0 至 255 的整数",
        "u16" => " 0 至 65535 的整数",
        "u32" => " 0 至 4294967295 的整数",
        "u64" | "usize" => "非负整数",
        "i8" => " -128 至 127 的整数",
        "i16" => " -32768 至 32767 的整数",
        "i32" => " -2147483648 至 2147483647 的整数",
        "i64" | "isize" => "整数",
        "a nonzero u32" | "a nonzero u64" | "a nonzero usize" => "正整数",
        "a sequence" => "数组",
        "a map" => "对象",
        "string or map" => "字符串或对象",
        "a char" | "a character" => "一个字符",
        "unit" => "空值",
        "null" => " null",
        "less elements in array" | "fewer elements in array" | "fewer elements in sequence" => "更少的元素",
        "less elements in map" | "fewer elements in map" => "更少的字段",
        _ => return sized(wanted),
    };
    Some(zh.to_owned())
}

/// Structures and sequences of a length; the names of types tell a reader nothing.
fn sized(wanted: &str) -> Option<String> {
    if let Some(length) = wanted
        .strip_prefix("an array of length ")
        .or_else(|| wanted.strip_prefix("a tuple of size "))
        .or_else(|| wanted.strip_prefix("an array of size "))
    {
        return Some(format!("有 {length} 个元素的数组"));
    }
    if wanted.starts_with("tuple struct ") || wanted.starts_with("a tuple") {
        return Some("数组".to_owned());
    }
    let is_object =
        ["struct ", "internally tagged enum ", "adjacently tagged enum "].iter().any(|en| wanted.starts_with(en));
    if is_object {
        return Some("对象".to_owned());
    }
    wanted.starts_with("enum ").then(|| "选项".to_owned())
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[allow(dead_code, reason = "only read")]
    struct Place {
        name: String,
        at: [f64; 2],
        #[serde(default)]
        kind: Option<Kind>,
        #[serde(default)]
        beds: Option<u32>,
        #[serde(default)]
        level: Option<u8>,
        #[serde(default)]
        clip: Option<Clip>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(untagged)]
    #[allow(dead_code, reason = "only read")]
    enum Clip {
        Name(String),
        Box([f64; 4]),
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Park,
        School,
    }

    /// Whether all but names, texts and words of JSON is in Chinese.
    fn is_chinese(text: &str) -> bool {
        let untold = |text: &str, mark: char| text.split(mark).step_by(2).collect::<String>();
        let words = ["JSON", "null", "true", "false"];
        let rest = words.iter().fold(untold(&untold(text, '`'), '"'), |text, word| text.replace(word, ""));
        !rest.is_ascii() && !rest.contains(|c: char| c.is_ascii_alphabetic()) && !rest.contains("原文")
    }

    #[test]
    fn what_json_says_is_told_in_chinese() {
        let wrong = [
            r#"{"name": "a"}"#,
            r#"{"name": 3, "at": [1, 2]}"#,
            r#"{"name": "a", "at": [1]}"#,
            r#"{"name": "a", "at": [1, 2, 3]}"#,
            r#"{"name": "a", "at": "x"}"#,
            r#"{"name": "a", "at": [1, 2], "town": 1}"#,
            r#"{"name": "a", "name": "a", "at": [1, 2]}"#,
            r#"{"name": "a", "at": [1, 2], "kind": "lake"}"#,
            r#"{"name": "a", "at": [1, 2], "beds": -1}"#,
            r#"{"name": "a", "at": [1, 2], "beds": 1.5}"#,
            r#"{"name": "a", "at": [1, 2], "beds": {}}"#,
            r#"{"name": null, "at": [1, 2]}"#,
            r#"{"name": [], "at": [1, 2]}"#,
            r#"{"name": "a", "at": [1, 2]"#,
            r#"{"name": "a", "at": [1, 2"#,
            r#"{"name": "a"#,
            r#"{"name" "a"}"#,
            r#"{"name": "a" "at": 1}"#,
            r#"{"name": }"#,
            r#"{"name": "a", }"#,
            r#"{"name": "a", "at": [1, 2]} x"#,
            r#"{name: "a"}"#,
            r#"{"name": "\x"}"#,
            r#"{"name": "a", "at": [01, 2]}"#,
            r#"{"name": "a", "at": [1e999, 2]}"#,
            "[]",
            "3",
            "",
        ];
        for text in wrong {
            let error = serde_json::from_str::<Place>(text).unwrap_err().to_string();
            let told = told(&error);
            assert_eq!(told.en, error);
            assert!(is_chinese(&told.zh), "{text}: {error}: {}", told.zh);
        }
    }

    #[test]
    fn what_toml_says_is_told_in_chinese_with_its_line() {
        let wrong = [
            "name = 1\nat = [1.0, 2.0]",
            "name = \"a\"",
            "name = \"a\"\nat = [1.0]",
            "name = \"a\"\nat = [1.0, 2.0]\ntown = 1",
            "name = \"a\"\nat = [1.0, 2.0]\nkind = \"lake\"",
            "name = \"a\"\nname = \"b\"",
            "name = \"a",
            "name",
            "name = a",
            "name =",
            "name = \"a\" at = [1.0, 2.0]",
            "at = [1.0 2.0]",
            "beds = 012",
            "beds = {,}",
            "name = \"a\"\nat = [1.0, 2.0]\nlevel = 300",
            "name = \"a\"\nat = [1.0, 2.0]\nclip = true",
            "at = [1.0, 2.0",
            "[name",
        ];
        for text in wrong {
            let error = toml::from_str::<Place>(text).unwrap_err();
            let told = told(error.message());
            assert!(is_chinese(&told.zh), "{text}: {}: {}", error.message(), told.zh);
        }
        let text = "name = \"a\"\nat = [1.0, 2.0]\ntown = 1";
        let error = not_toml(text, &toml::from_str::<Place>(text).unwrap_err());
        assert!(error.to_string().contains("line 3"), "{error}");
    }

    #[test]
    fn what_is_said_of_addresses_is_told_in_chinese() {
        for (en, zh) in [
            ("Failed to deserialize query string: lon: invalid float literal", "查询参数有误：`lon`：不是数"),
            ("Failed to deserialize query string: missing field `lat`", "查询参数有误：缺少字段 `lat`"),
            (
                "Invalid URL: Cannot parse `number` with value `x` to a `u64`",
                "地址有误：`number` 的值 `x` 应为非负整数",
            ),
            (
                "Failed to deserialize the JSON body into the target type: places[2].at: invalid length 1, expected an array of length 2 at line 1 column 9",
                "JSON 内容不符合要求：第 1 行第 9 列：`places[2].at`：长度不对：是 1，应为有 2 个元素的数组",
            ),
            ("unknown field `a`, there are no fields", "不认识的字段 `a`；此处不应有内容"),
            ("something new", "无法读取，原文：something new"),
        ] {
            assert_eq!(told(en), Text { en: en.to_owned(), zh: zh.to_owned() });
        }
    }
}
