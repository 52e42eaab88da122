//! The operations of matching.

use actix_web::get;

use crate::kernel::access::{Access, may};
use crate::kernel::http::{Path, Problem, Query, Reply};
use crate::kernel::id::{ApplicationId, OfficerId};
use crate::programs::matching::queries;
use crate::programs::matching::wire::{HostMatches, MatchQuery, OfficerMatches};

/// Rank officers for a host
///
/// With the reasons for each officer's points: skills 50, languages 30, regions 20, each in the share
/// in which the officer brings what the application asks for. Officers whom a rule excludes are
/// shown with `include_excluded=true`, last, with every rule.
#[utoipa::path(
    tag = "Officers",
    params(("id" = ApplicationId, Path, description = "The host's application."), MatchQuery),
    responses((status = 200, description = "Officers, the best first.", body = OfficerMatches)),
    extensions(("x-permission" = json!("officers:read"))),
)]
#[get("/v1/applications/{id}/matches")]
pub async fn list_officers_for_host(
    access: Access<may::OfficersRead>,
    Path(id): Path<ApplicationId>,
    Query(query): Query<MatchQuery>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            Reply::ok(&queries::officers_for_host(conn, scope, &id, &query, now)?)
        })
        .await
}

/// Rank hosts for an officer
///
/// Among the hosts that are selected or shortlisted and not placed at yet, as far as the caller may
/// know who they are: for an officer who asks about themselves, none. Points and rules are those of the ranking of officers.
#[utoipa::path(
    tag = "Officers",
    params(("id" = OfficerId, Path, description = "The officer."), MatchQuery),
    responses((status = 200, description = "Hosts, the best first.", body = HostMatches)),
    extensions(("x-permission" = json!("officers:read"))),
)]
#[get("/v1/officers/{id}/matches")]
pub async fn list_hosts_for_officer(
    access: Access<may::OfficersRead>,
    Path(id): Path<OfficerId>,
    Query(query): Query<MatchQuery>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            Reply::ok(&queries::hosts_for_officer(conn, scope, &id, &query, now)?)
        })
        .await
}
