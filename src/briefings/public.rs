//! The public catalogue: briefings that are marked public and published, without an account.

use actix_web::get;
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use crate::briefings::lifecycle::BriefingStatus;
use crate::briefings::model::{Briefing as Row, BriefingFormat};
use crate::briefings::queries::{self, Boxed};
use crate::briefings::wire::{BriefingSort, VenueSummary};
use crate::directory::venues;
use crate::kernel::access::{Access, Public};
use crate::kernel::db::Connection;
use crate::kernel::http::{Page, PageRequest, Path, Problem, Query, Reply};
use crate::kernel::id::{BriefingId, VenueId};
use crate::kernel::marking::Marking;
use crate::kernel::text;
use crate::kernel::time::{Timestamp, ZonedTime, ZonedTimeSchema};
use crate::schema::briefings;

/// A briefing as the public is told of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": "Hosting a foreign delegation", "topic": "protocol",
    "summary": "What a city needs to know.", "format": "in_person",
    "starts_at": {"local": "2027-03-10T10:00:00", "time_zone": "America/Phoenix", "utc": "2027-03-10T17:00:00Z"},
    "ends_at": {"local": "2027-03-10T11:00:00", "time_zone": "America/Phoenix", "utc": "2027-03-10T18:00:00Z"},
    "venue": {"id": "ven_01jz8k2m4n6p8q0r2s4t6v8w0x", "name": "Phoenix City Hall", "address": "200 W Washington St, Phoenix, AZ 85003", "time_zone": "America/Phoenix", "requires_access_data": false},
    "published_at": "2027-01-05T14:00:00Z"
}))]
pub struct PublicBriefing {
    /// Its id.
    pub id: BriefingId,
    /// What it is called.
    pub title: String,
    /// What it is about, in a word or two.
    pub topic: String,
    /// What it is about.
    pub summary: Option<String>,
    /// Where people meet.
    pub format: BriefingFormat,
    /// When it starts.
    #[schema(value_type = ZonedTimeSchema)]
    pub starts_at: ZonedTime,
    /// When it ends.
    #[schema(value_type = ZonedTimeSchema)]
    pub ends_at: ZonedTime,
    /// The room.
    pub venue: Option<VenueSummary>,
    /// When it was published.
    pub published_at: Option<Timestamp>,
}

crate::list_query! {
    /// Which public briefings are wanted.
    "public-briefings" PublicBriefingQuery sorted by BriefingSort {
        /// Words of the title, in any spelling.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false, min_length = 1, max_length = 100)]
        pub q: Option<String>,
        /// Starting at this instant or later.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub starts_from: Option<Timestamp>,
    }
}

fn catalogue() -> Boxed {
    briefings::table
        .filter(briefings::marking.eq(Marking::Public))
        .filter(briefings::status.eq(BriefingStatus::Published))
        .into_boxed()
}

fn represent(conn: &mut Connection, rows: Vec<Row>) -> Result<Vec<PublicBriefing>, Problem> {
    let venue_ids: Vec<VenueId> = rows.iter().filter_map(|row| row.venue_id.clone()).collect();
    let venues = venues::queries::by_ids(conn, &venue_ids)?;
    Ok(rows
        .into_iter()
        .map(|row| PublicBriefing {
            starts_at: row.zoned(row.starts_at),
            ends_at: row.zoned(row.ends_at),
            venue: row
                .venue_id
                .as_ref()
                .and_then(|id| venues.get(id))
                .map(VenueSummary::of),
            id: row.id,
            title: row.title,
            topic: row.topic,
            summary: row.summary,
            format: row.format,
            published_at: row.published_at,
        })
        .collect())
}

/// List public briefings
///
/// Needs no account.
#[utoipa::path(
    tag = "Public",
    params(PublicBriefingQuery),
    responses((status = 200, description = "A page of public briefings.", body = Page<PublicBriefing>)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/v1/public/briefings")]
pub async fn list_public_briefings(
    access: Access<Public>,
    Query(query): Query<PublicBriefingQuery>,
) -> Result<Reply, Problem> {
    let keyring = access.kernel().keyring.clone();
    access
        .read(move |conn, _| {
            let request = PageRequest::of(&keyring, &query)?;
            let base = || {
                let mut found = catalogue();
                if let Some(q) = &query.q {
                    for word in text::fold(q).split(' ') {
                        found = found.filter(
                            briefings::title_folded
                                .like(text::like_anywhere(word))
                                .escape('\\'),
                        );
                    }
                }
                if let Some(from) = query.starts_from {
                    found = found.filter(briefings::starts_at.ge(from));
                }
                found
            };
            let (rows, total) = queries::page_of(conn, &request, query.sort, base)?;
            let page = request.page(&keyring, rows, total, |row| {
                queries::position(row, query.sort)
            });
            let data = represent(conn, page.data)?;
            let page = Page {
                data,
                next_cursor: page.next_cursor,
                total: page.total,
            };
            Ok(Reply::ok(&page)?.public_for_a_minute())
        })
        .await
}

/// Get a public briefing
///
/// Needs no account.
#[utoipa::path(
    tag = "Public",
    params(("id" = BriefingId, Path, description = "The briefing.")),
    responses((status = 200, description = "The briefing.", body = PublicBriefing)),
    extensions(("x-permission" = json!("public"))),
)]
#[get("/v1/public/briefings/{id}")]
pub async fn get_public_briefing(
    access: Access<Public>,
    Path(id): Path<BriefingId>,
) -> Result<Reply, Problem> {
    access
        .read(move |conn, _| {
            let row: Row = catalogue()
                .filter(briefings::id.eq(id))
                .select(Row::as_select())
                .first(conn)
                .optional()?
                .ok_or_else(Problem::not_found)?;
            let version = row.version;
            let shown = represent(conn, vec![row])?
                .pop()
                .ok_or_else(Problem::not_found)?;
            Ok(Reply::ok(&shown)?.version(version).public_for_a_minute())
        })
        .await
}
