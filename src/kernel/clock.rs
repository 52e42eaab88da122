//! The one source of the current time, so that tests can move it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::kernel::time::Timestamp;

/// Tells the time: the system's, moved by an offset that only tests set.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    offset_microseconds: Arc<AtomicI64>,
}

impl Clock {
    /// The system's time.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// The current instant, in UTC, cut to microseconds.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the injected clock itself"
    )]
    pub fn now(&self) -> Timestamp {
        Timestamp::from(chrono::Utc::now())
            .plus_microseconds(self.offset_microseconds.load(Ordering::Relaxed))
    }

    /// Moves this clock, and every clone of it, so that it now shows `instant` and runs on from
    /// there. For tests.
    pub fn set(&self, instant: Timestamp) {
        self.offset_microseconds.store(0, Ordering::Relaxed);
        let offset = instant.microseconds() - self.now().microseconds();
        self.offset_microseconds.store(offset, Ordering::Relaxed);
    }

    /// Moves this clock, and every clone of it, by `seconds`. For tests.
    pub fn advance(&self, seconds: i64) {
        self.offset_microseconds
            .fetch_add(seconds.saturating_mul(1_000_000), Ordering::Relaxed);
    }
}
