//! Giving and using late codes.

use diesel::prelude::*;
use serde_json::json;

use crate::directory::organizations;
use crate::kernel::access::Scope;
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, Problem};
use crate::kernel::id::{CallId, LateCodeId, OrganizationId};
use crate::kernel::journal::{Event, Subject};
use crate::kernel::secrets::{random_token, token_digest};
use crate::kernel::text;
use crate::programs::calls::aggregate::acquire;
use crate::programs::calls::late_codes::queries::expect_reader;
use crate::programs::calls::late_codes::wire::CreateLateCode;
use crate::programs::calls::model::{Call, LateCode};
use crate::programs::calls::queries::takes_late_codes;
use crate::programs::calls::visible::find;
use crate::programs::commands::expect_office;
use crate::schema::late_codes;

/// The kind of subject, in the journal. The feed does not tell of it.
pub const SUBJECT: &str = "late_code";

/// Gives an organization leave to submit late. Returns the row with the code.
///
/// # Errors
///
/// 403 for those who review in the call; 404; 409 when the call takes no more applications; 422
/// with every broken rule.
pub fn create_late_code(
    tx: &mut Tx<'_>,
    scope: &Scope,
    call: &CallId,
    input: &CreateLateCode,
) -> Result<(LateCode, String), Problem> {
    let found = find(tx.conn, scope, call)?;
    expect_office(scope)?;
    expect_reader(tx.conn, scope, &found)?;
    let call = acquire(tx, call)?;
    if !takes_late_codes(call.status) {
        return Err(Problem::new(
            Code::NotAllowedInState,
            format!(
                "No late codes are given while the state is `{}`.",
                call.status
            ),
        )
        .with("state", call.status.as_str()));
    }
    let mut faults = Faults::default();
    faults.require(
        tx.now < input.expires_at,
        "/expires_at",
        "in_the_past",
        "must lie in the future",
    );
    let host =
        organizations::queries::by_ids(tx.conn, std::slice::from_ref(&input.organization_id))?
            .remove(&input.organization_id);
    match host {
        Some(host) => faults.require(
            call.eligibility().admits(&host),
            "/organization_id",
            "not_eligible",
            "is not an organization that may apply in this call",
        ),
        None => faults.add(
            "/organization_id",
            "unknown_reference",
            "names no organization",
        ),
    }
    faults.finish()?;
    let giver = scope
        .user()
        .ok_or_else(|| Problem::internal("a late code is given by nobody"))?;
    let code = random_token("late_").map_err(Problem::internal)?;
    let row = LateCode {
        id: LateCodeId::fresh(),
        call_id: call.id.clone(),
        organization_id: input.organization_id.clone(),
        digest: token_digest(&code),
        reason: text::clean(&input.reason),
        created_by: giver.clone(),
        created_at: tx.now,
        expires_at: input.expires_at,
        used_at: None,
    };
    diesel::insert_into(late_codes::table)
        .values(row.clone())
        .execute(tx.conn)?;
    let subject = Subject {
        kind: SUBJECT,
        id: row.id.to_string(),
        version: None,
    };
    tx.record(
        Event::new("late_code.issued", subject)
            .organization(Some(&row.organization_id))
            .payload(json!({
                "call_id": row.call_id, "reason": row.reason, "expires_at": row.expires_at,
            })),
    )?;
    Ok((row, code))
}

/// Uses a code up, if it is one that is good for this organization at this instant.
///
/// # Errors
///
/// When the database fails.
pub fn redeem(
    tx: &mut Tx<'_>,
    call: &Locked<Call>,
    organization: &OrganizationId,
    code: &str,
) -> Result<Option<LateCode>, Problem> {
    let good = late_codes::table
        .filter(late_codes::digest.eq(token_digest(code)))
        .filter(late_codes::call_id.eq(&call.id))
        .filter(late_codes::organization_id.eq(organization))
        .filter(late_codes::expires_at.gt(tx.now))
        .filter(late_codes::used_at.is_null())
        .select(LateCode::as_select())
        .first(tx.conn)
        .optional()?;
    let Some(row) = good else {
        return Ok(None);
    };
    let used = diesel::update(
        late_codes::table
            .filter(late_codes::id.eq(&row.id))
            .filter(late_codes::used_at.is_null()),
    )
    .set(late_codes::used_at.eq(Some(tx.now)))
    .execute(tx.conn)?;
    Ok((used == 1).then_some(row))
}
