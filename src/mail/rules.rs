//! When what was put off is tried again.

/// The longest wait, in seconds.
const LONGEST: i64 = 6 * 3600;

/// How often and how soon a mail is tried again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Attempts before it is given up.
    pub max_attempts: i64,
    /// Seconds until the second.
    pub seconds: i64,
    /// Any number: it spreads what failed together.
    pub random: u32,
}

/// Microseconds until the next attempt after so many; `None` when it is given up. Twice as long each
/// time, spread by a fifth to either side.
#[must_use]
pub fn after_failure(attempts: i64, retry: Retry) -> Option<i64> {
    if attempts >= retry.max_attempts {
        return None;
    }
    let doublings = u32::try_from(attempts.saturating_sub(1))
        .unwrap_or(0)
        .min(20);
    let wait = retry
        .seconds
        .saturating_mul(1_i64.checked_shl(doublings).unwrap_or(i64::MAX))
        .min(LONGEST);
    Some(wait * 1_000 * (800 + i64::from(retry.random % 401)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RETRY: Retry = Retry {
        max_attempts: 16,
        seconds: 60,
        random: 200,
    };

    #[test]
    fn sixteen_attempts_span_two_days() {
        let waits: Vec<i64> = (1..16)
            .map(|attempts| after_failure(attempts, RETRY).unwrap() / 1_000_000)
            .collect();
        assert_eq!(&waits[..4], &[60, 120, 240, 480]);
        assert_eq!(waits[14], LONGEST);
        let hours = waits.iter().sum::<i64>() / 3600;
        assert!((44..=56).contains(&hours), "{hours}");
        assert_eq!(after_failure(16, RETRY), None);
    }

    #[test]
    fn each_wait_is_spread_by_a_fifth() {
        let wait = |random| after_failure(1, Retry { random, ..RETRY });
        assert_eq!(wait(0), Some(48_000_000));
        assert_eq!(wait(400), Some(72_000_000));
    }
}
