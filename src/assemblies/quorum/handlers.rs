//! The operations on the quorum.

use actix_web::get;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::assemblies::quorum::queries;
use crate::assemblies::quorum::wire::{QuorumCheckQuery, QuorumStanding, RecordedCheck};
use crate::assemblies::sessions::visible::find;
use crate::kernel::access::{Access, may};
use crate::kernel::http::{Page, Path, Problem, Query, Reply};
use crate::kernel::id::AssemblySessionId;

/// The operations.
pub fn routes(config: &mut ServiceConfig<'_>) {
    config.service(get_quorum).service(list_quorum_checks);
}

/// Get the quorum of a session now
///
/// Reckoned from who is present at this moment, whether or not members are together.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session.")),
    responses((status = 200, description = "The quorum.", body = QuorumStanding)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/quorum")]
pub async fn get_quorum(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
) -> Result<Reply, Problem> {
    let now = access.clock().now();
    access
        .read(move |conn, scope| {
            let session = find(conn, scope, &id)?;
            Reply::ok(&queries::read(conn, &session, now)?)
        })
        .await
}

/// List the checks of the quorum of a session
///
/// Every one that something hung on, with the rule and the seats that counted: when the session was
/// opened, went on and was adjourned, when a poll was opened, was refused or was closed, and whenever
/// the quorum was lost or won.
#[utoipa::path(
    tag = "Sessions",
    params(("id" = AssemblySessionId, Path, description = "The session."), QuorumCheckQuery),
    responses((status = 200, description = "A page of checks.", body = Page<RecordedCheck>)),
    extensions(("x-permission" = json!("assemblies:read"))),
)]
#[get("/v1/assembly-sessions/{id}/quorum-checks")]
pub async fn list_quorum_checks(
    access: Access<may::AssembliesRead>,
    Path(id): Path<AssemblySessionId>,
    Query(query): Query<QuorumCheckQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| {
            find(conn, scope, &id)?;
            Reply::ok(&queries::list(conn, &keyring, &id, &query)?)
        })
        .await
}
