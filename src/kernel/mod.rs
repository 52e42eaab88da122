//! The ground floor: everything a feature needs and that knows no feature.
//!
//! | room | what lives there |
//! | --- | --- |
//! | [`id`], [`time`], [`day`], [`clock`], [`text`], [`patch`] | the values every feature is made of |
//! | [`ical`] | calendars as text |
//! | [`business_time`] | which hours count on the office's calendar |
//! | [`marking`], [`lifecycle`] | how records are marked and how they change state |
//! | [`secrets`] | sealing, keyed digests and random tokens |
//! | [`db`] | both databases behind one connection type, transactions, locks, constraints |
//! | [`http`] | problem details, JSON, queries, pages, `ETag`s, idempotency, limits |
//! | [`blobs`] | files, in a folder or a bucket |
//! | [`access`] | who is asking, what they may do, and the only door to the database |
//! | [`journal`] | the append-only record of every change |

pub mod access;
pub mod blobs;
pub mod business_time;
pub mod clock;
pub mod day;
pub mod db;
pub mod http;
pub mod ical;
pub mod id;
pub mod journal;
pub mod lifecycle;
pub mod marking;
pub mod networks;
pub mod patch;
pub mod secrets;
pub mod span;
pub mod text;
pub mod time;

use std::sync::Arc;

use tokio::sync::watch;

use crate::kernel::blobs::Blobs;
use crate::kernel::clock::Clock;
use crate::kernel::db::Database;
use crate::kernel::secrets::Keyring;

/// What every request needs from the house: the database, the store of files, the time and
/// the keys.
///
/// One value is made at start ([`crate::server`]) and shared by every worker thread.
#[derive(Clone)]
pub struct Kernel {
    /// Both databases behind one admission queue.
    pub db: Database,
    /// Where files are kept.
    pub blobs: Blobs,
    /// The one source of the current time.
    pub clock: Clock,
    /// Keys derived from the configured secret.
    pub keyring: Arc<Keyring>,
    /// Woken after every commit that recorded an event, so that readers of the journal need not
    /// wait for their next poll.
    pub journal_bell: Arc<tokio::sync::Notify>,
    /// The last position of the journal that this process knows of. Readers of the journal wait
    /// for it to rise.
    pub positions: watch::Sender<i64>,
    /// Set when the service begins to stop, so that answers without an end come to one.
    pub stopping: watch::Sender<bool>,
}

impl Kernel {
    /// Tells the readers of the journal that it has come to `position`.
    pub fn note_position(&self, position: i64) {
        self.positions.send_if_modified(|known| {
            let is_new = position > *known;
            *known = position.max(*known);
            is_new
        });
    }
}
