//! Good choices quickly: greedy, then sites added, dropped and swapped as long as it helps (Teitz and Bart 1968; the
//! bookkeeping is that of Whitaker 1983). No proof comes from here, only a start for what proves.

use rand::seq::SliceRandom as _;
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::problem::{Demand, Link, Problem};

/// Who is served by each site, the links of a problem the other way round.
#[derive(Debug)]
pub(crate) struct Columns {
    starts: Vec<usize>,
    /// Demand and cost of a unit.
    links: Vec<(u32, u32)>,
}

impl Columns {
    pub fn of(problem: &Problem) -> Self {
        let mut starts = vec![0; problem.sites() + 1];
        for demand in 0..problem.demands() {
            problem.row(demand).iter().for_each(|link| starts[link.site as usize + 1] += 1);
        }
        for site in 0..problem.sites() {
            starts[site + 1] += starts[site];
        }
        let mut next = starts.clone();
        let mut links = vec![(0, 0); problem.links()];
        for demand in 0..problem.demands() {
            for link in problem.row(demand) {
                links[next[link.site as usize]] = (demand as u32, link.cost);
                next[link.site as usize] += 1;
            }
        }
        Self { starts, links }
    }

    pub fn of_site(&self, site: u32) -> &[(u32, u32)] {
        &self.links[self.starts[site as usize]..self.starts[site as usize + 1]]
    }
}

/// A choice, and how each demand is served by it.
#[derive(Debug)]
pub(crate) struct Search<'a> {
    problem: &'a Problem,
    columns: &'a Columns,
    /// Where in the list of chosen sites each stands.
    place: Vec<u32>,
    chosen: Vec<u32>,
    /// The cheapest chosen site of each demand, if one is below the ceiling, and the costs of the cheapest and the next.
    served: Vec<Served>,
    /// More than any unit costs, and than any site costs to open.
    dearest: i64,
    dearest_opening: i64,
    taken: i64,
}

#[derive(Debug, Clone, Copy)]
struct Served {
    by: u32,
    first: i64,
    second: i64,
}

/// What each site would save if it alone were chosen.
pub(crate) fn one_alone(problem: &Problem) -> Vec<i64> {
    let mut gains = vec![0; problem.sites()];
    for demand in 0..problem.demands() {
        let Demand { weight, ceiling } = problem.demand(demand);
        for link in problem.row(demand) {
            gains[link.site as usize] += weight * i64::from(ceiling.unwrap_or(0).saturating_sub(link.cost));
        }
    }
    gains
}

/// A good choice: greedy, improved, and then again and again shaken and improved, the better of the two each time.
pub(crate) fn good_choice(problem: &Problem, goes_on: &dyn Fn() -> bool) -> Vec<u32> {
    let columns = Columns::of(problem);
    let mut search = Search::new(problem, &columns, &[]);
    search.greedy();
    search.improve(goes_on);
    let mut best = (search.cost(), search.chosen());
    let mut random = ChaCha8Rng::seed_from_u64(1);
    // A change looks at all links once.
    let looks = problem.links() + problem.sites() * best.1.len();
    let mut changes = LOOKS / looks.max(1);
    for _ in 0..MOST_ROUNDS.min(problem.sites()) {
        if changes == 0 || !goes_on() || best.1.is_empty() {
            break;
        }
        let shaken = (best.1.len() / 4).clamp(1, 8);
        let mut chosen = best.1.clone();
        chosen.shuffle(&mut random);
        search.choose(&chosen[shaken.min(chosen.len())..]);
        // Not the very same again: somebody else comes first.
        let first = random.random_range(0..problem.sites() as u32);
        if search.is_free(first) {
            search.add(first);
        }
        search.greedy();
        changes = changes.saturating_sub(shaken + 1 + search.improve(goes_on));
        let found = (search.cost(), search.chosen());
        if found.0 < best.0 {
            best = found;
        }
    }
    best.1
}

/// How many links are looked at in rounds of shaking.
const LOOKS: usize = 30_000_000;

/// How many rounds at most.
const MOST_ROUNDS: usize = 100;

const NOBODY: u32 = u32::MAX;

/// A change of the choice, and what it saves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Move {
    saves: i64,
    add: Option<u32>,
    drop: Option<u32>,
}

impl<'a> Search<'a> {
    pub fn new(problem: &'a Problem, columns: &'a Columns, chosen: &[u32]) -> Self {
        let dearest =
            (0..problem.demands()).filter_map(|demand| problem.row(demand).last()).map(|link| link.cost).max();
        let opening = (0..problem.sites() as u32).map(|site| problem.opening(site)).max().unwrap_or(0);
        let nothing = Served { by: NOBODY, first: 0, second: 0 };
        let mut search = Self {
            problem,
            columns,
            place: vec![NOBODY; problem.sites()],
            chosen: Vec::new(),
            served: vec![nothing; problem.demands()],
            dearest: i64::from(dearest.unwrap_or(0)) * 2 + 1,
            dearest_opening: opening,
            taken: 0,
        };
        search.choose(chosen);
        search
    }

    /// Starts again from another choice.
    pub fn choose(&mut self, chosen: &[u32]) {
        self.chosen.iter().for_each(|&site| self.place[site as usize] = NOBODY);
        self.chosen = chosen.to_vec();
        self.chosen.iter().enumerate().for_each(|(at, &site)| self.place[site as usize] = at as u32);
        self.taken = chosen.iter().map(|&site| self.size(site)).sum();
        for demand in 0..self.problem.demands() {
            self.serve(demand);
        }
    }

    /// The choice, by number.
    pub fn chosen(&self) -> Vec<u32> {
        let mut chosen = self.chosen.clone();
        chosen.sort_unstable();
        chosen
    }

    /// What the choice costs, whoever is not served that must be at more than anything.
    fn cost(&self) -> i128 {
        let served = self.served.iter().enumerate();
        let served: i128 = served
            .map(|(demand, served)| i128::from(self.problem.demand(demand).weight) * i128::from(served.first))
            .sum();
        served + self.chosen.iter().map(|&site| i128::from(self.problem.opening(site))).sum::<i128>()
    }

    fn is_free(&self, site: u32) -> bool {
        self.place[site as usize] == NOBODY && (self.problem.limit().is_none() || self.size(site) <= self.spare())
    }

    fn size(&self, site: u32) -> i64 {
        self.problem.limit().map_or(0, |limit| limit.sizes[site as usize])
    }

    fn spare(&self) -> i64 {
        self.problem.limit().map_or(0, |limit| limit.most - self.taken)
    }

    fn serve(&mut self, demand: usize) {
        let about = self.problem.demand(demand);
        // Nobody serves it but somebody must: that costs more than anything.
        let unserved = self.dearest + self.dearest_opening / about.weight.max(1);
        let ceiling = about.ceiling.map_or(unserved, i64::from);
        let mut open = self.problem.row(demand).iter().filter(|link| self.place[link.site as usize] != NOBODY);
        let first: Option<&Link> = open.next();
        let second = open.next().map_or(ceiling, |link| i64::from(link.cost));
        self.served[demand] = Served {
            by: first.map_or(NOBODY, |link| link.site),
            first: first.map_or(ceiling, |link| i64::from(link.cost)),
            second,
        };
    }

    fn add(&mut self, site: u32) {
        self.place[site as usize] = self.chosen.len() as u32;
        self.chosen.push(site);
        self.taken += self.size(site);
        self.touched(site);
    }

    fn drop(&mut self, site: u32) {
        let at = self.place[site as usize] as usize;
        self.chosen.swap_remove(at);
        if let Some(&moved) = self.chosen.get(at) {
            self.place[moved as usize] = at as u32;
        }
        self.place[site as usize] = NOBODY;
        self.taken -= self.size(site);
        self.touched(site);
    }

    fn touched(&mut self, site: u32) {
        let columns = self.columns;
        columns.of_site(site).iter().for_each(|&(demand, _)| self.serve(demand as usize));
    }

    /// Adds the site that saves most for its size, until nothing more fits or saves.
    pub fn greedy(&mut self) {
        loop {
            let spare = self.spare();
            let best = (0..self.problem.sites() as u32)
                .into_par_iter()
                .filter(|&site| self.place[site as usize] == NOBODY && self.size(site) <= spare)
                .map(|site| (self.gain(site), site))
                .filter(|&(gain, _)| gain > 0)
                .reduce_with(|a, b| {
                    let (per_a, per_b) = (
                        i128::from(a.0) * i128::from(self.size(b.1).max(1)),
                        i128::from(b.0) * i128::from(self.size(a.1).max(1)),
                    );
                    if (per_a, std::cmp::Reverse(a.1)) > (per_b, std::cmp::Reverse(b.1)) { a } else { b }
                });
            match best {
                Some((_, site)) => self.add(site),
                None => return,
            }
        }
    }

    fn gain(&self, site: u32) -> i64 {
        let saved = self.columns.of_site(site).iter().map(|&(demand, cost)| {
            let now = self.served[demand as usize].first;
            self.problem.demand(demand as usize).weight * (now - i64::from(cost)).max(0)
        });
        saved.sum::<i64>() - self.problem.opening(site)
    }

    /// Takes the best change as long as one saves something and `goes_on`; how many.
    pub fn improve(&mut self, goes_on: &dyn Fn() -> bool) -> usize {
        let mut changes = 0;
        while goes_on()
            && let Some(best) = self.best_move()
        {
            if let Some(site) = best.drop {
                self.drop(site);
            }
            if let Some(site) = best.add {
                self.add(site);
            }
            changes += 1;
        }
        changes
    }

    /// The change that saves most; of equals the one of the least numbers, whatever the number of threads.
    fn best_move(&self) -> Option<Move> {
        let mut losses = vec![0_i64; self.chosen.len()];
        for (demand, served) in self.served.iter().enumerate() {
            if served.by != NOBODY {
                let more = served.second - served.first;
                losses[self.place[served.by as usize] as usize] += self.problem.demand(demand).weight * more;
            }
        }
        let saved_by_dropping = |at: usize| self.problem.opening(self.chosen[at]) - losses[at];
        let drops = (0..self.chosen.len()).map(|at| Move {
            saves: saved_by_dropping(at),
            add: None,
            drop: Some(self.chosen[at]),
        });
        let best_drop = drops.max_by_key(rank);
        let best = (0..self.problem.sites() as u32)
            .into_par_iter()
            .filter(|&site| self.place[site as usize] == NOBODY)
            .map_init(|| vec![0_i64; self.chosen.len()], |extra, site| self.best_with(site, &losses, extra))
            .flatten()
            .max_by_key(rank);
        best.into_iter().chain(best_drop).max_by_key(rank).filter(|best| best.saves > 0)
    }

    /// The best change that adds a site.
    fn best_with(&self, site: u32, losses: &[i64], extra: &mut [i64]) -> Option<Move> {
        extra.fill(0);
        let mut gain = -self.problem.opening(site);
        for &(demand, cost) in self.columns.of_site(site) {
            let (served, weight) = (self.served[demand as usize], self.problem.demand(demand as usize).weight);
            let cost = i64::from(cost);
            gain += weight * (served.first - cost).max(0);
            if served.by != NOBODY && cost < served.second {
                // Whoever loses its site has this one, which is cheaper than the next.
                extra[self.place[served.by as usize] as usize] += weight * (served.second - cost.max(served.first));
            }
        }
        let spare = self.spare() - self.size(site);
        let alone =
            (self.problem.limit().is_none() || spare >= 0).then_some(Move { saves: gain, add: Some(site), drop: None });
        let swaps = (0..self.chosen.len())
            .filter(|&at| self.problem.limit().is_none() || spare + self.size(self.chosen[at]) >= 0)
            .map(|at| {
                let drop = self.chosen[at];
                let saves = gain + self.problem.opening(drop) - losses[at] + extra[at];
                Move { saves, add: Some(site), drop: Some(drop) }
            });
        swaps.chain(alone).max_by_key(rank)
    }
}

type Rank = (i64, std::cmp::Reverse<Option<u32>>, std::cmp::Reverse<Option<u32>>);

fn rank(made: &Move) -> Rank {
    (made.saves, std::cmp::Reverse(made.add), std::cmp::Reverse(made.drop))
}
