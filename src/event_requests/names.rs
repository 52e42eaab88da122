//! What people are called before whom: a city is told the names of its own side, and of the other
//! side that it was the office.

use std::collections::HashMap;

use crate::event_requests::model::EventRequest;
use crate::identity;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;

/// The names of those who had to do with a request.
#[derive(Debug)]
pub struct Names {
    known: HashMap<String, String>,
}

impl Names {
    /// Reads the names of these actors, as kind and id, as far as the caller is told.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn read<'a>(
        conn: &mut Connection,
        scope: &Scope,
        request: &EventRequest,
        actors: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Problem> {
        let mut users = Vec::new();
        let mut keys = Vec::new();
        for (kind, id) in actors {
            match kind {
                "user" => users.push(id.to_owned()),
                "api_key" => keys.push(id.to_owned()),
                _ => {}
            }
        }
        let side = (!scope.is_federal()).then_some(&request.organization_id);
        let mut known = identity::queries::names_of_users(conn, users, side)?;
        known.extend(identity::queries::names_of_keys(conn, keys)?);
        Ok(Self { known })
    }

    /// What this actor is called.
    #[must_use]
    pub fn of(&self, kind: &str, id: Option<&str>) -> String {
        let name = id.and_then(|id| self.known.get(id).cloned());
        match (kind, name) {
            (_, Some(name)) => name,
            ("api_key", None) => "An API key".to_owned(),
            ("system", _) => "The service".to_owned(),
            _ => "The office".to_owned(),
        }
    }
}
