//! What availability needs of the configuration.

use crate::kernel::business_time::BusinessCalendar;

/// The office's working hours.
#[derive(Debug, Clone)]
pub struct AvailabilitySettings {
    /// When the office works.
    pub calendar: BusinessCalendar,
}
