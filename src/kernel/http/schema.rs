//! Checks values against the schemas of the OpenAPI document, so that what is documented is what
//! is enforced, and every fault is found at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{ValidationError, Validator};
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::kernel::http::{Faults, Problem};

/// The JSON Schema of `T` with everything it refers to.
pub fn of<T: ToSchema>() -> Value {
    let mut referenced = Vec::new();
    T::schemas(&mut referenced);
    referenced.push((T::name().into_owned(), T::schema()));
    let schemas: serde_json::Map<String, Value> = referenced
        .into_iter()
        .map(|(name, schema)| {
            (
                name,
                serde_json::to_value(schema).unwrap_or(Value::Bool(true)),
            )
        })
        .collect();
    json!({
        "$ref": format!("#/components/schemas/{}", T::name()),
        "components": { "schemas": schemas },
    })
}

/// A schema, ready for use.
#[derive(Debug)]
pub struct Compiled {
    /// Checks values.
    pub validator: Validator,
    /// The members of an object, by name.
    pub properties: Value,
}

/// The compiled schema of `T`; compiled once.
///
/// # Errors
///
/// 500 when the schema cannot be compiled, which the test of the document would have found.
pub fn compiled<T: ToSchema>() -> Result<Arc<Compiled>, Problem> {
    static COMPILED: OnceLock<Mutex<HashMap<&'static str, Arc<Compiled>>>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(Mutex::default);
    let name = std::any::type_name::<T>();
    let mut compiled = compiled.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(found) = compiled.get(name) {
        return Ok(Arc::clone(found));
    }
    let schema = of::<T>();
    let made = Arc::new(Compiled {
        validator: jsonschema::options()
            .should_validate_formats(true)
            .should_ignore_unknown_formats(true)
            .with_format("email", can_be_written_to)
            .build(&schema)
            .map_err(Problem::internal)?,
        properties: schema
            .pointer(&format!("/components/schemas/{}/properties", T::name()))
            .cloned()
            .unwrap_or_default(),
    });
    compiled.insert(name, Arc::clone(&made));
    Ok(made)
}

/// Whether mail can be sent to an address. The grammar knows others, in quotes or at a number; those with
/// other letters than ASCII are another format (`idn-email`), which few mail servers take.
fn can_be_written_to(address: &str) -> bool {
    address.is_ascii()
        && !address.contains(['"', '['])
        && address.trim().parse::<lettre::Address>().is_ok()
}

/// Values of a body whose faults are named, at most: the validator makes every error before it gives
/// the first, and needs memory for each.
const MOST_VALUES: usize = 20_000;

/// How many values there are in this one, itself included.
#[must_use]
pub fn values(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(values).sum::<usize>(),
        Value::Object(members) => 1 + members.values().map(values).sum::<usize>(),
        _ => 1,
    }
}

/// Notes everything in `value` that the schema of `T` does not allow.
///
/// # Errors
///
/// 500 when the schema cannot be compiled.
pub fn check<T: ToSchema>(value: &Value, faults: &mut Faults) -> Result<(), Problem> {
    let compiled = compiled::<T>()?;
    if !compiled.validator.is_valid(value) {
        if values(value) > MOST_VALUES {
            faults.add(
                "",
                "too_many_values",
                "holds more values than are looked at",
            );
            return Ok(());
        }
        for error in compiled.validator.iter_errors(value) {
            note(&error, faults);
        }
    }
    note_control_characters(value, "", faults);
    Ok(())
}

/// Notes these errors, of a value that stands at `at` in the body.
pub fn note_all<'a>(
    errors: impl Iterator<Item = ValidationError<'a>>,
    at: &str,
    faults: &mut Faults,
) {
    let mut found = Faults::default();
    for error in errors {
        note(&error, &mut found);
    }
    faults.add_all(at, found);
}

fn note(error: &ValidationError<'_>, faults: &mut Faults) {
    let pointer = error.instance_path().to_string();
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            faults.add(&format!("{pointer}/{name}"), "required", "is required");
        }
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            for name in unexpected {
                let name = name.replace('~', "~0").replace('/', "~1");
                faults.add(&format!("{pointer}/{name}"), "unknown", "is not known here");
            }
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context }
            if let Some(branch) = meant(context, &pointer) =>
        {
            for error in branch {
                note(error, faults);
            }
        }
        kind => {
            let (code, detail) = describe(kind);
            faults.add(&pointer, code, &detail);
        }
    }
}

/// The one alternative that was meant, where all others want a value of another type altogether,
/// as `null` does beside an object.
fn meant<'a>(
    branches: &'a [Vec<ValidationError<'static>>],
    pointer: &str,
) -> Option<&'a [ValidationError<'static>]> {
    let is_another_type = |branch: &&Vec<ValidationError<'static>>| {
        branch.iter().any(|error| {
            matches!(error.kind(), Kind::Type { .. })
                && error.instance_path().to_string() == pointer
        })
    };
    let mut left = branches.iter().filter(|branch| !is_another_type(branch));
    match (left.next(), left.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

fn describe(kind: &Kind) -> (&'static str, String) {
    match kind {
        Kind::Type { kind } => ("type", format!("must be of type {}", type_names(kind))),
        Kind::Enum { options } => ("enum", format!("must be one of {}", list(options))),
        Kind::Minimum { limit } => ("minimum", format!("must be at least {limit}")),
        Kind::Maximum { limit } => ("maximum", format!("must be at most {limit}")),
        Kind::ExclusiveMinimum { limit } => ("minimum", format!("must be more than {limit}")),
        Kind::ExclusiveMaximum { limit } => ("maximum", format!("must be less than {limit}")),
        Kind::Constant { expected_value } => ("const", format!("must be {expected_value}")),
        Kind::MinProperties { limit } => {
            ("min_properties", format!("needs {limit} members or more"))
        }
        Kind::MaxProperties { limit } => (
            "max_properties",
            format!("must have at most {limit} members"),
        ),
        Kind::FalseSchema => ("unknown", "is not asked for here".to_owned()),
        Kind::MinLength { limit } => ("min_length", format!("needs {limit} characters or more")),
        Kind::MaxLength { limit } => (
            "max_length",
            format!("must have at most {limit} characters"),
        ),
        Kind::MinItems { limit } => ("min_items", format!("needs {limit} items or more")),
        Kind::MaxItems { limit } => ("max_items", format!("must have at most {limit} items")),
        Kind::UniqueItems => ("unique_items", "must not name anything twice".to_owned()),
        Kind::Pattern { .. } => ("pattern", "does not have the documented form".to_owned()),
        Kind::Format { format } => ("format", format!("must have the form `{format}`")),
        Kind::OneOfNotValid { .. } | Kind::AnyOf { .. } => (
            "alternatives",
            "matches none of the documented forms".to_owned(),
        ),
        _ => ("invalid", "does not have the documented form".to_owned()),
    }
}

fn type_names(kind: &jsonschema::error::TypeKind) -> String {
    use jsonschema::error::TypeKind;
    match kind {
        TypeKind::Single(one) => one.to_string(),
        TypeKind::Multiple(many) => many
            .iter()
            .map(|one| one.to_string())
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

fn list(options: &Value) -> String {
    options.as_array().map_or_else(String::new, |options| {
        options
            .iter()
            .map(|option| {
                option
                    .as_str()
                    .map_or_else(|| option.to_string(), str::to_owned)
            })
            .collect::<Vec<_>>()
            .join(", ")
    })
}

/// No text that is stored holds control characters other than line breaks and tabs: databases
/// refuse some of them, and calendars and mail are made of lines.
fn note_control_characters(value: &Value, pointer: &str, faults: &mut Faults) {
    match value {
        Value::String(text) => faults.require(
            !text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')),
            pointer,
            "control_character",
            "must not contain control characters",
        ),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                note_control_characters(item, &format!("{pointer}/{index}"), faults);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                note_control_characters(member, &format!("{pointer}/{name}"), faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
