//! The form of a call: a JSON Schema of draft 2020-12, and how answers are held against it.
//!
//! The schema is somebody's input, and answers are checked with it for anyone: so it refers to
//! nothing outside of itself, never to itself in a circle, and stays of a size at which a check
//! takes no time. Regular expressions are of the kind that takes linear time.

use std::collections::HashMap;

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::{Map, Value};

use crate::kernel::http::{Faults, Problem, schema};

/// Bytes that a form may have.
const LARGEST_FORM: usize = 64 * 1024;

/// Bytes that answers may have.
pub const LARGEST_ANSWERS: usize = 64 * 1024;

/// Schemas that a form may hold, each counted as often as it is referred to.
const MOST_SCHEMAS: usize = 5000;

/// How deep schemas may lie within each other, references included.
const DEEPEST: usize = 40;

/// Bytes that a compiled regular expression may have.
const LARGEST_PATTERN: usize = 256 * 1024;

/// The one dialect.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The member that marks properties whose answers tell who applies.
pub const IDENTIFIES_HOST: &str = "x-identifies-host";

/// Keywords that would lead out of the form, or round in circles.
const REFUSED: [&str; 6] = [
    "$id",
    "$anchor",
    "$dynamicRef",
    "$dynamicAnchor",
    "$recursiveRef",
    "$vocabulary",
];

/// Values times schemas of answers whose faults are named, at most.
const MOST_CHECKS: usize = 500_000;

/// The form, ready for use.
///
/// # Errors
///
/// 500 for a form that was not checked.
pub fn compile(form: &Value) -> Result<Validator, Problem> {
    build(form).map_err(Problem::internal)
}

fn build(form: &Value) -> Result<Validator, jsonschema::ValidationError<'static>> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .with_pattern_options(PatternOptions::regex().size_limit(LARGEST_PATTERN))
        .build(form)
}

/// Notes everything that makes `form` no form that can be used.
///
/// # Errors
///
/// When the schema of schemas cannot be had.
pub fn check(form: &Value, at: &str, faults: &mut Faults) -> Result<(), Problem> {
    let before = faults.codes().len();
    faults.require(
        form.to_string().len() <= LARGEST_FORM,
        at,
        "too_large",
        "must have at most 64 KiB",
    );
    let dialect = form.get("$schema");
    faults.require(
        dialect.is_none_or(|named| named == DIALECT),
        &format!("{at}/$schema"),
        "enum",
        &format!("must be {DIALECT}, or be left out"),
    );
    faults.require(
        form.get("type").is_some_and(|kind| kind == "object"),
        &format!("{at}/type"),
        "root_type",
        "must be `object`: answers are an object",
    );
    if faults.codes().len() > before {
        return Ok(());
    }
    let meta = jsonschema::meta::validator_for(form).map_err(Problem::internal)?;
    schema::note_all(meta.iter_errors(form), at, faults);
    Structure::of(form).check(form, at, faults);
    if faults.codes().len() > before {
        return Ok(());
    }
    if let Err(error) = build(form) {
        faults.add(
            &format!("{at}{}", error.instance_path()),
            "unusable",
            "cannot be used: look at patterns and references",
        );
    }
    Ok(())
}

/// Notes everything in `answers` that this form does not allow.
///
/// # Errors
///
/// 500 for a form that was not checked.
pub fn check_answers(
    form: &Value,
    answers: &Value,
    at: &str,
    faults: &mut Faults,
) -> Result<(), Problem> {
    let validator = compile(form)?;
    if validator.is_valid(answers) {
        return Ok(());
    }
    // Every value may break every schema, and each error takes memory before the first is told.
    let schemas = Structure::of(form)
        .extent(form, at, Place::Root, at, &mut Faults::default())
        .schemas;
    if schemas.saturating_mul(schema::values(answers)) > MOST_CHECKS {
        faults.add(
            at,
            "too_many_values",
            "does not have the form that is asked for, and holds too many values to say where",
        );
        return Ok(());
    }
    schema::note_all(validator.iter_errors(answers), at, faults);
    Ok(())
}

/// How much there is to check, and how deep it lies.
#[derive(Debug, Clone, Copy)]
struct Extent {
    schemas: usize,
    depth: usize,
}

impl Extent {
    const ONE: Self = Self {
        schemas: 1,
        depth: 1,
    };

    fn add(&mut self, inner: Self) {
        self.schemas = self.schemas.saturating_add(inner.schemas);
        self.depth = self.depth.max(inner.depth.saturating_add(1));
    }
}

/// What a form is made of.
struct Structure<'a> {
    defs: Option<&'a Map<String, Value>>,
    /// The extent of each definition; `None` while it is being looked at.
    known: HashMap<&'a str, Option<Extent>>,
}

impl<'a> Structure<'a> {
    fn of(form: &'a Value) -> Self {
        Self {
            defs: form.get("$defs").and_then(Value::as_object),
            known: HashMap::new(),
        }
    }

    fn check(&mut self, form: &'a Value, at: &str, faults: &mut Faults) {
        if let Some(defs) = self.defs {
            for name in defs.keys() {
                self.definition(name, at, faults);
            }
        }
        let extent = self.extent(form, at, Place::Root, at, faults);
        faults.require(
            extent.schemas <= MOST_SCHEMAS,
            at,
            "too_large",
            "must have at most 5000 schemas, each counted as often as it is referred to",
        );
        faults.require(
            extent.depth <= DEEPEST,
            at,
            "too_deep",
            "must not have schemas more than 40 deep within each other",
        );
    }

    fn definition(&mut self, name: &'a str, at: &str, faults: &mut Faults) -> Option<Extent> {
        if let Some(known) = self.known.get(name) {
            return *known;
        }
        let definition = self.defs?.get(name)?;
        self.known.insert(name, None);
        let place = format!("{at}/$defs/{}", escaped(name));
        let extent = self.extent(definition, &place, Place::Inner, at, faults);
        self.known.insert(name, Some(extent));
        Some(extent)
    }

    fn extent(
        &mut self,
        schema: &'a Value,
        at: &str,
        place: Place,
        root: &str,
        faults: &mut Faults,
    ) -> Extent {
        let mut extent = Extent::ONE;
        let Value::Object(members) = schema else {
            return extent;
        };
        for (name, member) in members {
            let here = format!("{at}/{}", escaped(name));
            let mut inner = |this: &mut Self, schema, at: &str, place, faults: &mut Faults| {
                extent.add(this.extent(schema, at, place, root, faults));
            };
            match (name.as_str(), member) {
                ("$ref", _) => {
                    let named = member
                        .as_str()
                        .and_then(|named| named.strip_prefix("#/$defs/"))
                        .map(unescaped)
                        .and_then(|named| self.defs?.get_key_value(&named));
                    match named.map(|(name, _)| self.definition(name, root, faults)) {
                        Some(Some(found)) => extent.add(found),
                        Some(None) => faults.add(&here, "circular", "must not lead back to itself"),
                        None => faults.add(
                            &here,
                            "unknown_reference",
                            "must name something in `#/$defs/`",
                        ),
                    }
                }
                (IDENTIFIES_HOST, _) => faults.require(
                    place == Place::Property && member.is_boolean(),
                    &here,
                    "misplaced",
                    "must be true or false, in the schema of a property",
                ),
                ("$schema" | "$defs", _) => faults.require(
                    place == Place::Root,
                    &here,
                    "misplaced",
                    "belongs to the outermost schema",
                ),
                (refused, _) if REFUSED.contains(&refused) => {
                    faults.add(&here, "not_supported", "is not supported in forms");
                }
                ("properties", Value::Object(all)) => {
                    for (name, property) in all {
                        let there = format!("{here}/{}", escaped(name));
                        inner(self, property, &there, Place::Property, faults);
                    }
                }
                ("patternProperties" | "dependentSchemas", Value::Object(all)) => {
                    for (name, schema) in all {
                        let there = format!("{here}/{}", escaped(name));
                        inner(self, schema, &there, Place::Inner, faults);
                    }
                }
                ("allOf" | "anyOf" | "oneOf" | "prefixItems", Value::Array(all)) => {
                    for (index, schema) in all.iter().enumerate() {
                        let there = format!("{here}/{index}");
                        inner(self, schema, &there, Place::Inner, faults);
                    }
                }
                (
                    "items"
                    | "contains"
                    | "additionalProperties"
                    | "propertyNames"
                    | "if"
                    | "then"
                    | "else"
                    | "not"
                    | "unevaluatedItems"
                    | "unevaluatedProperties"
                    | "contentSchema",
                    schema,
                ) => inner(self, schema, &here, Place::Inner, faults),
                _ => {}
            }
        }
        extent
    }
}

/// Where a schema stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Root,
    Property,
    Inner,
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn faults_of(form: &Value) -> Vec<(String, String)> {
        let mut faults = Faults::default();
        check(form, "/form", &mut faults).unwrap();
        faults
            .into_vec()
            .into_iter()
            .map(|fault| (fault.pointer, fault.code))
            .collect()
    }

    #[test]
    fn a_form_that_cannot_be_used_is_refused_at_its_place() {
        let object = |members: Value| {
            let mut form = json!({"type": "object"});
            for (name, member) in members.as_object().unwrap() {
                form[name] = member.clone();
            }
            form
        };
        let cases = [
            (json!({"type": "array"}), "/form/type", "root_type"),
            (
                json!({"type": "object", "$schema": "http://json-schema.org/draft-07/schema#"}),
                "/form/$schema",
                "enum",
            ),
            (
                object(json!({"properties": {"a": {"type": "text"}}})),
                "/form/properties/a/type",
                "enum",
            ),
            (
                object(json!({"properties": {"a": {"pattern": "(a"}}})),
                "/form/properties/a/pattern",
                "unusable",
            ),
            (
                object(json!({"properties": {"a": {"pattern": "(?=x)x"}}})),
                "/form/properties/a/pattern",
                "unusable",
            ),
            (
                object(json!({"properties": {"a": {"$ref": "https://example.com/x"}}})),
                "/form/properties/a/$ref",
                "unknown_reference",
            ),
            (
                object(json!({"properties": {"a": {"$ref": "#"}}})),
                "/form/properties/a/$ref",
                "unknown_reference",
            ),
            (
                object(json!({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}})),
                "/form/$defs/a/allOf/0/$ref",
                "circular",
            ),
            (
                object(json!({"items": {"x-identifies-host": true}})),
                "/form/items/x-identifies-host",
                "misplaced",
            ),
            (
                object(json!({"properties": {"a": {"$id": "https://example.com/x"}}})),
                "/form/properties/a/$id",
                "not_supported",
            ),
        ];
        for (form, pointer, code) in cases {
            assert!(
                faults_of(&form).contains(&(pointer.to_owned(), code.to_owned())),
                "{form}: {:?}",
                faults_of(&form)
            );
        }
        let fine = object(json!({
            "$schema": DIALECT,
            "required": ["a"],
            "properties": {"a": {"$ref": "#/$defs/line", "x-identifies-host": true}},
            "$defs": {"line": {"type": "string", "pattern": "^\\S+$"}},
        }));
        assert_eq!(faults_of(&fine), []);
    }

    #[test]
    fn a_small_form_that_unfolds_into_an_endless_one_is_refused() {
        let mut defs = Map::new();
        for level in 0..30 {
            let next = json!({"$ref": format!("#/$defs/d{}", level + 1)});
            defs.insert(format!("d{level}"), json!({"allOf": [next, next]}));
        }
        defs.insert("d30".to_owned(), json!({"type": "string"}));
        let form = json!({
            "type": "object", "$defs": defs, "properties": {"a": {"$ref": "#/$defs/d0"}},
        });
        let codes: Vec<String> = faults_of(&form).into_iter().map(|(_, code)| code).collect();
        assert!(codes.contains(&"too_large".to_owned()), "{codes:?}");
        assert!(codes.contains(&"too_deep".to_owned()), "{codes:?}");
    }

    #[test]
    fn every_fault_of_the_answers_is_found_at_once() {
        let form = json!({
            "type": "object", "additionalProperties": false,
            "required": ["summary", "budget"],
            "properties": {
                "summary": {"type": "string", "minLength": 5},
                "budget": {"type": "integer", "minimum": 1},
                "plan": {"type": "object", "required": ["goals"], "properties": {
                    "goals": {"type": "array", "items": {"type": "string"}, "minItems": 2},
                }},
            },
        });
        let mut faults = Faults::default();
        let answers = json!({"summary": "x", "plan": {"goals": [1]}, "other": true});
        check_answers(&form, &answers, "/answers", &mut faults).unwrap();
        let mut places: Vec<String> = faults
            .into_vec()
            .into_iter()
            .map(|one| one.pointer)
            .collect();
        places.sort();
        assert_eq!(
            places,
            [
                "/answers/budget",
                "/answers/other",
                "/answers/plan/goals",
                "/answers/plan/goals/0",
                "/answers/summary",
            ]
        );
    }

    #[test]
    fn answers_that_break_every_rule_many_times_are_refused_in_few_words() {
        let form = json!({"type": "object", "properties": {
            "goals": {"type": "array", "maxItems": 10, "items": {"allOf": vec![json!({"type": "object"}); 400]}},
        }});
        let mut faults = Faults::default();
        check_answers(
            &form,
            &json!({"goals": vec![1; 30_000]}),
            "/answers",
            &mut faults,
        )
        .unwrap();
        assert_eq!(faults.codes(), ["too_many_values"]);
        let form = json!({"type": "object", "properties": {"goals": {"type": "array", "items": {"type": "string"}}}});
        let mut faults = Faults::default();
        check_answers(
            &form,
            &json!({"goals": vec![1; 1_000]}),
            "/answers",
            &mut faults,
        )
        .unwrap();
        assert_eq!(faults.codes().len(), 200);
        let problem = faults.finish().unwrap_err().to_string();
        assert!(problem.contains("1000 things are wrong"), "{problem}");
    }
}
