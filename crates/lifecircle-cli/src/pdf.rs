//! A page as PDF or as a picture, made by the browser of this machine: the page has its print form already, and whoever reads it has a
//! browser.

use lifecircle::say;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use lifecircle::error::ErrorKind;
use lifecircle::{Error, Result};

/// Browsers that print, by the names of their programs.
const BROWSERS: [&str; 7] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "microsoft-edge", "msedge"];

/// Where systems keep them that do not name them in their search path.
const ELSEWHERE: [&str; 4] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// No print takes longer.
const LONGEST: Duration = Duration::from_secs(120);

/// What a page becomes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Picture {
    /// A document of as many pages as it takes.
    Pdf,
    /// A picture of one sheet of A4, at 192 dots an inch.
    Png,
}

/// A4 in the dots of a screen.
const SHEET: [u32; 2] = [794, 1123];

/// Prints a page. The contents of a document of many pages get the numbers of these: it is printed once more.
pub fn print(page: &str, path: &Path, picture: Picture) -> Result<()> {
    let program = find().ok_or_else(|| {
        Error::of_kind(
            ErrorKind::Unsupported,
            say!(
                "PDF and PNG are made by Chromium, Chrome or Edge, and none was found",
                "PDF 和 PNG 由 Chromium、Chrome 或 Edge 生成，本机未找到"
            ),
        )
        .hint(say!(
            "install one, or write FILE.html and print it from any browser",
            "请安装其中之一，或写成 FILE.html 后用浏览器打印"
        ))
    })?;
    let failed = |e: &std::io::Error| Error::io(say!("print", "打印"), path, e);
    let scratch = tempfile::tempdir().map_err(|e| failed(&e))?;
    let printer = Printer { program, scratch: scratch.path(), picture };
    let mut printed =
        printer.print(page, "printed").map_err(|e| failed(&e))?.ok_or_else(|| printer.printed_nothing())?;
    if picture == Picture::Pdf {
        let pages = pages_of_parts(&printed);
        let numbered = lifecircle::report::with_page_numbers(page, |id| pages.get(id).copied());
        if numbered != page {
            // The first is complete, but for the numbers.
            printed = printer.print(&numbered, "numbered").ok().flatten().unwrap_or(printed);
        }
    }
    std::fs::copy(&printed, path).map_err(|e| failed(&e))?;
    lifecircle::output::sign_binary(path)
}

/// On which page of a printed document each of its parts begins, by the name that links to it. Empty where that cannot be told:
/// the document is complete without.
fn pages_of_parts(printed: &Path) -> HashMap<String, u32> {
    let Ok(document) = lopdf::Document::load(printed) else { return HashMap::new() };
    let numbers: HashMap<_, u32> = document.get_pages().into_iter().map(|(number, page)| (page, number)).collect();
    let parts = document.catalog().and_then(|all| all.get(b"Dests")).and_then(|parts| document.dereference(parts));
    let Ok((_, lopdf::Object::Dictionary(parts))) = parts else { return HashMap::new() };
    let number_of = |place: &lopdf::Object| numbers.get(&place.as_array().ok()?.first()?.as_reference().ok()?).copied();
    parts.iter().filter_map(|(name, place)| Some((String::from_utf8(name.clone()).ok()?, number_of(place)?))).collect()
}

/// A browser that prints into a directory of its own.
struct Printer<'a> {
    program: PathBuf,
    scratch: &'a Path,
    picture: Picture,
}

impl Printer<'_> {
    /// Prints a page under a name; the file, or none if the browser failed or took too long.
    fn print(&self, page: &str, name: &str) -> std::io::Result<Option<PathBuf>> {
        let source = self.scratch.join("report.html");
        std::fs::write(&source, page)?;
        let printed = self.scratch.join(name).with_extension(if self.picture == Picture::Png { "png" } else { "pdf" });
        let how = match self.picture {
            // With the headings as bookmarks.
            Picture::Pdf => {
                vec![format!("--print-to-pdf={}", printed.display()), "--generate-pdf-document-outline".to_owned()]
            }
            Picture::Png => vec![
                format!("--screenshot={}", printed.display()),
                format!("--window-size={},{}", SHEET[0], SHEET[1]),
                "--force-device-scale-factor=2".to_owned(),
                "--hide-scrollbars".to_owned(),
            ],
        };
        let mut child = Command::new(&self.program)
            .args(["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"])
            // The page is our own and holds no scripts. In a container, and for root, the browser's sandbox does not start.
            .arg("--no-sandbox")
            .arg(format!("--user-data-dir={}", self.scratch.join("profile").display()))
            .args(how)
            .arg(&source)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let began = Instant::now();
        while began.elapsed() <= LONGEST {
            if let Some(status) = child.try_wait()? {
                return Ok(Some(printed).filter(|printed| status.success() && printed.is_file()));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = child.kill();
        let _ = child.wait();
        Ok(None)
    }

    fn printed_nothing(&self) -> Error {
        Error::of_kind(ErrorKind::Io, say!("{} printed nothing", "{} 没有输出", self.program.display()))
            .hint(say!("write FILE.html and print it from a browser", "请写成 FILE.html 后用浏览器打印"))
    }
}

fn find() -> Option<PathBuf> {
    let directories = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let in_path = directories
        .into_iter()
        .flatten()
        .flat_map(|directory| BROWSERS.map(|name| directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))));
    in_path.chain(ELSEWHERE.map(PathBuf::from)).find(|program| program.is_file())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::{Picture, pages_of_parts, print};

    #[test]
    fn the_contents_of_a_printed_document_tell_its_pages() {
        if super::find().is_none() {
            eprintln!("skipped: no browser that prints");
            return;
        }
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("two.pdf");
        let part = |id: &str| format!("<a href='#{id}'>{id}</a> <span data-page-of=\"{id}\"></span>");
        let chapter = |id: &str| format!("<h1 id='{id}' style='break-before:page'>{id}</h1>");
        let page = format!("{}{}{}{}", part("circle-a"), part("gaps"), chapter("circle-a"), chapter("gaps"));
        print(&page, &path, Picture::Pdf).unwrap();
        let pages = pages_of_parts(&path);
        assert_eq!((pages["circle-a"], pages["gaps"], pages.len()), (2, 3, 2));
        std::fs::write(&path, "no PDF").unwrap();
        assert!(pages_of_parts(&path).is_empty());
    }
}
