//! What an application says once everything that tells who applies is taken out of it.
//!
//! Two things tell: answers that the form marks with `"x-identifies-host": true`, which are left
//! out, and the host's name, or that of the jurisdiction above it, which `[host]` stands for.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;
use serde_json::{Map, Value};

use crate::directory::organizations::{self, model::Organization};
use crate::kernel::db::Connection;
use crate::kernel::http::Problem;
use crate::kernel::id::{CallId, OrganizationId};
use crate::programs::calls::form::IDENTIFIES_HOST;
use crate::programs::needs::Needs;
use crate::schema::call_forms;

/// What stands where the host was named.
pub const STAND_IN: &str = "[host]";

/// Names shorter than this are too common to be looked for.
const SHORTEST: usize = 3;

/// Names of at least this length are found within longer words too, as in `phoenixgov`.
const DISTINCTIVE: usize = 5;

/// What official names begin with, before the name that people use.
const PREFIXES: [&str; 12] = [
    "the",
    "city and county of",
    "consolidated city of",
    "city of",
    "county of",
    "town of",
    "township of",
    "village of",
    "borough of",
    "state of",
    "commonwealth of",
    "municipality of",
];

/// What official names end with, after the name that people use.
const SUFFIXES: [&str; 6] = ["county", "parish", "borough", "township", "nation", "tribe"];

/// The names by which a host is known: as letters and digits alone, the longest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostNames(Vec<String>);

impl HostNames {
    /// The names of a host and, where it is known, of the jurisdiction above it.
    #[must_use]
    pub fn of(host: &Organization, parent: Option<&Organization>) -> Self {
        let mut names = BTreeSet::new();
        for name in [Some(&host.name), parent.map(|parent| &parent.name)] {
            names.extend(name.into_iter().flat_map(|name| spellings(name)));
        }
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_by_key(|name| std::cmp::Reverse(name.len()));
        Self(names)
    }

    /// The names of one host, read from the directory.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn read(conn: &mut Connection, host: &Organization) -> Result<Self, Problem> {
        let parents = Vec::from_iter(host.parent_id.clone());
        let parents = organizations::queries::by_ids(conn, &parents)?;
        let parent = host.parent_id.as_ref().and_then(|id| parents.get(id));
        Ok(Self::of(host, parent))
    }

    /// The text without these names.
    #[must_use]
    pub fn without(&self, text: &str) -> String {
        let letters = letters(text);
        let mut shown = String::with_capacity(text.len());
        let mut copied = 0;
        let mut at = 0;
        while at < letters.len() {
            let found = self
                .0
                .iter()
                .find_map(|name| named_at(&letters, at, name).map(|end| (end, name)));
            let Some((end, _)) = found else {
                at += 1;
                continue;
            };
            let span = letters
                .get(at)
                .zip(letters.get(end.saturating_sub(1)))
                .map(|(first, last)| (first.starts, last.ends));
            if let Some((starts, ends)) = span {
                shown.push_str(text.get(copied..starts).unwrap_or_default());
                shown.push_str(STAND_IN);
                copied = ends;
            }
            at = end;
        }
        shown.push_str(text.get(copied..).unwrap_or_default());
        shown
    }

    /// The value without these names, in every text and name of a member.
    #[must_use]
    pub fn without_in(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.without(&text)),
            Value::Array(items) => items
                .into_iter()
                .map(|item| self.without_in(item))
                .collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, member)| (self.without(&name), self.without_in(member)))
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }

    /// What is asked of an officer, without these names.
    #[must_use]
    pub fn without_in_needs(&self, needs: Needs) -> Needs {
        let all = |texts: Vec<String>| texts.iter().map(|text| self.without(text)).collect();
        Needs {
            skills: all(needs.skills),
            regions: all(needs.regions),
            ..needs
        }
    }
}

/// The official name, and what is left of it without `City of` and the like.
fn spellings(name: &str) -> Vec<String> {
    let mut known = Vec::new();
    let mut left = words(name);
    // `Phoenix, Arizona` is called `Phoenix`.
    let short = name.split(',').next().unwrap_or_default();
    if short != name {
        known.extend(spellings(short));
    }
    loop {
        let compact: String = left.concat();
        if compact.len() >= SHORTEST {
            known.push(compact);
        }
        let Some(shorter) = without_form(&left) else {
            return known;
        };
        left = shorter;
    }
}

fn without_form(name: &[String]) -> Option<Vec<String>> {
    let prefix = PREFIXES.iter().find_map(|prefix| {
        let prefix = words(prefix);
        name.strip_prefix(prefix.as_slice())
    });
    let suffix = || {
        SUFFIXES
            .iter()
            .find_map(|suffix| name.strip_suffix(words(suffix).as_slice()))
    };
    prefix
        .or_else(suffix)
        .filter(|left| !left.is_empty())
        .map(<[String]>::to_vec)
}

fn words(text: &str) -> Vec<String> {
    crate::kernel::text::fold(text)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// One folded letter or digit of a text, and the bytes that it was written with.
struct Letter {
    folded: char,
    starts: usize,
    ends: usize,
    /// Counts the words, so that two letters of one word have the same.
    word: usize,
}

fn letters(text: &str) -> Vec<Letter> {
    let mut found: Vec<Letter> = Vec::new();
    let mut word = 0;
    for (starts, written) in text.char_indices() {
        let ends = starts + written.len_utf8();
        let folded = any_ascii::any_ascii_char(written);
        if folded.is_empty() {
            // A mark on the letter before, or nothing that shows: it belongs to what it stands in.
            if let Some(last) = found.last_mut().filter(|last| last.ends == starts) {
                last.ends = ends;
            }
            continue;
        }
        for letter in folded.chars() {
            if letter.is_ascii_alphanumeric() {
                found.push(Letter {
                    folded: letter.to_ascii_lowercase(),
                    starts,
                    ends,
                    word,
                });
            } else {
                word += 1;
            }
        }
    }
    found
}

/// Where the name ends that begins at this letter, if it does.
fn named_at(letters: &[Letter], at: usize, name: &str) -> Option<usize> {
    let end = at + name.len();
    let span = letters.get(at..end)?;
    if !span
        .iter()
        .zip(name.chars())
        .all(|(letter, wanted)| letter.folded == wanted)
    {
        return None;
    }
    let word_at = |index: Option<usize>| Some(letters.get(index?)?.word);
    let (first, last) = (span.first()?.word, span.last()?.word);
    let begins_word = word_at(at.checked_sub(1)) != Some(first);
    let ends_word = word_at(Some(end)) != Some(last);
    let within_word = first == last && name.len() >= DISTINCTIVE;
    (begins_word && ends_word || within_word).then_some(end)
}

/// The names of the properties that a form marks as telling who applies, wherever they stand.
#[must_use]
pub fn marked(form: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect_marked(form, &mut found);
    found
}

fn collect_marked(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(members) => {
            if let Some(Value::Object(properties)) = members.get("properties") {
                found.extend(
                    properties
                        .iter()
                        .filter(|(_, property)| {
                            property.get(IDENTIFIES_HOST) == Some(&Value::Bool(true))
                        })
                        .map(|(name, _)| name.clone()),
                );
            }
            members
                .values()
                .for_each(|member| collect_marked(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_marked(item, found)),
        _ => {}
    }
}

/// The answers without the members of these names, at any depth.
#[must_use]
pub fn without_marked(answers: Value, marked: &BTreeSet<String>) -> Value {
    match answers {
        Value::Array(items) => items
            .into_iter()
            .map(|item| without_marked(item, marked))
            .collect(),
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, _)| !marked.contains(name))
            .map(|(name, member)| (name, without_marked(member, marked)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

/// What it takes to show the applications of a call without telling who applies.
#[derive(Debug, Default)]
pub struct Blindfold {
    names: HashMap<OrganizationId, HostNames>,
    marked: HashMap<i64, BTreeSet<String>>,
}

impl Blindfold {
    /// For these hosts and all forms of the call: three queries, however many there are.
    ///
    /// # Errors
    ///
    /// When the database fails.
    pub fn read(
        conn: &mut Connection,
        call: &CallId,
        hosts: &[OrganizationId],
    ) -> Result<Self, Problem> {
        let found = organizations::queries::by_ids(conn, hosts)?;
        let parents: Vec<OrganizationId> = found
            .values()
            .filter_map(|host| host.parent_id.clone())
            .collect();
        let parents = organizations::queries::by_ids(conn, &parents)?;
        let names = found
            .into_iter()
            .map(|(id, host)| {
                let parent = host.parent_id.as_ref().and_then(|id| parents.get(id));
                (id, HostNames::of(&host, parent))
            })
            .collect();
        let forms: Vec<(i64, String)> = call_forms::table
            .filter(call_forms::call_id.eq(call))
            .select((call_forms::version, call_forms::json_schema))
            .load(conn)?;
        let marked = forms
            .into_iter()
            .map(|(version, form)| {
                let form: Value = serde_json::from_str(&form).map_err(Problem::internal)?;
                Ok((version, marked(&form)))
            })
            .collect::<Result<_, Problem>>()?;
        Ok(Self { names, marked })
    }

    /// The names of this host.
    ///
    /// # Errors
    ///
    /// 500 for a host that it was not made for: nothing is shown then.
    pub fn names(&self, host: &OrganizationId) -> Result<&HostNames, Problem> {
        self.names
            .get(host)
            .ok_or_else(|| Problem::internal("a host is shown whose names are not known"))
    }

    /// The answers to this version of the form, as those see them who are not told who applies.
    ///
    /// # Errors
    ///
    /// 500 for a form or a host that it was not made for: nothing is shown then.
    pub fn answers(
        &self,
        host: &OrganizationId,
        form_version: i64,
        answers: Value,
    ) -> Result<Value, Problem> {
        let marked = self
            .marked
            .get(&form_version)
            .ok_or_else(|| Problem::internal("an application has no form"))?;
        Ok(self
            .names(host)?
            .without_in(without_marked(answers, marked)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn names(names: &[&str]) -> HostNames {
        let mut all: Vec<String> = names.iter().flat_map(|name| spellings(name)).collect();
        all.sort_by_key(|name| std::cmp::Reverse(name.len()));
        HostNames(all)
    }

    #[test]
    fn a_name_is_found_in_any_spelling_and_its_neighbours_are_left_alone() {
        let cases = [
            ("Phoenix", "PHOENIX's port", "[host]'s port"),
            (
                "City of Phoenix",
                "Phoenix and the City  of Phoenix",
                "[host] and the [host]",
            ),
            ("Phoenix", "see cityofphoenix.gov", "see cityof[host].gov"),
            (
                "São Paulo",
                "sao-paulo, SAO PAULO, S\u{61}\u{303}o Paulo",
                "[host], [host], [host]",
            ),
            ("Łódź", "Lodz is here", "[host] is here"),
            (
                "New York City",
                "a new york city of trade",
                "a [host] of trade",
            ),
            ("Maricopa County", "in Maricopa", "in [host]"),
            ("City and County of Denver", "Denver", "[host]"),
            (
                "Mesa",
                "some samples of mesalamine",
                "some samples of mesalamine",
            ),
            ("Mesa", "Mesa.", "[host]."),
            ("Phoenix, Arizona", "phoenix", "[host]"),
            ("Ada", "Canada and Ada", "Canada and [host]"),
        ];
        for (name, text, shown) in cases {
            assert_eq!(names(&[name]).without(text), shown, "{name}: {text}");
        }
    }

    #[test]
    fn nothing_that_is_marked_or_names_the_host_is_left_at_any_depth() {
        let form = json!({"type": "object", "properties": {
            "mayor": {"type": "string", "x-identifies-host": true},
            "plan": {"type": "object", "properties": {
                "address": {"type": "string", "x-identifies-host": true},
                "text": {"type": "string"},
            }},
        }});
        let marked = marked(&form);
        let answers = json!({
            "mayor": "Ana Ruiz",
            "plan": {"address": "200 W Washington St", "text": "Phoenix grows", "phoenix goals": ["PHOENIX 2040"]},
        });
        let shown = names(&["Phoenix"]).without_in(without_marked(answers, &marked));
        assert_eq!(
            shown,
            json!({"plan": {"text": "[host] grows", "[host] goals": ["[host] 2040"]}})
        );
    }
}
