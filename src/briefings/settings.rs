//! The office's rules for briefings that no briefing states for itself, read from the configuration
//! once at start.

use chrono_tz::Tz;

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
    /// The time zone of the office.
    pub office_zone: Tz,
    /// Days after a briefing on which the access data of its attendees is erased.
    pub access_data_days: i64,
    /// Days before the access deadline on which attendees are asked for access data that is missing.
    pub access_data_reminder_days: i64,
    /// Days before a follow-up is due on which its owner is reminded.
    pub follow_up_reminder_days: Vec<i64>,
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
        let briefings = &config.briefings;
        let invalid = |text: &str| Err(ConfigError::Invalid(format!("briefings.{text}")));
        if !(0..=3650).contains(&briefings.access_data_days) {
            return invalid("access_data_days must be between 0 and 3650");
        }
        if !(1..=365).contains(&briefings.access_data_reminder_days) {
            return invalid("access_data_reminder_days must be between 1 and 365");
        }
        let days = &briefings.follow_up_reminder_days;
        if days.len() > 10 || !days.iter().all(|days| (0..=365).contains(days)) {
            return invalid(
                "follow_up_reminder_days must be at most ten numbers between 0 and 365",
            );
        }
        Ok(Self {
            reminder_hours,
            office_zone: office_zone(config)?,
            access_data_days: briefings.access_data_days,
            access_data_reminder_days: briefings.access_data_reminder_days,
            follow_up_reminder_days: days.clone(),
        })
    }
}

fn office_zone(config: &Config) -> Result<Tz, ConfigError> {
    let name = &config.office.time_zone;
    name.parse().map_err(|_| {
        ConfigError::Invalid(format!(
            "office.time_zone: {name:?} is not a time zone of the IANA database"
        ))
    })
}

/// Hours before a start, each once, the earliest reminder first.
#[must_use]
pub fn in_order(hours: &[i64]) -> Vec<i64> {
    let mut hours = hours.to_vec();
    hours.sort_unstable_by(|one, other| other.cmp(one));
    hours.dedup();
    hours
}
