//! The document itself: committed, complete, valid, and true to its own examples.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::support::{document, validator};

#[test]
fn the_committed_document_is_the_one_the_handlers_make() {
    let committed: Value =
        serde_json::from_str(&std::fs::read_to_string("openapi/openapi.json").unwrap()).unwrap();
    assert!(
        committed == *document(),
        "run `cargo run -- openapi > openapi/openapi.json`"
    );
}

fn each_operation(mut visit: impl FnMut(&str, &str, &Value)) {
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            visit(path, method, operation);
        }
    }
}

#[test]
fn every_operation_has_a_name_a_summary_a_tag_security_and_described_answers() {
    let mut names = BTreeSet::new();
    each_operation(|path, method, operation| {
        let at = format!("{method} {path}");
        let name = operation["operationId"]
            .as_str()
            .unwrap_or_else(|| panic!("{at} has no name"));
        assert!(names.insert(name.to_owned()), "{name} is given twice");
        assert!(
            !operation["summary"].as_str().unwrap_or_default().is_empty(),
            "{at}"
        );
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{at}");
        assert!(operation["security"].is_array(), "{at}");
        for (status, response) in operation["responses"].as_object().unwrap() {
            assert!(
                !response["description"]
                    .as_str()
                    .unwrap_or_default()
                    .is_empty(),
                "{at} {status}"
            );
        }
    });
}

#[test]
fn every_body_has_an_example_that_its_schema_allows() {
    each_operation(|path, method, operation| {
        let request = operation.pointer("/requestBody/content");
        let answers = operation["responses"].as_object().unwrap().iter();
        let answers = answers
            .filter(|(status, _)| status.starts_with('2'))
            .filter_map(|(_, response)| response.get("content"));
        for content in request.into_iter().chain(answers) {
            for (media, described) in content.as_object().unwrap() {
                let at = format!("{method} {path} {media}");
                let example = described
                    .get("example")
                    .unwrap_or_else(|| panic!("{at} has no example"));
                let faults: Vec<String> = validator(&described["schema"])
                    .iter_errors(example)
                    .map(|error| format!("{} {error}", error.instance_path()))
                    .collect();
                assert!(faults.is_empty(), "{at}: {faults:?}");
            }
        }
    });
}

#[test]
fn every_parameter_in_a_path_has_an_example() {
    each_operation(|path, method, operation| {
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            if parameter["in"] == "path" {
                assert!(
                    parameter.get("example").is_some(),
                    "{method} {path} {}",
                    parameter["name"]
                );
            }
        }
    });
}
