//! Query strings: each parameter known, given once and of the documented form; every fault at
//! once.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::kernel::http::{Code, Faults, Problem, schema};

/// The query parameters of an operation.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + ToSchema> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(parse(request.query_string()).map(Self))
    }
}

fn parse<T: DeserializeOwned + ToSchema>(query: &str) -> Result<T, Problem> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|_| Problem::new(Code::BadRequest, "The query string cannot be decoded."))?;
    let schema = schema::compiled::<T>()?;
    let mut faults = Faults::default();
    let mut object = Map::new();
    for (name, text) in pairs {
        let value = typed(&text, schema.properties.get(&name));
        if object.insert(name.clone(), value).is_some() {
            faults.add(&name, "repeated", "is given more than once");
        }
    }
    let value = Value::Object(object);
    let mut found = Faults::default();
    schema::check::<T>(&value, &mut found)?;
    for fault in found.into_vec() {
        faults.add(
            fault.pointer.trim_start_matches('/'),
            &fault.code,
            &fault.detail,
        );
    }
    faults.finish_as(Code::InvalidQuery)?;
    serde_json::from_value(value)
        .map_err(|_| Problem::new(Code::InvalidQuery, "A query parameter cannot be used."))
}

/// The value that `text` stands for where the schema wants a number or a truth value.
fn typed(text: &str, property: Option<&Value>) -> Value {
    let wants = |name: &str| {
        property
            .and_then(|property| property.get("type"))
            .is_some_and(|kind| {
                kind == name
                    || kind
                        .as_array()
                        .is_some_and(|kinds| kinds.iter().any(|one| one == name))
            })
    };
    let number = text.parse::<i64>().ok().filter(|_| wants("integer"));
    let truth = text.parse::<bool>().ok().filter(|_| wants("boolean"));
    number
        .map(Value::from)
        .or_else(|| truth.map(Value::from))
        .unwrap_or_else(|| text.into())
}

/// The parameters that an operation with this query has in the document, read from the schema
/// that the query is checked against.
pub fn parameters_of<T: ToSchema>() -> Vec<utoipa::openapi::path::Parameter> {
    use utoipa::openapi::RefOr;
    use utoipa::openapi::path::{ParameterBuilder, ParameterIn};
    use utoipa::openapi::schema::Schema;

    let RefOr::T(Schema::Object(object)) = T::schema() else {
        return Vec::new();
    };
    let mut referenced = Vec::new();
    T::schemas(&mut referenced);
    // Vocabularies are written out where they are used: nothing collects what a parameter refers
    // to.
    let written_out = |schema: RefOr<Schema>| match schema {
        RefOr::Ref(reference) => referenced
            .iter()
            .find(|(name, _)| reference.ref_location.ends_with(&format!("/{name}")))
            .map_or(RefOr::Ref(reference.clone()), |(_, schema)| schema.clone()),
        schema @ RefOr::T(_) => schema,
    };
    object
        .properties
        .into_iter()
        .map(|(name, property)| {
            let own = serde_json::to_value(&property).unwrap_or_default();
            let schema = written_out(property);
            let described = serde_json::to_value(&schema).unwrap_or_default();
            let member = |name: &str| described.get(name).cloned();
            let description = own
                .get("description")
                .cloned()
                .or_else(|| member("description"))
                .and_then(|text| Some(text.as_str()?.to_owned()));
            let first_of = |name: &str| member(name)?.as_array()?.first().cloned();
            // A vocabulary is its own example, where something must be said.
            let example = member("example")
                .or_else(|| first_of("examples"))
                .or_else(|| first_of("enum").filter(|_| object.required.contains(&name)));
            ParameterBuilder::new()
                .name(&name)
                .parameter_in(ParameterIn::Query)
                .required(if object.required.contains(&name) {
                    utoipa::openapi::Required::True
                } else {
                    utoipa::openapi::Required::False
                })
                .description(description)
                .schema(Some(schema))
                .example(example)
                .build()
        })
        .collect()
}

/// Lets a query type describe its parameters in the document.
#[macro_export]
macro_rules! query_params {
    ($name:ident) => {
        impl utoipa::IntoParams for $name {
            fn into_params(
                _: impl Fn() -> Option<utoipa::openapi::path::ParameterIn>,
            ) -> Vec<utoipa::openapi::path::Parameter> {
                $crate::kernel::http::parameters_of::<$name>()
            }
        }
    };
}
