//! How many statements a list of applications takes: as many with five thousand as with ten.
//! Counted, not timed, with the eyes of the office, of a host and of a reviewer who is not told who
//! applies.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chancery::directory::organizations::model::Organization;
use chancery::kernel::access::{Home, Principal, Role, Scope};
use chancery::kernel::db::{Aggregate, Connection as AnyConnection};
use chancery::kernel::id::{ApplicationId, OrganizationId, SessionId, UserId};
use chancery::programs::applications::model::Application;
use chancery::programs::applications::queries::list;
use chancery::programs::applications::wire::{ApplicationExpansion, ApplicationQuery};
use chancery::programs::calls::model::Call;
use chancery::programs::reviews::model::PanelMember;
use chancery::schema::{applications, organizations, panel_members, users};
use diesel::connection::{Connection, InstrumentationEvent};
use diesel::prelude::*;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

/// Rows that one statement inserts, at most.
const INSERT: usize = 400;

pub fn scope(user: &UserId, organization: &str, role: Role) -> Scope {
    Scope(Some(Principal::User {
        user_id: user.clone(),
        session_id: SessionId::fresh(),
        homes: vec![Home {
            organization_id: organization.parse().unwrap(),
            kind: if role.is_federal() {
                "national_office"
            } else {
                "municipality"
            }
            .to_owned(),
            country: "US".to_owned(),
            subdivision: None,
            role,
        }],
    }))
}

fn statements(app: &App, scopes: &[Scope], call: &Call) -> Vec<usize> {
    let mut conn = app.database.connect();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = count.clone();
    conn.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if matches!(event, InstrumentationEvent::StartQuery { .. }) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    });
    let query = ApplicationQuery {
        limit: Some(100),
        q: Some("desk".to_owned()),
        expand: Some(ApplicationExpansion::Organization),
        include: Some(chancery::kernel::http::Include::Total),
        ..ApplicationQuery::default()
    };
    scopes
        .iter()
        .map(|scope| {
            count.store(0, Ordering::Relaxed);
            let now = app.clock.now();
            let page = list(&mut conn, scope, &app.kernel.keyring, call, &query, now).unwrap();
            assert!(!page.data.is_empty());
            count.load(Ordering::Relaxed)
        })
        .collect()
}

/// Copies this application until there are so many, each of a host of its own.
pub fn copy(conn: &mut AnyConnection, application: &str, until: usize) {
    let row = Application::load(conn, application).unwrap().unwrap();
    let host = Organization::load(conn, row.organization_id.as_str())
        .unwrap()
        .unwrap();
    let (mut hosts, mut rows) = (Vec::new(), Vec::new());
    for number in 1..until {
        let id = OrganizationId::fresh();
        hosts.push(Organization {
            id: id.clone(),
            name: format!("Host {number}"),
            name_folded: format!("host {number}"),
            source_id: None,
            ..host.clone()
        });
        rows.push(Application {
            id: ApplicationId::fresh(),
            organization_id: id,
            created_at: row.created_at.plus_seconds(i64::try_from(number).unwrap()),
            ..row.clone()
        });
    }
    for hosts in hosts.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, organizations::table, hosts).unwrap();
    }
    for rows in rows.chunks(INSERT) {
        chancery::insert_all!(&mut *conn, applications::table, rows).unwrap();
    }
}

both_backends! {
    async fn a_list_of_five_thousand_applications_takes_no_more_statements_than_one_of_ten(app: App) {
        let id = app.open_call(json!({"is_blind": true})).await;
        let first = app.applied("Phoenix", &id).await;
        app.act_on_call(&id, "close").await.expect(200);
        let phoenix = app.city("Phoenix").await;
        let mut conn = app.database.connect();
        let call = Call::load(&mut conn, &id).unwrap().unwrap();
        let user = |conn: &mut AnyConnection, email: &str| -> UserId {
            users::table.filter(users::email.eq(email)).select(users::id).first(conn).unwrap()
        };
        let admin = user(&mut conn, "admin@office.example.gov");
        let staff = user(&mut conn, "staff@phoenix.example.gov");
        app.program_officer().await;
        let reviewer = user(&mut conn, "program_officer@people.example.gov");
        diesel::insert_into(panel_members::table)
            .values(PanelMember { call_id: call.id.clone(), user_id: reviewer.clone(), added_at: app.clock.now() })
            .execute(&mut conn)
            .unwrap();
        let scopes = [
            scope(&admin, &app.office, Role::Administrator),
            scope(&staff, &phoenix, Role::LocalStaff),
            scope(&reviewer, &app.office, Role::ProgramOfficer),
        ];
        copy(&mut conn, &first, 10);
        let with_ten = statements(&app, &scopes, &call);
        copy(&mut conn, &first, 4991);
        let stored: i64 = applications::table.count().get_result(&mut conn).unwrap();
        assert_eq!(stored, 5000);
        assert_eq!(statements(&app, &scopes, &call), with_ten);
        assert!(with_ten.iter().all(|count| (1..=8).contains(count)), "{with_ten:?}");
    }

    async fn a_reviewer_of_a_blind_call_is_told_nothing_of_who_applies(app: App) {
        let id = app.open_call(json!({"is_blind": true})).await;
        let application = app.applied("Phoenix", &id).await;
        app.applied("Chicago", &id).await;
        let phoenix = app.city("Phoenix").await;
        let reviewer = app.program_officer().await;
        let path = format!("/v1/applications/{application}");
        assert_eq!(reviewer.get(&path).await.expect(200).body["organization_id"], json!(phoenix));
        let mut conn = app.database.connect();
        let user_id: UserId = users::table
            .filter(users::email.eq("program_officer@people.example.gov"))
            .select(users::id)
            .first(&mut conn)
            .unwrap();
        diesel::insert_into(panel_members::table)
            .values(PanelMember { call_id: id.parse().unwrap(), user_id, added_at: app.clock.now() })
            .execute(&mut conn)
            .unwrap();
        let seen = reviewer.get(&format!("{path}?expand=organization")).await.expect(200);
        for hidden in ["phoenix", "mayor", phoenix.as_str()] {
            assert!(!seen.text.to_lowercase().contains(hidden), "{hidden}: {}", seen.text);
        }
        assert_eq!(seen.body["title"], "A trade desk for [host]");
        assert_eq!(seen.body["answers"]["summary"], "An officer would open doors for the suppliers of [host].");
        assert_eq!(seen.body["allowed_actions"], json!([]));
        let list = format!("/v1/calls/{id}/applications");
        let total = |query: &str| {
            let (reviewer, path) = (reviewer.clone(), format!("{list}?include=total&expand=organization{query}"));
            async move { reviewer.get(&path).await.expect(200) }
        };
        let all = total("").await;
        assert!(!all.text.contains("Phoenix") && !all.text.contains("Chicago") && !all.text.contains(&phoenix));
        assert_eq!(all.body["total"], 2);
        assert_eq!(total("&q=phoenix").await.body["total"], 0);
        assert_eq!(total("&q=trade").await.body["total"], 2);
        reviewer.get(&format!("{list}?organization_id={phoenix}")).await.expect_problem(403, "forbidden");
        // Nor do they write in the call, give late codes or read them, or learn who has applied already.
        let draft = app.application_draft("Phoenix", json!({"organization_id": phoenix}));
        reviewer.post(&list, draft).await.expect(403);
        app.act_with(&reviewer, &path, "withdraw", json!({"reason": "X"})).await.expect(403);
        app.act_with(&reviewer, &path, "waive-overdue-report", json!({"reason": "X"})).await.expect(403);
        reviewer.get(&format!("/v1/calls/{id}/late-codes")).await.expect(403);
        app.settle_journal().await;
        let feed = reviewer.get("/v1/events?limit=100").await.expect(200);
        assert!(!feed.text.contains(&application), "{}", feed.text);
    }
}
