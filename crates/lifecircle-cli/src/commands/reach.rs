//! `lifecircle reach`: areas, matrices, the nearest, routes and opportunities between any places.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use lifecircle::accessibility::{Asked, Points, isochrones, matrix, nearest, opportunities, routes};
use lifecircle::output::{Existing, Output};
use lifecircle::progress::{Progress as _, Stage};
use lifecircle::reach::Heading;
use lifecircle::ready::ReadyCity;
use lifecircle::tables::{Format, Table};
use lifecircle::{Result, city, jobs};

use crate::args::{Asking, Common, Limits, OpportunitiesArgs, ReachCommand, time};
use crate::print;
use crate::progress::Bars;

pub fn run(command: &ReachCommand, common: &Common) -> Result<()> {
    match command {
        ReachCommand::Isochrones(args) => {
            let limits: Vec<_> = args.minutes.iter().map(|minutes| time(*minutes)).collect();
            let heading = if args.towards { Heading::Back } else { Heading::Out };
            let asked = Question::new(&args.city, &args.asking, common)?;
            let from = asked.points(&args.from, &[])?;
            asked.answer([(&args.from, &from)], from.ids().len(), |ready, bars| {
                isochrones(ready, &from, &limits, heading, bars)
            })
        }
        ReachCommand::Matrix(args) => {
            let asked = Question::new(&args.city, &args.asking, common)?;
            let (from, to) = (asked.points(&args.from, &[])?, asked.points(&args.to, &[])?);
            asked.answer([(&args.from, &from), (&args.to, &to)], from.ids().len(), |ready, bars| {
                match args.limit.limits() {
                    Limits::Minutes(limits) => matrix(ready, &from, &to, limits[0], bars),
                    Limits::Metres(limits) => matrix(ready, &from, &to, limits[0], bars),
                }
            })
        }
        ReachCommand::Nearest(args) => {
            let asked = Question::new(&args.city, &args.asking, common)?;
            let (from, to) = (asked.points(&args.from, &[])?, asked.points(&args.to, &[])?);
            let count = usize::from(args.count);
            asked.answer([(&args.from, &from), (&args.to, &to)], 1, |ready, bars| match args.limit.limits() {
                Limits::Minutes(limits) => nearest(ready, &from, &to, count, limits[0], bars),
                Limits::Metres(limits) => nearest(ready, &from, &to, count, limits[0], bars),
            })
        }
        ReachCommand::Routes(args) => {
            let asked = Question::new(&args.city, &args.asking, common)?;
            let (from, to) = (asked.points(&args.from, &[])?, asked.points(&args.to, &[])?);
            let pairs = from.ids().len().max(to.ids().len());
            asked.answer([(&args.from, &from), (&args.to, &to)], pairs, |ready, bars| routes(ready, &from, &to, bars))
        }
        ReachCommand::Opportunities(args) => opportunities_within(args, common),
    }
}

fn opportunities_within(args: &OpportunitiesArgs, common: &Common) -> Result<()> {
    let shared = args.catchment.as_deref().map(str::parse).transpose()?.map(|model| (model, args.demand.clone()));
    let counted = Asked { columns: args.columns.clone(), decay: args.decay.parse()?, shared };
    let limits = args.limits()?;
    let question = Question::new(&args.city, &args.asking, common)?;
    let demand: Vec<String> = counted.shared.iter().map(|(_, column)| column.clone()).collect();
    let from = question.points(&args.from, &demand)?;
    let to = question.points(&args.to, &args.columns)?;
    question.answer([(&args.from, &from), (&args.to, &to)], from.ids().len(), |ready, bars| match &limits {
        Limits::Minutes(limits) => opportunities(ready, &from, &to, limits, &counted, bars),
        Limits::Metres(limits) => opportunities(ready, &from, &to, limits, &counted, bars),
    })
}

/// A city of which something is asked, and where the answer goes.
struct Question<'a> {
    city: Arc<city::City>,
    directory: &'a PathBuf,
    asking: &'a Asking,
    common: &'a Common,
    format: Option<Format>,
}

impl<'a> Question<'a> {
    fn new(directory: &'a PathBuf, asking: &'a Asking, common: &'a Common) -> Result<Self> {
        // What is misspelt is told before anything is read.
        let format = asking.output.as_deref().map(Format::of_file).transpose()?;
        asking.walk()?;
        Ok(Self { city: Arc::new(city::load(directory)?), directory, asking, common, format })
    }

    fn points(&self, named: &str, columns: &[String]) -> Result<Points> {
        self.asking.points(&self.city, named, columns)
    }

    /// Asks, and writes or prints the answer.
    fn answer<const N: usize>(
        &self,
        named: [(&String, &Points); N],
        steps: usize,
        ask: impl FnOnce(&ReadyCity, &Bars) -> Result<Table>,
    ) -> Result<()> {
        let inputs: Vec<&Path> =
            [vec![self.directory.as_path()], self.asking.files(named.map(|(name, _)| name))].concat();
        // A file of data does not tell who wrote it, so none is replaced.
        let begin = |path: &PathBuf| Output::file(path, Existing::Refuse, &inputs);
        let output = self.asking.output.as_ref().map(begin).transpose()?;
        let bars = Bars::new(self.common);
        let ready = jobs::make_ready(&self.city, self.directory, self.asking.walk()?, &bars)?;
        bars.stage(Stage::Search, steps as u64);
        let table = ask(&ready, &bars)?;
        if let (Some(output), Some(format)) = (output, self.format) {
            output.write(|path| table.write(path, format))?;
            output.finish()?;
        }
        drop(bars);
        for (name, points) in named {
            print::without_street(name, points.without_street(&ready), self.common);
        }
        match &self.asking.output {
            Some(path) => print::show(|out| print::files(out, &[(path.clone(), table.rows())], self.common)),
            None => print::show(|out| print::rows(out, &table, self.common)),
        }
    }
}
