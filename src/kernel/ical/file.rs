//! A calendar as an answer.

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};

use crate::kernel::http::{is_known, text_tag};
use crate::kernel::ical::MEDIA_TYPE;

/// A calendar on its way out, with an `ETag` that is the digest of its text.
pub struct CalendarFile {
    text: String,
    filename: Option<String>,
}

impl CalendarFile {
    /// To be saved, under the id of the record that it shows.
    #[must_use]
    pub fn download(text: String, id: &str) -> Self {
        Self {
            text,
            filename: Some(format!("{id}.ics")),
        }
    }

    /// To be read again and again.
    #[must_use]
    pub const fn feed(text: String) -> Self {
        Self {
            text,
            filename: None,
        }
    }
}

impl Responder for CalendarFile {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let etag = text_tag(&self.text);
        let mut response = if is_known(request, &etag) {
            HttpResponse::NotModified()
        } else {
            HttpResponse::Ok()
        };
        response
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .insert_header((header::ETAG, etag.as_str()));
        if is_known(request, &etag) {
            return response.finish();
        }
        if let Some(filename) = self.filename {
            response.insert_header((
                header::CONTENT_DISPOSITION,
                format!("attachment; filename=\"{filename}\""),
            ));
        }
        response
            .insert_header((header::CONTENT_TYPE, MEDIA_TYPE))
            .body(self.text)
    }
}
