//! Path parameters: an id that cannot be one names nothing, so the answer is 404.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use crate::kernel::http::Problem;

/// The typed parameters of the path.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        // Actix's own extractor writes the whole address into the log when it fails, with whatever
        // was put there by mistake.
        ready(
            request
                .match_info()
                .load::<T>()
                .map(Self)
                .map_err(|_| Problem::not_found()),
        )
    }
}
