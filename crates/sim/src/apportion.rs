//! Parts of a whole by weight, so that they add up exactly.
//!
//! [`apportion`] is fair to each part (largest remainder; ties go to the earlier one). [`spread`] is
//! fair along a row: a few matters in a year come months apart, not all in its first days.

/// The total shared out by weight; all zero where nothing weighs.
pub fn apportion(total: u64, weights: &[u64]) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let quota = |w: &u64| u128::from(total) * u128::from(*w);
    let mut parts: Vec<u64> = weights.iter().map(|w| narrow(quota(w) / sum)).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(quota(&weights[*i]) % sum));
    let given: u64 = parts.iter().sum();
    let left = usize::try_from(total - given).expect("fewer are left than there are parts");
    order.iter().take(left).for_each(|i| parts[*i] += 1);
    parts
}

/// The total spread along a row by weight: after each place the sum is the right one, rounded from
/// an offset below 2³². All zero where nothing weighs.
pub fn spread(total: u64, weights: &[u64], offset: u64) -> Vec<u64> {
    let sum: u128 = weights.iter().map(|w| u128::from(*w)).sum();
    let offset = (u128::from(offset) * sum) >> 32;
    let (mut weighed, mut given) = (0, 0);
    let mut place = |weight: &u64| {
        weighed += u128::from(*weight);
        let due = narrow((u128::from(total) * weighed + offset).checked_div(sum).unwrap_or(0));
        let here = due - given;
        given = due;
        here
    };
    weights.iter().map(&mut place).collect()
}

fn narrow(n: u128) -> u64 {
    u64::try_from(n).expect("a part is not more than the whole")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_add_up_to_the_whole() {
        for total in [0, 1, 7, 100, 172_250_001] {
            for weights in [&[1, 1, 1][..], &[70, 29, 1], &[0, 5], &[u64::MAX, 1]] {
                let parts = apportion(total, weights);
                assert_eq!(parts.iter().sum::<u64>(), total, "{total} by {weights:?}");
            }
        }
    }

    #[test]
    fn the_largest_remainders_get_what_is_left() {
        assert_eq!(apportion(10, &[55, 25, 20]), [6, 2, 2]);
        assert_eq!(apportion(10, &[45, 35, 20]), [5, 3, 2]);
        assert_eq!(apportion(3, &[1, 1]), [2, 1]);
    }

    #[test]
    fn few_in_a_long_row_lie_far_apart() {
        let places = |offset| {
            let row = spread(4, &[1; 100], offset);
            let at: Vec<usize> = (0..100).filter(|i| row[*i] > 0).collect();
            (row.iter().sum::<u64>(), at)
        };
        assert_eq!(places(0), (4, vec![24, 49, 74, 99]));
        assert_eq!(places(1 << 31), (4, vec![12, 37, 62, 87]));
        assert_eq!(spread(3, &[0, 2, 0, 1], (1 << 32) - 1), [0, 2, 0, 1]);
        assert_eq!(spread(3, &[0, 0], 7), [0, 0]);
    }

    #[test]
    fn what_fits_exactly_stays_exact_and_no_weight_gets_nothing() {
        assert_eq!(apportion(91, &[22, 4, 65]), [22, 4, 65]);
        assert_eq!(apportion(5, &[0, 0]), [0, 0]);
        assert_eq!(apportion(5, &[0, 9]), [0, 5]);
    }
}
