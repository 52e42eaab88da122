//! The schema's versions: run at start under a lock, and by hand with `chancery migrate`.

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel_migrations::MigrationHarness;

use crate::kernel::db::Connection;
use crate::kernel::db::dialect::{self, Backend, Location};

/// Why the schema could not be brought to this program's version.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database is out of reach.
    #[error("the database is out of reach: {0}")]
    Connect(#[from] diesel::ConnectionError),
    /// A query of the migration machinery failed.
    #[error("the database refused: {0}")]
    Query(#[from] diesel::result::Error),
    /// A migration failed; it was rolled back as a whole.
    #[error("a migration failed: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    /// The file that keeps migrations apart cannot be locked.
    #[error("the lock beside the database cannot be taken: {0}")]
    Lock(#[from] std::io::Error),
    /// The schema was made by a later version of the program.
    #[error(
        "the database has migrations that this version of chancery does not know ({0}); \
         run the newer version, or go back with that version's `chancery migrate down`"
    )]
    Newer(String),
}

/// One migration and whether it is applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Its version and name.
    pub name: String,
    /// Whether the database has it.
    pub is_applied: bool,
}

/// Brings the schema to this program's version. Returns the names of what was run.
///
/// # Errors
///
/// See [`MigrateError`]; the schema is left at the last migration that succeeded.
pub fn up(location: &Location) -> Result<Vec<String>, MigrateError> {
    with_lock(location, |conn| {
        refuse_newer(conn)?;
        let source = dialect::migrations(conn);
        let run = conn
            .run_pending_migrations(source)
            .map_err(MigrateError::Migration)?;
        Ok(run.iter().map(ToString::to_string).collect())
    })
}

/// Takes back the last migration. Returns its version, or `None` when there is none.
///
/// # Errors
///
/// See [`MigrateError`].
pub fn down(location: &Location) -> Result<Option<String>, MigrateError> {
    with_lock(location, |conn| {
        refuse_newer(conn)?;
        if applied(conn)?.is_empty() {
            return Ok(None);
        }
        let source = dialect::migrations(conn);
        conn.revert_last_migration(source)
            .map(|version| Some(version.to_string()))
            .map_err(MigrateError::Migration)
    })
}

/// Every migration this program knows, in order.
///
/// # Errors
///
/// See [`MigrateError`].
pub fn status(location: &Location) -> Result<Vec<Step>, MigrateError> {
    let mut conn = dialect::connect(location)?;
    status_of(&mut conn)
}

/// As [`status`], on an open connection.
///
/// # Errors
///
/// See [`MigrateError`].
pub fn status_of(conn: &mut Connection) -> Result<Vec<Step>, MigrateError> {
    refuse_newer(conn)?;
    let applied = applied(conn)?;
    Ok(known(conn)?
        .iter()
        .map(|migration| Step {
            name: migration.name().to_string(),
            is_applied: applied.contains(&migration.name().version().to_string()),
        })
        .collect())
}

fn known(conn: &Connection) -> Result<Vec<Box<dyn Migration<Backend>>>, MigrateError> {
    dialect::migrations(conn)
        .migrations()
        .map_err(MigrateError::Migration)
}

fn applied(conn: &mut Connection) -> Result<Vec<String>, MigrateError> {
    let versions: Vec<MigrationVersion<'static>> =
        conn.applied_migrations().map_err(MigrateError::Migration)?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

fn refuse_newer(conn: &mut Connection) -> Result<(), MigrateError> {
    let known: Vec<String> = known(conn)?
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect();
    let unknown: Vec<String> = applied(conn)?
        .into_iter()
        .filter(|version| !known.contains(version))
        .collect();
    if unknown.is_empty() {
        Ok(())
    } else {
        Err(MigrateError::Newer(unknown.join(", ")))
    }
}

fn with_lock<T>(
    location: &Location,
    work: impl FnOnce(&mut Connection) -> Result<T, MigrateError>,
) -> Result<T, MigrateError> {
    let _file_lock = lock_file(location)?;
    let mut conn = dialect::connect(location)?;
    dialect::lock_migrations(&mut conn)?;
    let outcome = work(&mut conn);
    dialect::unlock_migrations(&mut conn)?;
    outcome
}

/// SQLite has no lock that outlives a transaction; the file beside the database is one.
fn lock_file(location: &Location) -> Result<Option<std::fs::File>, MigrateError> {
    let Location::Sqlite(path) = location else {
        return Ok(None);
    };
    let lock = path.with_extension("migration-lock");
    if let Some(folder) = lock.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(lock)?;
    file.lock()?;
    Ok(Some(file))
}
