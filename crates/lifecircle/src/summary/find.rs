//! A community of a summary by what people call it.

use super::{CommunitySummary, Summary};
use crate::error::{Error, Result};
use crate::text::Text;

/// How many likely ones are named where none is called so.
const LIKELY: usize = 6;

/// How alike names must be for that, from 0 to 1.
const ALIKE: f64 = 0.75;

impl Summary {
    /// The community of an id or a name, Chinese or English.
    ///
    /// # Errors
    /// If none is called so, or several are; names those that may be meant.
    pub fn community_named(&self, name: &str) -> Result<&CommunitySummary> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Error::new(say!("the name of the community is empty", "社区名称是空的"))
                .hint(say!("give its name or its id", "请给出其名称或编号")));
        }
        if let Some(one) = self.communities.iter().find(|community| community.id == name) {
            return Ok(one);
        }
        let is_called = |c: &&CommunitySummary| c.name.local == name || c.name.en.eq_ignore_ascii_case(name);
        let called: Vec<&CommunitySummary> = self.communities.iter().filter(is_called).collect();
        match called[..] {
            [one] => Ok(one),
            [] if self.communities.is_empty() => Err(Error::not_found(say!(
                "the city has no communities",
                "本市没有社区"
            ))
            .hint(say!("import it with their borders, or leave the community out", "请导入社区边界，或不指定社区"))),
            [] => Err(Error::not_found(say!("no community is called `{name}`", "没有名为 `{name}` 的社区"))
                .hint(self.likely(name))),
            _ => Err(Error::new(say!("{} communities are called `{name}`", "有 {} 个社区名为 `{name}`", called.len()))
                .hint(say!(
                    "give the id of one: {}",
                    "请给出其中一个的编号：{}",
                    listed(&called[..called.len().min(LIKELY)])
                ))),
        }
    }

    /// Which communities may be meant by a name that is not right.
    fn likely(&self, name: &str) -> Text {
        let small = name.to_lowercase();
        let likeness = |c: &CommunitySummary| {
            let names = [c.name.local.to_lowercase(), c.name.en.to_lowercase(), c.id.to_lowercase()];
            let holds = names.iter().any(|one| {
                !one.is_empty() && !small.is_empty() && (one.contains(&small) || small.contains(one.as_str()))
            });
            let alike = names.iter().map(|one| strsim::jaro_winkler(one, &small)).fold(0.0, f64::max);
            if holds { 1.0 } else { alike }
        };
        let mut likely: Vec<(f64, &CommunitySummary)> = self.communities.iter().map(|c| (likeness(c), c)).collect();
        likely.retain(|(alike, _)| *alike >= ALIKE);
        likely.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        likely.truncate(LIKELY);
        let likely: Vec<&CommunitySummary> = likely.into_iter().map(|(_, c)| c).collect();
        if likely.is_empty() {
            let some: Vec<&CommunitySummary> = self.communities.iter().take(LIKELY).collect();
            return say!("there are {} of them, as {}", "共有 {} 个，如 {}", self.communities.len(), listed(&some));
        }
        say!("did you mean {}?", "是否指 {}？", listed(&likely))
    }
}

fn listed(communities: &[&CommunitySummary]) -> String {
    let told = |c: &&CommunitySummary| format!("{} ({})", c.name.show(false), c.id);
    communities.iter().map(told).collect::<Vec<_>>().join(", ")
}
