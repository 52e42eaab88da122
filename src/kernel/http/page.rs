//! Lists in pages: keyset paging with cursors that cannot be read into or made up.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::http::{Code, Problem};
use crate::kernel::secrets::Keyring;

/// Entries a page has when the caller does not say.
const DEFAULT_LIMIT: i64 = 25;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The entries of this page.
    pub data: Vec<T>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
    /// How many entries the whole list has; only with `include=total`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub total: Option<i64>,
}

impl<T> Page<T> {
    /// A list that is short by nature and comes whole.
    #[must_use]
    pub const fn whole(data: Vec<T>) -> Self {
        Self {
            data,
            next_cursor: None,
            total: None,
        }
    }

    /// The same page with other entries.
    pub fn map<U>(self, entry: impl FnMut(T) -> U) -> Page<U> {
        Page {
            data: self.data.into_iter().map(entry).collect(),
            next_cursor: self.next_cursor,
            total: self.total,
        }
    }
}

/// Where a page begins: after the entry with this sort value and id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The sort value of the last entry seen, as text.
    pub value: String,
    /// The id of the last entry seen.
    pub id: String,
    /// A digest of the list, its filters and its order.
    bound_to: String,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone)]
pub struct PageRequest {
    /// Entries wanted, 1 to 100.
    pub limit: i64,
    /// Where to begin.
    pub after: Option<Cursor>,
    /// Whether the total is wanted.
    pub with_total: bool,
    bound_to: String,
}

impl PageRequest {
    /// As [`PageRequest::of`], of a list that hangs on the record with this id: its cursors are for
    /// that record's list alone.
    ///
    /// # Errors
    ///
    /// As [`PageRequest::of`].
    pub fn within<Q: ListQuery>(
        keyring: &Keyring,
        query: &Q,
        parent: &str,
    ) -> Result<Self, Problem> {
        Self::bound(keyring, query, parent)
    }

    /// The part of the list that `query` wants.
    ///
    /// # Errors
    ///
    /// 400 `invalid_cursor` for a cursor that we did not make, or made for another list.
    pub fn of<Q: ListQuery>(keyring: &Keyring, query: &Q) -> Result<Self, Problem> {
        Self::bound(keyring, query, "")
    }

    fn bound<Q: ListQuery>(keyring: &Keyring, query: &Q, parent: &str) -> Result<Self, Problem> {
        let mut filters = serde_json::to_value(query).map_err(Problem::internal)?;
        if let Some(members) = filters.as_object_mut() {
            members.retain(|name, _| !matches!(name.as_str(), "limit" | "cursor" | "include"));
        }
        Self::new(
            keyring,
            &format!("{parent}/{}?{filters}", Q::LIST),
            query.paging(),
        )
    }

    /// Where to begin, with the sort value in its own type.
    ///
    /// # Errors
    ///
    /// 400 `invalid_cursor` when the value is not of that type.
    pub fn after_as<V: std::str::FromStr>(&self) -> Result<Option<(V, String)>, Problem> {
        self.after
            .as_ref()
            .map(|cursor| {
                cursor
                    .value
                    .parse()
                    .map(|value| (value, cursor.id.clone()))
                    .map_err(|_| Problem::new(Code::InvalidCursor, "This cursor cannot be used."))
            })
            .transpose()
    }

    /// Reads the paging members of a query. `binding` names the list, its filters and its order:
    /// a cursor given for others is refused.
    ///
    /// # Errors
    ///
    /// 400 `invalid_cursor` for a cursor that we did not make, or made for another list.
    pub fn new(keyring: &Keyring, binding: &str, paging: Paging<'_>) -> Result<Self, Problem> {
        let Paging {
            limit,
            cursor,
            include,
        } = paging;
        let bound_to = keyring.tag("cursor-binding", binding.as_bytes());
        let after = cursor
            .map(|text| {
                open(keyring, text)
                    .filter(|cursor| cursor.bound_to == bound_to)
                    .ok_or_else(|| {
                        Problem::new(
                            Code::InvalidCursor,
                            "This cursor was not given for this list, these filters and this order.",
                        )
                    })
            })
            .transpose()?;
        Ok(Self {
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            after,
            with_total: include == Some(Include::Total),
            bound_to,
        })
    }

    /// How many rows to read: one more than wanted, which tells whether there is a next page.
    #[must_use]
    pub const fn rows_to_read(&self) -> i64 {
        self.limit + 1
    }

    /// Makes the page from the rows read. `position` gives an entry's sort value and id.
    pub fn page<T>(
        &self,
        keyring: &Keyring,
        mut rows: Vec<T>,
        total: Option<i64>,
        position: impl Fn(&T) -> (String, String),
    ) -> Page<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let has_more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| has_more).map(|last| {
            let (value, id) = position(last);
            let cursor = Cursor {
                value,
                id,
                bound_to: self.bound_to.clone(),
            };
            close(keyring, &cursor)
        });
        Page {
            data: rows,
            next_cursor,
            total,
        }
    }
}

fn close(keyring: &Keyring, cursor: &Cursor) -> String {
    let json = serde_json::to_vec(cursor).unwrap_or_default();
    format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(&json),
        keyring.tag("cursor", &json)
    )
}

fn open(keyring: &Keyring, text: &str) -> Option<Cursor> {
    let (body, tag) = text.split_once('.')?;
    let json = URL_SAFE_NO_PAD.decode(body).ok()?;
    keyring
        .is_tag("cursor", &json, tag)
        .then(|| serde_json::from_slice(&json).ok())
        .flatten()
}

/// The paging members that every list's query has.
#[derive(Debug, Clone, Copy)]
pub struct Paging<'a> {
    /// Entries wanted.
    pub limit: Option<i64>,
    /// Where to begin.
    pub cursor: Option<&'a str>,
    /// What to add to the page.
    pub include: Option<Include>,
}

crate::text_enum! {
    /// What a page shows beside its entries.
    pub enum Include {
        /// How many entries the whole list has.
        Total => "total",
    }
}

/// The query of a list. Made by [`crate::list_query!`].
pub trait ListQuery: Serialize {
    /// The list's name, to which its cursors are bound.
    const LIST: &'static str;

    /// The paging members.
    fn paging(&self) -> Paging<'_>;
}

/// Declares the query of a list: its own filters, and the members that every list has.
#[macro_export]
macro_rules! list_query {
    (
        $(#[$meta:meta])*
        $list:literal $name:ident sorted by $sort:ty { $($filters:tt)* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $($filters)*
            /// The order; a leading `-` reverses it.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub sort: Option<$sort>,
            /// Entries a page has, 25 when not given.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, minimum = 1, maximum = 100, example = 25)]
            pub limit: Option<i64>,
            /// `next_cursor` of the page before, with the same filters and order.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false, min_length = 1, max_length = 2000)]
            pub cursor: Option<String>,
            /// Adds the total to the page.
            #[serde(skip_serializing_if = "Option::is_none")]
            #[schema(nullable = false)]
            pub include: Option<$crate::kernel::http::Include>,
        }

        impl $crate::kernel::http::ListQuery for $name {
            const LIST: &'static str = $list;

            fn paging(&self) -> $crate::kernel::http::Paging<'_> {
                $crate::kernel::http::Paging {
                    limit: self.limit,
                    cursor: self.cursor.as_deref(),
                    include: self.include,
                }
            }
        }

        $crate::query_params!($name);
    };
}

/// Orders a boxed query by a column, then by id, and begins after the cursor.
///
/// The lower bound on the column alone lets the database start in the index.
#[macro_export]
macro_rules! seek {
    ($query:expr, $column:expr, $id:expr, descending: $descending:expr, after: $after:expr) => {{
        let query = $query;
        match ($descending, $after) {
            (false, None) => query.order(($column.asc(), $id.asc())),
            (true, None) => query.order(($column.desc(), $id.desc())),
            (false, Some((value, id))) => query
                .filter($column.ge(value.clone()))
                .filter($column.gt(value).or($id.gt(id)))
                .order(($column.asc(), $id.asc())),
            (true, Some((value, id))) => query
                .filter($column.le(value.clone()))
                .filter($column.lt(value).or($id.lt(id)))
                .order(($column.desc(), $id.desc())),
        }
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyring() -> Keyring {
        Keyring::derive("0123456789abcdef0123456789abcdef")
    }

    fn request(binding: &str, cursor: Option<&str>) -> Result<PageRequest, Problem> {
        PageRequest::new(
            &keyring(),
            binding,
            Paging {
                limit: Some(2),
                cursor,
                include: None,
            },
        )
    }

    #[test]
    fn a_full_page_has_a_cursor_that_only_fits_its_own_list() {
        let first = request("briefings?status=draft", None).unwrap();
        let page = first.page(&keyring(), vec![1, 2, 3], None, |n| {
            (n.to_string(), n.to_string())
        });
        assert_eq!(page.data, [1, 2]);
        let cursor = page.next_cursor.unwrap();
        let second = request("briefings?status=draft", Some(&cursor)).unwrap();
        assert_eq!(second.after.unwrap().value, "2");
        assert!(request("briefings?status=published", Some(&cursor)).is_err());
    }

    #[test]
    fn a_forged_or_broken_cursor_is_refused() {
        let page = request("x", None).unwrap();
        let cursor = page
            .page(&keyring(), vec![1, 2, 3], None, |n| {
                (n.to_string(), n.to_string())
            })
            .next_cursor
            .unwrap();
        let (body, tag) = cursor.split_once('.').unwrap();
        for forged in [
            "",
            ".",
            "x.y",
            body,
            &format!("{body}x.{tag}"),
            &format!("{body}.{tag}x"),
        ] {
            assert!(request("x", Some(forged)).is_err(), "{forged}");
        }
    }

    #[test]
    fn the_last_page_has_no_cursor() {
        let page = request("x", None)
            .unwrap()
            .page(&keyring(), vec![1, 2], None, |n| {
                (n.to_string(), n.to_string())
            });
        assert_eq!(page.next_cursor, None);
    }
}
