//! Another year of the same kind: every count of a plan moved by up to a fifth, from a seed.
//!
//! So that it can be seen that figures follow what happens, and not the plan that was written to
//! match them.

use content::plan::{Amount, Part, Plan, Share, Stream, Way};

use crate::chance::Chance;

/// Thousandths of the least and the greatest factor.
const FACTORS: (u64, u64) = (800, 1200);

/// The plan with its counts moved.
pub fn perturbed(plan: &Plan, seed: u64) -> Plan {
    let mut plan = plan.clone();
    let chance = Chance::seeded(seed).of(plan.year as u64);
    for (i, stream) in plan.streams.iter_mut().enumerate() {
        move_stream(stream, chance.of(i as u64));
    }
    plan
}

fn move_stream(stream: &mut Stream, chance: Chance) {
    let exact = |way: &Way| matches!(way.amount, Amount::Exact(_));
    let only_exact = stream.ways.iter().all(exact);
    for (i, way) in stream.ways.iter_mut().enumerate() {
        move_way(way, chance.of(i as u64 + 1));
    }
    let stated = |way: &Way| match way.amount {
        Amount::Exact(n) => n,
        Amount::Weight(_) => 0,
    };
    let sum: u64 = stream.ways.iter().map(stated).sum();
    stream.count = match only_exact {
        true => sum,
        false => moved(stream.count, chance.of(0)).max(sum),
    };
}

fn move_way(way: &mut Way, chance: Chance) {
    let mut most = None;
    if let Amount::Exact(n) = &mut way.amount {
        *n = moved(*n, chance.of(0));
        most = Some(*n);
    }
    for (i, part) in way.parts.iter_mut().enumerate() {
        if let Part::Aside { share: Share::Exact(n), .. } = part {
            *n = moved(*n, chance.of(i as u64 + 1)).min(most.unwrap_or(u64::MAX));
        }
    }
}

/// A count moved; what was there does not vanish.
fn moved(count: u64, chance: Chance) -> u64 {
    let factor = chance.between(FACTORS.0, FACTORS.1);
    ((count * factor + 500) / 1000).max(count.min(1))
}
