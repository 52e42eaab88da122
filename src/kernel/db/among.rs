//! `column IN (query)` for boxed queries. Diesel's own `eq_any` takes a boxed query on one database
//! only, and what a caller may see ([`crate::kernel::access::Scope`]) is always a boxed query.

use diesel::QueryResult;
use diesel::expression::is_aggregate;
use diesel::expression::{AppearsOnTable, Expression, SelectableExpression, ValidGrouping};
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::Bool;

use crate::kernel::db::dialect::Backend;

/// Whether the column's value is among those of the query. Goes into boxed queries only.
#[must_use]
pub const fn among<C, Q>(column: C, query: Q) -> Among<C, Q> {
    Among { column, query }
}

/// See [`among`].
#[derive(Debug, Clone, Copy)]
pub struct Among<C, Q> {
    column: C,
    query: Q,
}

impl<C: Expression, Q> Expression for Among<C, Q> {
    type SqlType = Bool;
}

impl<C, Q> QueryFragment<Backend> for Among<C, Q>
where
    C: QueryFragment<Backend>,
    Q: QueryFragment<Backend>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Backend>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        self.column.walk_ast(out.reborrow())?;
        out.push_sql(" IN (");
        self.query.walk_ast(out.reborrow())?;
        out.push_sql(")");
        Ok(())
    }
}

impl<C, Q> QueryId for Among<C, Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, Q, S> AppearsOnTable<S> for Among<C, Q>
where
    C: AppearsOnTable<S>,
    Self: Expression,
{
}

impl<C, Q, S> SelectableExpression<S> for Among<C, Q>
where
    C: SelectableExpression<S>,
    Self: AppearsOnTable<S>,
{
}

impl<C, Q, G> ValidGrouping<G> for Among<C, Q> {
    type IsAggregate = is_aggregate::No;
}
