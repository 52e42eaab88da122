//! References that a person can say: `ER-2027-000123`, without a gap in a year.
//!
//! The number is given in the transaction that submits the request, under the lock of its series,
//! so a submission that fails leaves no gap. The year is that of the office's calendar. Requests
//! of the sandbox have a series of their own.

use diesel::prelude::*;

use crate::kernel::business_time::BusinessCalendar;
use crate::kernel::db::{Tx, dialect};
use crate::kernel::http::Problem;
use crate::schema::event_request_series::dsl as table;

/// The next reference.
///
/// # Errors
///
/// When the database fails.
pub fn next(
    tx: &mut Tx<'_>,
    calendar: &BusinessCalendar,
    is_sandbox: bool,
) -> Result<String, Problem> {
    use chrono::Datelike;

    let prefix = if is_sandbox { "TEST" } else { "ER" };
    let series = format!("{prefix}-{}", calendar.local_date(tx.now).year());
    let known = diesel::update(table::event_request_series.filter(table::series.eq(&series)))
        .set(table::last_number.eq(table::last_number + 1))
        .execute(tx.conn)?;
    if known == 0 {
        // The first of the year. Two may meet here: the primary key lets one in, and the other
        // waits for it and goes on counting.
        let begun = tx.savepoint(|tx| {
            diesel::insert_into(table::event_request_series)
                .values((table::series.eq(&series), table::last_number.eq(1)))
                .execute(tx.conn)
        });
        match begun {
            Ok(_) => {}
            Err(diesel::result::Error::DatabaseError(
                diesel::result::DatabaseErrorKind::UniqueViolation,
                _,
            )) => {
                dialect::lock_by(tx.conn, "event_request_series", "series", &series)?;
                diesel::update(table::event_request_series.filter(table::series.eq(&series)))
                    .set(table::last_number.eq(table::last_number + 1))
                    .execute(tx.conn)?;
            }
            Err(error) => return Err(error.into()),
        }
    }
    let number: i64 = table::event_request_series
        .filter(table::series.eq(&series))
        .select(table::last_number)
        .first(tx.conn)?;
    Ok(format!("{series}-{number:06}"))
}
