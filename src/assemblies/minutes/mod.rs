//! Minutes: drafted from the records, approved with a hash over text and records, corrected by
//! appending, and rendered as Markdown, HTML and PDF.

pub mod aggregate;
pub mod commands;
pub mod drafting;
pub mod handlers;
pub mod lifecycle;
pub mod model;
pub mod queries;
pub mod records;
pub mod rendering;
pub mod seal;
pub mod verify;
pub mod wire;

pub use handlers::routes;
