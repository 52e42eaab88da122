//! What an operator can set of briefings.

use serde::Deserialize;

/// Briefings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct BriefingsConfig {
    /// Hours before the start at which attendees, and those who have not answered their
    /// invitation, are reminded; where a briefing does not say it for itself.
    pub reminder_hours: Vec<i64>,
}

impl Default for BriefingsConfig {
    fn default() -> Self {
        Self {
            reminder_hours: vec![168, 24],
        }
    }
}
