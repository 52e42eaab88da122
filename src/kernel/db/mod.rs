//! Both databases behind one connection type, and the only ways to use them.

mod among;
pub mod constraint;
pub mod dialect;
pub mod idempotency;
pub mod lease;
mod lock;
pub mod migrate;
mod pool;
mod transaction;

pub use among::among;
pub use dialect::AnyConnection as Connection;
pub use lock::{Aggregate, Locked};
pub use pool::{Database, DatabaseSettings};
pub use transaction::{Tx, WriteContext};
