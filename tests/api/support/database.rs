//! A database for each test, copied from a migrated template.

use std::path::PathBuf;

use chancery::kernel::db::dialect::{self, Location};
use chancery::kernel::db::{Connection, migrate};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database that is removed when the test ends.
pub struct TestDatabase {
    pub location: Location,
    pub folder: PathBuf,
    name: String,
}

/// Templates are named by what they are made from, so a changed migration makes a new one.
fn template_name() -> String {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hash = DefaultHasher::new();
    for side in ["sqlite", "postgres"] {
        let mut files: Vec<PathBuf> = walk(&PathBuf::from("migrations").join(side));
        files.sort();
        for file in files {
            std::fs::read(&file).unwrap().hash(&mut hash);
        }
    }
    format!("chancery_template_{:016x}", hash.finish())
}

fn walk(folder: &PathBuf) -> Vec<PathBuf> {
    std::fs::read_dir(folder)
        .unwrap()
        .flat_map(|entry| {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

fn admin_url() -> String {
    std::env::var("TEST_POSTGRES_URL")
        .expect("TEST_POSTGRES_URL is not set: run the tests with scripts/test, which finds or starts a PostgreSQL")
}

/// The admin URL with another database's name.
fn url_of(database: &str) -> String {
    let admin = admin_url();
    let (base, query) = admin
        .split_once('?')
        .map_or((admin.as_str(), ""), |(base, query)| (base, query));
    let (server, _) = base.rsplit_once('/').unwrap();
    if query.is_empty() {
        format!("{server}/{database}")
    } else {
        format!("{server}/{database}?{query}")
    }
}

fn as_admin(sql: &str) -> QueryResult<()> {
    let mut conn = dialect::connect(&Location::Postgres(admin_url())).expect("PostgreSQL answers");
    conn.batch_execute(sql)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn postgres_template() -> String {
    let name = template_name();
    let mut conn = dialect::connect(&Location::Postgres(admin_url())).expect("PostgreSQL answers");
    conn.batch_execute(
        "SET lock_timeout = 0; SET statement_timeout = 0; SELECT pg_advisory_lock(77001)",
    )
    .unwrap();
    let made: Count = diesel::sql_query(format!(
        "SELECT count(*) AS count FROM pg_database WHERE datname = '{name}'"
    ))
    .get_result(&mut conn)
    .unwrap();
    if made.count == 0 {
        let draft = format!("{name}_draft");
        conn.batch_execute(&format!("DROP DATABASE IF EXISTS {draft}"))
            .unwrap();
        conn.batch_execute(&format!("CREATE DATABASE {draft}"))
            .unwrap();
        migrate::up(&Location::Postgres(url_of(&draft))).unwrap();
        conn.batch_execute(&format!("ALTER DATABASE {draft} RENAME TO {name}"))
            .unwrap();
    }
    conn.batch_execute("SELECT pg_advisory_unlock(77001)")
        .unwrap();
    name
}

fn sqlite_template() -> PathBuf {
    let path = std::env::temp_dir().join(format!("{}.db", template_name()));
    let lock = std::fs::File::create(path.with_extension("making")).unwrap();
    lock.lock().unwrap();
    if !path.exists() {
        let draft = path.with_extension("draft");
        let _ = std::fs::remove_file(&draft);
        let location = Location::Sqlite(draft.clone());
        migrate::up(&location).unwrap();
        let mut conn = dialect::connect(&location).unwrap();
        conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
        drop(conn);
        std::fs::rename(&draft, &path).unwrap();
    }
    path
}

impl TestDatabase {
    /// A migrated database.
    pub fn migrated(backend: Backend) -> Self {
        let database = Self::new(backend);
        match backend {
            Backend::Sqlite => {
                std::fs::copy(sqlite_template(), database.folder.join("chancery.db")).unwrap();
            }
            Backend::Postgres => {
                let template = postgres_template();
                as_admin(&format!(
                    "CREATE DATABASE {} TEMPLATE {template}",
                    database.name
                ))
                .unwrap();
            }
        }
        database
    }

    /// A database with nothing in it.
    pub fn empty(backend: Backend) -> Self {
        let database = Self::new(backend);
        if backend == Backend::Postgres {
            as_admin(&format!("CREATE DATABASE {}", database.name)).unwrap();
        }
        database
    }

    fn new(backend: Backend) -> Self {
        let name = format!("chancery_test_{}", chancery::kernel::id::fresh());
        let folder = std::env::temp_dir().join(&name);
        std::fs::create_dir_all(&folder).unwrap();
        let location = match backend {
            Backend::Sqlite => Location::Sqlite(folder.join("chancery.db")),
            Backend::Postgres => Location::Postgres(url_of(&name)),
        };
        Self {
            location,
            folder,
            name,
        }
    }

    /// The URL that the configuration takes.
    pub fn url(&self) -> String {
        match &self.location {
            Location::Sqlite(path) => format!("sqlite://{}", path.display()),
            Location::Postgres(url) => url.clone(),
        }
    }

    /// A connection of its own, for looking at what is stored.
    pub fn connect(&self) -> Connection {
        dialect::connect(&self.location).unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if matches!(self.location, Location::Postgres(_)) {
            let _ = as_admin(&format!(
                "DROP DATABASE IF EXISTS {} WITH (FORCE)",
                self.name
            ));
        }
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
