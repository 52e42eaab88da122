//! A changed value in any column of any record of approved minutes is found, and so is a record that
//! was taken away or put in.

use std::collections::BTreeMap;

use chancery::assemblies::minutes::verify::{self, Difference};
use chancery::kernel::db::Connection;
use chancery::kernel::db::dialect;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

/// Rows of each table that are changed, at most.
const ROWS: usize = 4;

#[derive(QueryableByName)]
struct Pair {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    kind: String,
}

fn pairs(conn: &mut Connection, sql: &str) -> Vec<(String, String)> {
    let rows: Vec<Pair> = diesel::sql_query(sql).load(conn).unwrap();
    rows.into_iter().map(|row| (row.name, row.kind)).collect()
}

/// A connection that nothing holds back: no foreign keys, no checks, no triggers.
fn unguarded(app: &App) -> (Connection, &'static str) {
    let mut conn = dialect::connect(&app.database.location).unwrap();
    if let dialect::Location::Postgres(_) = app.database.location {
        conn.batch_execute("SET session_replication_role = replica")
            .unwrap();
        let checks = pairs(
            &mut conn,
            "SELECT conrelid::regclass::text AS name, conname::text AS kind FROM pg_constraint \
             WHERE contype = 'c' AND connamespace = 'public'::regnamespace",
        );
        for (table, check) in checks {
            conn.batch_execute(&format!("ALTER TABLE {table} DROP CONSTRAINT {check}"))
                .unwrap();
        }
        return (conn, "ctid");
    }
    conn.batch_execute(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA busy_timeout = 5000",
    )
    .unwrap();
    let triggers = pairs(
        &mut conn,
        "SELECT name, type AS kind FROM sqlite_master WHERE type = 'trigger'",
    );
    for (trigger, _) in triggers {
        conn.batch_execute(&format!("DROP TRIGGER {trigger}"))
            .unwrap();
    }
    (conn, "rowid")
}

fn columns(conn: &mut Connection, table: &str, place: &str) -> Vec<(String, String)> {
    let sql = if place == "ctid" {
        format!(
            "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name = '{table}'"
        )
    } else {
        format!("SELECT name, type AS kind FROM pragma_table_info('{table}')")
    };
    pairs(conn, &sql)
}

/// Another value for a column of this type.
fn other(column: &str, kind: &str) -> String {
    let kind = kind.to_lowercase();
    if kind.starts_with("timestamp") {
        "'2001-02-03 04:05:06'".to_owned()
    } else if kind == "bigint" {
        format!("COALESCE({column}, 0) + 100000")
    } else if kind == "boolean" {
        format!("NOT {column}")
    } else {
        format!("COALESCE({column}, '') || 'x'")
    }
}

/// What goes on changing after the session, and is not the session's record.
fn is_free(table: &str, column: &str) -> bool {
    match table {
        "motions" => [
            "session_id",
            "agenda_item_id",
            "title",
            "title_folded",
            "text",
            "text_version",
            "status",
            "referred_to",
            "version",
            "updated_at",
        ]
        .contains(&column),
        "minutes" => ["version", "updated_at"].contains(&column),
        _ => false,
    }
}

both_backends! {
    async fn a_changed_value_in_any_column_of_any_record_is_found(app: App) {
        let (session, _, _) = app.held_session().await;
        app.draft_minutes(&session).await;
        app.approve_minutes(&session, json!({"basis": "no_objection"})).await.expect(200);
        let record = format!("/v1/assembly-sessions/{session}/minutes");
        let admin = app.admin().await;
        for text in ["Boise was there.", "Denver was not."] {
            let tag = admin.get(&record).await.expect(200).tag();
            let body = json!({"text": text, "reason": "A slip."});
            let path = format!("{record}/corrections");
            admin.send(reqwest::Method::POST, &path, &[("If-Match", &tag)], Some(body)).await.expect(201);
        }
        app.settle_journal().await;
        let counts = tokio::task::block_in_place(|| walk(&app, &session));
        let kinds: Vec<&str> = chancery::assemblies::minutes::records::KINDS.iter().map(|kind| kind.name).collect();
        assert_eq!(kinds.len(), 17);
        for (table, count) in &counts {
            assert!(*count > 0, "no row of {table} was changed");
        }
    }
}

/// Changes one value at a time, in a transaction that is taken back.
fn walk(app: &App, session: &str) -> BTreeMap<&'static str, usize> {
    let (mut conn, place) = unguarded(app);
    let told = verify::sessions(&mut conn).unwrap();
    let id = session.parse().unwrap();
    let told = &told[&id];
    let of_session = format!("session_id = '{session}'");
    let of_polls = format!("poll_id IN (SELECT id FROM polls WHERE {of_session})");
    let of_motions = |column: &str| {
        format!("{column} IN (SELECT motion_id FROM motion_steps WHERE {of_session})")
    };
    let tables = [
        ("assembly_sessions", format!("id = '{session}'")),
        ("session_participants", of_session.clone()),
        ("seat_proxies", of_session.clone()),
        ("agenda_items", of_session.clone()),
        ("agenda_amendments", of_session.clone()),
        ("agenda_documents", of_session.clone()),
        ("agenda_speakers", of_session.clone()),
        ("session_presences", of_session.clone()),
        ("quorum_checks", of_session.clone()),
        ("motions", of_motions("id")),
        ("motion_texts", of_motions("motion_id")),
        ("motion_steps", of_session.clone()),
        ("motion_seconds", of_session.clone()),
        ("polls", of_session.clone()),
        ("poll_voters", of_polls.clone()),
        ("ballots", of_polls.clone()),
        ("secret_ballots", of_polls),
        ("minutes", of_session.clone()),
        ("minutes_records", of_session.clone()),
        ("minutes_corrections", of_session),
    ];
    let found = |conn: &mut Connection| verify::check(conn, &id, told).unwrap().differences;
    assert_eq!(found(&mut conn), [], "before anything is changed");
    let mut counts = BTreeMap::new();
    for (table, filter) in tables {
        let columns = columns(&mut conn, table, place);
        assert!(columns.len() > 2, "{table}");
        let cast = format!("CAST({place} AS TEXT)");
        let rows = pairs(
            &mut conn,
            &format!("SELECT {cast} AS name, '' AS kind FROM {table} WHERE {filter}"),
        );
        for (row, _) in rows.iter().take(ROWS) {
            let at = format!("{cast} = '{row}'");
            let mut change = |sql: &str| {
                conn.batch_execute("BEGIN").unwrap();
                conn.batch_execute(sql)
                    .unwrap_or_else(|error| panic!("{sql}: {error}"));
                let found = found(&mut conn);
                conn.batch_execute("ROLLBACK").unwrap();
                found
            };
            for (column, kind) in &columns {
                let value = other(column, kind);
                let found = change(&format!("UPDATE {table} SET {column} = {value} WHERE {at}"));
                if is_free(table, column) {
                    assert_eq!(found, [], "{table}.{column}");
                } else {
                    assert_ne!(found, [], "{table}.{column} was changed in row {row}");
                }
            }
            let found = change(&format!("DELETE FROM {table} WHERE {at}"));
            assert_ne!(found, [], "row {row} of {table} was taken away");
            *counts.entry(table).or_default() += 1;
        }
        counts.entry(table).or_default();
    }
    for (table, column) in [
        ("session_participants", "id"),
        ("agenda_items", "id"),
        ("motion_steps", "ordinal"),
    ] {
        let names: Vec<String> = columns(&mut conn, table, place)
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        let values: Vec<String> = names
            .iter()
            .map(|name| match name.as_str() {
                name if name != column => name.to_owned(),
                "ordinal" => "ordinal + 1000".to_owned(),
                _ => "id || 'x'".to_owned(),
            })
            .collect();
        conn.batch_execute("BEGIN").unwrap();
        conn.batch_execute(&format!(
            "INSERT INTO {table} ({}) SELECT {} FROM {table} WHERE session_id = '{session}' LIMIT 1",
            names.join(", "),
            values.join(", ")
        ))
        .unwrap();
        let found = found(&mut conn);
        conn.batch_execute("ROLLBACK").unwrap();
        assert!(
            matches!(found.as_slice(), [Difference::Added(..)]),
            "{table}: {found:?}"
        );
    }
    counts
}
