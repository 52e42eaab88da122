//! Pages for people whom a link brings here and who have no account, or none yet. A page holds nothing
//! of anybody: its script asks the public operations, with the token of the link's fragment, which
//! browsers do not send.

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{self, ServiceConfig};

/// Script, style and requests from this service alone, and nothing inline.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What all pages share: `/site/style.css` and `/site/site.js`. They are for browsers and, as the pages,
/// not part of the API's document.
pub fn shared(config: &mut ServiceConfig) {
    file(
        config,
        "/site/style.css",
        CSS,
        include_str!("site/style.css"),
    );
    file(
        config,
        "/site/site.js",
        SCRIPT,
        include_str!("site/site.js"),
    );
}

/// A page, and its script at `page.js` below it.
pub fn page(config: &mut ServiceConfig, path: &str, html: &'static str, script: &'static str) {
    file(config, path, HTML, html);
    file(config, &format!("{path}/page.js"), SCRIPT, script);
}

fn file(config: &mut ServiceConfig, path: &str, media: &'static str, text: &'static str) {
    let answer = move || async move {
        HttpResponse::Ok()
            .content_type(media)
            .insert_header((header::CONTENT_SECURITY_POLICY, POLICY))
            .insert_header((header::CACHE_CONTROL, "no-cache"))
            .body(text)
    };
    config.route(path, web::get().to(answer));
}
