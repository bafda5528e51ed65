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
            let lengths = lengths_with(&order, ties, thing);
            // Where it was, unless another place is shorter; of those, the first.
            let shortest = *lengths.iter().min().expect("there is always a place");
            let first = lengths.iter().position(|l| *l == shortest).expect("it is among them");
            let to = if shortest < least { first } else { from };
            order.insert(to, thing);
            least = least.min(shortest);
        }
        if least == before {
            return order;
        }
    }
}

/// Per place at which the thing, now missing, can be put into the order: the length that gives.
///
/// A tie of others grows by one where the thing comes to stand inside it; a tie of the thing's own
/// reaches from its others to it. Both are sums over the places, so no place is tried out.
fn lengths_with(order: &[usize], ties: &[Vec<usize>], thing: usize) -> Vec<usize> {
    let place = places_among(order, order.len() + 1);
    let mut all = 0;
    let mut lengths = vec![0; order.len() + 1];
    // Per place, how many more ties of others it lies inside than the place before.
    let mut inside = vec![0_isize; order.len() + 2];
    for tie in ties {
        let others = || tie.iter().filter(|t| **t != thing).map(|t| place[*t]);
        let (Some(low), Some(high)) = (others().min(), others().max()) else { continue };
        if !tie.contains(&thing) {
            all += high - low;
            inside[low + 1] += 1;
            inside[high + 1] -= 1;
            continue;
        }
        for (to, length) in lengths.iter_mut().enumerate() {
            *length += high.max(to) - low.min(to) + usize::from(to <= high);
        }
    }
    let mut crossed = 0;
    for (to, length) in lengths.iter_mut().enumerate() {
        crossed += inside[to];
        *length += all.checked_add_signed(crossed).expect("no place lies inside fewer than none");
    }
    lengths
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
    places_among(order, order.len())
}

/// The place of each of `count` things; zero for one that is not in the order.
fn places_among(order: &[usize], count: usize) -> Vec<usize> {
    let mut place = vec![0; count];
    for (i, thing) in order.iter().enumerate() {
        place[*thing] = i;
    }
    place
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ties of two to four of `count` things.
    fn some_ties(count: usize, seed: &mut u64) -> Vec<Vec<usize>> {
        let mut tie = |size: usize| {
            let mut things: Vec<usize> = (0..count).collect();
            shuffle(&mut things, seed);
            things.truncate(size);
            things
        };
        (0..2 * count).map(|i| tie(2 + i % 3)).collect()
    }

    #[test]
    fn the_lengths_of_all_places_are_those_of_trying_each() {
        let mut seed = 7;
        for count in [2, 5, 12] {
            let mut ties = some_ties(count, &mut seed);
            ties.push(vec![0]);
            let mut order: Vec<usize> = (0..count).collect();
            shuffle(&mut order, &mut seed);
            for thing in 0..count {
                let rest: Vec<usize> = order.iter().copied().filter(|t| *t != thing).collect();
                let tried = |to: usize| {
                    let mut with = rest.clone();
                    with.insert(to, thing);
                    length(&with, &ties)
                };
                let each: Vec<usize> = (0..count).map(tried).collect();
                assert_eq!(lengths_with(&rest, &ties, thing), each);
            }
        }
    }
}
