//! The shapes of the conversation: problem details, JSON bodies, queries, pages, `ETag`s,
//! idempotent retries and limits.

mod code;
mod context;
mod etag;
mod faults;
mod json;
pub mod limit;
pub mod middleware;
mod page;
mod path;
mod problem;
mod query;
mod reason;
mod reply;
pub mod schema;
pub mod site;

pub use code::Code;
pub use context::{IdempotencyKey, RequestContext, TrustedProxies, client_address, request_id};
pub use etag::{IfMatch, is_known, representation_tag, text_tag, version_tag};
pub use faults::{Fault, Faults};
pub use json::{BodyDigest, Json, OptionalJson, Raw, read_body};
pub use page::{Cursor, Include, ListQuery, Page, PageRequest, Paging};
pub use path::Path;
pub use problem::{Problem, ProblemDocument};
pub use query::{Query, parameters_of};
pub use reason::StatedReason;
pub use reply::Reply;
