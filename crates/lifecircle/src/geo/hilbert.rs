//! Hilbert order: points that follow each other in it lie near each other on the earth.
//!
//! Source: Hilbert (1891), *Ueber die stetige Abbildung einer Linie auf ein Flächenstück*.

use super::LonLat;

/// The indices of points in Hilbert order over their own extent; equal places keep their order.
pub fn order(points: &[LonLat]) -> Vec<u32> {
    let Some(first) = points.first() else { return Vec::new() };
    let [w, s, e, n] = points
        .iter()
        .fold([first.x, first.y, first.x, first.y], |[w, s, e, n], p| [w.min(p.x), s.min(p.y), e.max(p.x), n.max(p.y)]);
    let span = (e - w).max(n - s).max(f64::MIN_POSITIVE);
    let cell = |value: f64, low: f64| ((value - low) / span * f64::from(u16::MAX)) as u16;
    let mut keyed: Vec<(u32, u32)> = points
        .iter()
        .zip(0..)
        .map(|(point, index)| (fast_hilbert::xy2h(cell(point.x, w), cell(point.y, s), 16), index))
        .collect();
    keyed.sort_unstable();
    keyed.into_iter().map(|(_, index)| index).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_on_a_grid_follow_each_other() {
        let side = 16;
        let points: Vec<LonLat> =
            (0..side * side).map(|i| LonLat { x: f64::from(i % side), y: f64::from(i / side) }).collect();
        let order = order(&points);
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert!(sorted.iter().enumerate().all(|(index, value)| index as u32 == *value));
        let step = |pair: &[u32]| {
            let d = points[pair[1] as usize] - points[pair[0] as usize];
            d.x.abs() + d.y.abs()
        };
        let steps: f64 = order.windows(2).map(step).sum();
        assert!(steps < 1.5 * f64::from(side * side), "{steps}");
    }
}
