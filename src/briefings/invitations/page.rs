//! The page on which an invitation is answered by its link, without an account. It holds nothing of
//! any invitation: its script asks the public operations, with the token of the link's fragment.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};

/// Script, style and requests from this service alone, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The addresses of the page. They are for browsers and not part of the API's document.
pub fn pages(config: &mut ServiceConfig) {
    config
        .route("/invitations", web::get().to(page))
        .route("/invitations/page.css", web::get().to(style))
        .route("/invitations/page.js", web::get().to(script));
}

fn file(media: &'static str, text: &'static str) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media)
        .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(text)
}

async fn page() -> HttpResponse {
    file(HTML, include_str!("page/index.html"))
}

async fn style() -> HttpResponse {
    file(CSS, include_str!("page/page.css"))
}

async fn script() -> HttpResponse {
    file(SCRIPT, include_str!("page/page.js"))
}
