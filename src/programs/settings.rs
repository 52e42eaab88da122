//! The office's rules for programs that no program states for itself, read from the configuration
//! once at start.

use crate::config::{Config, ConfigError};

/// The office's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Days before a report is due on which a reminder is given, the earliest first.
    pub reminder_days: Vec<i64>,
    /// Days that an officer has for a report that was returned.
    pub resubmit_days: i64,
}

impl Settings {
    /// Reads the rules.
    ///
    /// # Errors
    ///
    /// When a time makes no sense.
    pub fn read(config: &Config) -> Result<Self, ConfigError> {
        let programs = &config.programs;
        let invalid = |text: &str| Err(ConfigError::Invalid(format!("programs.{text}")));
        let mut reminder_days = programs.reminder_days.clone();
        reminder_days.sort_unstable_by(|one, other| other.cmp(one));
        reminder_days.dedup();
        if reminder_days.len() > 10 || !reminder_days.iter().all(|days| (1..=365).contains(days)) {
            return invalid("reminder_days must be at most ten numbers between 1 and 365");
        }
        if !(1..=365).contains(&programs.resubmit_days) {
            return invalid("resubmit_days must be between 1 and 365");
        }
        Ok(Self {
            reminder_days,
            resubmit_days: programs.resubmit_days,
        })
    }
}
