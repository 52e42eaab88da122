//! What an operator can set of briefings.

use serde::Deserialize;

/// Briefings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BriefingsConfig {
    /// Days after a briefing on which the access data of its attendees is erased.
    pub access_data_days: i64,
    /// Days before the access deadline on which attendees are asked for access data that is missing.
    pub access_data_reminder_days: i64,
    /// Days before a follow-up is due on which its owner is reminded; 0 is the day itself.
    pub follow_up_reminder_days: Vec<i64>,
    /// Hours before the start at which attendees, and those who have not answered their
    /// invitation, are reminded; where a briefing does not say it for itself.
    pub reminder_hours: Vec<i64>,
}

impl Default for BriefingsConfig {
    fn default() -> Self {
        Self {
            access_data_days: 30,
            access_data_reminder_days: 14,
            follow_up_reminder_days: vec![7, 0],
            reminder_hours: vec![168, 24],
        }
    }
}
