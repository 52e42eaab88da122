//! The journal: complete, in order, append-only, and chained.

use chancery::kernel::journal::chain::{self, Verdict};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

both_backends! {
    async fn every_change_is_in_the_journal_with_who_what_and_on_whose_request(app: App) {
        let admin = app.admin().await;
        let me = admin.get("/v1/me").await.expect(200).id();
        let made = admin.post_with("/v1/briefers", &[("X-Request-Id", "my-request-1")], json!({"name": "Amara Okafor"})).await.expect(201);
        let changed = admin.patch(&format!("/v1/briefers/{}", made.id()), "\"1\"", json!({"name": "Amara O."})).await.expect(200);
        assert_eq!(changed.body["version"], 2);
        app.settle_journal().await;
        let events = admin.get(&format!("/v1/audit-events?subject_id={}", made.id())).await.expect(200);
        let events = events.body["data"].as_array().unwrap();
        assert_eq!(events.len(), 2);
        assert_eq!(events[0]["type"], "briefer.created");
        assert_eq!(events[0]["actor"], json!({"kind": "user", "id": me}));
        assert_eq!(events[0]["request_id"], "my-request-1");
        assert_eq!(events[1]["subject"]["version"], 2);
        assert_eq!(events[1]["payload"]["before"]["name"], "Amara Okafor");
        assert_eq!(events[1]["payload"]["after"]["name"], "Amara O.");
    }

    async fn a_refused_change_leaves_no_event(app: App) {
        let admin = app.admin().await;
        let id = app.briefer("Amara Okafor").await;
        app.settle_journal().await;
        let before = admin.get("/v1/audit-events?include=total").await.body["total"].clone();
        admin.patch(&format!("/v1/briefers/{id}"), "\"9\"", json!({"name": "X"})).await.expect(412);
        admin.post("/v1/briefers", json!({"name": "X", "organization_id": "org_00000000000000000000000000"})).await.expect(422);
        app.settle_journal().await;
        assert_eq!(admin.get("/v1/audit-events?include=total").await.body["total"], before);
    }

    async fn positions_have_no_gap_and_the_chain_holds_under_concurrent_writers(app: App) {
        let admin = app.admin().await;
        let other = app.replica().await;
        let writes = (0..120).map(|number| {
            let at = if number % 2 == 0 { app.url.clone() } else { other.url.clone() };
            let admin = admin.at(&at);
            async move { admin.post("/v1/briefers", json!({"name": format!("Briefer {number}")})).await.expect(201) }
        });
        futures_util::future::join_all(writes).await;
        app.settle_journal().await;
        let mut positions: Vec<i64> = Vec::new();
        let mut path = "/v1/audit-events?limit=50".to_owned();
        loop {
            let page = admin.get(&path).await.expect(200);
            positions.extend(page.body["data"].as_array().unwrap().iter().map(|event| event["position"].as_i64().unwrap()));
            match page.body["next_cursor"].as_str() {
                Some(cursor) => path = format!("/v1/audit-events?limit=50&cursor={cursor}"),
                None => break,
            }
        }
        let expected: Vec<i64> = (1..=i64::try_from(positions.len()).unwrap()).collect();
        assert!(positions.len() > 120);
        assert_eq!(positions, expected);
        let verdict = app.kernel.db.read(chain::verify).await.unwrap();
        assert!(matches!(verdict, Verdict::Intact(events) if events >= 121), "{verdict:?}");
    }

    async fn the_database_refuses_to_change_or_remove_an_event(app: App) {
        app.briefer("Amara Okafor").await;
        app.settle_journal().await;
        let mut conn = app.database.connect();
        for sql in [
            "UPDATE events SET payload = '{}'",
            "UPDATE events SET position = position + 1000",
            "DELETE FROM events",
        ] {
            let refused = conn.batch_execute(sql).unwrap_err().to_string();
            assert!(refused.contains("events_append_only"), "{sql}: {refused}");
        }
    }

    async fn an_event_changed_behind_the_databases_back_is_found(app: App) {
        app.briefer("Amara Okafor").await;
        app.settle_journal().await;
        let mut conn = app.database.connect();
        let drop_trigger = match app.database.location {
            chancery::kernel::db::dialect::Location::Sqlite(_) => "DROP TRIGGER events_no_update",
            chancery::kernel::db::dialect::Location::Postgres(_) => "DROP TRIGGER events_no_update ON events",
        };
        conn.batch_execute(drop_trigger).unwrap();
        let changed = diesel::sql_query("UPDATE events SET payload = '{\"name\":\"Someone else\"}' WHERE position = 2").execute(&mut conn).unwrap();
        assert_eq!(changed, 1);
        assert_eq!(app.kernel.db.read(chain::verify).await.unwrap(), Verdict::BrokenAt(2));
    }
}
