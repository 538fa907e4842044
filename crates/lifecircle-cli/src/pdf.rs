//! A page as PDF or as a picture, made by the browser of this machine: the page has its print form already, and whoever reads it has a
//! browser.

use lifecircle::say;
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

/// No page takes longer.
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

/// Prints a page.
pub fn print(page: &str, path: &Path, picture: Picture) -> Result<()> {
    let browser = find().ok_or_else(|| {
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
    let source = scratch.path().join("report.html");
    std::fs::write(&source, page).map_err(|e| failed(&e))?;
    let printed = scratch.path().join(if picture == Picture::Png { "printed.png" } else { "printed.pdf" });
    let how = match picture {
        Picture::Pdf => vec![format!("--print-to-pdf={}", printed.display())],
        Picture::Png => vec![
            format!("--screenshot={}", printed.display()),
            format!("--window-size={},{}", SHEET[0], SHEET[1]),
            "--force-device-scale-factor=2".to_owned(),
            "--hide-scrollbars".to_owned(),
        ],
    };
    let mut child = Command::new(&browser)
        .args(["--headless", "--disable-gpu", "--no-first-run", "--no-pdf-header-footer"])
        // The page is our own and holds no scripts. In a container, and for root, the browser's sandbox does not start.
        .arg("--no-sandbox")
        .arg(format!("--user-data-dir={}", scratch.path().join("profile").display()))
        .args(how)
        .arg(&source)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|e| failed(&e))?;
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(|e| failed(&e))? {
            if status.success() {
                break;
            }
            return Err(printed_nothing(&browser));
        }
        if began.elapsed() > LONGEST {
            let _ = child.kill();
            let _ = child.wait();
            return Err(printed_nothing(&browser));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    if !printed.is_file() {
        return Err(printed_nothing(&browser));
    }
    std::fs::copy(&printed, path).map_err(|e| failed(&e))?;
    lifecircle::output::sign_binary(path)
}

fn printed_nothing(browser: &Path) -> Error {
    Error::of_kind(ErrorKind::Io, say!("{} printed nothing", "{} 没有输出", browser.display()))
        .hint(say!("write FILE.html and print it from a browser", "请写成 FILE.html 后用浏览器打印"))
}

fn find() -> Option<PathBuf> {
    let directories = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let in_path = directories
        .into_iter()
        .flatten()
        .flat_map(|directory| BROWSERS.map(|name| directory.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))));
    in_path.chain(ELSEWHERE.map(PathBuf::from)).find(|program| program.is_file())
}
