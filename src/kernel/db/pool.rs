//! Connections and the queue in front of them.
//!
//! Callers are admitted in the order they came, no more at a time than there are connections, and
//! told 503 when the queue is full. Without this, threads race for connections and the slowest
//! caller waits a hundred times longer than the median.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use diesel::r2d2::{ManageConnection, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::kernel::db::Connection;
use crate::kernel::db::dialect::{self, Location};
use crate::kernel::db::transaction::{self, Tx, WriteContext};
use crate::kernel::http::{Problem, Reply};

/// How often a transaction is tried again after a serialization failure, a deadlock or a lost
/// connection.
const TRIES: u32 = 4;

/// How the database is reached and how many callers it takes.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Where it is.
    pub location: Location,
    /// Connections held open, at most.
    pub connections: u32,
    /// Callers that may wait, at most; more are told 503.
    pub queue: usize,
    /// How long a caller may wait.
    pub wait: Duration,
}

/// The database, shared by every request.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    pool: Pool<Manager>,
    settings: DatabaseSettings,
    admission: Arc<Semaphore>,
    /// On SQLite, the one writer's turn; elsewhere as many as there are connections.
    writers: Arc<Semaphore>,
    waiting: AtomicUsize,
    in_flight: super::idempotency::InFlight,
}

struct Manager(Location);

impl ManageConnection for Manager {
    type Connection = Connection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Connection, Self::Error> {
        dialect::connect(&self.0).map_err(diesel::r2d2::Error::ConnectionError)
    }

    fn is_valid(&self, conn: &mut Connection) -> Result<(), Self::Error> {
        dialect::ping(conn).map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, conn: &mut Connection) -> bool {
        std::thread::panicking() || diesel::r2d2::R2D2Connection::is_broken(conn)
    }
}

impl Database {
    /// Prepares the pool. Connections are opened when they are first needed.
    #[must_use]
    pub fn new(settings: DatabaseSettings) -> Self {
        let connections = settings.connections.max(1);
        let permits = usize::try_from(connections).unwrap_or(1);
        let writers = if settings.location.has_one_writer() {
            1
        } else {
            permits
        };
        let pool = Pool::builder()
            .max_size(connections)
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(Duration::from_secs(2))
            .error_handler(Box::new(LogErrors))
            .build_unchecked(Manager(settings.location.clone()));
        Self {
            inner: Arc::new(Inner {
                pool,
                admission: Arc::new(Semaphore::new(permits)),
                writers: Arc::new(Semaphore::new(writers)),
                waiting: AtomicUsize::new(0),
                in_flight: super::idempotency::InFlight::default(),
                settings,
            }),
        }
    }

    /// The settings the pool was made with.
    #[must_use]
    pub fn settings(&self) -> &DatabaseSettings {
        &self.inner.settings
    }

    /// Reads.
    ///
    /// # Errors
    ///
    /// What `read` answers; 503 when the database is busy or out of reach.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Connection) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = self.admit(&self.inner.admission).await?;
        self.blocking(move |inner| {
            let _permit = permit;
            let mut conn = inner.connection()?;
            read(&mut conn)
        })
        .await
    }

    /// Writes in one transaction, tried again where that can help.
    ///
    /// # Errors
    ///
    /// What `write` answers, with nothing changed; 503 when the database is busy or out of reach.
    pub async fn write<T: Send + 'static>(
        &self,
        context: WriteContext,
        write: impl Fn(&mut Tx<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let turn = self.admit(&self.inner.writers).await?;
        let permit = self.admit(&self.inner.admission).await?;
        self.blocking(move |inner| {
            let _permits = (turn, permit);
            inner.write(&context, &write)
        })
        .await
    }

    /// Writes as [`Database::write`] does, keeping the answer under the caller's
    /// `Idempotency-Key` in the same transaction.
    ///
    /// # Errors
    ///
    /// As [`Database::write`]; 409 while the first request with the key runs; 422 when the key
    /// belongs to another request.
    pub async fn write_reply(
        &self,
        context: WriteContext,
        write: impl Fn(&mut Tx<'_>) -> Result<Reply, Problem> + Send + 'static,
    ) -> Result<Reply, Problem> {
        let _in_flight = self.inner.in_flight.enter(&context)?;
        self.write(context, move |tx| super::idempotency::run(tx, &write))
            .await
    }

    /// Writes on the calling thread, for the command line.
    ///
    /// # Errors
    ///
    /// As [`Database::write`].
    pub fn write_blocking<T>(
        &self,
        context: &WriteContext,
        write: impl Fn(&mut Tx<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        self.inner.write(context, &write)
    }

    /// Reads on the calling thread, for the command line.
    ///
    /// # Errors
    ///
    /// As [`Database::read`].
    pub fn read_blocking<T>(
        &self,
        read: impl FnOnce(&mut Connection) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut conn = self.inner.connection()?;
        read(&mut conn)
    }

    async fn admit(&self, gate: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, Problem> {
        let busy = || Problem::unavailable("The service is busy. Nothing was changed.", 1);
        if let Ok(permit) = Arc::clone(gate).try_acquire_owned() {
            return Ok(permit);
        }
        let _place = Place::take(&self.inner).ok_or_else(busy)?;
        tokio::time::timeout(self.inner.settings.wait, Arc::clone(gate).acquire_owned())
            .await
            .map_err(|_| busy())?
            .map_err(Problem::internal)
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Inner) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let inner = Arc::clone(&self.inner);
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || span.in_scope(|| work(&inner)))
            .await
            .map_err(Problem::internal)?
    }
}

/// A place in the queue, given up when dropped: also when the caller goes away.
struct Place<'a>(&'a Inner);

impl<'a> Place<'a> {
    fn take(inner: &'a Inner) -> Option<Self> {
        let waiting = inner.waiting.fetch_add(1, Ordering::Relaxed);
        let place = Self(inner);
        (waiting < inner.settings.queue).then_some(place)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inner {
    fn connection(&self) -> Result<diesel::r2d2::PooledConnection<Manager>, Problem> {
        self.pool.get().map_err(|error| {
            tracing::warn!(error = %error, "no connection to the database");
            Problem::unavailable("The database is out of reach. Ask again shortly.", 2)
        })
    }

    fn write<T>(
        &self,
        context: &WriteContext,
        write: &impl Fn(&mut Tx<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut tries = 0;
        loop {
            let mut conn = self.connection()?;
            match transaction::run(&mut conn, context, write) {
                Err(problem) if problem.is_worth_another_try() && tries < TRIES => {
                    tries += 1;
                    drop(conn);
                    std::thread::sleep(Duration::from_millis(5 << tries));
                }
                outcome => return outcome,
            }
        }
    }
}

#[derive(Debug)]
struct LogErrors;

impl<E: std::error::Error> diesel::r2d2::HandleError<E> for LogErrors {
    fn handle_error(&self, error: E) {
        tracing::warn!(error = %error, "cannot connect to the database");
    }
}
