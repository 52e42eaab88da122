//! Reading late codes.

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::db::dialect::Backend;
use crate::kernel::http::{Code, Page, PageRequest, Problem};
use crate::kernel::id::{CallId, OrganizationId};
use crate::kernel::secrets::Keyring;
use crate::kernel::time::Timestamp;
use crate::programs::calls::late_codes::wire::{LateCodeQuery, LateCodeSort};
use crate::programs::calls::model::{Call, LateCode};
use crate::programs::visible::{panels, sees_all};
use crate::schema::late_codes;

/// Refuses whoever neither runs the programs nor audits them, or reviews in this call: a code tells
/// who applies.
///
/// # Errors
///
/// 403.
pub fn expect_reader(conn: &mut Connection, scope: &Scope, call: &Call) -> Result<(), Problem> {
    if !sees_all(scope) {
        return Err(Problem::new(
            Code::Forbidden,
            "Late codes are for those who run the programs.",
        ));
    }
    if panels(conn, scope)?.contains(&call.id) {
        return Err(Problem::new(
            Code::Forbidden,
            "Those who review in a call have nothing to do with its late codes.",
        ));
    }
    Ok(())
}

fn filtered(call: &CallId, query: &LateCodeQuery) -> late_codes::BoxedQuery<'static, Backend> {
    let found = late_codes::table
        .filter(late_codes::call_id.eq(call.clone()))
        .into_boxed();
    match &query.organization_id {
        Some(organization) => found.filter(late_codes::organization_id.eq(organization.clone())),
        None => found,
    }
}

/// A page of the late codes of a call.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    keyring: &Keyring,
    call: &CallId,
    query: &LateCodeQuery,
) -> Result<Page<LateCode>, Problem> {
    let request = PageRequest::within(keyring, query, call.as_str())?;
    let rows: Vec<LateCode> = crate::seek!(
        filtered(call, query), late_codes::created_at, late_codes::id,
        descending: query.sort != Some(LateCodeSort::CreatedAt),
        after: request.after_as::<Timestamp>()?
    )
    .limit(request.rows_to_read())
    .select(LateCode::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(call, query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.created_at.to_string(), row.id.to_string())
    }))
}

/// Whether the organization holds a code that is good at this instant.
///
/// # Errors
///
/// When the database fails.
pub fn holds_one(
    conn: &mut Connection,
    call: &CallId,
    organization: &OrganizationId,
    now: Timestamp,
) -> Result<bool, Problem> {
    let count: i64 = late_codes::table
        .filter(late_codes::call_id.eq(call))
        .filter(late_codes::organization_id.eq(organization))
        .filter(late_codes::used_at.is_null())
        .filter(late_codes::expires_at.gt(now))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}
