//! The audience of a briefing: checking who is named, and storing it.

use std::collections::BTreeSet;

use diesel::prelude::*;

use crate::briefings::model::{AudienceScope, audience_value};
use crate::briefings::wire::Audience;
use crate::directory::organizations;
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::BriefingId;
use crate::schema::briefing_audiences;

/// The audience names what its scope is about, and nothing else.
pub(super) fn check_audience(
    tx: &mut Tx<'_>,
    audience: &Audience,
    faults: &mut Faults,
) -> Result<(), Problem> {
    for (scope, member, is_empty) in [
        (AudienceScope::Kinds, "kinds", audience.kinds.is_empty()),
        (AudienceScope::States, "states", audience.states.is_empty()),
        (
            AudienceScope::Invitation,
            "organization_ids",
            audience.organization_ids.is_empty(),
        ),
    ] {
        let pointer = format!("/audience/{member}");
        if scope == audience.scope {
            faults.require(
                !is_empty,
                &pointer,
                "required",
                "is required with this scope",
            );
        } else {
            faults.require(
                is_empty,
                &pointer,
                "not_applicable",
                "does not go with this scope",
            );
        }
    }
    let known = organizations::queries::by_ids(tx.conn, &audience.organization_ids)?;
    for (index, id) in audience.organization_ids.iter().enumerate() {
        faults.require(
            known.contains_key(id),
            &format!("/audience/organization_ids/{index}"),
            "unknown_reference",
            "names no organization",
        );
    }
    Ok(())
}

/// Stores the audience in place of what it was.
pub(super) fn replace_audience(
    tx: &mut Tx<'_>,
    id: &BriefingId,
    audience: &Audience,
) -> Result<(), Problem> {
    diesel::delete(briefing_audiences::table.filter(briefing_audiences::briefing_id.eq(id)))
        .execute(tx.conn)?;
    for value in audience_values(audience) {
        diesel::insert_into(briefing_audiences::table)
            .values((
                briefing_audiences::briefing_id.eq(id),
                briefing_audiences::value.eq(value),
            ))
            .execute(tx.conn)?;
    }
    Ok(())
}

/// How an audience is written down: what it names, each once.
pub(super) fn audience_values(audience: &Audience) -> BTreeSet<String> {
    let kinds = audience
        .kinds
        .iter()
        .map(|kind| audience_value::kind(kind.as_str()));
    let states = audience
        .states
        .iter()
        .map(|code| audience_value::state(code));
    let organizations = audience
        .organization_ids
        .iter()
        .map(audience_value::organization);
    kinds.chain(states).chain(organizations).collect()
}
