//! In which order events and fields stand in the diagrams: the FORCE heuristic.
//!
//! Things that one relation ties together should stand near one another. Each round moves every
//! thing to the mean of the centres of its ties; the best round counts. Deterministic: ties of
//! position are broken by index.
//!
//! Not here: the bits of each thing (`layout.rs`).

/// Orders `count` things so that the things of each tie are near one another.
pub(crate) fn force(count: usize, ties: &[Vec<usize>]) -> Vec<usize> {
    let mut position: Vec<f64> = (0..count).map(|i| i as f64).collect();
    let mut best: Option<(f64, Vec<usize>)> = None;
    for _ in 0..ROUNDS {
        let mut order: Vec<usize> = (0..count).collect();
        order.sort_by(|a, b| position[*a].total_cmp(&position[*b]).then(a.cmp(b)));
        for (place, thing) in order.iter().enumerate() {
            position[*thing] = place as f64;
        }
        let span = ties.iter().map(|tie| extent(tie, &position)).sum();
        if best.as_ref().is_none_or(|(least, _)| span < *least) {
            best = Some((span, order));
        }
        position = pulled(count, ties, &position);
    }
    best.map_or_else(Vec::new, |(_, order)| order)
}

const ROUNDS: usize = 200;

fn extent(tie: &[usize], position: &[f64]) -> f64 {
    let places = tie.iter().map(|t| position[*t]);
    let (low, high) = places.fold((f64::MAX, f64::MIN), |(l, h), p| (l.min(p), h.max(p)));
    if tie.is_empty() { 0.0 } else { high - low }
}

/// Every thing at the mean of the centres of its ties.
fn pulled(count: usize, ties: &[Vec<usize>], position: &[f64]) -> Vec<f64> {
    let mut pull = vec![(0.0, 0.0); count];
    for tie in ties.iter().filter(|t| !t.is_empty()) {
        let centre = tie.iter().map(|t| position[*t]).sum::<f64>() / tie.len() as f64;
        for thing in tie {
            pull[*thing].0 += centre;
            pull[*thing].1 += 1.0;
        }
    }
    (0..count).map(|i| if pull[i].1 > 0.0 { pull[i].0 / pull[i].1 } else { position[i] }).collect()
}
