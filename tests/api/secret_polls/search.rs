//! The search: rows that name a voter and a vote, and orders that go together.

use std::collections::BTreeSet;

use chancery::kernel::db::Connection;
use chancery::kernel::db::dialect::Location;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::Value;

use crate::support::App;

/// What the test knows.
#[derive(Default)]
pub struct Known {
    /// What each voter is known by.
    pub voters: Vec<Vec<String>>,
    /// How each voted.
    pub votes: Vec<usize>,
    /// The receipt of each.
    pub receipts: Vec<String>,
    /// What could be voted.
    pub options: Vec<String>,
}

impl Known {
    fn voters_in(&self, text: &str) -> Vec<usize> {
        let is_in = |voter: &&usize| {
            self.voters[**voter]
                .iter()
                .any(|name| text.contains(name.as_str()))
        };
        let all: Vec<usize> = (0..self.voters.len()).collect();
        all.iter().filter(is_in).copied().collect()
    }

    /// The only vote that the text tells, as an option or as a receipt.
    fn vote_in(&self, text: &str) -> Option<usize> {
        let mut told: BTreeSet<usize> = (0..self.options.len())
            .filter(|option| text.contains(&self.options[*option]))
            .collect();
        told.extend(
            (0..self.receipts.len())
                .filter(|voter| text.contains(&self.receipts[*voter]))
                .map(|voter| self.votes[voter]),
        );
        (told.len() == 1).then(|| told.into_iter().next().unwrap())
    }

    /// Whether the text says anything of what was voted.
    pub fn tells_a_vote(&self, text: &str) -> bool {
        self.options
            .iter()
            .chain(&self.receipts)
            .any(|word| text.contains(word.as_str()))
    }
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

pub fn execute(conn: &mut Connection, sql: &str) {
    conn.batch_execute(sql).unwrap();
}

fn is_postgres(conn: &Connection) -> bool {
    matches!(conn, Connection::Postgres(_))
}

fn tables(conn: &mut Connection) -> Vec<String> {
    let sql = if is_postgres(conn) {
        "SELECT table_name::text AS text FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    } else {
        "SELECT name AS text FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    };
    texts_of(conn, sql)
}

/// The rows of a table, as JSON, in the order of their storage, and on PostgreSQL of the transactions.
fn rows(conn: &mut Connection, table: &str) -> Vec<(&'static str, Vec<Value>)> {
    let parsed = |texts: Vec<String>| {
        texts
            .iter()
            .map(|text| serde_json::from_str(text).unwrap())
            .collect()
    };
    if is_postgres(conn) {
        return ["ctid", "xmin::text::bigint, ctid"]
            .into_iter()
            .zip(["storage", "transaction"])
            .map(|(order, name)| {
                let sql =
                    format!("SELECT to_jsonb(t)::text AS text FROM \"{table}\" t ORDER BY {order}");
                (name, parsed(texts_of(conn, &sql)))
            })
            .collect();
    }
    let columns = texts_of(
        conn,
        &format!("SELECT name AS text FROM pragma_table_info('{table}')"),
    );
    let members: Vec<String> = columns.iter()
        .map(|column| format!("'{column}', CASE WHEN typeof(\"{column}\") = 'blob' THEN hex(\"{column}\") ELSE \"{column}\" END"))
        .collect();
    let sql = format!(
        "SELECT json_object({}) AS text FROM \"{table}\" ORDER BY rowid",
        members.join(", ")
    );
    vec![("storage", parsed(texts_of(conn, &sql)))]
}

/// Rows that name a voter and tell a vote.
pub fn leaks_of(conn: &mut Connection, known: &Known) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables(conn) {
        for row in rows(conn, &table).remove(0).1 {
            let text = row.to_string();
            if known.tells_a_vote(&text) && !known.voters_in(&text).is_empty() {
                found.push(format!("{table}: {text}"));
            }
        }
    }
    found
}

/// How far the best pair of orders is from chance.
#[derive(Debug)]
pub struct Best {
    pub deviation: f64,
    pub name: String,
    pub pairs: usize,
}

/// Every order of voters that some table has, against every order of votes: by storage, by transaction,
/// by each column and by the length of each column.
///
/// The statistic of a pair: how many voters get their own vote when the first voter is given the first
/// vote and so on, in standard deviations from what chance gives. One in a thousand million pairs is
/// beyond six.
pub fn best_of(conn: &mut Connection, known: &Known, bytes: &[u8]) -> Best {
    let number = known.voters.len();
    let (mut of_voters, mut of_votes) = (BTreeSet::new(), BTreeSet::new());
    for table in tables(conn) {
        for (name, rows) in rows(conn, &table) {
            let texts: Vec<String> = rows.iter().map(Value::to_string).collect();
            let voters: Vec<Option<usize>> = texts
                .iter()
                .map(|text| known.voters_in(text))
                .map(|found| (found.len() == 1).then(|| found[0]))
                .collect();
            let votes: Vec<Option<usize>> = texts.iter().map(|text| known.vote_in(text)).collect();
            let distinct: BTreeSet<usize> = voters.iter().flatten().copied().collect();
            if distinct.len() != number && votes.iter().flatten().count() != number {
                continue;
            }
            for (how, order) in orders(name, &rows) {
                let mut seen = BTreeSet::new();
                let sequence: Vec<usize> = order
                    .iter()
                    .filter_map(|row| voters[*row])
                    .filter(|voter| seen.insert(*voter))
                    .collect();
                if sequence.len() == number {
                    of_voters.insert((sequence, format!("{table} by {how}")));
                }
                let sequence: Vec<usize> = order.iter().filter_map(|row| votes[*row]).collect();
                if sequence.len() == number {
                    of_votes.insert((sequence, format!("{table} by {how}")));
                }
            }
        }
    }
    // Where the receipts stand in the bytes of the database.
    let mut places: Vec<(usize, usize)> = (0..number)
        .filter_map(|voter| {
            Some((
                position(bytes, known.receipts[voter].as_bytes())?,
                known.votes[voter],
            ))
        })
        .collect();
    places.sort_unstable();
    if places.len() == number {
        of_votes.insert((
            places.into_iter().map(|(_, vote)| vote).collect(),
            "bytes".to_owned(),
        ));
    }
    let mut best = Best {
        deviation: 0.0,
        name: "none".to_owned(),
        pairs: 0,
    };
    for (voters, one) in &of_voters {
        for (votes, other) in &of_votes {
            for backwards in [false, true] {
                best.pairs += 1;
                let mut votes = votes.clone();
                if backwards {
                    votes.reverse();
                }
                let deviation = deviation(known, voters, &votes);
                if deviation > best.deviation {
                    best.deviation = deviation;
                    best.name = format!("{one}, {other}, backwards: {backwards}");
                }
            }
        }
    }
    best
}

/// The rows of a table in the orders that its columns give, each with what it is called.
fn orders(name: &str, rows: &[Value]) -> Vec<(String, Vec<usize>)> {
    let stored: Vec<usize> = (0..rows.len()).collect();
    let mut orders = vec![(name.to_owned(), stored.clone())];
    let columns: Vec<String> = rows
        .first()
        .and_then(Value::as_object)
        .map(|row| row.keys().cloned().collect())
        .unwrap_or_default();
    for column in columns {
        let text = |row: &usize| rows[*row][&column].to_string();
        let mut by_value = stored.clone();
        by_value.sort_by_cached_key(|row| (rows[*row][&column].as_i64(), text(row)));
        orders.push((format!("{name}, {column}"), by_value));
        let mut by_length = stored.clone();
        by_length.sort_by_cached_key(|row| text(row).len());
        orders.push((format!("{name}, length of {column}"), by_length));
    }
    orders
}

fn deviation(known: &Known, voters: &[usize], votes: &[usize]) -> f64 {
    let n = voters.len() as f64;
    let matches = voters
        .iter()
        .zip(votes)
        .filter(|(voter, vote)| known.votes[**voter] == **vote)
        .count() as f64;
    let of = |sequence: &mut dyn Iterator<Item = usize>, option: usize| {
        sequence.filter(|vote| *vote == option).count() as f64
    };
    let (mut sum, mut weighted) = (0.0, 0.0);
    for option in 0..known.options.len() {
        let a = of(&mut known.votes.iter().copied(), option);
        let b = of(&mut votes.iter().copied(), option);
        sum += a * b;
        weighted += a * b * (a + b);
    }
    let variance = (sum * sum + n * n * sum - n * weighted) / (n * n * (n - 1.0));
    (matches - sum / n).abs() / variance.sqrt()
}

/// The bytes in which the seals were: on SQLite all of the database, on PostgreSQL the file of their
/// table.
pub fn bytes_of_seals(app: &App, conn: &mut Connection) -> Vec<u8> {
    if let Location::Sqlite(path) = &app.database.location {
        let mut bytes = std::fs::read(path).unwrap();
        for ending in ["-wal", "-shm"] {
            let beside = std::path::PathBuf::from(format!("{}{ending}", path.display()));
            bytes.extend(std::fs::read(beside).unwrap_or_default());
        }
        return bytes;
    }
    let hex = texts_of(
        conn,
        "SELECT encode(pg_read_binary_file(pg_relation_filepath('poll_seals')), 'hex') AS text",
    )
    .remove(0);
    (0..hex.len() / 2)
        .map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
        .collect()
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

pub fn contains(bytes: &[u8], wanted: &str) -> bool {
    position(bytes, wanted.as_bytes()).is_some()
}
