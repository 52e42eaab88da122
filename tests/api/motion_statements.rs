//! How many statements a list of motions takes: as many with three hundred as with ten. Counted, not
//! timed, with the eyes of the office and of a member.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::assemblies::motions::model::{Motion, Second};
use chancery::assemblies::motions::queries::list;
use chancery::assemblies::motions::wire::MotionQuery;
use chancery::kernel::access::{Role, Scope};
use chancery::kernel::db::{Aggregate, Connection as AnyConnection};
use chancery::kernel::id::MotionId;
use chancery::schema::{motion_seconds, motions};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::application_statements::scope;
use crate::both_backends;
use crate::support::App;

fn statements(app: &App, scopes: &[Scope], session: &str, motions: i64) -> Vec<usize> {
    let mut conn = app.database.connect();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let query = MotionQuery {
        limit: Some(100),
        q: Some("trade".to_owned()),
        include: Some(chancery::kernel::http::Include::Total),
        ..MotionQuery::default()
    };
    let session = session.parse().unwrap();
    let mut all = Vec::new();
    for scope in scopes {
        for session in [None, Some(&session)] {
            count.store(0, Ordering::Relaxed);
            let (keys, now) = (&app.kernel.keyring, app.clock.now());
            let page = list(&mut conn, scope, keys, session, &query, now).unwrap();
            assert_eq!(page.total, Some(motions));
            all.push(count.load(Ordering::Relaxed));
        }
    }
    all
}

/// Copies this motion, with its seconds, until there are so many; each other one amends it.
fn copy(conn: &mut AnyConnection, motion: &str, until: i64) {
    let row = Motion::load(conn, motion).unwrap().unwrap();
    let seconds: Vec<Second> = motion_seconds::table
        .filter(motion_seconds::motion_id.eq(motion))
        .select(Second::as_select())
        .load(conn)
        .unwrap();
    let there: i64 = motions::table.count().get_result(conn).unwrap();
    for number in there + 1..=until {
        let id = MotionId::fresh();
        let is_amendment = number % 2 == 0;
        let copied = Motion {
            id: id.clone(),
            number: Some(number),
            amends_id: is_amendment.then(|| row.id.clone()),
            base_text_version: is_amendment.then_some(1),
            ..row.clone()
        };
        diesel::insert_into(motions::table)
            .values(copied)
            .execute(conn)
            .unwrap();
        for second in &seconds {
            let second = Second {
                motion_id: id.clone(),
                ..second.clone()
            };
            diesel::insert_into(motion_seconds::table)
                .values(second)
                .execute(conn)
                .unwrap();
        }
    }
}

both_backends! {
    async fn a_list_of_three_hundred_motions_takes_no_more_statements_than_one_of_ten(app: App) {
        let assembly = app.assembly(json!({})).await;
        let phoenix = app.seat(&assembly, &app.city("Phoenix").await).await;
        let chicago = app.seat(&assembly, &app.city("Chicago").await).await;
        let session = app.open_session(&assembly, json!({})).await;
        let motion = app.motion_on_floor(&session, &phoenix, &chicago).await;
        let clerk = app.account(&app.as_role(Role::Scheduler).await).await.parse().unwrap();
        let mayor = app.account(&phoenix.holder).await.parse().unwrap();
        let scopes = [
            scope(&clerk, &app.office, Role::Scheduler),
            scope(&mayor, &phoenix.organization, Role::LocalLeader),
        ];
        let mut conn = app.database.connect();
        copy(&mut conn, &motion, 10);
        let with_ten = statements(&app, &scopes, &session, 10);
        copy(&mut conn, &motion, 300);
        assert_eq!(statements(&app, &scopes, &session, 300), with_ten);
        assert!(with_ten.iter().all(|count| (8..=12).contains(count)), "{with_ten:?}");
    }
}
