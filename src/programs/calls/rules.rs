//! Rules of calls, without any input or output.

use std::collections::BTreeSet;

use crate::directory::organizations::countries::check_country;
use crate::kernel::http::Faults;
use crate::programs::calls::eligibility::Eligibility;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::rubric::Criterion;
use crate::programs::calls::wire::UpdateCall;

/// Characters that a state or region has at most.
const LONGEST_PLACE: usize = 100;

/// Notes criteria that are given twice: reviews name them by their key.
pub fn check_rubric(rubric: &[Criterion], faults: &mut Faults) {
    let mut seen = BTreeSet::new();
    for (index, criterion) in rubric.iter().enumerate() {
        faults.require(
            seen.insert(&criterion.key),
            &format!("/rubric/{index}/key"),
            "unique_items",
            "is the key of another criterion",
        );
    }
}

/// Notes places that there are not.
pub fn check_eligibility(eligibility: &Eligibility, faults: &mut Faults) {
    for (index, country) in eligibility.countries.iter().enumerate() {
        check_country(country, &format!("/eligibility/countries/{index}"), faults);
    }
    for (index, place) in eligibility.subdivisions.iter().enumerate() {
        faults.require(
            !place.trim().is_empty() && place.chars().count() <= LONGEST_PLACE,
            &format!("/eligibility/subdivisions/{index}"),
            "max_length",
            "needs between 1 and 100 characters",
        );
    }
}

/// Notes members that can no longer be changed.
pub fn check_changeable(change: &UpdateCall, status: CallStatus, faults: &mut Faults) {
    let until_closed = matches!(status, CallStatus::Draft | CallStatus::Open);
    let as_draft = status == CallStatus::Draft;
    for (pointer, is_given, is_changeable, until) in [
        (
            "/closes_at",
            change.closes_at.is_some(),
            until_closed,
            "until the call has closed",
        ),
        (
            "/eligibility",
            change.eligibility.is_some(),
            until_closed,
            "until the call has closed",
        ),
        (
            "/form",
            change.form.is_some(),
            until_closed,
            "until the call has closed",
        ),
        (
            "/is_blind",
            change.is_blind.is_some(),
            as_draft,
            "while the call is a draft",
        ),
    ] {
        faults.require(
            !is_given || is_changeable,
            pointer,
            "not_applicable",
            &format!("is changed {until} only"),
        );
    }
}
