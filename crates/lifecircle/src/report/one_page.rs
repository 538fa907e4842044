//! The one page: an A4 sheet for a mayor and a journalist, as one drawing that stands alone. One picture, five numbers, three sentences.

use maud::{Markup, PreEscaped, html};

use super::glance::{Card, Glance};
use super::map::{self, Drawing};
use super::rose;
use super::scale::{colour, ink};
use super::text::{tenths, whole};
use super::wrap::{lines, width_of};
use super::{Contents, petals_of_city};
use crate::output::signed;

/// Width and height of A4 in its tenths of a millimetre.
const PAGE: [f64; 2] = [2100.0, 2970.0];
const EDGE: f64 = 130.0;
const INSIDE: f64 = PAGE[0] - 2.0 * EDGE;

const STYLE: &str = concat!(include_str!("map.css"), include_str!("one_page.css"));

/// The page as an SVG document.
pub(super) fn svg(contents: &Contents<'_>) -> String {
    // XML takes no control characters, wherever a name has them from.
    let is_sound = |sign: &char| !sign.is_control() || sign.is_ascii_whitespace();
    let drawn: String = draw(contents).into_string().chars().filter(is_sound).collect();
    signed(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{drawn}\n"))
}

/// The page in a web page that holds nothing else, for a browser to print.
pub(super) fn html(contents: &Contents<'_>) -> String {
    const PRINT: &str =
        "@page{size:A4;margin:0}html,body{margin:0;background:#fff}svg.page{display:block;width:210mm;height:297mm}";
    let page = html! {
        (maud::DOCTYPE)
        html lang=(contents.language.pick("zh-CN", "en")) {
            head {
                meta charset="utf-8";
                title { (contents.summary.city) }
                style { (PRINT) }
            }
            body { (draw(contents)) }
        }
    };
    signed(page.into_string() + "\n")
}

/// Lines of text from a place downwards.
struct Column {
    x: f64,
    y: f64,
    width: f64,
}

impl Column {
    /// Writes a text of a size and class, and goes on below it.
    fn write(&mut self, text: &str, size: f64, class: &str) -> Markup {
        let lines = lines(text, self.width / size);
        let top = self.y;
        self.y += size * 1.45 * lines.len() as f64;
        html! {
            @for (row, line) in lines.iter().enumerate() {
                text class=(class) x=(whole(self.x)) y=(whole(top + size * (1.45 * row as f64 + 1.05))) font-size=(size) { (line) }
            }
        }
    }
}

fn draw(contents: &Contents<'_>) -> Markup {
    let Contents { measured, summary, helps, language, .. } = *contents;
    let glance = Glance::of(summary, helps, language);
    let mut column = Column { x: EDGE, y: 100.0, width: INSIDE };
    let standard = language.pick(&measured.standard.zh, &measured.standard.en);
    let walker = language.pick(&measured.walker().zh, &measured.walker().en).to_lowercase();
    let under = match language {
        crate::text::Language::Chinese => format!("一刻钟社区生活圈 · {standard} · 步行者：{walker}"),
        crate::text::Language::English => format!("15-minute life circles · {standard} · walker: {walker}"),
    };
    html! {
        svg class="page" xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (PAGE[0]) " " (PAGE[1]) } width="210mm" height="297mm"
            role="img" aria-label=(summary.city) {
            style { (PreEscaped(STYLE)) }
            rect width=(PAGE[0]) height=(PAGE[1]) fill="#fff" {}
            (column.write(&summary.city, (INSIDE / width_of(&summary.city)).min(92.0), "title"))
            (column.write(&under, 38.0, "under"))
            @if summary.synthetic {
                (column.write(language.pick("合成城市，现实中并不存在，数字仅供演示。", "A synthetic city: no such place exists; all numbers are for demonstration."), 34.0, "synthetic"))
            }
            @for doubt in &summary.doubts { (column.write(language.pick(&doubt.zh, &doubt.en), 34.0, "synthetic")) }
            (numbers(&glance.cards, column.y + 30.0))
            @let (pictures, end) = pictures(contents, column.y + 280.0);
            (pictures)
            (sentences(&glance, end + 60.0, PAGE[1] - FOOT - 30.0))
            (foot(contents, &glance))
        }
    }
}

fn numbers(cards: &[Card], top: f64) -> Markup {
    let width = INSIDE / cards.len().max(1) as f64;
    html! {
        path class="rule" d={ "M" (EDGE) " " (whole(top)) "h" (INSIDE) } {}
        @for (index, (number, what)) in cards.iter().enumerate() {
            @let x = EDGE + width * index as f64;
            text class="number" x=(whole(x)) y=(whole(top + 88.0)) font-size=(whole((width * 0.9 / width_of(number)).min(74.0))) { (number) }
            @for (row, line) in lines(what, (width - 24.0) / 29.0).iter().enumerate() {
                text class="soft" x=(whole(x)) y=(whole(top + 134.0 + 38.0 * row as f64)) font-size="29" { (line) }
            }
        }
    }
}

/// How large the map may be, and how wide the rose beside it is.
const MAP: [f64; 2] = [1060.0, 1120.0];
const ROSE: f64 = INSIDE - MAP[0] - 20.0;

/// The map on the left, the rose on the right; below them what their colours are. Returns where they end.
fn pictures(contents: &Contents<'_>, top: f64) -> (Markup, f64) {
    let Contents { measured, summary, helps, language, .. } = *contents;
    let Drawing { width, height, content } = map::of_city(measured, summary, helps, language);
    let shown = (MAP[0] / width).min(MAP[1] / height);
    let [shown_width, shown_height] = [width * shown, height * shown];
    let tall = shown_height.max(760.0);
    let [map_x, map_y] = [EDGE + (MAP[0] - shown_width) / 2.0, top + (tall - shown_height) / 2.0];
    let steps = map::city_steps(&measured.standard);
    let step = (MAP[0] / steps.len().max(1) as f64).min(80.0);
    let below = top + tall + 20.0;
    let what = match measured.standard.score {
        Some(_) => language.pick("各居住点的得分", "Score of each home"),
        None => language.pick("各居住点拥有的生活圈数", "Circles that each home has"),
    };
    let drawn = html! {
        svg class="map" x=(whole(map_x)) y=(whole(map_y)) width=(whole(shown_width)) height=(whole(shown_height)) viewBox={ "0 0 " (whole(width)) " " (whole(height)) } {
            rect class="paper" width=(whole(width)) height=(whole(height)) {}
            (content)
        }
        @for (index, (name, share)) in steps.iter().enumerate() {
            @let x = EDGE + step * index as f64;
            rect x=(whole(x)) y=(whole(below)) width=(tenths(step)) height="42" fill=(colour(*share)) {}
            text class=[(ink(*share) == "#fff").then_some("light")] x=(whole(x + step / 2.0)) y=(whole(below + 32.0)) font-size="29" text-anchor="middle" { (name) }
        }
        text class="soft" x=(EDGE) y=(whole(below + 82.0)) font-size="30" { (what) }
        (petals(contents, [EDGE + MAP[0] + 20.0, top + (tall - ROSE * 336.0 / 440.0) / 2.0], below))
    };
    (drawn, below + 100.0)
}

fn petals(contents: &Contents<'_>, [x, y]: [f64; 2], below: f64) -> Markup {
    let (summary, language) = (contents.summary, contents.language);
    let keys = [
        ("has", language.pick("必需服务全部可达的居民", "residents with every required service")),
        ("part", language.pick("必需服务的平均覆盖率", "mean coverage of required services")),
    ];
    html! {
        svg x=(whole(x)) y=(whole(y)) width=(whole(ROSE)) height=(whole(ROSE * 336.0 / 440.0)) viewBox="-220 -168 440 336" {
            (rose::draw(&petals_of_city(summary, language), &format!("{:.1}", summary.mean_circles()), language.pick("个生活圈", "circles")))
        }
        @for (row, (class, what)) in keys.into_iter().enumerate() {
            @let y = below + 52.0 * row as f64;
            rect class=(class) x=(whole(x + 40.0)) y=(whole(y)) width="30" height="30" {}
            text class="soft" x=(whole(x + 86.0)) y=(whole(y + 26.0)) font-size="30" { (what) }
        }
    }
}

/// Sizes of the sentences, the largest that leaves room for the foot being taken.
const SIZES: [f64; 6] = [43.0, 40.0, 37.0, 34.0, 31.0, 28.0];

/// How much room the foot takes.
const FOOT: f64 = 270.0;

fn sentences(glance: &Glance, top: f64, bottom: f64) -> Markup {
    let set = |size: f64| {
        let mut column = Column { x: EDGE, y: top, width: INSIDE };
        let drawn = html! {
            @for [heading, sentence] in &glance.sentences {
                (column.write(heading, size + 3.0, "heading"))
                (column.write(sentence, size, "sentence"))
                @let () = column.y += size * 0.7;
            }
        };
        (drawn, column.y)
    };
    let sizes = SIZES.map(set);
    let [.., smallest] = &sizes;
    sizes.iter().find(|(_, end)| *end <= bottom).unwrap_or(smallest).0.clone()
}

fn foot(contents: &Contents<'_>, glance: &Glance) -> Markup {
    let [level, sentence] = &glance.certainty;
    let language = contents.language;
    let certainty = format!(
        "{}{level}{}{}",
        language.pick("数据可信度：", "How sure this is: "),
        language.pick("。", ". "),
        sentence
    );
    let mut column = Column { x: EDGE, y: PAGE[1] - FOOT + 20.0, width: INSIDE };
    html! {
        path class="rule" d={ "M" (EDGE) " " (whole(column.y - 14.0)) "h" (INSIDE) } {}
        (column.write(&certainty, 32.0, "soft"))
        text class="soft" x=(EDGE) y=(whole(PAGE[1] - 80.0)) font-size="26" {
            (map::credit(contents.measured.city(), language)) " · lifecircle " (env!("CARGO_PKG_VERSION"))
        }
    }
}
