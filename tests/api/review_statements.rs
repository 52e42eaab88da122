//! How many statements a ranking, a slate, a panel and its assignments take: as many with five
//! thousand applications as with ten. Counted, not timed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::kernel::access::{Role, Scope};
use chancery::kernel::db::{Aggregate, Connection as AnyConnection};
use chancery::kernel::id::{ApplicationId, ReviewId, UserId};
use chancery::programs::calls::model::Call;
use chancery::programs::decisions;
use chancery::programs::reviews::model::{Assignment, AssignmentMethod, Review};
use chancery::programs::reviews::wire::AssignmentQuery;
use chancery::programs::reviews::{panel, queries, ranking};
use chancery::schema::{applications, review_assignments, reviews};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::application_statements::{copy, scope};
use crate::both_backends;
use crate::support::App;

/// Rows that one statement inserts, at most.
const INSERT: usize = 400;

/// Has every application of the call reviewed by this reviewer.
fn review_all(app: &App, conn: &mut AnyConnection, call: &Call, reviewer: &UserId) {
    let done: Vec<ApplicationId> = reviews::table
        .select(reviews::application_id)
        .load(conn)
        .unwrap();
    let ids: Vec<ApplicationId> = applications::table
        .select(applications::id)
        .load(conn)
        .unwrap();
    let now = app.clock.now();
    let (mut assigned, mut reviewed) = (Vec::new(), Vec::new());
    for (number, id) in ids.iter().filter(|id| !done.contains(id)).enumerate() {
        assigned.push(Assignment {
            application_id: id.clone(),
            user_id: reviewer.clone(),
            call_id: call.id.clone(),
            method: AssignmentMethod::Evenly,
            assigned_at: now,
        });
        reviewed.push(Review {
            id: ReviewId::fresh(),
            application_id: id.clone(),
            call_id: call.id.clone(),
            reviewer_id: reviewer.clone(),
            is_abstention: false,
            scores: json!({"impact": number % 6, "readiness": number % 11}).to_string(),
            comment: None,
            version: 1,
            created_at: now,
            updated_at: now,
        });
    }
    for rows in assigned.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, review_assignments::table, rows).unwrap();
    }
    for rows in reviewed.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, reviews::table, rows).unwrap();
    }
}

fn statements(app: &App, scope: &Scope, call: &Call) -> Vec<usize> {
    let mut conn = app.database.connect();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let conn = &mut conn;
    let now = app.clock.now();
    let mut all = Vec::new();
    let taken = || count.swap(0, Ordering::Relaxed);
    taken();
    assert!(ranking::read(conn, scope, call, now).unwrap().data.len() >= 10);
    all.push(taken());
    assert!(
        decisions::queries::read_slate(conn, scope, call, now)
            .unwrap()
            .data
            .len()
            >= 10
    );
    all.push(taken());
    assert_eq!(panel::shown(conn, scope, &call.id, None).unwrap().len(), 1);
    all.push(taken());
    queries::conflicts(conn, &call.id, now).unwrap();
    all.push(taken());
    let query = AssignmentQuery {
        limit: Some(100),
        ..AssignmentQuery::default()
    };
    let page = queries::list_assignments(conn, scope, &app.kernel.keyring, call, &query).unwrap();
    assert!(page.data.len() >= 10);
    all.push(taken());
    all
}

both_backends! {
    async fn a_ranking_of_five_thousand_takes_no_more_statements_than_one_of_ten(app: App) {
        let id = app.open_call(json!({"is_blind": true, "normalisation": "reviewer_mean"})).await;
        let first = app.handed_in(&id, &app.city("Phoenix").await, "Phoenix").await;
        let reviewer = app.seated(&id, "okafor", Role::ClearanceOfficer).await;
        app.act_on_call(&id, "close").await.expect(200);
        app.act_on_call(&id, "start-review").await.expect(200);
        let admin = app.admin().await.get("/v1/me").await.expect(200).id();
        let scope = scope(&admin.parse().unwrap(), &app.office, Role::Administrator);
        let mut conn = app.database.connect();
        let call = Call::load(&mut conn, &id).unwrap().unwrap();
        let reviewer: UserId = reviewer.id.parse().unwrap();
        copy(&mut conn, &first, 10);
        review_all(&app, &mut conn, &call, &reviewer);
        let with_ten = statements(&app, &scope, &call);
        copy(&mut conn, &first, 4991);
        review_all(&app, &mut conn, &call, &reviewer);
        let started = std::time::Instant::now();
        assert_eq!(statements(&app, &scope, &call), with_ten);
        println!("five readings of 5000 applications: {:?}", started.elapsed());
        assert!(with_ten.iter().all(|count| (1..=14).contains(count)), "{with_ten:?}");
    }
}
