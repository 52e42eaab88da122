//! What a recipient wants, on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::patch::Patch;
use crate::mail::hours::Quiet;
use crate::mail::model::{MailDelivery, MailPreference};
use crate::mail::template::Template;

crate::text_enum! {
    /// A kind of mail that one may do without.
    pub enum OptionalMail {
        /// A briefing is near.
        BriefingReminder => "briefing_reminder",
        /// A briefing has new materials.
        MaterialsAdded => "materials_added",
        /// Something that was to follow from a briefing is due.
        FollowUpDue => "follow_up_due",
    }
}

impl OptionalMail {
    /// The kinds of these templates that one may do without.
    #[must_use]
    pub fn of(templates: &[Template]) -> Vec<Self> {
        templates
            .iter()
            .filter_map(|template| template.as_str().parse().ok())
            .collect()
    }
}

/// What the caller wants of mail.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "email": "ana.ruiz@phoenix.example.gov", "time_zone": "America/Phoenix", "has_quiet_hours": true,
    "quiet_from": "21:00", "quiet_until": "07:00", "delivery": "single", "unsubscribed": [],
    "version": 1
}))]
pub struct MailPreferences {
    /// The address that it holds for: that of the account.
    pub email: String,
    /// IANA time zone; when there is none, that of the organization whose affair a mail is, or the
    /// office's.
    pub time_zone: Option<String>,
    /// Whether nothing comes in quiet hours that can wait.
    pub has_quiet_hours: bool,
    /// The local time from which nothing comes.
    pub quiet_from: String,
    /// The local time until which nothing comes.
    pub quiet_until: String,
    /// How mail that is no duty comes.
    pub delivery: MailDelivery,
    /// Kinds of mail that are not wanted.
    pub unsubscribed: Vec<OptionalMail>,
    /// Rises by one with every change; 0 until the first.
    pub version: i64,
}

impl MailPreferences {
    /// The row, with the hours of the house where it has none.
    #[must_use]
    pub fn of(row: MailPreference, email: String, house: Quiet) -> Self {
        let written = |time: chrono::NaiveTime| time.format("%H:%M").to_string();
        Self {
            email,
            unsubscribed: OptionalMail::of(&row.unsubscribed()),
            time_zone: row.time_zone,
            has_quiet_hours: row.has_quiet_hours,
            quiet_from: row.quiet_from.unwrap_or_else(|| written(house.from)),
            quiet_until: row.quiet_until.unwrap_or_else(|| written(house.until)),
            delivery: row.delivery,
            version: row.version,
        }
    }
}

/// A change of what the caller wants: absent members keep their value, `null` goes back to what holds
/// for everybody.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"time_zone": "America/Phoenix", "delivery": "digest"}))]
pub struct UpdateMailPreferences {
    /// IANA time zone.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub time_zone: Patch<String>,
    /// Whether nothing comes in quiet hours that can wait.
    #[schema(nullable = false)]
    pub has_quiet_hours: Option<bool>,
    /// The local time from which nothing comes.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "21:00")]
    pub quiet_from: Patch<String>,
    /// The local time until which nothing comes.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$", example = "07:00")]
    pub quiet_until: Patch<String>,
    /// How mail that is no duty comes.
    #[schema(nullable = false)]
    pub delivery: Option<MailDelivery>,
    /// Kinds of mail that are not wanted.
    #[schema(nullable = false, max_items = 20)]
    pub unsubscribed: Option<Vec<OptionalMail>>,
}
