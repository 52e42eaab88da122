//! Holds every answer against the OpenAPI document: status, media type, body and headers.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};

use super::actor::Answer;

/// The document as the handlers make it.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(chancery::openapi::document)
}

/// The operation at this address, with the pattern of the address.
pub fn operation(method: &Method, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next().unwrap();
    let given: Vec<&str> = path.split('/').collect();
    let is_literal = document()["paths"].get(path).is_some();
    let fits = |pattern: &str| {
        if is_literal {
            return pattern == path;
        }
        let wanted: Vec<&str> = pattern.split('/').collect();
        wanted.len() == given.len()
            && wanted
                .iter()
                .zip(&given)
                .all(|(wanted, given)| match parameter_in(wanted) {
                    // What follows the parameter follows it in the address too.
                    Some((_, after)) => given.len() > after.len() && given.ends_with(after),
                    None => wanted == given,
                })
    };
    let paths = document()["paths"].as_object().unwrap();
    let mut matches: Vec<(&String, &Value)> =
        paths.iter().filter(|(pattern, _)| fits(pattern)).collect();
    // Of two that fit, the one that says more.
    matches.sort_by_key(|(pattern, _)| {
        (
            pattern.matches('{').count(),
            std::cmp::Reverse(pattern.len()),
        )
    });
    matches.into_iter().find_map(|(pattern, item)| {
        let operation = item.get(method.as_str().to_lowercase())?;
        Some((pattern.as_str(), operation))
    })
}

/// The prefix of the ids that stand in this parameter of an address, such as `brf`; none where the
/// parameter is no id.
pub fn prefix_of(operation: &Value, parameter: &str) -> Option<String> {
    let declared = operation["parameters"]
        .as_array()?
        .iter()
        .find(|one| one["in"] == "path" && one["name"] == parameter)?;
    let mut schema = &declared["schema"];
    if let Some(reference) = schema["$ref"].as_str() {
        schema = document().pointer(reference.trim_start_matches('#'))?;
    }
    let (prefix, _) = schema["pattern"]
        .as_str()?
        .strip_prefix('^')?
        .split_once('_')?;
    Some(prefix.to_owned())
}

/// The parameter that a part of a pattern is, and what follows it, such as `.ics`.
fn parameter_in(part: &str) -> Option<(&str, &str)> {
    part.strip_prefix('{')?.split_once('}')
}

/// The address of this pattern with `fill` in the place of each parameter.
pub fn fill(pattern: &str, mut fill: impl FnMut(&str) -> String) -> String {
    let parts: Vec<String> = pattern
        .split('/')
        .map(|part| match parameter_in(part) {
            Some((parameter, after)) => format!("{}{after}", fill(parameter)),
            None => part.to_owned(),
        })
        .collect();
    parts.join("/")
}

/// An address of this pattern that names nothing: well-formed ids of records that are not there,
/// and the document's example where a parameter is no id.
pub fn nowhere(pattern: &str, operation: &Value) -> String {
    fill(pattern, |parameter| {
        if let Some(prefix) = prefix_of(operation, parameter) {
            return format!("{prefix}_00000000000000000000000000");
        }
        let parameters = operation["parameters"].as_array().unwrap();
        let declared = parameters
            .iter()
            .find(|one| one["in"] == "path" && one["name"] == parameter)
            .unwrap_or_else(|| panic!("{pattern} does not declare {parameter}"));
        match &declared["example"] {
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            _ => panic!("{pattern} gives no example of {parameter}"),
        }
    })
}

/// Fails when the document does not declare this answer.
pub fn check(method: &Method, path: &str, answer: &Answer) {
    let Some((pattern, operation)) = operation(method, path) else {
        if answer.status >= 400 {
            assert_problem(method, path, answer);
        }
        return;
    };
    let name = format!("{method} {pattern}");
    // A method that the address lacks is answered for the address, not for an operation.
    let declared = operation["responses"]
        .get(answer.status.to_string())
        .unwrap_or_else(|| panic!("{name} does not declare {}: {}", answer.status, answer.text));
    if answer.status >= 400 {
        assert_problem(method, path, answer);
    }
    for (header, _) in declared["headers"].as_object().into_iter().flatten() {
        assert!(
            answer.headers.contains_key(header.as_str())
                || header == "ETag" && answer.status == 201,
            "{name} declares the header {header} with {}",
            answer.status
        );
    }
    let Some(content) = declared.get("content").and_then(Value::as_object) else {
        assert!(
            answer.text.is_empty(),
            "{name} declares no body: {}",
            answer.text
        );
        return;
    };
    let media = answer.header("content-type").unwrap_or_default();
    let media = media.split(';').next().unwrap().trim();
    // A file has the type that it has.
    if !media.contains("json") && content.contains_key("*/*") {
        return;
    }
    let schema = &content
        .get(media)
        .unwrap_or_else(|| panic!("{name} does not declare {media}"))["schema"];
    let validator = validator(schema);
    // What is no JSON is text.
    let body = if media.contains("json") {
        answer.body.clone()
    } else {
        Value::String(answer.text.clone())
    };
    let faults: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert!(faults.is_empty(), "{name}: {faults:?}\n{}", answer.text);
}

fn assert_problem(method: &Method, path: &str, answer: &Answer) {
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{method} {path}: {}",
        answer.text
    );
    // Not the id of the request: random letters spell anything in time.
    let mut told = answer.body.clone();
    told["instance"] = Value::Null;
    let told = told.to_string();
    for leak in ["serde", "diesel", "SELECT ", "src/", "panicked", "actix"] {
        assert!(!told.contains(leak), "{method} {path}: {}", answer.text);
    }
    assert_eq!(answer.body["status"], answer.status);
    let instance = answer.body["instance"].as_str().unwrap_or_default();
    assert!(!instance.is_empty(), "{method} {path}: {}", answer.text);
}

/// Collects the schemas of the document that this one refers to. A validator reads everything that it
/// is given, and the whole document is large.
fn refer(schema: &Value, referenced: &mut BTreeMap<String, Value>) {
    match schema {
        Value::Object(members) => {
            if let Some(name) = members
                .get("$ref")
                .and_then(Value::as_str)
                .and_then(|reference| reference.strip_prefix("#/components/schemas/"))
                && !referenced.contains_key(name)
            {
                let found = &document()["components"]["schemas"][name];
                referenced.insert(name.to_owned(), found.clone());
                refer(found, referenced);
            }
            members
                .values()
                .for_each(|member| refer(member, referenced));
        }
        Value::Array(items) => items.iter().for_each(|item| refer(item, referenced)),
        _ => {}
    }
}

/// A validator of this schema within the document; made once.
pub fn validator(schema: &Value) -> Arc<Validator> {
    static MADE: OnceLock<Mutex<HashMap<String, Arc<Validator>>>> = OnceLock::new();
    let made = MADE.get_or_init(Mutex::default);
    let key = schema.to_string();
    if let Some(found) = made.lock().unwrap().get(&key) {
        return found.clone();
    }
    let mut referenced = BTreeMap::new();
    refer(schema, &mut referenced);
    let whole = json!({"allOf": [schema], "components": {"schemas": referenced}});
    let validator = Arc::new(
        jsonschema::options()
            .should_validate_formats(true)
            .build(&whole)
            .unwrap(),
    );
    made.lock().unwrap().insert(key, validator.clone());
    validator
}
