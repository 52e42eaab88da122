//! What an operator can set of the office's services: its hours, its rules for event requests and for
//! embedded-diplomat programs, where documents are kept, how webhooks are delivered.
//!
//! Lead times, review times and clearances differ from office to office (docs/domain.md, section
//! 1), so they are settings and no constants.

use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime, Weekday};
use secrecy::SecretString;
use serde::Deserialize;

use crate::config::ConfigError;
use crate::kernel::blobs::{BlobSettings, Bucket, Place};
use crate::kernel::business_time::{BusinessCalendar, Holidays, OfficeHours};

/// When the office works: what its review clock counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OfficeConfig {
    /// IANA time zone of the office.
    pub time_zone: String,
    /// Its hours, each in force from a date on, in order.
    pub hours: Vec<OfficeHours>,
    /// Days on which it is closed. The holidays of the US federal government when not set.
    pub holidays: Option<Vec<NaiveDate>>,
}

impl OfficeConfig {
    /// The calendar that these settings describe.
    ///
    /// # Errors
    ///
    /// When the zone is unknown or the hours break a rule of [`BusinessCalendar::new`].
    pub fn calendar(&self) -> Result<BusinessCalendar, ConfigError> {
        let zone = self.time_zone.parse().map_err(|_| {
            ConfigError::Invalid(format!(
                "office.time_zone: {:?} is not a time zone of the IANA database",
                self.time_zone
            ))
        })?;
        let holidays = match &self.holidays {
            None => Holidays::UsFederal,
            Some(days) => Holidays::Listed(days.iter().copied().collect()),
        };
        BusinessCalendar::new(zone, self.hours.clone(), holidays)
            .map_err(|reason| ConfigError::Invalid(format!("office.hours: {reason}")))
    }
}

/// The rules for event requests.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RequestsConfig {
    /// Requests for a speaker.
    pub speaker: SpeakerConfig,
    /// Requests to receive or send a delegation.
    pub delegation: DelegationConfig,
    /// Requests that the office takes part.
    pub participation: ParticipationConfig,
    /// Requests for advice.
    pub advice: AdviceConfig,
    /// Clearances that count as given when nobody decides.
    pub deemed: DeemedConfig,
}

macro_rules! request_type_config {
    ($(#[$meta:meta])* $name:ident, lead: $lead:expr, review: $review:expr, clearances: [$($clearance:expr),*], in_order: $order:expr, official: $official:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct $name {
            /// Days before the event by which a request is submitted, in the venue's time zone.
            pub lead_days: i64,
            /// Business hours in which the office decides.
            pub review_hours: i64,
            /// Clearances that every request of this type needs.
            pub clearances: Vec<String>,
            /// Whether they are asked for one after the other, in the order above.
            pub clearances_in_order: bool,
            /// Whether an official is named before it is confirmed.
            pub needs_official: bool,
        }

        impl Default for $name {
            fn default() -> Self {
                Self {
                    lead_days: $lead,
                    review_hours: $review,
                    clearances: vec![$($clearance.to_owned()),*],
                    clearances_in_order: $order,
                    needs_official: $official,
                }
            }
        }

        impl From<$name> for RequestTypeConfig {
            fn from(config: $name) -> Self {
                let $name { lead_days, review_hours, clearances, clearances_in_order, needs_official } = config;
                Self { lead_days, review_hours, clearances, clearances_in_order, needs_official }
            }
        }
    };
}

/// The rules for one type of event request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestTypeConfig {
    /// Days before the event by which a request is submitted, in the venue's time zone.
    pub lead_days: i64,
    /// Business hours in which the office decides.
    pub review_hours: i64,
    /// Clearances that every request of this type needs.
    pub clearances: Vec<String>,
    /// Whether they are asked for one after the other, in the order above.
    pub clearances_in_order: bool,
    /// Whether an official is named before it is confirmed.
    pub needs_official: bool,
}

request_type_config!(
    /// Requests for a speaker: six weeks ahead, ethics and public affairs side by side.
    SpeakerConfig, lead: 42, review: 80, clearances: ["ethics", "public_affairs"], in_order: false, official: true
);
request_type_config!(
    /// Requests to receive or send a delegation: twelve weeks ahead, security before the bureau.
    DelegationConfig, lead: 84, review: 120, clearances: ["security", "regional_bureau"], in_order: true, official: false
);
request_type_config!(
    /// Requests that the office takes part: three weeks ahead.
    ParticipationConfig, lead: 21, review: 80, clearances: ["ethics"], in_order: false, official: true
);
request_type_config!(
    /// Requests for advice: three weeks ahead, no clearance.
    AdviceConfig, lead: 21, review: 40, clearances: [], in_order: false, official: false
);

/// After how many business hours a clearance that nobody decided counts as given; never when not
/// set.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DeemedConfig {
    /// Ethics.
    pub ethics_hours: Option<i64>,
    /// Public affairs.
    pub public_affairs_hours: Option<i64>,
    /// Security.
    pub security_hours: Option<i64>,
    /// Legal.
    pub legal_hours: Option<i64>,
    /// The regional bureau.
    pub regional_bureau_hours: Option<i64>,
}

/// The rules for embedded-diplomat programs that no program states for itself.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProgramsConfig {
    /// Days before a report is due on which the officer and the host are reminded.
    pub reminder_days: Vec<i64>,
    /// Days that an officer has for a report that was returned.
    pub resubmit_days: i64,
}

/// Where documents are kept, and how many.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StorageConfig {
    /// The folder for documents; `documents` in `data_dir` when not set. Not used with a bucket.
    pub folder: Option<PathBuf>,
    /// The S3 bucket for documents; none: the folder.
    pub bucket: Option<String>,
    /// What the names of objects in the bucket begin with.
    pub prefix: String,
    /// The address of the S3 service; that of AWS when not set.
    pub endpoint: Option<String>,
    /// The region of the bucket.
    pub region: String,
    /// Whose key is used; from the environment of AWS when not set.
    pub access_key_id: Option<String>,
    /// The key.
    pub secret_access_key: Option<SecretString>,
    /// The largest document, in bytes.
    pub max_document_bytes: u64,
    /// Documents that one record holds, at most.
    pub max_documents: i64,
}

impl StorageConfig {
    /// # Errors
    ///
    /// When a key is half given, an address is none, or a limit is nothing.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let invalid = |text: &str| Err(ConfigError::Invalid(text.to_owned()));
        if self.access_key_id.is_some() != self.secret_access_key.is_some() {
            return invalid(
                "storage.access_key_id and storage.secret_access_key are set together or not at all",
            );
        }
        let is_address =
            |endpoint: &String| endpoint.starts_with("http://") || endpoint.starts_with("https://");
        if !self.endpoint.iter().all(is_address) {
            return invalid("storage.endpoint must begin with https:// or http://");
        }
        if self.max_document_bytes == 0 || self.max_documents < 1 {
            return invalid(
                "storage.max_document_bytes and storage.max_documents must be 1 or more",
            );
        }
        Ok(())
    }

    pub(super) fn blob_settings(&self, data_dir: &Path) -> BlobSettings {
        let place = match &self.bucket {
            None => Place::Folder(
                self.folder
                    .clone()
                    .unwrap_or_else(|| data_dir.join("documents")),
            ),
            Some(name) => Place::Bucket(Bucket {
                name: name.clone(),
                prefix: self.prefix.clone(),
                endpoint: self.endpoint.clone(),
                region: self.region.clone(),
                credentials: self
                    .access_key_id
                    .clone()
                    .zip(self.secret_access_key.clone()),
            }),
        };
        BlobSettings {
            place,
            max_bytes: self.max_document_bytes,
        }
    }
}

/// How webhooks are delivered.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WebhooksConfig {
    /// Networks, in CIDR form, that endpoints may be in although they are not public, and where
    /// plain HTTP will do. For receivers of the office's own and for tests.
    pub allowed_networks: Vec<String>,
    /// Days of failure alone after which an endpoint is disabled.
    pub disable_after_days: i64,
    /// Seconds in which a receiver must answer. Not configurable: only tests make it few.
    #[serde(skip)]
    pub answer_seconds: u64,
}

impl Default for OfficeConfig {
    fn default() -> Self {
        Self {
            time_zone: "America/New_York".to_owned(),
            hours: vec![OfficeHours {
                from: None,
                opens: NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default(),
                closes: NaiveTime::from_hms_opt(17, 0, 0).unwrap_or_default(),
                days: vec![
                    Weekday::Mon,
                    Weekday::Tue,
                    Weekday::Wed,
                    Weekday::Thu,
                    Weekday::Fri,
                ],
            }],
            holidays: None,
        }
    }
}

impl Default for DeemedConfig {
    fn default() -> Self {
        Self {
            ethics_hours: None,
            public_affairs_hours: None,
            security_hours: None,
            legal_hours: None,
            regional_bureau_hours: Some(80),
        }
    }
}

impl Default for ProgramsConfig {
    fn default() -> Self {
        Self {
            reminder_days: vec![14, 3],
            resubmit_days: 14,
        }
    }
}

impl Default for StorageConfig {
    fn default() -> Self {
        Self {
            folder: None,
            bucket: None,
            prefix: String::new(),
            endpoint: None,
            region: "us-east-1".to_owned(),
            access_key_id: None,
            secret_access_key: None,
            max_document_bytes: 25 * 1024 * 1024,
            max_documents: 20,
        }
    }
}

impl Default for WebhooksConfig {
    fn default() -> Self {
        Self {
            allowed_networks: Vec::new(),
            disable_after_days: 5,
            answer_seconds: 15,
        }
    }
}
