//! The office's rules for event requests, read from the configuration once at start.

use crate::config::{Config, ConfigError};
use crate::event_requests::clearances::model::ClearanceKind;
use crate::event_requests::model::RequestType;
use crate::kernel::business_time::BusinessCalendar;

/// The office's rules.
#[derive(Debug, Clone)]
pub struct Settings {
    /// When the office works.
    pub calendar: BusinessCalendar,
    speaker: TypeRules,
    delegation: TypeRules,
    participation: TypeRules,
    advice: TypeRules,
    deemed: [(ClearanceKind, Option<i64>); 5],
    /// The largest document, in bytes.
    pub max_document_bytes: u64,
    /// Documents that one request holds, at most.
    pub max_documents: i64,
}

/// The rules for one type of request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeRules {
    /// Days before the event by which a request is submitted, in the venue's time zone.
    pub lead_days: i64,
    /// Business seconds in which the office decides.
    pub review_seconds: i64,
    /// Clearances that every request of the type needs, in order.
    pub clearances: Vec<ClearanceKind>,
    /// Whether each is asked for only when the one before it is given.
    pub in_order: bool,
    /// Whether an official is named before the request is confirmed.
    pub needs_official: bool,
}

impl Settings {
    /// Reads the rules.
    ///
    /// # Errors
    ///
    /// When a clearance is unknown or named twice, or a time makes no sense.
    pub fn read(config: &Config) -> Result<Self, ConfigError> {
        let requests = &config.requests;
        let deemed = &requests.deemed;
        Ok(Self {
            calendar: config.office.calendar()?,
            speaker: rules("speaker", requests.speaker.clone().into())?,
            delegation: rules("delegation", requests.delegation.clone().into())?,
            participation: rules("participation", requests.participation.clone().into())?,
            advice: rules("advice", requests.advice.clone().into())?,
            deemed: [
                (ClearanceKind::Ethics, hours(deemed.ethics_hours)?),
                (
                    ClearanceKind::PublicAffairs,
                    hours(deemed.public_affairs_hours)?,
                ),
                (ClearanceKind::Security, hours(deemed.security_hours)?),
                (ClearanceKind::Legal, hours(deemed.legal_hours)?),
                (
                    ClearanceKind::RegionalBureau,
                    hours(deemed.regional_bureau_hours)?,
                ),
            ],
            max_document_bytes: config.storage.max_document_bytes,
            max_documents: config.storage.max_documents,
        })
    }

    /// The rules for this type of request.
    #[must_use]
    pub const fn of(&self, kind: RequestType) -> &TypeRules {
        match kind {
            RequestType::Speaker => &self.speaker,
            RequestType::Delegation => &self.delegation,
            RequestType::Participation => &self.participation,
            RequestType::Advice => &self.advice,
        }
    }

    /// After how many business seconds a clearance of this kind counts as given.
    #[must_use]
    pub fn deemed_after(&self, kind: ClearanceKind) -> Option<i64> {
        self.deemed
            .iter()
            .find(|(candidate, _)| *candidate == kind)
            .and_then(|(_, seconds)| *seconds)
    }
}

fn hours(hours: Option<i64>) -> Result<Option<i64>, ConfigError> {
    match hours {
        Some(hours) if !(1..=10_000).contains(&hours) => Err(ConfigError::Invalid(
            "requests.deemed: hours must be between 1 and 10000".to_owned(),
        )),
        hours => Ok(hours.map(|hours| hours * 3600)),
    }
}

fn rules(
    name: &str,
    config: crate::config::services::RequestTypeConfig,
) -> Result<TypeRules, ConfigError> {
    let invalid = |text: String| ConfigError::Invalid(format!("requests.{name}.{text}"));
    let mut clearances = Vec::new();
    for kind in &config.clearances {
        let kind: ClearanceKind = kind
            .parse()
            .map_err(|error| invalid(format!("clearances: `{kind}` {error}")))?;
        if clearances.contains(&kind) {
            return Err(invalid(format!("clearances names {kind} twice")));
        }
        clearances.push(kind);
    }
    if !(0..=730).contains(&config.lead_days) {
        return Err(invalid("lead_days must be between 0 and 730".to_owned()));
    }
    if !(1..=10_000).contains(&config.review_hours) {
        return Err(invalid(
            "review_hours must be between 1 and 10000".to_owned(),
        ));
    }
    Ok(TypeRules {
        lead_days: config.lead_days,
        review_seconds: config.review_hours * 3600,
        clearances,
        in_order: config.clearances_in_order,
        needs_official: config.needs_official,
    })
}
