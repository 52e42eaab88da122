//! The page on which somebody who was given an account chooses a password, by the link of the
//! invitation.

use actix_web::web::ServiceConfig;

use crate::kernel::http::site;

/// Its path.
pub(crate) const PATH: &str = "/welcome";

/// The address of the page.
pub fn pages(config: &mut ServiceConfig) {
    let (html, script) = (
        include_str!("page/index.html"),
        include_str!("page/page.js"),
    );
    site::page(config, PATH, html, script);
}
