//! Every place where the two databases differ. Nothing outside this file asks which one it is.

use std::path::{Path, PathBuf};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

mod connection {
    use diesel::prelude::*;

    /// A connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum AnyConnection {
        /// PostgreSQL.
        Postgres(PgConnection),
        /// SQLite.
        Sqlite(SqliteConnection),
    }
}
pub use connection::AnyConnection;

/// The query builder's name for "either database".
pub type Backend = connection::MultiBackend;

/// Where the database is, read from its URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A PostgreSQL server; holds the whole URL.
    Postgres(String),
    /// A file of SQLite.
    Sqlite(PathBuf),
}

impl Location {
    /// Reads a database URL: `postgres://…`, `postgresql://…` or `sqlite://path`.
    ///
    /// # Errors
    ///
    /// When the scheme is another; a typing error must not create a stray file.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres(url.to_owned()));
        }
        url.strip_prefix("sqlite://")
            .filter(|path| !path.is_empty())
            .map(|path| Self::Sqlite(PathBuf::from(path)))
            .ok_or_else(|| {
                "the database URL must begin with postgres://, postgresql:// or sqlite://"
                    .to_owned()
            })
    }

    /// Whether writers must wait for each other inside this process: SQLite has one writer, and
    /// its own waiting is not fair.
    #[must_use]
    pub const fn has_one_writer(&self) -> bool {
        matches!(self, Self::Sqlite(_))
    }

    /// A name for logs, without credentials.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Postgres(_) => "postgresql",
            Self::Sqlite(_) => "sqlite",
        }
    }
}

/// Opens a connection with the settings every connection has.
///
/// # Errors
///
/// When the database is out of reach.
pub fn connect(location: &Location) -> Result<AnyConnection, ConnectionError> {
    match location {
        Location::Postgres(url) => {
            let mut conn = PgConnection::establish(url)?;
            conn.batch_execute(
                "SET TIME ZONE 'UTC'; \
                 SET lock_timeout = '5s'; \
                 SET statement_timeout = '30s'; \
                 SET idle_in_transaction_session_timeout = '30s'; \
                 SET client_min_messages = warning;",
            )
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(AnyConnection::Postgres(conn))
        }
        Location::Sqlite(path) => {
            make_private(path)?;
            let mut conn = SqliteConnection::establish(&path.to_string_lossy())?;
            // busy_timeout first: setting the journal mode already needs a lock.
            conn.batch_execute(
                "PRAGMA busy_timeout = 5000; \
                 PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL; \
                 PRAGMA foreign_keys = ON; \
                 PRAGMA trusted_schema = OFF; \
                 PRAGMA secure_delete = ON; \
                 PRAGMA cache_size = -16384;",
            )
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
            Ok(AnyConnection::Sqlite(conn))
        }
    }
}

/// Creates the file, where there is none, readable and writable by its owner alone.
///
/// A file that exists is never opened here: closing any descriptor of it drops every POSIX lock
/// that this process holds on it, and with them SQLite's protection against other processes
/// (sqlite.org/howtocorrupt.html, section 2.2).
fn make_private(path: &Path) -> Result<(), ConnectionError> {
    let bad = |error: std::io::Error| ConnectionError::BadConnection(error.to_string());
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(bad)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.create_new(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(bad(error)),
        _ => Ok(()),
    }
}

/// Begins a transaction that may write. On SQLite it takes the write lock at once: a transaction
/// that begins by reading cannot always be turned into a writing one.
///
/// # Errors
///
/// When the database is busy or the connection lost.
pub fn begin_write(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => AnsiTransactionManager::begin_transaction(conn),
        AnyConnection::Sqlite(conn) => {
            AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
        }
    }
}

/// Locks the row with this id until the transaction ends. SQLite's write transactions already
/// exclude each other.
///
/// # Errors
///
/// When the lock is not had in time.
pub fn lock_row(conn: &mut AnyConnection, table: &'static str, id: &str) -> QueryResult<()> {
    lock_by(conn, table, "id", id)
}

/// As [`lock_row`], by another key column.
///
/// # Errors
///
/// When the lock is not had in time.
pub fn lock_by(
    conn: &mut AnyConnection,
    table: &'static str,
    column: &'static str,
    value: &str,
) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => diesel::sql_query(format!(
            "SELECT 1 FROM {table} WHERE {column} = $1 FOR UPDATE"
        ))
        .bind::<Text, _>(value)
        .execute(conn)
        .map(drop),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Keeps the row with this id from being changed until the transaction ends; others may do the
/// same at the same time. SQLite's write transactions already exclude each other.
///
/// # Errors
///
/// When the lock is not had in time.
pub fn share_row(conn: &mut AnyConnection, table: &'static str, id: &str) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => {
            diesel::sql_query(format!("SELECT 1 FROM {table} WHERE id = $1 FOR SHARE"))
                .bind::<Text, _>(id)
                .execute(conn)
                .map(drop)
        }
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// As [`share_row`], of the row that another row belongs to: `column` of the row of `child` with this
/// id names it.
///
/// # Errors
///
/// When the lock is not had in time.
pub fn share_owner(
    conn: &mut AnyConnection,
    table: &'static str,
    (child, column): (&'static str, &'static str),
    id: &str,
) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => diesel::sql_query(format!(
            "SELECT 1 FROM {table} WHERE id = (SELECT {column} FROM {child} WHERE id = $1) FOR SHARE"
        ))
        .bind::<Text, _>(id)
        .execute(conn)
        .map(drop),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// What SQLite answers when it is to empty the file of recent changes.
#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

/// Makes what was deleted from this table unreadable where that can be done while the service runs. On
/// PostgreSQL the rows that are left move to a new file: a vacuum would keep what an older transaction
/// may still see. On SQLite, where deleting overwrites, the file of recent changes is emptied. Not
/// inside a transaction. The table is small, or this takes long. Whether it is done: SQLite does not
/// empty the file while somebody reads from it.
///
/// # Errors
///
/// When the database is busy with it, or out of reach.
pub fn forget_deleted(conn: &mut AnyConnection, table: &'static str) -> QueryResult<bool> {
    match conn {
        AnyConnection::Postgres(conn) => conn.transaction(|conn| {
            conn.batch_execute(&format!(
                "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE; \
                 CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT * FROM {table}; \
                 TRUNCATE {table}; \
                 INSERT INTO {table} SELECT * FROM kept;"
            ))?;
            Ok(true)
        }),
        AnyConnection::Sqlite(conn) => {
            let answer: Checkpoint =
                diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(conn)?;
            Ok(answer.busy == 0)
        }
    }
}

/// Takes the lock under which migrations run, until the connection closes. On SQLite the file
/// beside the database is locked by the caller.
///
/// # Errors
///
/// When the database is out of reach.
pub fn lock_migrations(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => conn.batch_execute(
            "SET lock_timeout = '120s'; SET statement_timeout = 0; \
             SELECT pg_advisory_lock(4918230471); \
             SET lock_timeout = '5s';",
        ),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Releases the lock of [`lock_migrations`].
///
/// # Errors
///
/// When the database is out of reach.
pub fn unlock_migrations(conn: &mut AnyConnection) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => conn
            .batch_execute("SELECT pg_advisory_unlock(4918230471); SET statement_timeout = '30s';"),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// Inserts many rows: in one statement on PostgreSQL, where each costs a trip; one by one on
/// SQLite, where none does.
#[macro_export]
macro_rules! insert_all {
    ($conn:expr, $table:expr, $rows:expr) => {
        match $conn {
            $crate::kernel::db::Connection::Postgres(conn) => {
                diesel::insert_into($table).values($rows).execute(conn)
            }
            $crate::kernel::db::Connection::Sqlite(conn) => {
                diesel::insert_into($table).values($rows).execute(conn)
            }
        }
    };
}

/// Listens on this connection for what other replicas tell ([`notify`]). False where there is
/// nobody to listen to: several processes on one SQLite file poll.
///
/// # Errors
///
/// When the database is out of reach.
pub fn listen(conn: &mut AnyConnection, channels: &[&str]) -> QueryResult<bool> {
    match conn {
        AnyConnection::Postgres(conn) => {
            for channel in channels {
                conn.batch_execute(&format!("LISTEN {channel}"))?;
            }
            Ok(true)
        }
        AnyConnection::Sqlite(_) => Ok(false),
    }
}

/// What was told since the last look, as channel and text. Does not wait.
///
/// # Errors
///
/// When the connection is lost.
pub fn notifications(conn: &mut AnyConnection) -> QueryResult<Vec<(String, String)>> {
    match conn {
        AnyConnection::Postgres(conn) => conn
            .notifications_iter()
            .map(|told| told.map(|told| (told.channel, told.payload)))
            .collect(),
        AnyConnection::Sqlite(_) => Ok(Vec::new()),
    }
}

/// Tells the other replicas, when the transaction commits. Commits that tell something wait for
/// each other, so no request does it.
///
/// # Errors
///
/// When the database is out of reach.
pub fn notify(conn: &mut AnyConnection, channel: &str, text: &str) -> QueryResult<()> {
    match conn {
        AnyConnection::Postgres(conn) => diesel::sql_query("SELECT pg_notify($1, $2)")
            .bind::<Text, _>(channel)
            .bind::<Text, _>(text)
            .execute(conn)
            .map(drop),
        AnyConnection::Sqlite(_) => Ok(()),
    }
}

/// The folder of migrations that belongs to this connection's database.
#[must_use]
pub fn migrations(conn: &AnyConnection) -> diesel_migrations::EmbeddedMigrations {
    const POSTGRES: diesel_migrations::EmbeddedMigrations =
        diesel_migrations::embed_migrations!("migrations/postgres");
    const SQLITE: diesel_migrations::EmbeddedMigrations =
        diesel_migrations::embed_migrations!("migrations/sqlite");
    match conn {
        AnyConnection::Postgres(_) => POSTGRES,
        AnyConnection::Sqlite(_) => SQLITE,
    }
}

/// Whether the database itself reports that it is in order, for `/readyz` and recovery checks.
///
/// # Errors
///
/// When the database is out of reach.
pub fn ping(conn: &mut AnyConnection) -> QueryResult<()> {
    diesel::select(diesel::dsl::sql::<BigInt>("1"))
        .get_result::<i64>(conn)
        .map(drop)
}
