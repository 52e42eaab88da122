//! The page on which an invitation is answered by its link, without an account.

use actix_web::web::ServiceConfig;

use crate::kernel::http::site;

/// The address of the page.
pub fn pages(config: &mut ServiceConfig) {
    let (html, script) = (
        include_str!("page/index.html"),
        include_str!("page/page.js"),
    );
    site::page(config, "/invitations", html, script);
}
