//! The schema: up, down and up again on both databases, which come out alike.

use std::collections::{BTreeMap, BTreeSet};

use chancery::kernel::db::dialect::Location;
use chancery::kernel::db::migrate::{self, MigrateError};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Integer, Text};

use crate::support::{Backend, TestDatabase};

#[test]
fn migrations_go_up_down_to_nothing_and_up_again() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        let all = migrate::up(&database.location).unwrap();
        assert!(all.len() >= 4);
        let whole = columns(&database);
        while migrate::down(&database.location).unwrap().is_some() {}
        assert!(
            columns(&database).is_empty(),
            "{backend:?}: {:?}",
            columns(&database)
        );
        assert_eq!(migrate::up(&database.location).unwrap(), all);
        assert_eq!(columns(&database), whole);
        assert!(migrate::up(&database.location).unwrap().is_empty());
    }
}

#[test]
fn a_schema_of_a_later_version_is_refused() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::migrated(backend);
        let mut conn = database.connect();
        conn.batch_execute(
            "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29990101000000', '2026-01-01 00:00:00')",
        )
        .unwrap();
        let refused = migrate::up(&database.location).unwrap_err();
        assert!(
            matches!(refused, MigrateError::Newer(ref version) if version == "29990101000000"),
            "{refused}"
        );
    }
}

#[test]
fn several_processes_may_migrate_at_once() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let database = TestDatabase::empty(backend);
        let run: usize = std::thread::scope(|scope| {
            let all: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| migrate::up(&database.location).unwrap().len()))
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).sum()
        });
        assert_eq!(run, migrate::status(&database.location).unwrap().len());
    }
}

#[test]
fn the_two_databases_have_the_same_tables_and_columns() {
    let sqlite = TestDatabase::migrated(Backend::Sqlite);
    let postgres = TestDatabase::migrated(Backend::Postgres);
    assert_eq!(columns(&sqlite), columns(&postgres));
    let listed: BTreeSet<String> = columns(&sqlite)
        .into_keys()
        .map(|(table, _)| table)
        .collect();
    let source = std::fs::read_to_string("src/schema.rs").unwrap();
    for table in &listed {
        assert!(
            source.contains(&format!("    {table} (")),
            "src/schema.rs lacks {table}"
        );
    }
}

#[test]
fn the_sqlite_file_is_its_owners_alone_and_every_commit_reaches_the_disk() {
    use std::os::unix::fs::PermissionsExt;
    let database = TestDatabase::empty(Backend::Sqlite);
    migrate::up(&database.location).unwrap();
    let Location::Sqlite(path) = &database.location else {
        unreachable!()
    };
    assert_eq!(
        std::fs::metadata(path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let mut conn = database.connect();
    for (pragma, expected) in [("synchronous", 2), ("foreign_keys", 1)] {
        let value = diesel::select(diesel::dsl::sql::<Integer>(&format!(
            "{pragma} FROM pragma_{pragma}"
        )))
        .get_result::<i32>(&mut conn)
        .unwrap();
        assert_eq!(value, expected, "{pragma}");
    }
}

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table_name: String,
    #[diesel(sql_type = Text)]
    column_name: String,
    #[diesel(sql_type = Text)]
    data_type: String,
    #[diesel(sql_type = Bool)]
    is_nullable: bool,
}

/// Every column of our own tables, with its family of types and whether it may be null.
fn columns(database: &TestDatabase) -> BTreeMap<(String, String), (String, bool)> {
    let sql = match database.location {
        Location::Sqlite(_) => {
            "SELECT m.name AS table_name, p.name AS column_name, p.type AS data_type, \
                    p.\"notnull\" = 0 AS is_nullable \
             FROM sqlite_master m, pragma_table_info(m.name) p \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '\\_\\_%' ESCAPE '\\'"
        }
        Location::Postgres(_) => {
            "SELECT table_name::text, column_name::text, data_type::text, is_nullable = 'YES' AS is_nullable \
             FROM information_schema.columns \
             WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_%'"
        }
    };
    let rows: Vec<Column> = diesel::sql_query(sql)
        .load(&mut database.connect())
        .unwrap();
    rows.into_iter()
        .map(|row| {
            let family = match row.data_type.to_lowercase().as_str() {
                "bigint" | "integer" => "number".to_owned(),
                "timestamp without time zone" | "timestamp" => "timestamp".to_owned(),
                other => other.to_owned(),
            };
            ((row.table_name, row.column_name), (family, row.is_nullable))
        })
        .collect()
}
