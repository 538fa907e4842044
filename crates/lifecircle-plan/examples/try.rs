use lifecircle_plan::published::Published;
use lifecircle_plan::siting::*;
use std::time::Instant;
struct W(Instant, bool);
impl Watch for W {
    fn closing(&self, v: Option<i64>, b: i64) {
        if self.1 {
            eprintln!("   {:.2}s {:?} {}", self.0.elapsed().as_secs_f64(), v, b);
        }
    }
    fn is_over(&self) -> bool {
        self.0.elapsed().as_secs_f64() > 60.0
    }
}
fn main() {
    let args: Vec<String> = std::env::args().collect();
    let model = &args[1];
    let verbose = std::env::var("V").is_ok();
    for f in &args[2..] {
        let t = Instant::now();
        let p = Published::open(f.as_ref()).unwrap();
        let loaded = t.elapsed().as_secs_f64();
        let count = std::env::var("P").ok().map(|p| p.parse().unwrap()).or(p.count).unwrap();
        let r: f64 = std::env::var("R").ok().map(|p| p.parse().unwrap()).unwrap_or(800.0);
        let w = W(Instant::now(), verbose);
        if model == "p-center" {
            let l = p.all_lengths();
            let c = p_center(l.len(), &|at| p.within(l[at]), p.sites, count, &w).unwrap();
            println!(
                "{f} load {loaded:.2} value {:?} bound {} {:.2}s",
                c.best.map(|(_, a)| l[a]),
                l[c.bound.min(l.len() - 1)],
                t.elapsed().as_secs_f64()
            );
            continue;
        }
        let problem = match model.as_str() {
            "p-median" => p_median(&p.weights, p.costs().unwrap(), p.sites, count).unwrap(),
            "mclp" => max_cover(&p.weights, p.within(r), p.sites, count).unwrap(),
            _ => set_cover(p.within(r), p.sites).unwrap(),
        };
        let o = solve(&problem, Settings::default(), &w).unwrap();
        if let Ok(f) = std::env::var("PROOF") {
            std::fs::write(f, serde_json::to_string(&ProofDocument::new(&problem, &o)).unwrap()).unwrap();
        }
        let total: i64 = p.weights.iter().sum();
        println!(
            "{f} p {count} load {loaded:.2} value {:?} covered {:?} bound {:?} proven {} parts {} {:.2}s",
            o.best.as_ref().map(|b| b.1),
            o.best.as_ref().map(|b| total - b.1),
            o.bound,
            o.is_proven(),
            o.parts,
            w.0.elapsed().as_secs_f64()
        );
    }
}
