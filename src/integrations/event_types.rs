//! The types of events that are told, so that a subscription to one that never comes is refused.

use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::{ObjectBuilder, RefOr, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

use crate::kernel::http::Faults;

/// A type of event, such as `briefing.published`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventType(pub String);

// Written out: the derive has no extensions, and an `enum` would close what grows.
impl PartialSchema for EventType {
    fn schema() -> RefOr<Schema> {
        let known = ExtensionsBuilder::new().add("x-extensible-enum", json!(EVENT_TYPES));
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A type of event. New ones come: `x-extensible-enum` names those that there are now.",
            ))
            .max_length(Some(100))
            .pattern(Some(r"^[a-z_]+\.[a-z_]+$"))
            .examples([json!("briefing.published")])
            .extensions(Some(known.build()))
            .into()
    }
}

impl ToSchema for EventType {
    fn name() -> std::borrow::Cow<'static, str> {
        std::borrow::Cow::Borrowed("EventType")
    }
}

/// What the journal tells of records that integrations may read. Of sign-ins, accounts and mail it tells
/// nobody.
pub const EVENT_TYPES: &[&str] = &[
    "access_data.disclosed",
    "access_data.erased",
    "access_data.given",
    "api_key.created",
    "api_key.revoked",
    "api_key.rotated",
    "application.assigned",
    "application.conflict_declared",
    "application.decided",
    "application.decision_proposed",
    "application.deleted",
    "application.drafted",
    "application.moved_up",
    "application.rejected",
    "application.report_waived",
    "application.reserved",
    "application.review_started",
    "application.reviewed",
    "application.selected",
    "application.submitted",
    "application.updated",
    "application.withdrawn",
    "assembly.concluded",
    "assembly.drafted",
    "assembly.nominations_opened",
    "assembly.seated",
    "assembly.updated",
    "assembly_session.adjourned",
    "assembly_session.agenda_item_added",
    "assembly_session.agenda_item_changed",
    "assembly_session.agenda_item_deleted",
    "assembly_session.agenda_item_struck",
    "assembly_session.agenda_published",
    "assembly_session.agenda_reordered",
    "assembly_session.called",
    "assembly_session.cancelled",
    "assembly_session.cloned",
    "assembly_session.document_added",
    "assembly_session.drafted",
    "assembly_session.floor_finished",
    "assembly_session.floor_given",
    "assembly_session.floor_interrupted",
    "assembly_session.floor_requested",
    "assembly_session.floor_withdrawn",
    "assembly_session.held_for_review",
    "assembly_session.minutes_approved",
    "assembly_session.opened",
    "assembly_session.participant_added",
    "assembly_session.participant_removed",
    "assembly_session.presence_cleared",
    "assembly_session.presence_set",
    "assembly_session.recessed",
    "assembly_session.rescheduled",
    "assembly_session.resumed",
    "assembly_session.review_dropped",
    "assembly_session.reviewed",
    "assembly_session.updated",
    "briefer.created",
    "briefer.updated",
    "briefing.cancelled",
    "briefing.closed",
    "briefing.created",
    "briefing.deleted",
    "briefing.delivered",
    "briefing.postponed",
    "briefing.published",
    "briefing.reminded",
    "briefing.scheduled",
    "briefing.updated",
    "briefing_invitation.accepted",
    "briefing_invitation.declined",
    "briefing_invitation.delegated",
    "briefing_invitation.resent",
    "briefing_invitation.revoked",
    "briefing_invitation.sent",
    "briefing_series.created",
    "briefing_series.ended",
    "briefing_series.excepted",
    "briefing_series.published",
    "briefing_series.restored",
    "briefing_series.scheduled",
    "briefing_series.split",
    "briefing_series.updated",
    "call.announced",
    "call.closed",
    "call.conflict_declared",
    "call.decided",
    "call.drafted",
    "call.opened",
    "call.review_started",
    "call.reviewer_added",
    "call.slate_approved",
    "call.slate_returned",
    "call.updated",
    "clearance.cleared",
    "clearance.deemed_cleared",
    "clearance.objected",
    "clearance.requested",
    "clearance.waived",
    "event_request.assigned",
    "event_request.claimed",
    "event_request.clearance_begun",
    "event_request.comment_added",
    "event_request.completed",
    "event_request.confirmed",
    "event_request.created",
    "event_request.declined",
    "event_request.deleted",
    "event_request.document_added",
    "event_request.documents_requested",
    "event_request.internal_document_added",
    "event_request.note_added",
    "event_request.official_changed",
    "event_request.overdue",
    "event_request.released",
    "event_request.reported",
    "event_request.review_started",
    "event_request.submitted",
    "event_request.substitute_accepted",
    "event_request.substitute_offered",
    "event_request.updated",
    "event_request.withdrawn",
    "material.added",
    "material.downloaded",
    "material.updated",
    "material.withdrawn",
    "minutes.approved",
    "minutes.corrected",
    "minutes.drafted",
    "minutes.edited",
    "motion.amended",
    "motion.carried",
    "motion.deleted",
    "motion.drafted",
    "motion.failed",
    "motion.forwarded",
    "motion.moved",
    "motion.put",
    "motion.rebased",
    "motion.referred",
    "motion.released",
    "motion.reported_back",
    "motion.seconded",
    "motion.tabled",
    "motion.taken_up",
    "motion.updated",
    "motion.withdrawn",
    "officer.created",
    "officer.updated",
    "organization.created",
    "organization.updated",
    "organizations.imported",
    "placement.activated",
    "placement.cancelled",
    "placement.closed",
    "placement.completed",
    "placement.curtailed",
    "placement.extended",
    "placement.proposed",
    "placement.replaced",
    "placement.signed",
    "placement.updated",
    "placement_report.accepted",
    "placement_report.dropped",
    "placement_report.overdue",
    "placement_report.reminded",
    "placement_report.reopened",
    "placement_report.rescheduled",
    "placement_report.returned",
    "placement_report.scheduled",
    "placement_report.submitted",
    "placement_report.updated",
    "poll.ballot_cast",
    "poll.ballot_replaced",
    "poll.cancelled",
    "poll.closed",
    "poll.drafted",
    "poll.opened",
    "poll.updated",
    "program.created",
    "program.updated",
    "registration.cancelled",
    "registration.check_in_undone",
    "registration.checked_in",
    "registration.confirmed",
    "registration.promoted",
    "registration.updated",
    "registration.waitlisted",
    "registration_change.accepted",
    "registration_change.refused",
    "registration_change.requested",
    "registration_change.superseded",
    "seat.added",
    "seat.alternate_dismissed",
    "seat.alternate_named",
    "seat.declined",
    "seat.filled",
    "seat.nominated",
    "seat.nomination_withdrawn",
    "seat.proxy_designated",
    "seat.proxy_revoked",
    "seat.retired",
    "seat.updated",
    "seat.vacancy_scheduled",
    "seat.vacated",
    "venue.created",
    "venue.updated",
    "webhook_endpoint.created",
    "webhook_endpoint.deleted",
    "webhook_endpoint.disabled",
    "webhook_endpoint.enabled",
    "webhook_endpoint.replayed",
    "webhook_endpoint.secret_rotated",
    "webhook_endpoint.tested",
    "webhook_endpoint.updated",
];

/// Notes at the member `pointer` which of these types there are none of.
pub fn check<'a>(
    types: impl IntoIterator<Item = &'a EventType>,
    pointer: &str,
    faults: &mut Faults,
) {
    for (index, kind) in types.into_iter().enumerate() {
        faults.require(
            EVENT_TYPES.binary_search(&kind.0.as_str()).is_ok(),
            &format!("{pointer}/{index}"),
            "unknown_event_type",
            "is no type of event that is told",
        );
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The texts in quotes of the form `one.two` in the sources, without this file.
    fn written(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                written(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs")
                && !path.ends_with("integrations/event_types.rs")
            {
                let text = std::fs::read_to_string(&path).unwrap();
                let is_word = |part: &str| {
                    !part.is_empty() && part.chars().all(|c| c == '_' || c.is_ascii_lowercase())
                };
                let quoted = text.split('"').filter(|part| {
                    part.split_once('.')
                        .is_some_and(|(one, two)| is_word(one) && is_word(two))
                });
                found.extend(quoted.map(str::to_owned));
            }
        }
    }

    #[test]
    fn the_list_is_what_the_house_records_of_these_records() {
        let mut found = BTreeSet::new();
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        written(&sources, &mut found);
        // A column of a table is written alike.
        found.remove("organizations.source_id");
        let record = |kind: &str| kind.split('.').next().unwrap_or_default().to_owned();
        let told: BTreeSet<String> = EVENT_TYPES.iter().map(|kind| record(kind)).collect();
        let recorded: Vec<String> = found
            .into_iter()
            .filter(|kind| told.contains(&record(kind)))
            .collect();
        assert_eq!(recorded, EVENT_TYPES);
    }
}
