//! The page on which mail is unsubscribed from by the link at its foot, without an account.

use actix_web::web::ServiceConfig;

use crate::kernel::http::site;

/// Its path.
pub(super) const PATH: &str = "/unsubscribe";

/// The address of the page.
pub fn pages(config: &mut ServiceConfig) {
    let (html, script) = (
        include_str!("page/index.html"),
        include_str!("page/page.js"),
    );
    site::page(config, PATH, html, script);
}
