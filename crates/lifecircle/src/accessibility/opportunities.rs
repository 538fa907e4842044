//! What can be reached of something: jobs, beds, shops. Cumulative, with any decay (gravity), or shared among all who want it (floating catchments).
//!
//! Sources: Hansen (1959) for gravity; the floating catchments' are with [`crate::formulas::floating_catchment`].

use geo_types::{Geometry, Point};

use super::matrix::Ways;
use super::{Points, Unit};
use crate::error::{Error, Result};
use crate::formulas::{Decay, Trips, floating_catchment};
use crate::geo::Quantity;
use crate::progress::Progress;
use crate::reach::{Question, weigh};
use crate::ready::ReadyCity;
use crate::standard::{CatchmentModel, DecayRule};
use crate::tables::Table;

/// How what is within reach is counted.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Columns of what there is at the goals; each goal counts one if there are none.
    pub columns: Vec<String>,
    /// How much less counts what is farther away, within each limit.
    pub decay: DecayRule,
    /// The model by which it is shared, and the column of those who share it; nobody takes it from anybody if there is none.
    pub shared: Option<(CatchmentModel, String)>,
}

/// A row for each place: `id`, and for each column and limit what is within reach, as `beds_15min` or `count_800m`; with the place as geometry. Where it is shared,
/// so much for each of those who share it.
///
/// # Errors
/// If there is no such column, or it is cancelled.
///
/// ```
/// use lifecircle::accessibility::{Asked, Points, opportunities};
/// use lifecircle::network::{Millis, Walker};
/// use lifecircle::ready::{ReadyCity, Walk};
/// use lifecircle::{demo, import};
///
/// # fn main() -> lifecircle::Result<()> {
/// let city = import::import(demo::generate(demo::Size::Small, 1), &())?;
/// let (homes, schools) = (Points::homes(&city), Points::of_kind(&city, "primary_school")?);
/// let ready = ReadyCity::new(city, Walk::of(Walker::find("adult")?), &())?;
/// // How many schools are within 10 and 15 minutes of each home, the nearer counting more.
/// let asked = Asked { decay: "exponential:0.1".parse()?, ..Asked::default() };
/// let table = opportunities(&ready, &homes, &schools, &[Millis(600_000), Millis(900_000)], &asked, &())?;
/// assert_eq!(table.names().collect::<Vec<_>>(), ["id", "count_10min", "count_15min"]);
/// # Ok(())
/// # }
/// ```
pub fn opportunities<C: Unit>(
    ready: &ReadyCity,
    from: &Points,
    to: &Points,
    limits: &[C],
    asked: &Asked,
    progress: &dyn Progress,
) -> Result<Table> {
    let ones = vec![1.0; to.ids().len()];
    let columns: Vec<(&str, &[f64])> = match asked.columns.as_slice() {
        [] => vec![("count", &ones)],
        named => named.iter().map(|name| Ok((name.as_str(), to.value(name)?))).collect::<Result<_>>()?,
    };
    if let Some((name, _)) =
        columns.iter().enumerate().find_map(|(index, one)| columns[..index].iter().find(|other| other.0 == one.0))
    {
        return Err(Error::new(say!("the column `{name}` is named twice", "列 `{name}` 写了两次"))
            .hint(say!("name it once", "请只写一次")));
    }
    if limits.is_empty() {
        return Err(Error::new(say!("no limit is given", "未给出范围"))
            .hint(say!("say within how many minutes or metres", "请说明在多少分钟或米以内")));
    }
    let decays: Vec<Decay<C::Quantity>> = limits.iter().map(|limit| C::decay(&asked.decay, *limit)).collect();
    let within = Within { limits, decays: &decays };
    let found = match &asked.shared {
        None => within.alone(ready, from, to, &columns, progress)?,
        Some((model, people)) => {
            let people = from.value(people)?;
            within.shared(ready, (from, to), *model, people, &columns, progress)?
        }
    };
    let mut table = Table::new().text("id", from.ids());
    for ((name, _), by_limit) in columns.iter().zip(found) {
        for (limit, values) in limits.iter().zip(by_limit) {
            table = table.numbers(&format!("{name}_{}", limit.name()), values);
        }
    }
    Ok(table.geometry(from.at().iter().map(|at| Geometry::Point(Point(*at)))))
}

/// Limits, and the decay within each.
struct Within<'a, C: Unit> {
    limits: &'a [C],
    decays: &'a [Decay<C::Quantity>],
}

impl<C: Unit> Within<'_, C> {
    /// What a way within a limit weighs.
    fn weight(&self, cost: C, limit: C) -> f64 {
        let decay = self.limits.iter().position(|other| *other == limit).map(|index| &self.decays[index]);
        decay.zip(cost.quantity()).map_or(0.0, |(decay, way)| decay.weight(way))
    }

    /// For each column and limit what each place reaches.
    fn alone(
        &self,
        ready: &ReadyCity,
        from: &Points,
        to: &Points,
        columns: &[(&str, &[f64])],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<f64>>>> {
        let (origins, targets) = (from.places::<C>(ready), to.places::<C>(ready));
        let groups = [(0..targets.len() as u32).collect()];
        let question = Question { origins: &origins, targets: &targets, groups: &groups };
        let engine = C::searched(ready).engine(progress)?;
        let of_column = |(_, values): &(&str, &[f64])| {
            let sums =
                weigh(engine, question, &[self.limits], values, |cost, limit| self.weight(cost, limit), progress)?;
            let of_limit = |limit: usize| (0..origins.len()).map(|origin| sums.of(origin, 0)[limit]).collect();
            Ok((0..self.limits.len()).map(of_limit).collect())
        };
        columns.iter().map(of_column).collect()
    }

    /// The same, shared among people.
    fn shared(
        &self,
        ready: &ReadyCity,
        (from, to): (&Points, &Points),
        model: CatchmentModel,
        people: &[f64],
        columns: &[(&str, &[f64])],
        progress: &dyn Progress,
    ) -> Result<Vec<Vec<Vec<f64>>>> {
        let farthest = self.limits.iter().copied().max().unwrap_or_default();
        let ways = Ways::find(ready, from, to, farthest, progress)?;
        let trips_within = |limit: &C| {
            let most = limit.quantity().map_or(f64::INFINITY, Quantity::number);
            let pairs = ways.from.iter().zip(&ways.to).zip(&ways.cost).filter(|(_, cost)| **cost <= most);
            let pairs = pairs.map(|((from, to), cost)| (*from, *to, C::Quantity::of_number(*cost)));
            Trips::from_pairs(from.ids().len(), to.ids().len(), pairs)
        };
        let trips: Vec<Trips<C::Quantity>> = self.limits.iter().map(trips_within).collect();
        let of_column = |(_, supply): &(&str, &[f64])| {
            let of_limit = |(trips, decay): (&Trips<C::Quantity>, &Decay<C::Quantity>)| {
                floating_catchment(model.formula(), trips, people, supply, decay)
            };
            trips.iter().zip(self.decays).map(of_limit).collect()
        };
        Ok(columns.iter().map(of_column).collect())
    }
}
