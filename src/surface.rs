//! What the document says about addresses, for the parts of the house that must know at run time.

use std::collections::{BTreeSet, HashMap, HashSet};

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use serde_json::{Value, json};

/// Which methods an address has, which query parameters an operation, and whom it is for.
#[derive(Debug)]
pub struct Surface {
    text: String,
    resources: Vec<(ResourceDef, Vec<String>)>,
    literals: HashMap<String, Vec<String>>,
    parameters: HashMap<(String, String), BTreeSet<String>>,
    public: HashSet<(String, String)>,
    collections: Vec<String>,
}

impl Surface {
    /// Reads the document.
    #[must_use]
    pub fn new(document: &Value) -> Self {
        let mut surface = Self {
            text: serde_json::to_string(document).unwrap_or_default(),
            resources: Vec::new(),
            literals: HashMap::from([("/openapi.json".to_owned(), vec!["GET".to_owned()])]),
            parameters: HashMap::new(),
            public: HashSet::new(),
            collections: Vec::new(),
        };
        let paths = document.get("paths").and_then(Value::as_object);
        for (path, item) in paths.into_iter().flatten() {
            let operations = item.as_object().into_iter().flatten();
            let mut methods = Vec::new();
            for (method, operation) in operations {
                let method = method.to_ascii_uppercase();
                let names = operation
                    .get("parameters")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter(|one| one.get("in") == Some(&json!("query")))
                    .filter_map(|one| Some(one.get("name")?.as_str()?.to_owned()))
                    .collect();
                if operation.get("security") == Some(&json!([])) {
                    surface.public.insert((method.clone(), path.clone()));
                }
                surface
                    .parameters
                    .insert((method.clone(), path.clone()), names);
                methods.push(method);
            }
            let is_list = surface
                .parameters
                .get(&("GET".to_owned(), path.clone()))
                .is_some_and(|names| names.contains("limit"));
            if is_list && !path.contains('{') {
                surface.collections.push(path.clone());
            }
            if !path.contains('{') {
                surface.literals.insert(path.clone(), methods.clone());
            }
            surface
                .resources
                .push((ResourceDef::new(path.as_str()), methods));
        }
        surface
    }

    /// The document, as it is served.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The addresses of the collections.
    #[must_use]
    pub fn collections(&self) -> Vec<String> {
        self.collections.clone()
    }

    /// The methods that this address has; none when there is no such address. An address that is
    /// written out is not one of a pattern that would fit it too.
    #[must_use]
    pub fn methods(&self, path: &str) -> &[String] {
        self.literal_methods(path)
            .or_else(|| {
                self.resources
                    .iter()
                    .find(|(resource, _)| resource.is_match(path))
                    .map(|(_, methods)| methods.as_slice())
            })
            .unwrap_or_default()
    }

    /// The methods of an address that is written out, without parameters.
    #[must_use]
    pub fn literal_methods(&self, path: &str) -> Option<&[String]> {
        self.literals.get(path).map(Vec::as_slice)
    }

    /// Whether an operation, by method and address pattern, is for anyone.
    #[must_use]
    pub fn is_public(&self, method: &Method, pattern: &str) -> bool {
        self.public
            .contains(&(method.as_str().to_owned(), pattern.to_owned()))
    }

    /// The query parameters of an operation, by method and address pattern.
    #[must_use]
    pub fn parameters(&self, method: &Method, pattern: &str) -> Option<&BTreeSet<String>> {
        self.parameters
            .get(&(method.as_str().to_owned(), pattern.to_owned()))
    }
}
