//! The operations on the journal.

use actix_web::get;

use crate::kernel::access::{Access, may};
use crate::kernel::http::{Page, Problem, Query, Reply};
use crate::records::queries;
use crate::records::wire::{AuditEvent, AuditQuery};

/// Read the journal
///
/// Every change and every refused attempt, in the order in which they were committed. Whoever reviews
/// applications is not told what they may not know of them.
#[utoipa::path(
    tag = "Records",
    params(AuditQuery),
    responses((status = 200, description = "A page of the journal.", body = Page<AuditEvent>)),
    extensions(("x-permission" = json!("audit:read"))),
)]
#[get("/v1/audit-events")]
pub async fn list_audit_events(
    access: Access<may::AuditRead>,
    Query(query): Query<AuditQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, scope| Reply::ok(&queries::list(conn, scope, &keyring, &query)?))
        .await
}
