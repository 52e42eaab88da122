//! Lists of programs.

use diesel::prelude::*;

use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Problem};
use crate::kernel::secrets::Keyring;
use crate::kernel::text;
use crate::programs::model::Program;
use crate::programs::visible::{Boxed, visible};
use crate::programs::wire::{ProgramQuery, ProgramSort};
use crate::schema::programs;

fn filtered(scope: &Scope, query: &ProgramQuery) -> Boxed {
    let mut found = visible(scope);
    if let Some(q) = &query.q {
        for word in text::fold(q).split(' ') {
            found = found.filter(
                programs::name_folded
                    .like(text::like_anywhere(word))
                    .escape('\\'),
            );
        }
    }
    if let Some(is_active) = query.is_active {
        found = found.filter(programs::is_active.eq(is_active));
    }
    found
}

/// A page of the programs that the caller may see.
///
/// # Errors
///
/// 400 for a cursor of another list.
pub fn list(
    conn: &mut Connection,
    scope: &Scope,
    keyring: &Keyring,
    query: &ProgramQuery,
) -> Result<Page<Program>, Problem> {
    let request = PageRequest::of(keyring, query)?;
    let rows: Vec<Program> = crate::seek!(
        filtered(scope, query), programs::name_folded, programs::id,
        descending: query.sort == Some(ProgramSort::NameDescending),
        after: request.after_as::<String>()?
    )
    .limit(request.rows_to_read())
    .select(Program::as_select())
    .load(conn)?;
    let total = request
        .with_total
        .then(|| filtered(scope, query).count().get_result(conn))
        .transpose()?;
    Ok(request.page(keyring, rows, total, |row| {
        (row.name_folded.clone(), row.id.to_string())
    }))
}
