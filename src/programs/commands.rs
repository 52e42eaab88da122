//! Setting up and changing programs.

use std::collections::BTreeSet;

use diesel::prelude::*;
use serde_json::{Value, json};

use crate::kernel::access::{Permission, Role, Scope};
use crate::kernel::db::{Locked, Tx};
use crate::kernel::http::{Code, Faults, IfMatch, Problem};
use crate::kernel::id::ProgramId;
use crate::kernel::journal::{Event, Subject};
use crate::kernel::text;
use crate::programs::model::Program;
use crate::programs::placements::lifecycle::PlacementStatus;
use crate::programs::visible::find;
use crate::programs::wire::{CreateProgram, Duty, UpdateProgram};
use crate::schema::{placements, programs};

/// The kind of subject, in the journal.
pub const SUBJECT: &str = "program";

fn event(kind: &'static str, row: &Program) -> Event {
    Event::new(
        kind,
        Subject {
            kind: SUBJECT,
            id: row.id.to_string(),
            version: Some(row.version),
        },
    )
    .shared(json!({
        "id": row.id, "name": row.name, "is_active": row.is_active, "version": row.version,
    }))
}

fn summary(row: &Program) -> Value {
    json!({
        "name": row.name,
        "default_term_months": row.default_term_months,
        "max_term_months": row.max_term_months,
        "report_interval_months": row.report_interval_months,
        "sign_off_roles": row.sign_off_roles(),
        "is_active": row.is_active,
    })
}

/// Refuses whoever does not run the programs of the whole office.
///
/// # Errors
///
/// 403.
pub fn expect_office(scope: &Scope) -> Result<(), Problem> {
    if scope.oversees(Permission::ProgramsWrite) {
        return Ok(());
    }
    let permission = Permission::ProgramsWrite;
    Err(Problem::new(
        Code::Forbidden,
        format!("This needs the permission `{permission}` at the office."),
    )
    .with("permission", permission.as_str()))
}

/// Sets up a program.
///
/// # Errors
///
/// 422 with every broken rule.
pub fn create_program(
    tx: &mut Tx<'_>,
    scope: &Scope,
    input: &CreateProgram,
) -> Result<Program, Problem> {
    expect_office(scope)?;
    let name = text::clean(&input.name);
    let row = Program {
        id: ProgramId::fresh(),
        name_folded: text::fold(&name),
        name,
        legal_basis: text::clean(&input.legal_basis),
        description: text::clean_optional(input.description.as_deref()),
        default_term_months: input.default_term_months,
        max_term_months: input.max_term_months,
        report_interval_months: input.report_interval_months,
        report_due_days: input.report_due_days,
        final_report_due_days: input.final_report_due_days,
        host_duties: duties(&input.host_duties)?,
        sign_off_roles: joined(&input.sign_off_roles),
        is_active: true,
        version: 1,
        created_at: tx.now,
        updated_at: tx.now,
    };
    check(&row)?;
    diesel::insert_into(programs::table)
        .values(row.clone())
        .execute(tx.conn)?;
    tx.record(event("program.created", &row).payload(json!({"after": summary(&row)})))?;
    Ok(row)
}

/// Notes that placements follow the program: another interval would count days twice, or leave days
/// out, in reports that are written.
fn expect_unused(tx: &mut Tx<'_>, id: &ProgramId) -> Result<(), Problem> {
    let placed: i64 = placements::table
        .filter(placements::program_id.eq(id))
        .filter(placements::status.ne(PlacementStatus::Cancelled))
        .count()
        .get_result(tx.conn)?;
    let mut faults = Faults::default();
    faults.require(
        placed == 0,
        "/report_interval_months",
        "in_use",
        "stands once there are placements: make another program",
    );
    faults.finish()
}

/// Changes a program.
///
/// # Errors
///
/// 404; 412; 422 with every broken rule.
pub fn update_program(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: &ProgramId,
    if_match: IfMatch,
    change: &UpdateProgram,
) -> Result<Program, Problem> {
    find(tx.conn, scope, id)?;
    expect_office(scope)?;
    let stored = Locked::<Program>::acquire(tx, id.as_str())?.ok_or_else(Problem::not_found)?;
    stored.expect(if_match)?;
    let mut row = Program::clone(&stored);
    if let Some(name) = &change.name {
        row.name = text::clean(name);
        row.name_folded = text::fold(&row.name);
    }
    if let Some(basis) = &change.legal_basis {
        row.legal_basis = text::clean(basis);
    }
    change.description.clone().apply(&mut row.description);
    for (given, kept) in [
        (change.default_term_months, &mut row.default_term_months),
        (change.max_term_months, &mut row.max_term_months),
        (
            change.report_interval_months,
            &mut row.report_interval_months,
        ),
        (change.report_due_days, &mut row.report_due_days),
        (change.final_report_due_days, &mut row.final_report_due_days),
    ] {
        *kept = given.unwrap_or(*kept);
    }
    if let Some(all) = &change.host_duties {
        row.host_duties = duties(all)?;
    }
    if let Some(roles) = &change.sign_off_roles {
        row.sign_off_roles = joined(roles);
    }
    row.is_active = change.is_active.unwrap_or(row.is_active);
    check(&row)?;
    if row.report_interval_months != stored.report_interval_months {
        expect_unused(tx, id)?;
    }
    row.version = stored.version + 1;
    row.updated_at = tx.now;
    diesel::update(
        programs::table
            .filter(programs::id.eq(id))
            .filter(programs::version.eq(stored.version)),
    )
    .set(&row)
    .execute(tx.conn)?;
    tx.record(event("program.updated", &row).payload(json!({
        "before": summary(&stored), "after": summary(&row),
    })))?;
    Ok(row)
}

fn duties(all: &[Duty]) -> Result<String, Problem> {
    let all: Vec<String> = all.iter().map(|Duty(one)| text::clean(one)).collect();
    serde_json::to_string(&all).map_err(Problem::internal)
}

fn joined(roles: &[Role]) -> String {
    roles
        .iter()
        .map(|role| role.as_str())
        .collect::<Vec<_>>()
        .join(" ")
}

fn check(row: &Program) -> Result<(), Problem> {
    let mut faults = Faults::default();
    faults.require(
        row.default_term_months <= row.max_term_months,
        "/default_term_months",
        "above_maximum",
        "must not be more than `max_term_months`",
    );
    let mut seen = BTreeSet::new();
    for (index, role) in row.sign_off_roles().into_iter().enumerate() {
        let at = format!("/sign_off_roles/{index}");
        faults.require(
            role.is_federal() && role.permissions().contains(&Permission::SlatesSign),
            &at,
            "not_permitted",
            "is not a role that signs slates",
        );
        faults.require(seen.insert(role), &at, "unique_items", "signs already");
    }
    faults.finish()
}
