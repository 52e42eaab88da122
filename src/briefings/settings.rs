//! The office's rules for briefings that no briefing states for itself, read from the configuration
//! once at start.

use crate::config::{Config, ConfigError};

/// The longest a reminder may come before a briefing, in hours: 90 days.
pub const LONGEST_REMINDER: i64 = 90 * 24;

/// Reminders that a briefing has, at most.
pub const MOST_REMINDERS: usize = 10;

/// The office's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Hours before the start at which reminders are given, the earliest reminder first.
    pub reminder_hours: Vec<i64>,
}

impl Settings {
    /// Reads the rules.
    ///
    /// # Errors
    ///
    /// When a time makes no sense.
    pub fn read(config: &Config) -> Result<Self, ConfigError> {
        let reminder_hours = in_order(&config.briefings.reminder_hours);
        let is_sound = |hours: &i64| (1..=LONGEST_REMINDER).contains(hours);
        if reminder_hours.len() > MOST_REMINDERS || !reminder_hours.iter().all(is_sound) {
            return Err(ConfigError::Invalid(format!(
                "briefings.reminder_hours must be at most {MOST_REMINDERS} numbers between 1 and \
                 {LONGEST_REMINDER}"
            )));
        }
        Ok(Self { reminder_hours })
    }
}

/// Hours before a start, each once, the earliest reminder first.
#[must_use]
pub fn in_order(hours: &[i64]) -> Vec<i64> {
    let mut hours = hours.to_vec();
    hours.sort_unstable_by(|one, other| other.cmp(one));
    hours.dedup();
    hours
}
