//! Published problems of siting, as their files stand: OR-Library's *p*-median graphs, and points in the plane.
//!
//! | form | what it says |
//! |---|---|
//! | `n m p`, then *m* lines `u v cost` | a graph whose nodes are demands and sites; of a repeated edge the last cost counts (Beasley 1985) |
//! | `n 9999 p S`, then *n* lines `x y weight` | points that are demands and sites (Lorena and Pereira 2002); also `n n 0` |
//! | `sites demands`, then lines `F id x y cost` and `C id x y weight` | sites and demands apart (Cordeau, Furini and Ljubić 2019) |
//!
//! Knows no city and no solver.

use lifecircle::say;
use lifecircle::text::Text;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::path::Path;

use lifecircle::{Error, Result};

use crate::siting::Link;

/// The largest problem that is read: more demands or sites would not fit as a matrix.
const MOST: usize = 20_000;

/// The same of a graph, whose matrix is kept.
const MOST_NODES: usize = 10_000;

/// In how many parts a unit of length is divided where costs come from coordinates.
const PARTS_OF_UNIT: f64 = 1000.0;

/// A published problem: demands, sites, and how far they are from each other.
#[derive(Debug, Clone)]
pub struct Published {
    /// How much each demand weighs.
    pub weights: Vec<i64>,
    /// How many sites there are.
    pub sites: usize,
    /// How many sites the file asks for.
    pub count: Option<i64>,
    lengths: Lengths,
}

#[derive(Debug, Clone)]
enum Lengths {
    /// By demand, then site; `u32::MAX` where there is no way.
    Graph(Vec<u32>),
    Points {
        demands: Vec<[f64; 2]>,
        sites: Vec<[f64; 2]>,
    },
}

impl Published {
    /// Reads a file of any of the forms.
    ///
    /// # Errors
    /// A file that cannot be read, is of another form, or is not whole; the sentence names the line.
    pub fn open(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path).map_err(|error| Error::io(say!("read", "读取"), path, &error))?;
        Self::parse(&text).map_err(|error| error.file(path))
    }

    /// Reads what stands in such a file.
    ///
    /// # Errors
    /// As for [`Published::open`].
    ///
    /// ```
    /// use lifecircle_plan::published::Published;
    /// let line = Published::parse("3 3 1\n1 2 9\n2 3 4\n1 2 5\n").unwrap();
    /// assert_eq!((line.length(0, 1), line.length(0, 2), line.count), (5.0, 9.0, Some(1)));
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let (at, head) = lines.next().ok_or_else(|| {
            Error::new(say!("the file is empty", "文件是空的"))
                .hint(say!("give a problem of OR-Library or of points", "请给出 OR-Library 的问题或点数据"))
        })?;
        let head: Vec<&str> = head.split_whitespace().collect();
        let lines: Vec<(usize, Vec<&str>)> =
            lines.map(|(at, line)| (at + 1, line.split_whitespace().collect())).collect();
        let first = number(at + 1, &head, 0)?;
        let second = number(at + 1, &head, 1)?;
        if first < 1.0 || first > MOST as f64 || second < 1.0 {
            return Err(Error::new(say!(
                "{first} demands or sites, where 1 to {MOST} are read",
                "有 {first} 个需求点或候选点，可读取 1 至 {MOST} 个"
            ))
            .place(line_name(at + 1)));
        }
        let is_apart = lines.first().is_some_and(|(_, words)| words[0] == "F");
        let is_points = head.get(1) == Some(&"9999")
            || head.get(3) == Some(&"S")
            || (head.len() == 3 && first == second && head[2] == "0");
        if is_apart {
            apart(first as usize, second as usize, &lines)
        } else if is_points {
            let asked = head.get(2).and_then(|word| word.parse::<i64>().ok()).filter(|&count| count > 0);
            points(first as usize, asked, &lines)
        } else {
            graph(first as usize, second as usize, number(at + 1, &head, 2)? as i64, &lines)
        }
    }

    /// How far a site is from a demand; infinite where there is no way.
    pub fn length(&self, demand: usize, site: usize) -> f64 {
        match &self.lengths {
            Lengths::Graph(lengths) => match lengths[demand * self.sites + site] {
                u32::MAX => f64::INFINITY,
                length => f64::from(length),
            },
            Lengths::Points { demands, sites } => {
                let (a, b) = (demands[demand], sites[site]);
                (a[0] - b[0]).hypot(a[1] - b[1])
            }
        }
    }

    /// Who reaches each demand within a length, at no cost.
    pub fn within(&self, radius: f64) -> Vec<Vec<Link>> {
        self.rows(|length| (length <= radius).then_some(0))
    }

    /// Who reaches each demand, and what a unit of weight costs: the length, in units of which [`Published::parts`] make one.
    ///
    /// # Errors
    /// Lengths that are too large.
    pub fn costs(&self) -> Result<Vec<Vec<Link>>> {
        let parts = self.parts();
        let most = f64::from(u32::MAX - 1);
        let dearest = (0..self.weights.len())
            .flat_map(|demand| (0..self.sites).map(move |site| (demand, site)))
            .map(|(demand, site)| self.length(demand, site) * parts)
            .filter(|cost| cost.is_finite())
            .fold(0.0, f64::max);
        if dearest > most {
            return Err(Error::new(say!("a length is too large", "距离过大"))
                .hint(say!("give coordinates in larger units", "请改用更大的坐标单位")));
        }
        Ok(self.rows(|length| length.is_finite().then(|| (length * parts).round() as u32)))
    }

    /// How many units of cost make one of length: 1 for graphs, 1,000 for points.
    pub fn parts(&self) -> f64 {
        match self.lengths {
            Lengths::Graph(_) => 1.0,
            Lengths::Points { .. } => PARTS_OF_UNIT,
        }
    }

    /// All lengths that differ, the shortest first.
    pub fn all_lengths(&self) -> Vec<f64> {
        let mut lengths: Vec<f64> = (0..self.weights.len())
            .flat_map(|demand| (0..self.sites).map(move |site| (demand, site)))
            .map(|(demand, site)| self.length(demand, site))
            .filter(|length| length.is_finite())
            .collect();
        lengths.sort_unstable_by(f64::total_cmp);
        lengths.dedup();
        lengths
    }

    fn rows(&self, cost: impl Fn(f64) -> Option<u32>) -> Vec<Vec<Link>> {
        let row = |demand| {
            let link = |site: usize| cost(self.length(demand, site)).map(|cost| Link { cost, site: site as u32 });
            (0..self.sites).filter_map(link).collect()
        };
        (0..self.weights.len()).map(row).collect()
    }
}

fn line_name(line: usize) -> Text {
    say!("line {line}", "第 {line} 行")
}

fn number(line: usize, words: &[&str], at: usize) -> Result<f64> {
    let word = words
        .get(at)
        .ok_or_else(|| Error::new(say!("number {} is missing", "缺少第 {} 个数", at + 1)).place(line_name(line)))?;
    word.parse::<f64>().ok().filter(|number| number.is_finite() && number.abs() < 1e15).ok_or_else(|| {
        Error::new(say!("`{word}` is no number", "`{word}` 不是数字"))
            .place(line_name(line))
            .hint(say!("is it a problem of OR-Library, or of points?", "请确认是 OR-Library 问题还是点数据"))
    })
}

fn weight(line: usize, words: &[&str], at: usize) -> Result<i64> {
    let weight = number(line, words, at)?;
    if weight < 0.0 || weight.fract() != 0.0 {
        return Err(Error::new(say!(
            "the weight {weight} is no whole number of 0 or more",
            "权重 {weight} 不是非负整数"
        ))
        .place(line_name(line)));
    }
    Ok(weight as i64)
}

fn whole(wanted: usize, found: usize, what: &Text) -> Result<()> {
    if wanted == found {
        Ok(())
    } else {
        Err(Error::damaged(Text {
            en: format!("the first line speaks of {wanted} {}, the file has {found}", what.en),
            zh: format!("首行写明有 {wanted} {}，文件中有 {found}", what.zh),
        })
        .hint(say!("get the file again", "请重新获取该文件")))
    }
}

fn graph(nodes: usize, edges: usize, count: i64, lines: &[(usize, Vec<&str>)]) -> Result<Published> {
    whole(edges, lines.len(), &say!("edges", "条边"))?;
    if nodes > MOST_NODES {
        return Err(Error::new(say!(
            "{nodes} nodes, where up to {MOST_NODES} are read",
            "有 {nodes} 个节点，最多读取 {MOST_NODES} 个"
        ))
        .place(line_name(1)));
    }
    let mut costs = BTreeMap::new();
    for (line, words) in lines {
        let node = |at: usize| {
            let node = number(*line, words, at)?;
            if node >= 1.0 && node <= nodes as f64 && node.fract() == 0.0 {
                Ok(node as usize - 1)
            } else {
                Err(Error::new(say!("there is no node {node}", "没有节点 {node}")).place(line_name(*line)))
            }
        };
        let (a, b, cost) = (node(0)?, node(1)?, weight(*line, words, 2)?);
        if cost > i64::from(u32::MAX) / MOST as i64 {
            return Err(Error::new(say!("the cost {cost} is too large", "成本 {cost} 过大")).place(line_name(*line)));
        }
        costs.insert((a.min(b), a.max(b)), cost as u32);
    }
    let mut near = vec![Vec::new(); nodes];
    for ((a, b), cost) in costs {
        near[a].push((b, cost));
        near[b].push((a, cost));
    }
    let lengths = (0..nodes).flat_map(|from| shortest(&near, from)).collect();
    Ok(Published { weights: vec![1; nodes], sites: nodes, count: Some(count), lengths: Lengths::Graph(lengths) })
}

/// Dijkstra from one node to all.
fn shortest(near: &[Vec<(usize, u32)>], from: usize) -> Vec<u32> {
    let mut lengths = vec![u32::MAX; near.len()];
    lengths[from] = 0;
    let mut waiting = BinaryHeap::from([Reverse((0, from))]);
    while let Some(Reverse((length, node))) = waiting.pop() {
        if length > lengths[node] {
            continue;
        }
        for &(next, cost) in &near[node] {
            if length + cost < lengths[next] {
                lengths[next] = length + cost;
                waiting.push(Reverse((length + cost, next)));
            }
        }
    }
    lengths
}

fn points(count: usize, asked: Option<i64>, lines: &[(usize, Vec<&str>)]) -> Result<Published> {
    whole(count, lines.len(), &say!("points", "个点"))?;
    let points = lines.iter().map(|(line, words)| Ok([number(*line, words, 0)?, number(*line, words, 1)?]));
    let points: Vec<[f64; 2]> = points.collect::<Result<_>>()?;
    let weights = lines.iter().map(|(line, words)| weight(*line, words, 2)).collect::<Result<_>>()?;
    let lengths = Lengths::Points { demands: points.clone(), sites: points };
    Ok(Published { weights, sites: count, count: asked, lengths })
}

fn apart(sites: usize, demands: usize, lines: &[(usize, Vec<&str>)]) -> Result<Published> {
    let (mut at_sites, mut at_demands, mut weights) = (Vec::new(), Vec::new(), Vec::new());
    for (line, words) in lines {
        let point = [number(*line, words, 2)?, number(*line, words, 3)?];
        match words[0] {
            "F" => at_sites.push(point),
            "C" => {
                at_demands.push(point);
                weights.push(weight(*line, words, 4)?);
            }
            other => {
                return Err(Error::new(say!("`{other}` is neither F nor C", "`{other}` 既不是 F 也不是 C"))
                    .place(line_name(*line)));
            }
        }
    }
    whole(sites, at_sites.len(), &say!("sites", "个候选点"))?;
    whole(demands, at_demands.len(), &say!("demands", "个需求点"))?;
    Ok(Published { weights, sites, count: None, lengths: Lengths::Points { demands: at_demands, sites: at_sites } })
}
