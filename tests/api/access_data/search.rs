//! The search: everything that is kept or sent, looked through for what must not be there, in whatever
//! form it is written.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use chancery::kernel::db::Connection;
use chancery::kernel::db::dialect::Location;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::support::App;

/// Places that were looked at, with what is there.
pub type Places = Vec<(String, Vec<u8>)>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of the base64 of a text that are the same wherever in a longer text it stands.
fn base64_of(text: &str, out: &mut Vec<String>) {
    for shift in 0..3_usize {
        let mut bytes = vec![b' '; shift];
        bytes.extend(text.as_bytes());
        let whole = bytes.len() - bytes.len() % 3;
        let from = if shift == 0 { 0 } else { 4 };
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            out.push(engine.encode(&bytes[..whole])[from..].to_owned());
        }
    }
}

/// The forms in which a text could be written.
pub fn forms(text: &str) -> Vec<String> {
    let turned: String = text.chars().rev().collect();
    let mut forms = Vec::new();
    for one in [text, turned.as_str()] {
        for cased in [one.to_owned(), one.to_lowercase(), one.to_uppercase()] {
            forms.push(hex(cased.as_bytes()));
            forms.push(hex(cased.as_bytes()).to_uppercase());
            // As a text of two bytes a character, and as a list of bytes.
            forms.push(cased.chars().flat_map(|c| [c, '\0']).collect());
            let listed: Vec<String> = cased.bytes().map(|byte| byte.to_string()).collect();
            forms.push(listed.join(", "));
            forms.push(listed.join(","));
            base64_of(&cased, &mut forms);
            forms.push(cased);
        }
    }
    forms.sort();
    forms.dedup();
    assert!(
        forms.iter().all(|form| form.len() >= 8),
        "too short to mean something"
    );
    forms
}

/// A date, as people and programs write it.
pub fn date_forms(date: &str) -> Vec<String> {
    let parts: Vec<&str> = date.split('-').collect();
    let (year, month, day) = (parts[0], parts[1], parts[2]);
    [
        date.to_owned(),
        format!("{year}{month}{day}"),
        format!("{month}/{day}/{year}"),
        format!("{day}.{month}.{year}"),
        format!("{day}/{month}/{year}"),
    ]
    .iter()
    .flat_map(|form| forms(form))
    // Eight digits stand in many a number by chance.
    .filter(|form| form.len() > 8 || !form.bytes().all(|byte| byte.is_ascii_digit()))
    .collect()
}

/// Where one of these forms stands.
pub fn leaks(places: &Places, wanted: &[String]) -> Vec<String> {
    places
        .iter()
        .filter(|(_, bytes)| {
            // What is no text is replaced, and what is wanted is text.
            let text = String::from_utf8_lossy(bytes);
            wanted.iter().any(|form| text.contains(form.as_str()))
        })
        .map(|(name, _)| name.clone())
        .collect()
}

#[derive(QueryableByName)]
struct One {
    #[diesel(sql_type = Text)]
    text: String,
}

/// The column `text` of a query.
pub fn texts_of(conn: &mut Connection, sql: &str) -> Vec<String> {
    let rows: Vec<One> = match conn {
        Connection::Postgres(conn) => diesel::sql_query(sql).load(conn).unwrap(),
        Connection::Sqlite(conn) => diesel::sql_query(sql).load(conn).unwrap(),
    };
    rows.into_iter().map(|row| row.text).collect()
}

/// The database as it lies on the disk and as a backup takes it.
pub fn database(app: &App) -> Places {
    let mut conn = app.database.connect();
    let mut places = Places::new();
    match &app.database.location {
        Location::Sqlite(path) => {
            let copy = app.database.folder.join(format!(
                "backup-{}.db",
                chancery::kernel::id::BriefingId::fresh()
            ));
            conn.batch_execute(&format!("VACUUM INTO '{}'", copy.display()))
                .unwrap();
            places.push(("backup".to_owned(), std::fs::read(&copy).unwrap()));
            std::fs::remove_file(copy).unwrap();
            for ending in ["", "-wal", "-shm"] {
                let file = format!("{}{ending}", path.display());
                places.push((
                    format!("file{ending}"),
                    std::fs::read(file).unwrap_or_default(),
                ));
            }
        }
        Location::Postgres(_) => {
            let tables = texts_of(
                &mut conn,
                "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'",
            );
            assert!(tables.contains(&"access_data".to_owned()));
            for table in &tables {
                let rows = texts_of(
                    &mut conn,
                    &format!("SELECT to_jsonb(t)::text AS text FROM \"{table}\" t"),
                );
                places.push((format!("backup of {table}"), rows.join("\n").into_bytes()));
            }
            conn.batch_execute("CHECKPOINT").unwrap();
            for table in tables {
                let bytes = file_of(&mut conn, &table);
                places.push((format!("file of {table}"), bytes));
            }
        }
    }
    places
}

/// The file of a table.
fn file_of(conn: &mut Connection, table: &str) -> Vec<u8> {
    let hex = texts_of(
        conn,
        &format!(
            "SELECT encode(pg_read_binary_file(pg_relation_filepath('{table}')), 'hex') AS text"
        ),
    )
    .remove(0);
    (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

/// Every file of the service's folder: the log, mail, materials, and what else it may leave there.
pub fn folder(app: &App) -> Places {
    let mut places = Places::new();
    let mut open = vec![app.database.folder.clone()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                places.push((
                    path.display().to_string(),
                    std::fs::read(&path).unwrap_or_default(),
                ));
            }
        }
    }
    places
}

#[test]
fn the_search_finds_a_text_in_whatever_form_it_is_written() {
    let wanted = forms("ZQ7731904XK");
    let encoded = URL_SAFE_NO_PAD.encode(r#"{"number": "ZQ7731904XK", "kind": "passport"}"#);
    let again = URL_SAFE_NO_PAD.encode(r#"[{"number":"ZQ7731904XK"}]"#);
    for written in [
        "zq7731904xk",
        "KX4091377QZ",
        &hex(b"..ZQ7731904XK.."),
        &encoded,
        &again,
        "[90, 81, 55, 55, 51, 49, 57, 48, 52, 88, 75]",
    ] {
        let places = vec![(
            "here".to_owned(),
            format!("before {written} after").into_bytes(),
        )];
        assert_eq!(leaks(&places, &wanted), ["here"], "{written}");
    }
    let none = vec![("here".to_owned(), b"ZQ773190".to_vec())];
    assert!(leaks(&none, &wanted).is_empty());
    assert!(date_forms("1967-11-23").contains(&"11/23/1967".to_owned()));
}
