//! `lifecircle plan solve`.

use lifecircle::say;
use std::path::{Path, PathBuf};

use lifecircle::output::Output;
use lifecircle::{Error, Result};
use lifecircle_plan::published::Published;
use lifecircle_plan::siting::{self, METHOD, Outcome, Posed, Settings, max_cover, p_center, p_median, set_cover};
use serde_json::{Value, json};

use super::{Closing, write_proof};
use crate::args::{Common, SolveArgs, SolveModel};
use crate::print;

/// What was found of one file, in the file's units.
pub struct Solved {
    pub file: String,
    pub p: Option<i64>,
    pub value: Option<f64>,
    pub bound: Option<f64>,
    pub sites: Vec<u32>,
    pub seconds: f64,
    pub parts: usize,
}

impl Solved {
    pub fn gap(&self) -> Option<f64> {
        let (value, bound) = (self.value?, self.bound?);
        Some(if value == bound { 0.0 } else { (value - bound).abs() / value.abs().max(f64::MIN_POSITIVE) })
    }

    pub fn is_proven(&self) -> bool {
        self.gap() == Some(0.0)
    }

    fn to_json(&self, model: &str) -> Value {
        json!({
            "file": self.file, "model": model, "p": self.p, "value": self.value, "bound": self.bound, "gap": self.gap(),
            "proven_optimal": self.is_proven(), "seconds": self.seconds, "method": METHOD, "parts": self.parts,
            // As in the file: from 1.
            "sites": self.sites.iter().map(|site| site + 1).collect::<Vec<_>>(),
        })
    }
}

pub fn run(args: &SolveArgs, common: &Common) -> Result<()> {
    let inputs: Vec<&Path> = args.files.iter().map(PathBuf::as_path).collect();
    let output = args.force.directory(args.output.as_deref(), &inputs)?;
    let mut solved = Vec::new();
    for file in &args.files {
        solved.push(solve(file, args, output.as_ref(), common).map_err(|error| error.file(file))?);
    }
    if let Some(output) = output {
        output.finish()?;
    }
    let model =
        clap::ValueEnum::to_possible_value(&args.model).map(|value| value.get_name().to_owned()).unwrap_or_default();
    let documents: Vec<Value> = solved.iter().map(|solved| solved.to_json(&model)).collect();
    print::show(|out| print::solved(out, &solved, &documents, common))
}

fn solve(path: &Path, args: &SolveArgs, output: Option<&Output>, common: &Common) -> Result<Solved> {
    let published = Published::open(path)?;
    let watch = Closing::new(args.proving.time_limit, common);
    let p = || match args.p.or(published.count) {
        Some(p) if (1..=published.sites as i64).contains(&p) => Ok(p),
        Some(p) => {
            Err(Error::new(say!("{p} of {} sites cannot be chosen", "{} 个候选点中无法选出 {p} 个", published.sites))
                .hint(say!("give another --p", "请另给 --p")))
        }
        None => Err(Error::new(say!("the file does not say how many sites", "文件未说明选多少个点"))
            .hint(say!("give --p", "请给出 --p"))),
    };
    let radius = || {
        args.radius.ok_or_else(|| {
            Error::new(say!("how far a site covers is not known", "候选点的覆盖半径未知"))
                .hint(say!("give --radius", "请给出 --radius"))
        })
    };
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let sites = published.sites;
    if args.model == SolveModel::PCenter {
        let lengths = published.all_lengths();
        let center = p_center(lengths.len(), &|at| published.within(lengths[at]), sites, p()?, &watch)?;
        let length = |at: usize| lengths.get(at).copied();
        let (chosen, value) = center.best.map_or((Vec::new(), None), |(chosen, at)| (chosen, length(at)));
        let parts = center.proof.as_ref().map_or(1, |(_, outcome)| outcome.parts);
        if let (Some(output), Some((problem, outcome))) = (output, center.proof) {
            keep(output, path, &problem.into(), &outcome)?;
        }
        return Ok(Solved {
            file,
            p: Some(p()?),
            value,
            bound: length(center.bound),
            sites: chosen,
            seconds: watch.seconds(),
            parts,
        });
    }
    let weights = &published.weights;
    let (problem, p) = match args.model {
        SolveModel::Lscp => (set_cover(published.within(radius()?), sites)?, None),
        SolveModel::Mclp => (max_cover(weights, published.within(radius()?), sites, p()?)?, Some(p()?)),
        _ => (p_median(weights, published.costs()?, sites, p()?)?, Some(p()?)),
    };
    let all: i64 = weights.iter().sum();
    let saved_from = (args.model == SolveModel::Mclp).then_some(all);
    let settings = Settings { gap: args.proving.gap, saved_from, below: None };
    let outcome: Outcome = siting::solve(&problem, settings, &watch);
    if let Some(output) = output {
        keep(output, path, &problem.into(), &outcome)?;
    }
    // Maximal covering is asked for what is covered, and solved for what is not.
    let told = |cost: i64| match args.model {
        SolveModel::Mclp => (all - cost) as f64,
        SolveModel::PMedian => cost as f64 / published.parts(),
        _ => cost as f64,
    };
    let (chosen, value) = outcome.best.map_or((Vec::new(), None), |(chosen, value)| (chosen, Some(told(value))));
    Ok(Solved {
        file,
        p,
        value,
        bound: outcome.bound.map(told),
        sites: chosen,
        seconds: watch.seconds(),
        parts: outcome.parts,
    })
}

/// Writes the proof of a problem under the name of its file.
fn keep(output: &Output, path: &Path, problem: &Posed, outcome: &Outcome) -> Result<()> {
    let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    output.write(|directory| write_proof(&directory.join(format!("{name}.json")), problem, outcome))
}
