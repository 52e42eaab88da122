//! Waking the workers of other replicas, where the database can pass a word on (PostgreSQL).
//!
//! Two things are told: how far the journal has come, to all who read it; and that a replica
//! without the lease has seen events without position, to the one that holds it. The listener is a
//! thread with a connection of its own. Behind it stands the workers' poll: a word that is lost
//! costs a quarter of a second.

use std::time::{Duration, Instant};

use diesel::QueryResult;
use tokio::sync::watch;

use crate::kernel::Kernel;
use crate::kernel::db::{Tx, dialect};
use crate::kernel::http::Problem;

const POSITIONS: &str = "chancery_positions";
const PENDING: &str = "chancery_pending";

/// How often the listener looks; the driver cannot wait for a word.
const LOOK: Duration = Duration::from_millis(25);

/// How often it asks whether a silent connection still stands.
const PING: Duration = Duration::from_secs(30);

/// How long it waits before it connects again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Tells all replicas that the journal has come to `position`, when `tx` commits.
///
/// # Errors
///
/// When the database fails.
pub fn tell_position(tx: &mut Tx<'_>, position: i64) -> Result<(), Problem> {
    Ok(dialect::notify(tx.conn, POSITIONS, &position.to_string())?)
}

/// Tells the holder of the journal's lease that there are events without position.
///
/// # Errors
///
/// When the database fails.
pub fn tell_pending(tx: &mut Tx<'_>) -> Result<(), Problem> {
    Ok(dialect::notify(tx.conn, PENDING, "")?)
}

/// Listens in a thread until `stop` says so.
pub fn listen(kernel: Kernel, stop: watch::Receiver<bool>) {
    let spawned = std::thread::Builder::new()
        .name("listener".to_owned())
        .spawn(move || {
            while !*stop.borrow() {
                match listen_once(&kernel, &stop) {
                    Ok(()) => return,
                    Err(error) => {
                        tracing::warn!(%error, "not listening to other replicas for the moment");
                        std::thread::sleep(RECONNECT);
                    }
                }
            }
        });
    if let Err(error) = spawned {
        tracing::warn!(%error, "no thread to listen to other replicas: polling alone");
    }
}

fn listen_once(kernel: &Kernel, stop: &watch::Receiver<bool>) -> Result<(), String> {
    let mut conn = dialect::connect(&kernel.db.settings().location).map_err(|e| e.to_string())?;
    follow(&mut conn, kernel, stop).map_err(|error| error.to_string())
}

fn follow(
    conn: &mut crate::kernel::db::Connection,
    kernel: &Kernel,
    stop: &watch::Receiver<bool>,
) -> QueryResult<()> {
    if !dialect::listen(conn, &[POSITIONS, PENDING])? {
        return Ok(());
    }
    let mut asked = Instant::now();
    while !*stop.borrow() {
        for (channel, text) in dialect::notifications(conn)? {
            match text.parse() {
                Ok(position) if channel == POSITIONS => kernel.note_position(position),
                _ => kernel.journal_bell.notify_one(),
            }
        }
        if asked.elapsed() > PING {
            dialect::ping(conn)?;
            asked = Instant::now();
        }
        std::thread::sleep(LOOK);
    }
    Ok(())
}
