//! When what failed is tried again.

/// Seconds from each failed attempt to the next: 75.6 hours in all, the example of the Standard
/// Webhooks specification.
const SCHEDULE: [i64; 9] = [
    5,
    5 * 60,
    30 * 60,
    2 * 3600,
    5 * 3600,
    10 * 3600,
    14 * 3600,
    20 * 3600,
    24 * 3600,
];

/// Microseconds until the next attempt after so many failed ones, spread by a fifth to either side
/// so that what failed together does not come back together. `None` when it is given up.
///
/// `retry_after` is what the receiver asked for, in seconds: it is honoured up to the next step.
/// `random` is any number.
#[must_use]
pub fn next_attempt_after(
    failed_attempts: i64,
    retry_after: Option<i64>,
    random: u32,
) -> Option<i64> {
    let place = usize::try_from(failed_attempts.checked_sub(1)?).ok()?;
    let step = *SCHEDULE.get(place)?;
    let most = SCHEDULE.get(place + 1).copied().unwrap_or(step);
    // From 800 to 1200 thousandths.
    let thousandths = 800 + i64::from(random % 401);
    let spread = step * 1_000 * thousandths;
    let asked = retry_after.unwrap_or_default().clamp(0, most) * 1_000_000;
    Some(spread.max(asked))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_attempts_span_three_days_and_a_few_hours() {
        let total: i64 = (1..=9)
            .map(|failed| next_attempt_after(failed, None, 200).unwrap())
            .sum();
        assert_eq!(total, 272_105 * 1_000_000);
        assert_eq!(next_attempt_after(10, None, 200), None);
        assert_eq!(next_attempt_after(0, None, 200), None);
    }

    #[test]
    fn each_step_is_spread_by_a_fifth() {
        assert_eq!(next_attempt_after(1, None, 0), Some(4_000_000));
        assert_eq!(next_attempt_after(1, None, 400), Some(6_000_000));
        let seen: std::collections::BTreeSet<_> = (0..1000_u32)
            .map(|random| next_attempt_after(2, None, random.wrapping_mul(2_654_435_761)))
            .collect();
        assert!(seen.len() > 200);
        assert!(
            seen.iter()
                .all(|after| (240_000_000..=360_000_000).contains(&after.unwrap()))
        );
    }

    #[test]
    fn a_receiver_may_ask_for_more_time_up_to_the_next_step() {
        assert_eq!(next_attempt_after(1, Some(60), 200), Some(60_000_000));
        assert_eq!(next_attempt_after(1, Some(1), 200), Some(5_000_000));
        assert_eq!(next_attempt_after(1, Some(999_999), 200), Some(300_000_000));
        assert_eq!(
            next_attempt_after(9, Some(999_999_999), 200),
            Some(86_400_000_000)
        );
        assert_eq!(next_attempt_after(1, Some(-5), 200), Some(5_000_000));
    }
}
