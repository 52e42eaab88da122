//! Reading materials: always through [`visible`].

use diesel::prelude::*;

use crate::briefings::materials::model::{Material as Row, MaterialAudience};
use crate::briefings::materials::wire::Material;
use crate::briefings::queries::find as find_briefing;
use crate::briefings::queries::visible as visible_briefings;
use crate::briefings::registrations::model::RegistrationStatus;
use crate::identity;
use crate::kernel::access::{Permission, Scope};
use crate::kernel::db::dialect::Backend;
use crate::kernel::db::{Connection, among};
use crate::kernel::http::Problem;
use crate::kernel::id::{BriefingId, MaterialId};
use crate::kernel::time::Timestamp;
use crate::schema::{briefings, materials, registrations};

/// A query over materials, with its conditions so far.
pub type Boxed = materials::BoxedQuery<'static, Backend>;

/// The materials that may exist for this caller, whatever the time: of briefings that exist for
/// them, within their marking, and for everyone who is not federal staff, those that are not
/// withdrawn and are for somebody whom the caller's organization sends or has sent.
#[must_use]
pub fn known(scope: &Scope) -> Boxed {
    let found = materials::table
        .filter(materials::marking.eq_any(scope.ceiling().up_to()))
        .into_boxed();
    if scope.oversees(Permission::MaterialsRead) {
        return found.filter(among(
            materials::briefing_id,
            visible_briefings(scope).select(briefings::id),
        ));
    }
    let homes = scope.homes_with(Permission::MaterialsRead);
    let registered = registrations::table
        .filter(registrations::organization_id.eq_any(homes.clone()))
        .filter(registrations::status.ne(RegistrationStatus::Cancelled))
        .select(registrations::briefing_id);
    let attended = registrations::table
        .filter(registrations::organization_id.eq_any(homes))
        .filter(registrations::checked_in_at.is_not_null())
        .select(registrations::briefing_id);
    found
        .filter(among(
            materials::briefing_id,
            visible_briefings(scope).select(briefings::id),
        ))
        .filter(materials::withdrawn_at.is_null())
        .filter(
            materials::audience
                .eq(MaterialAudience::Registered)
                .and(materials::briefing_id.eq_any(registered))
                .or(materials::audience
                    .eq(MaterialAudience::Attended)
                    .and(materials::briefing_id.eq_any(attended))),
        )
}

/// The materials that exist for this caller now.
#[must_use]
pub fn visible(scope: &Scope, now: Timestamp) -> Boxed {
    let found = known(scope);
    if scope.oversees(Permission::MaterialsRead) {
        return found;
    }
    found.filter(
        materials::available_from
            .is_null()
            .or(materials::available_from.le(now)),
    )
}

/// The materials of a briefing that exist for this caller, the oldest first.
///
/// # Errors
///
/// 404 when the briefing does not exist for the caller.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &BriefingId,
    now: Timestamp,
) -> Result<Vec<Material>, Problem> {
    find_briefing(conn, scope, briefing)?;
    let rows: Vec<Row> = visible(scope, now)
        .filter(materials::briefing_id.eq(briefing.clone()))
        .order((materials::created_at, materials::id))
        .select(Row::as_select())
        .load(conn)?;
    represent(conn, scope, rows)
}

/// The material of this briefing with this id, if it exists for the caller.
///
/// # Errors
///
/// 404 when it does not; the attempt on one that exists for others is written into the journal.
pub fn find(
    conn: &mut Connection,
    scope: &Scope,
    briefing: &BriefingId,
    id: &MaterialId,
    now: Timestamp,
) -> Result<Row, Problem> {
    find_briefing(conn, scope, briefing)?;
    let found = visible(scope, now)
        .filter(materials::briefing_id.eq(briefing.clone()))
        .filter(materials::id.eq(id.clone()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    if let Some(row) = found {
        return Ok(row);
    }
    let exists: Option<MaterialId> = materials::table
        .filter(materials::id.eq(id))
        .filter(materials::briefing_id.eq(briefing))
        .select(materials::id)
        .first(conn)
        .optional()?;
    Err(match exists {
        Some(id) => Problem::hidden("material", id.as_str()),
        None => Problem::not_found(),
    })
}

/// The rows as this caller sees them: one statement, however many.
///
/// # Errors
///
/// When the database fails.
pub fn represent(
    conn: &mut Connection,
    scope: &Scope,
    rows: Vec<Row>,
) -> Result<Vec<Material>, Problem> {
    let is_office = scope.oversees(Permission::MaterialsRead);
    let people = if is_office {
        rows.iter().map(|row| row.uploaded_by_id.clone()).collect()
    } else {
        Vec::new()
    };
    let names = identity::queries::names_of_users(conn, people, None)?;
    let may_change = scope.oversees(Permission::MaterialsWrite);
    Ok(rows
        .into_iter()
        .map(|row| {
            let actions: &[&str] = match row.withdrawn_at {
                None if may_change => &["update", "withdraw"],
                _ => &[],
            };
            Material {
                uploaded_by: names
                    .get(&row.uploaded_by_id)
                    .map_or_else(|| "The office".to_owned(), Clone::clone),
                id: row.id,
                briefing_id: row.briefing_id,
                title: row.title,
                filename: row.filename,
                media_type: row.media_type,
                size: row.size,
                sha256: row.sha256,
                marking: row.marking,
                audience: row.audience,
                available_from: row.available_from,
                withdrawn_at: row.withdrawn_at,
                withdrawn_reason: row.withdrawn_reason.filter(|_| is_office),
                version: row.version,
                created_at: row.created_at,
                updated_at: row.updated_at,
                allowed_actions: actions.iter().map(ToString::to_string).collect(),
            }
        })
        .collect())
}

/// One row as this caller sees it.
///
/// # Errors
///
/// When the database fails.
pub fn represent_one(conn: &mut Connection, scope: &Scope, row: Row) -> Result<Material, Problem> {
    represent(conn, scope, vec![row])?
        .pop()
        .ok_or_else(|| Problem::internal("a material has no representation"))
}

/// How many materials a briefing has, those that were withdrawn included.
///
/// # Errors
///
/// When the database fails.
pub fn count(conn: &mut Connection, briefing: &BriefingId) -> Result<i64, Problem> {
    Ok(materials::table
        .filter(materials::briefing_id.eq(briefing))
        .count()
        .get_result(conn)?)
}

/// Those of these keys of the store that a material has.
///
/// # Errors
///
/// When the database fails.
pub fn known_keys(conn: &mut Connection, keys: Vec<String>) -> Result<Vec<String>, Problem> {
    Ok(materials::table
        .filter(materials::storage_key.eq_any(keys))
        .select(materials::storage_key)
        .load(conn)?)
}
