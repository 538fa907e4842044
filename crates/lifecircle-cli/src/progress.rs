//! Progress bars on a terminal, nothing on a pipe.

use std::io::IsTerminal;
use std::sync::Mutex;

use indicatif::{ProgressBar, ProgressStyle};
use lifecircle::progress::{Progress, Stage};
use lifecircle::text::Language;

use crate::args::Common;

/// Shows one bar for the current stage on standard error.
pub struct Bars {
    visible: bool,
    language: Language,
    current: Mutex<Option<ProgressBar>>,
}

impl Bars {
    pub fn new(common: &Common) -> Self {
        Self {
            visible: !common.quiet && std::io::stderr().is_terminal(),
            language: common.language(),
            current: Mutex::new(None),
        }
    }

    fn label(&self, stage: Stage) -> &'static str {
        let (en, zh) = match stage {
            Stage::Generate => ("Generating", "生成"),
            Stage::Read => ("Reading", "读取"),
            Stage::Build => ("Building", "建网"),
            Stage::Snap => ("Snapping", "接入"),
            Stage::Nearest => ("Nearest", "最近"),
            Stage::Within => ("Counting", "计数"),
            Stage::Search => ("Searching", "计算"),
            Stage::Write => ("Writing", "写出"),
        };
        if self.language == Language::Chinese { zh } else { en }
    }
}

impl Progress for Bars {
    fn stage(&self, stage: Stage, total: u64) {
        if !self.visible {
            return;
        }
        // A template that is wrong would be a mistake in this very line; the plain bar serves then.
        let style = ProgressStyle::with_template("{msg:<10} [{bar:32}] {percent:>3}% {eta}")
            .unwrap_or_else(|_| ProgressStyle::default_bar())
            .progress_chars("█▉ ");
        let bar = ProgressBar::new(total).with_style(style).with_message(self.label(stage));
        if let Ok(mut current) = self.current.lock()
            && let Some(before) = current.replace(bar)
        {
            before.finish_and_clear();
        }
    }

    fn advance(&self, steps: u64) {
        if self.visible
            && let Ok(current) = self.current.lock()
            && let Some(bar) = current.as_ref()
        {
            bar.inc(steps);
        }
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        if let Ok(Some(bar)) = self.current.get_mut().map(Option::take) {
            bar.finish_and_clear();
        }
    }
}
