//! Decisions about sessions, without any input or output.

use crate::assemblies::model::Assembly;
use crate::assemblies::sessions::model::{LegalReview, Session, SessionFormat};
use crate::kernel::day::Day;
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::time::Timestamp;

/// How long before its time a session may be opened, in seconds.
const EARLY: i64 = 3600;

/// Days between a public notice and the session: 41 CFR 102-3.150(a).
const PUBLIC_NOTICE_DAYS: i64 = 15;

/// Notes what a session lacks before members are called to it.
pub fn check_complete(row: &Session, assembly: &Assembly, now: Timestamp, faults: &mut Faults) {
    faults.require(
        now < row.starts_at,
        "/starts_at",
        "in_the_past",
        "must lie in the future before the session is called",
    );
    faults.require(
        assembly.starts_at <= row.starts_at && row.ends_at <= assembly.ends_at,
        "/starts_at",
        "outside_cohort",
        "must lie within the time of the assembly's cohort",
    );
    faults.require(
        row.format == SessionFormat::Virtual || row.venue.is_some(),
        "/venue",
        "required",
        "is needed where people meet in a room",
    );
    faults.require(
        row.format == SessionFormat::InPerson || row.meeting_url.is_some(),
        "/meeting_url",
        "required",
        "is needed where people join on screens",
    );
}

/// Refuses a session for which members would have less notice than the rules of the assembly give
/// them. Days are those of the calendar where it is held.
///
/// # Errors
///
/// 409 `notice_too_short`, naming the earliest day.
pub fn check_notice(row: &Session, assembly: &Assembly, now: Timestamp) -> Result<(), Problem> {
    let days = u64::try_from(assembly.notice_days).unwrap_or(0);
    let today = Day::of(now, row.zone());
    let earliest = today.plus_days(days).unwrap_or(today);
    if earliest <= row.day() {
        return Ok(());
    }
    Err(Problem::new(
        Code::NoticeTooShort,
        format!(
            "The rules give members {days} days of notice: the session begins on {earliest} or later."
        ),
    )
    .with("notice_days", assembly.notice_days)
    .with("earliest", earliest.to_string()))
}

/// Refuses a session that the Federal Advisory Committee Act stands in the way of. `at` is when the
/// public could first be told of it.
///
/// # Errors
///
/// 409 `legal_review_pending`; 409 `faca_notice_too_short`, saying what is missing.
pub fn check_legal_gate(row: &Session, at: Timestamp) -> Result<(), Problem> {
    match row.legal_review {
        LegalReview::NotNeeded | LegalReview::Exempt => return Ok(()),
        LegalReview::Pending => {
            return Err(Problem::new(
                Code::LegalReviewPending,
                "Somebody takes part who is neither federal nor elected: the session is held for legal review.",
            ));
        }
        LegalReview::NotExempt => {}
    }
    let today = Day::of(at, row.zone());
    let mut missing = Vec::new();
    if today.days_until(row.day()) < PUBLIC_NOTICE_DAYS {
        missing.push("notice_period");
    }
    if row.federal_officer.is_none() {
        missing.push("federal_officer");
    }
    if row.notice_citation.is_none() {
        missing.push("notice_citation");
    }
    if missing.is_empty() {
        return Ok(());
    }
    let earliest = today
        .plus_days(PUBLIC_NOTICE_DAYS.unsigned_abs())
        .unwrap_or(today);
    Err(Problem::new(
        Code::FacaNoticeTooShort,
        format!(
            "The session is not exempt from the Federal Advisory Committee Act (41 CFR 102-3.150). Missing: {}.",
            missing.join(", ")
        ),
    )
    .with("missing", missing)
    .with("earliest", earliest.to_string()))
}

/// Refuses to open a session long before its time.
///
/// # Errors
///
/// 409 with the first instant at which it can be opened.
pub fn check_opening(row: &Session, now: Timestamp) -> Result<(), Problem> {
    let opens_at = row.starts_at.plus_seconds(-EARLY);
    if opens_at <= now {
        return Ok(());
    }
    Err(Problem::new(
        Code::NotAllowedInState,
        "A session is opened an hour before its time at the earliest.",
    )
    .with("state", row.status.as_str())
    .with("opens_at", opens_at.to_string()))
}
