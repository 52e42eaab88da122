//! Decisions about event requests, without any input or output.

use std::collections::BTreeSet;

use crate::event_requests::clearances::model::ClearanceKind;
use crate::event_requests::form::EventDetails;
use crate::event_requests::model::{DocumentKind, EventRequest, RequestType};
use crate::event_requests::settings::TypeRules;
use crate::kernel::http::Faults;
use crate::kernel::time::{Timestamp, ZonedTime};

/// The longest an event may take, in seconds: sixty days, so that a slip of the year is found.
const LONGEST: i64 = 60 * 24 * 3600;

/// How much two titles must have in common for two requests to be taken for one, in hundredths of
/// the words that they have together.
const ALIKE: usize = 50;

/// How far apart two requests for one event may put its start, in seconds.
const NEAR: i64 = 36 * 3600;

/// The document without which no request is processed.
pub const NEEDED: DocumentKind = DocumentKind::InvitationLetter;

/// Notes what is wrong with the times of the event.
pub fn check_times(starts_at: &ZonedTime, ends_at: &ZonedTime, faults: &mut Faults) {
    let (starts, ends) = (starts_at.utc(), ends_at.utc());
    faults.require(
        starts_at.zone() == ends_at.zone(),
        "/ends_at/time_zone",
        "time_zone_differs",
        "must be the time zone of `starts_at`",
    );
    faults.require(
        starts < ends,
        "/ends_at",
        "ends_before_start",
        "must come after `starts_at`",
    );
    faults.require(
        starts.seconds_until(ends) <= LONGEST,
        "/ends_at",
        "too_long",
        "must come within sixty days of `starts_at`",
    );
}

/// Notes that the city would be told too late.
pub fn check_decision_deadline(
    deadline: Option<Timestamp>,
    starts_at: Timestamp,
    faults: &mut Faults,
) {
    faults.require(
        deadline.is_none_or(|deadline| deadline <= starts_at),
        "/decision_deadline",
        "deadline_after_start",
        "must not come after `starts_at`",
    );
}

/// Days from `now` until the event, counted on the calendar of the venue.
#[must_use]
pub fn days_ahead(request: &EventRequest, now: Timestamp) -> i64 {
    let today = request.zoned(now).local().date();
    (request.starts_local.date() - today).num_days()
}

/// Notes that a request comes later than its type allows, unless it says why (docs/domain.md,
/// section 4, "lead time").
pub fn check_lead_time(
    request: &EventRequest,
    rules: &TypeRules,
    now: Timestamp,
    faults: &mut Faults,
) {
    let days = days_ahead(request, now);
    faults.require(
        now < request.starts_at,
        "/starts_at",
        "in_the_past",
        "must lie in the future",
    );
    if now >= request.starts_at {
        return;
    }
    faults.require(
        request
            .decision_deadline
            .is_none_or(|deadline| now < deadline),
        "/decision_deadline",
        "in_the_past",
        "must lie in the future",
    );
    faults.require(
        days >= rules.lead_days || request.expedite_reason.is_some(),
        "/expedite_reason",
        "lead_time",
        &format!(
            "is required: the event is {days} days ahead, and requests for {} come {} days ahead",
            noun(request.request_type),
            rules.lead_days
        ),
    );
}

/// What a request of this type asks for, for people.
#[must_use]
pub const fn noun(kind: RequestType) -> &'static str {
    match kind {
        RequestType::Speaker => "a speaker",
        RequestType::Delegation => "a delegation",
        RequestType::Participation => "participation",
        RequestType::Advice => "advice",
    }
}

/// Notes what the form still lacks. A draft may lack anything; what is submitted may not.
pub fn check_complete(request: &EventRequest, details: &EventDetails, faults: &mut Faults) {
    let is_advice = request.request_type == RequestType::Advice;
    let contact = details.contact.clone().unwrap_or_default();
    let venue = details.venue.clone().unwrap_or_default();
    let audience = details.audience.clone().unwrap_or_default();
    let speaking = details.speaking.clone().unwrap_or_default();
    for (pointer, is_given) in [
        ("/details/organizer", details.organizer.is_some()),
        ("/details/purpose", details.purpose.is_some()),
        ("/details/contact/name", contact.name.is_some()),
        ("/details/contact/email", contact.email.is_some()),
        ("/details/contact/phone", contact.phone.is_some()),
        (
            "/details/venue/name",
            is_advice || venue.name.is_some() || venue.is_online == Some(true),
        ),
        (
            "/details/venue/address",
            is_advice || venue.address.is_some() || venue.is_online == Some(true),
        ),
        (
            "/details/audience/kind",
            is_advice || audience.kind.is_some(),
        ),
        (
            "/details/audience/size",
            is_advice || audience.size.is_some(),
        ),
        (
            "/details/press_invited",
            is_advice || details.press_invited.is_some(),
        ),
        (
            "/details/is_fundraiser",
            is_advice || details.is_fundraiser.is_some(),
        ),
        (
            "/details/speaking/role",
            request.request_type != RequestType::Speaker || speaking.role.is_some(),
        ),
    ] {
        faults.require(
            is_given,
            pointer,
            "required",
            "is required before the request is submitted",
        );
    }
}

/// The clearances that a request needs: those of its type, in their order, and those that what it
/// says of its event calls for (docs/domain.md, "Event requests": fundraisers, tickets and sponsors are
/// for ethics, press and recordings for public affairs, foreign participants for the bureau).
#[must_use]
pub fn required_clearances(rules: &TypeRules, details: &EventDetails) -> Vec<ClearanceKind> {
    let yes = |answer: Option<bool>| answer == Some(true);
    let mut needed = rules.clearances.clone();
    for (kind, is_called_for) in [
        (
            ClearanceKind::Ethics,
            yes(details.is_fundraiser)
                || yes(details.has_prohibited_source)
                || yes(details.honorarium_offered)
                || details.ticket_price_cents.is_some_and(|price| price > 0),
        ),
        (
            ClearanceKind::PublicAffairs,
            yes(details.press_invited) || yes(details.is_recorded),
        ),
        (
            ClearanceKind::RegionalBureau,
            details.foreign_participants.is_some(),
        ),
    ] {
        if is_called_for && !needed.contains(&kind) {
            needed.push(kind);
        }
    }
    needed
}

/// Whether two requests of one organization may be about one event: near in time, and called much
/// the same. It is flagged for people to look at, and never acted upon.
#[must_use]
pub fn may_be_duplicates(one: &EventRequest, other: &EventRequest) -> bool {
    one.starts_at.seconds_until(other.starts_at).abs() <= NEAR
        && are_alike(&one.title_folded, &other.title_folded)
}

fn are_alike(one: &str, other: &str) -> bool {
    let words = |title: &str| -> BTreeSet<String> {
        title
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| word.len() > 2)
            .map(str::to_owned)
            .collect()
    };
    let (one, other) = (words(one), words(other));
    let together = one.union(&other).count();
    together > 0 && one.intersection(&other).count() * 100 >= together * ALIKE
}

/// From when to when another request must start to be near this one.
#[must_use]
pub fn nearness(request: &EventRequest) -> (Timestamp, Timestamp) {
    (
        request.starts_at.plus_seconds(-NEAR),
        request.starts_at.plus_seconds(NEAR),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_alike_when_half_of_their_words_are_shared() {
        assert!(are_alike(
            "phoenix trade summit 2027",
            "trade summit phoenix"
        ));
        assert!(are_alike("trade summit", "trade summit"));
        assert!(!are_alike("phoenix trade summit", "water resilience forum"));
        assert!(!are_alike("", ""));
    }

    #[test]
    fn what_is_said_of_the_event_calls_for_clearances_once_each() {
        let rules = TypeRules {
            lead_days: 1,
            review_seconds: 3600,
            clearances: vec![ClearanceKind::Ethics],
            in_order: false,
            needs_official: false,
        };
        let plain = EventDetails::default();
        assert_eq!(required_clearances(&rules, &plain), [ClearanceKind::Ethics]);
        let event = EventDetails {
            is_fundraiser: Some(true),
            press_invited: Some(true),
            foreign_participants: Some("Mayors of the Ruhr".to_owned()),
            ..EventDetails::default()
        };
        assert_eq!(
            required_clearances(&rules, &event),
            [
                ClearanceKind::Ethics,
                ClearanceKind::PublicAffairs,
                ClearanceKind::RegionalBureau
            ]
        );
    }
}
