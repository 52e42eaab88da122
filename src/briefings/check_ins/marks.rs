//! Keeping what was last said of whether an attendee came.

use diesel::prelude::*;

use crate::briefings::check_ins::model::AttendanceMark;
use crate::briefings::check_ins::rules::Said;
use crate::briefings::registrations::model::Registration;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::RegistrationId;
use crate::schema::attendance_marks;

/// The marks of these registrations.
///
/// # Errors
///
/// When the database fails.
pub fn of(conn: &mut Connection, ids: Vec<RegistrationId>) -> Result<Vec<AttendanceMark>, Problem> {
    Ok(attendance_marks::table
        .filter(attendance_marks::registration_id.eq_any(ids))
        .select(AttendanceMark::as_select())
        .load(conn)?)
}

/// Keeps what was said last of an attendee. The briefing is locked.
///
/// # Errors
///
/// When the database fails.
pub fn keep(tx: &mut Tx<'_>, row: &Registration, said: Said) -> Result<(), Problem> {
    let mark = AttendanceMark {
        registration_id: row.id.clone(),
        briefing_id: row.briefing_id.clone(),
        as_of: said.at,
        came: said.came,
    };
    let kept = diesel::update(
        attendance_marks::table.filter(attendance_marks::registration_id.eq(&row.id)),
    )
    .set(&mark)
    .execute(tx.conn)?;
    if kept == 0 {
        diesel::insert_into(attendance_marks::table)
            .values(mark)
            .execute(tx.conn)?;
    }
    Ok(())
}
