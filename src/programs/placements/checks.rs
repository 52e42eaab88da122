//! What is asked of an officer and a host before they are brought together.

use diesel::prelude::*;

use crate::directory::organizations::model::{Organization, OrganizationKind};
use crate::kernel::access::Scope;
use crate::kernel::db::Tx;
use crate::kernel::http::{Faults, Problem};
use crate::kernel::id::{ApplicationId, OrganizationId, PlacementId};
use crate::programs::applications;
use crate::programs::applications::lifecycle::ApplicationStatus;
use crate::programs::applications::model::Application;
use crate::programs::calls::lifecycle::CallStatus;
use crate::programs::calls::model::Call;
use crate::programs::model::Program;
use crate::programs::officers::model::Officer;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::schema::{
    applications as application_rows, calls, memberships, officer_recusals, placements,
};

/// Notes why an officer does not serve at a host: `None` is an officer who does not exist.
///
/// # Errors
///
/// When the database fails.
pub fn officer(
    tx: &mut Tx<'_>,
    officer: Option<&Officer>,
    host: &Organization,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let pointer = "/officer_id";
    let Some(officer) = officer else {
        faults.add(pointer, "unknown_reference", "does not exist");
        return Ok(());
    };
    faults.require(
        officer.is_active,
        pointer,
        "inactive",
        "can no longer be placed",
    );
    let hosts: Vec<OrganizationId> = std::iter::once(host.id.clone())
        .chain(host.parent_id.clone())
        .collect();
    let recusals: i64 = officer_recusals::table
        .filter(officer_recusals::officer_id.eq(&officer.id))
        .filter(officer_recusals::organization_id.eq_any(hosts))
        .count()
        .get_result(tx.conn)?;
    faults.require(
        recusals == 0,
        pointer,
        "recused",
        "must not serve at this host",
    );
    if let Some(account) = &officer.user_id {
        let own: i64 = memberships::table
            .filter(memberships::user_id.eq(account))
            .filter(memberships::organization_id.eq(&host.id))
            .count()
            .get_result(tx.conn)?;
        faults.require(own == 0, pointer, "own_host", "works for this host");
    }
    Ok(())
}

/// Notes that a host is none: federal bodies are not placed at.
pub fn host(host: Option<&Organization>, faults: &mut Faults) {
    match host {
        None => faults.add("/organization_id", "unknown_reference", "does not exist"),
        Some(host) => faults.require(
            !matches!(
                host.kind,
                OrganizationKind::NationalOffice | OrganizationKind::FederalAgency
            ),
            "/organization_id",
            "not_eligible",
            "is a federal body, and no host",
        ),
    }
}

/// Notes why no placement of this host in this program can follow from an application. The
/// application is locked.
///
/// # Errors
///
/// When the database fails.
pub fn application(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ApplicationId,
    program: Option<&Program>,
    host: &OrganizationId,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let pointer = "/application_id";
    let found: Option<(Application, Call)> = application_rows::table
        .inner_join(calls::table)
        .filter(application_rows::id.eq(id))
        .filter(crate::kernel::db::among(
            application_rows::id,
            applications::visible::named(scope).select(application_rows::id),
        ))
        .select((Application::as_select(), Call::as_select()))
        .first(tx.conn)
        .optional()?;
    let Some((application, call)) = found else {
        faults.add(pointer, "unknown_reference", "does not exist");
        return Ok(());
    };
    faults.require(
        application.organization_id == *host,
        pointer,
        "other_host",
        "is another host's",
    );
    faults.require(
        program.is_none_or(|program| program.id == call.program_id),
        pointer,
        "other_program",
        "was handed in for another program",
    );
    faults.require(
        application.status == ApplicationStatus::Selected && call.status == CallStatus::Announced,
        pointer,
        "not_selected",
        "is not among those that were selected and announced",
    );
    let placed: Option<PlacementId> = placements::table
        .filter(placements::application_id.eq(id))
        .filter(placements::status.ne(PlacementStatus::Cancelled))
        .select(placements::id)
        .first(tx.conn)
        .optional()?;
    faults.require(
        placed.is_none(),
        pointer,
        "already_placed",
        "has a placement already",
    );
    Ok(())
}
