//! In which order events and fields stand in the diagrams: the FORCE heuristic, from several starts.
//!
//! Things that one relation ties together should stand near one another. Each round moves every
//! thing to the mean of the centres of its ties. The best arrangement of many starts (the given order and
//! fixed shuffles of it) is then improved by moving single things. Deterministic throughout.
//!
//! Not here: the bits of each thing (`layout.rs`).

/// Orders `count` things so that the things of each tie are near one another.
pub(crate) fn force(count: usize, ties: &[Vec<usize>]) -> Vec<usize> {
    let mut seed = 1;
    let mut best: Option<(usize, Vec<usize>)> = None;
    for start in 0..STARTS {
        let mut order: Vec<usize> = (0..count).collect();
        if start > 0 {
            shuffle(&mut order, &mut seed);
        }
        let found = settle(order, ties);
        if best.as_ref().is_none_or(|(least, _)| found.0 < *least) {
            best = Some(found);
        }
    }
    best.map_or_else(Vec::new, |(_, order)| improve(order, ties))
}

const STARTS: usize = 60;
const ROUNDS: usize = 80;

/// A fixed shuffle (xorshift).
fn shuffle(order: &mut [usize], seed: &mut u64) {
    for i in (1..order.len()).rev() {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        order.swap(i, (*seed >> 11) as usize % (i + 1));
    }
}

/// The best order met while every thing moves to the mean of the centres of its ties.
fn settle(mut order: Vec<usize>, ties: &[Vec<usize>]) -> (usize, Vec<usize>) {
    let mut best = (length(&order, ties), order.clone());
    for _ in 0..ROUNDS {
        let place = places(&order);
        let mut pull = vec![(0.0, 0.0); order.len()];
        for tie in ties {
            let centre = tie.iter().map(|t| place[*t] as f64).sum::<f64>() / tie.len() as f64;
            for thing in tie {
                pull[*thing].0 += centre;
                pull[*thing].1 += 1.0;
            }
        }
        let at = |t: usize| if pull[t].1 > 0.0 { pull[t].0 / pull[t].1 } else { place[t] as f64 };
        order.sort_by(|a, b| at(*a).total_cmp(&at(*b)).then(place[*a].cmp(&place[*b])));
        let length = length(&order, ties);
        if length < best.0 {
            best = (length, order.clone());
        }
    }
    best
}

/// Moves single things to their best place until none gains.
fn improve(mut order: Vec<usize>, ties: &[Vec<usize>]) -> Vec<usize> {
    let mut least = length(&order, ties);
    loop {
        let before = least;
        for thing in 0..order.len() {
            let from = order.iter().position(|t| *t == thing).expect("every thing is in the order");
            order.remove(from);
            let mut best = (least, from);
            for to in 0..=order.len() {
                order.insert(to, thing);
                let length = length(&order, ties);
                if length < best.0 {
                    best = (length, to);
                }
                order.remove(to);
            }
            order.insert(best.1, thing);
            least = best.0;
        }
        if least == before {
            return order;
        }
    }
}

/// The sum of the lengths of all ties.
fn length(order: &[usize], ties: &[Vec<usize>]) -> usize {
    let place = places(order);
    let span = |tie: &Vec<usize>| {
        let low = tie.iter().map(|t| place[*t]).min().unwrap_or(0);
        let high = tie.iter().map(|t| place[*t]).max().unwrap_or(0);
        high - low
    };
    ties.iter().map(span).sum()
}

fn places(order: &[usize]) -> Vec<usize> {
    let mut place = vec![0; order.len()];
    for (i, thing) in order.iter().enumerate() {
        place[*thing] = i;
    }
    place
}
