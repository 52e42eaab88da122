//! How many statements an answer takes: as many with ten thousand records as with ten. Counted, not
//! timed.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::event_requests::clearances::model::Clearance;
use chancery::event_requests::clock::ReviewClock;
use chancery::event_requests::lifecycle::RequestStatus;
use chancery::event_requests::model::EventRequest;
use chancery::event_requests::queries::{count_queues, list};
use chancery::event_requests::wire::{RequestExpansion, RequestQuery, WorkQueue};
use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::db::Connection as AnyConnection;
use chancery::kernel::id::{ClearanceId, EventRequestId, SessionId, UserId};
use chancery::schema::{
    clearances, event_request_clocks, event_request_duplicates, event_requests, users,
};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

/// Rows that one statement inserts, at most.
const INSERT: usize = 400;

/// What the office's staff asks for: every list and the counts, with everything that can be shown.
fn statements_of_each_list(app: &App, scope: &Scope) -> Vec<(String, usize)> {
    let mut conn = app.database.connect();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let now = app.clock.now();
    let mut all = Vec::new();
    let queues = WorkQueue::ALL.iter().copied().map(Some);
    for queue in queues.chain([None]) {
        let query = RequestQuery {
            queue,
            limit: Some(100),
            expand: Some(RequestExpansion::Organization),
            ..RequestQuery::default()
        };
        count.store(0, Ordering::Relaxed);
        let page = list(&mut conn, scope, &app.kernel.keyring, &query, now).unwrap();
        assert!(!page.data.is_empty(), "nothing is in {queue:?}");
        all.push((format!("{queue:?}"), count.load(Ordering::Relaxed)));
    }
    count.store(0, Ordering::Relaxed);
    count_queues(&mut conn, scope, now).unwrap();
    all.push(("counts".to_owned(), count.load(Ordering::Relaxed)));
    all
}

/// Ten requests that are in every queue between them.
async fn ten_requests(app: &App) {
    let admin = app.admin().await;
    let official = app.briefer("Amara Okafor").await;
    for number in 0..10 {
        let status = match number {
            0..4 => RequestStatus::UnderReview,
            4..8 => RequestStatus::InClearance,
            _ => RequestStatus::AwaitingDocuments,
        };
        let id = app.request_in(status, json!({})).await;
        if number % 4 == 0 {
            app.act_on(&admin, &id, "claim", None).await.expect(200);
        }
        if number == 5 {
            let body = json!({"official_id": official});
            app.act_on(&admin, &id, "assign", Some(body))
                .await
                .expect(200);
        }
    }
    // Half of the clocks have an hour left, the others had.
    let mut conn = app.database.connect();
    let mut clocks: Vec<ReviewClock> = event_request_clocks::table
        .filter(event_request_clocks::due_at.is_not_null())
        .select(ReviewClock::as_select())
        .load(&mut conn)
        .unwrap();
    for (number, clock) in clocks.iter_mut().enumerate() {
        let seconds = if number % 2 == 0 { 3600 } else { -3600 };
        diesel::update(
            event_request_clocks::table
                .filter(event_request_clocks::request_id.eq(&clock.request_id)),
        )
        .set(event_request_clocks::due_at.eq(app.clock.now().plus_seconds(seconds)))
        .execute(&mut conn)
        .unwrap();
    }
}

/// Copies what there is until there are a thousand times as many.
fn a_thousand_times_as_many(conn: &mut AnyConnection) {
    let requests: Vec<EventRequest> = event_requests::table
        .select(EventRequest::as_select())
        .load(conn)
        .unwrap();
    let clocks: Vec<ReviewClock> = event_request_clocks::table
        .select(ReviewClock::as_select())
        .load(conn)
        .unwrap();
    let given: Vec<Clearance> = clearances::table
        .select(Clearance::as_select())
        .load(conn)
        .unwrap();
    let pairs: Vec<(EventRequestId, EventRequestId)> = event_request_duplicates::table
        .select((
            event_request_duplicates::request_id,
            event_request_duplicates::other_id,
        ))
        .load(conn)
        .unwrap();
    // One a request will do.
    let pairs: BTreeMap<EventRequestId, EventRequestId> = pairs.into_iter().collect();
    let (mut new_requests, mut new_clocks) = (Vec::new(), Vec::new());
    let (mut new_clearances, mut new_pairs) = (Vec::new(), Vec::new());
    for copy in 1..1000 {
        let ids: HashMap<EventRequestId, EventRequestId> = requests
            .iter()
            .map(|request| (request.id.clone(), EventRequestId::fresh()))
            .collect();
        new_requests.extend(
            requests
                .iter()
                .enumerate()
                .map(|(number, request)| EventRequest {
                    id: ids[&request.id].clone(),
                    reference: Some(format!("ER-2099-{copy:04}{number:02}")),
                    // One after the other, so that every page has all ten.
                    created_at: request.created_at.plus_seconds(copy),
                    ..request.clone()
                }),
        );
        new_clocks.extend(clocks.iter().map(|clock| ReviewClock {
            request_id: ids[&clock.request_id].clone(),
            ..clock.clone()
        }));
        new_clearances.extend(given.iter().map(|clearance| Clearance {
            id: ClearanceId::fresh(),
            request_id: ids[&clearance.request_id].clone(),
            ..clearance.clone()
        }));
        new_pairs.extend(pairs.iter().map(|(one, other)| {
            (
                event_request_duplicates::request_id.eq(ids[one].clone()),
                event_request_duplicates::other_id.eq(ids[other].clone()),
            )
        }));
    }
    for rows in new_requests.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, event_requests::table, rows).unwrap();
    }
    for rows in new_clocks.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, event_request_clocks::table, rows).unwrap();
    }
    for rows in new_clearances.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, clearances::table, rows).unwrap();
    }
    for rows in new_pairs.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, event_request_duplicates::table, rows.to_vec()).unwrap();
    }
}

both_backends! {
    async fn a_work_queue_of_ten_thousand_takes_no_more_statements_than_one_of_ten(app: App) {
        ten_requests(&app).await;
        let mut conn = app.database.connect();
        let admin: UserId = users::table
            .filter(users::email.eq("admin@office.example.gov"))
            .select(users::id)
            .first(&mut conn)
            .unwrap();
        let scope = Scope(Some(Principal::User {
            user_id: admin,
            session_id: SessionId::fresh(),
            homes: vec![Home {
                organization_id: app.office.parse().unwrap(),
                kind: "national_office".to_owned(),
                country: "US".to_owned(),
                subdivision: None,
                role: Role::Administrator,
            }],
        }));
        let with_ten = statements_of_each_list(&app, &scope);
        a_thousand_times_as_many(&mut conn);
        let stored: i64 = event_requests::table.count().get_result(&mut conn).unwrap();
        assert_eq!(stored, 10_000);
        assert_eq!(statements_of_each_list(&app, &scope), with_ten);
        assert!(with_ten.iter().all(|(_, count)| (1..=12).contains(count)), "{with_ten:?}");
    }
}
