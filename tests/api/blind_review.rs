//! What reviewers may not know: every read of the document, as somebody who has a conflict of
//! interest and as somebody who reviews a blind call. A new read enters by itself.

use std::collections::{BTreeMap, BTreeSet};

use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App, Panelist, Receiver, document, fill, nowhere, prefix_of};

/// What somebody finds out who tries everything.
struct Probe {
    /// Ids of records that are known to exist, or to be hidden.
    ids: Vec<String>,
    /// Ids of organizations that are looked for.
    organizations: Vec<String>,
    /// Words that are looked for.
    words: Vec<String>,
}

/// An answer, as far as it could tell something.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Seen {
    status: u16,
    tag: Option<String>,
    body: String,
}

impl Probe {
    fn known(&self, prefix: &str) -> Vec<String> {
        let own = self.ids.iter().chain(&self.organizations);
        own.filter(|id| id.starts_with(&format!("{prefix}_")))
            .cloned()
            .collect()
    }

    /// Every address that these ids make of a pattern.
    fn addresses(&self, pattern: &str, operation: &Value) -> Vec<String> {
        let mut all = vec![nowhere(pattern, operation)];
        let names: Vec<&str> = pattern
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        for name in names {
            let Some(prefix) = prefix_of(operation, name) else {
                continue;
            };
            let place = pattern
                .split('/')
                .position(|part| part == format!("{{{name}}}"))
                .unwrap();
            let with = |path: &String, id: &String| {
                let mut parts: Vec<String> = path.split('/').map(str::to_owned).collect();
                parts[place].clone_from(id);
                parts.join("/")
            };
            let known = self.known(&prefix);
            if !known.is_empty() {
                all = all
                    .iter()
                    .flat_map(|path| known.iter().map(|id| with(path, id)).collect::<Vec<_>>())
                    .collect();
            }
        }
        all
    }

    /// Every query that makes a difference: filters by what is looked for, orders, totals, and what
    /// can be shown in full.
    fn queries(&self, operation: &Value) -> Vec<String> {
        let parameters: Vec<&Value> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["in"] == "query")
            .collect();
        let mut all = vec![String::new()];
        let has_total = parameters.iter().any(|one| one["name"] == "include");
        for parameter in &parameters {
            let name = parameter["name"].as_str().unwrap();
            let schema = match parameter["schema"]["$ref"].as_str() {
                Some(reference) => document()
                    .pointer(reference.trim_start_matches('#'))
                    .unwrap(),
                None => &parameter["schema"],
            };
            let values: Vec<String> = match name {
                "cursor" | "after" => continue,
                "limit" => vec!["100".to_owned()],
                "q" => self.words.clone(),
                "organization_id" => self.organizations.clone(),
                "subject_id" => self
                    .ids
                    .iter()
                    .chain(&self.organizations)
                    .cloned()
                    .collect(),
                "type" => [
                    "application.submitted",
                    "application.reviewed",
                    "application.assigned",
                    "late_code.issued",
                    "access.denied",
                ]
                .map(str::to_owned)
                .to_vec(),
                _ => match schema["enum"].as_array() {
                    Some(values) => values
                        .iter()
                        .map(|value| value.as_str().unwrap().to_owned())
                        .collect(),
                    None => match schema["pattern"]
                        .as_str()
                        .and_then(|pattern| pattern.strip_prefix('^')?.split_once('_'))
                    {
                        Some((prefix, _)) => self.known(prefix),
                        None => continue,
                    },
                },
            };
            for value in values {
                let total = if has_total && name != "include" {
                    "&include=total"
                } else {
                    ""
                };
                all.push(format!("?{name}={}{total}", value.replace(' ', "%20")));
            }
        }
        all
    }

    /// Asks everything.
    async fn walk(&self, actor: &Actor) -> BTreeMap<String, Seen> {
        let mut seen = BTreeMap::new();
        for (pattern, item) in document()["paths"].as_object().unwrap() {
            let Some(operation) = item.get("get") else {
                continue;
            };
            for address in self.addresses(pattern, operation) {
                for query in self.queries(operation) {
                    let path = format!("{address}{query}");
                    let answer = actor.send(Method::GET, &path, &[], None).await;
                    assert!(answer.status < 500, "{path}: {}", answer.text);
                    seen.insert(
                        path,
                        Seen {
                            status: answer.status,
                            tag: answer.header("etag").map(str::to_owned),
                            body: settled(&answer),
                        },
                    );
                }
            }
        }
        seen
    }
}

/// What an answer says, without the number of the request and the places in the journal.
fn settled(answer: &Answer) -> String {
    let mut body = answer.body.clone();
    let Some(members) = body.as_object_mut() else {
        return answer.text.clone();
    };
    members.remove("instance");
    if let Some(entries) = members.get_mut("data").and_then(Value::as_array_mut) {
        for entry in entries.iter_mut().filter_map(Value::as_object_mut) {
            entry.remove("position");
        }
    }
    body.to_string()
}

/// Whether an answer of the journal changes with the attempts themselves, which it tells of.
fn tells_of_attempts(path: &str) -> bool {
    path.starts_with("/v1/audit-events")
        && (!path.contains("type=") || path.contains("type=access.denied"))
}

/// The ids of everything in the journal that somebody reads there, but for refused attempts.
async fn journal(actor: &Actor) -> Vec<String> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = actor
            .get(&format!("/v1/audit-events?limit=100{cursor}"))
            .await;
        if page.status == 403 {
            return found;
        }
        let entries = page.body["data"].as_array().unwrap().iter();
        found.extend(
            entries
                .filter(|entry| entry["type"] != "access.denied")
                .map(|entry| entry["id"].as_str().unwrap().to_owned()),
        );
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

/// The parts of an answer that stand for one record each.
fn records(body: &str) -> Vec<String> {
    let value: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    match value["data"].as_array() {
        Some(entries) => entries.iter().map(Value::to_string).collect(),
        None => vec![body.to_owned()],
    }
}

/// Waits until refused attempts, which are written in the background, have come to rest.
async fn rest(app: &App) {
    tokio::time::sleep(std::time::Duration::from_millis(700)).await;
    app.settle_journal().await;
}

/// Whether this address is about calls and what hangs on them.
fn is_of_programs(path: &str) -> bool {
    [
        "/v1/calls",
        "/v1/applications",
        "/v1/programs",
        "/v1/placement",
        "/v1/officers",
    ]
    .iter()
    .any(|start| path.starts_with(start))
}

async fn member_too(app: &App, panelist: &Panelist, organization: &str) {
    let admin = app.admin().await;
    let record = format!("/v1/users/{}", panelist.id);
    let found = admin.get(&record).await.expect(200);
    let mut memberships: Vec<Value> = found.body["memberships"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| json!({"organization_id": one["organization_id"], "role": one["role"]}))
        .collect();
    memberships.push(json!({"organization_id": organization, "role": Role::LocalStaff}));
    admin
        .patch(&record, &found.tag(), json!({"memberships": memberships}))
        .await
        .expect(200);
}

const ROLES: [Role; 3] = [
    Role::ProgramOfficer,
    Role::ClearanceOfficer,
    Role::Administrator,
];

both_backends! {
    async fn a_reviewer_with_a_conflict_cannot_tell_that_an_application_exists(app: App) {
        let (call, applications) = app.closed_call(json!({"reviews_per_application": 2}), &["Chicago", "Denver"]).await;
        let admin = app.admin().await;
        let phoenix = app.city("Phoenix").await;
        let county = admin.post("/v1/organizations", json!({"name": "Maricopa County", "kind": "county", "country": "US", "subdivision": "AZ", "time_zone": "America/Phoenix"})).await.expect(201).id();
        let record = format!("/v1/organizations/{phoenix}");
        let tag = admin.get(&record).await.expect(200).tag();
        admin.patch(&record, &tag, json!({"parent_id": county})).await.expect(200);
        let other = app.seated(&call, "other", Role::ClearanceOfficer).await;
        let mut conflicted = Vec::new();
        for role in ROLES {
            let declared = app.seated(&call, &format!("declared.{role}"), role).await;
            let body = json!({"organization_id": phoenix, "reason": "Related."});
            declared.actor.post(&format!("/v1/calls/{call}/conflicts"), body).await.expect(201);
            conflicted.push(declared);
            let derived = app.seated(&call, &format!("derived.{role}"), role).await;
            let home = if role == Role::ClearanceOfficer { &county } else { &phoenix };
            member_too(&app, &derived, home).await;
            conflicted.push(derived);
        }
        let reviewers: Vec<&Panelist> = conflicted.iter().chain([&other]).collect();
        for id in applications.values() {
            for reviewer in &reviewers {
                app.assign(&call, id, reviewer).await.expect(201);
            }
        }
        app.act_on_call(&call, "start-review").await.expect(200);
        for id in applications.values() {
            conflicted[0].review(id, Some(4), Some(7)).await.expect(201);
        }
        // Drafted, and nothing more: as if it were not there. Its id is known to those who ask.
        let program = admin.get(&format!("/v1/calls/{call}")).await.expect(200).body["program_id"].as_str().unwrap().to_owned();
        let draft = app.application_draft("Phoenix", json!({"organization_id": phoenix, "title": "Saguaro gateway"}));
        let never = "app_01jz8k2m4n6p8q0r2s4t6v8w0x".to_owned();
        let mut probe = Probe {
            ids: vec![call.clone(), program, never, other.id.clone()],
            organizations: vec![phoenix.clone(), app.city("Chicago").await],
            words: vec!["Phoenix".to_owned(), "Saguaro".to_owned()],
        };
        probe.ids.extend(applications.values().cloned());
        rest(&app).await;

        let mut before = Vec::new();
        let mut restless: BTreeSet<String> = BTreeSet::new();
        for one in &conflicted {
            let first = probe.walk(&one.actor).await;
            let second = probe.walk(&one.actor).await;
            restless.extend(first.iter().filter(|(path, seen)| second[*path] != **seen).map(|(path, _)| path.clone()));
            before.push((second, journal(&one.actor).await));
        }
        restless.retain(|path| !tells_of_attempts(path));
        assert!(restless.iter().all(|path| !is_of_programs(path) && !path.contains("events")), "{restless:?}");

        // Now Phoenix applies, late, and somebody reviews it.
        let expires = app.clock.now().plus_seconds(86_400);
        let code = admin.post(&format!("/v1/calls/{call}/late-codes"), json!({"organization_id": phoenix, "reason": "Flood.", "expires_at": expires})).await.expect(201);
        let id = admin.post(&format!("/v1/calls/{call}/applications"), draft).await;
        let id = id.expect(201).id();
        app.act_with(&admin, &format!("/v1/applications/{id}"), "submit", json!({"late_code": code.body["code"]})).await.expect(200);
        app.assign(&call, &id, &other).await.expect(201);
        other.review(&id, Some(5), Some(10)).await.expect(201);
        app.decide_by_hand(&id, "shortlist").await.expect(200);
        rest(&app).await;
        assert!(admin.get(&format!("/v1/audit-events?type=application.submitted&subject_id={id}")).await.expect(200).text.contains(&id));

        for (one, (before, told)) in conflicted.iter().zip(before) {
            assert_eq!(journal(&one.actor).await, told);
            let after = probe.walk(&one.actor).await;
            for (path, seen) in &after {
                if !restless.contains(path) && !tells_of_attempts(path) {
                    assert_eq!(&before[path], seen, "{path}");
                }
                assert!(!seen.body.contains(&id) && !seen.body.contains("Saguaro"), "{path}: {}", seen.body);
            }
            // Its own id is not told from one that never was.
            let mut own = Probe { ids: vec![id.clone()], organizations: Vec::new(), words: Vec::new() }.walk(&one.actor).await;
            own.retain(|path, _| path.contains(&id));
            assert!(own.len() > 3);
            for (path, seen) in own {
                if path.contains("audit-events") { continue; }
                let absent = one.actor.get(&path.replace(&id, "app_01jz8k2m4n6p8q0r2s4t6v8w0x")).await;
                assert_eq!((seen.status, seen.body), (absent.status, settled(&absent)), "{path}");
            }
            if one.actor.get("/v1/audit-events").await.status == 200 {
                let found = one.actor.get(&format!("/v1/audit-events?subject_id={id}&include=total")).await;
                assert_eq!(found.body["total"], 0);
            }
        }
    }

    async fn a_blind_reviewer_is_told_nowhere_who_applies(app: App) {
        let call = app.open_call(json!({"is_blind": true, "reviews_per_application": 3})).await;
        let admin = app.admin().await;
        let mut hosts = BTreeMap::new();
        let mut applications = BTreeMap::new();
        for city in ["Chicago", "Denver"] {
            let host = app.city(city).await;
            applications.insert(city, app.handed_in(&call, &host, city).await);
            hosts.insert(city, host);
        }
        // One writes for itself, and tries what it may not.
        let phoenix = app.as_city("Phoenix").await;
        hosts.insert("Phoenix", app.city("Phoenix").await);
        applications.insert("Phoenix", app.applied("Phoenix", &call).await);
        phoenix.get(&format!("/v1/applications/{}", applications["Denver"])).await.expect(404);
        phoenix.get(&format!("/v1/calls/{call}/ranking")).await.expect(403);
        phoenix.get(&format!("/v1/applications/{}/reviews", applications["Phoenix"])).await.expect(403);
        app.act_on_call(&call, "close").await.expect(200);
        let expires = app.clock.now().plus_seconds(86_400);
        let boston = app.city("Boston").await;
        // This one is still to hand in, with a code.
        hosts.insert("Austin", app.city("Austin").await);
        admin.post(&format!("/v1/calls/{call}/late-codes"), json!({"organization_id": hosts["Austin"], "reason": "Flood.", "expires_at": expires})).await.expect(201);
        let mut panel = Vec::new();
        for role in ROLES {
            let one = app.seated(&call, &format!("blind.{role}"), role).await;
            for id in applications.values() {
                app.assign(&call, id, &one).await.expect(201);
            }
            panel.push(one);
        }
        app.act_on_call(&call, "start-review").await.expect(200);
        for one in &panel {
            for id in applications.values() {
                one.review(id, Some(4), None).await.expect(201);
            }
        }
        app.decide_by_hand(&applications["Phoenix"], "shortlist").await.expect(200);
        let program = admin.get(&format!("/v1/calls/{call}")).await.expect(200).body["program_id"].as_str().unwrap().to_owned();
        let mut probe = Probe {
            ids: vec![call.clone(), program.clone(), panel[0].id.clone()],
            organizations: hosts.values().cloned().chain([boston.clone()]).collect(),
            words: ["Phoenix", "Denver", "Boston"].map(str::to_owned).to_vec(),
        };
        probe.ids.extend(applications.values().cloned());
        rest(&app).await;

        let ids: Vec<&String> = applications.values().chain([&call]).collect();
        for one in &panel {
            let seen = probe.walk(&one.actor).await;
            let reads = seen.iter().filter(|(path, seen)| path.starts_with("/v1/applications/") && seen.status == 200);
            assert!(reads.count() >= 9, "the applications themselves are read");
            for (path, answer) in &seen {
                for record in records(&answer.body) {
                    if !ids.iter().any(|id| record.contains(*id)) && !is_of_programs(path) {
                        continue;
                    }
                    // A time zone is named after a city, and tells nothing.
                    let record = record.replace("America/", "").replace("\"time_zone\":\"Phoenix\"", "");
                    for (name, host) in &hosts {
                        assert!(!record.contains(host) && !record.contains(name), "{path} names {name}: {record}");
                    }
                }
                // A search by who applies finds no more than one by who does not.
                if is_of_programs(path) {
                    for (name, host) in &hosts {
                        let of_none = path.replace(host, &boston).replace(&format!("q={name}"), "q=Boston");
                        if of_none != *path {
                            assert_eq!(*answer, seen[&of_none], "{path} tells more than {of_none}");
                        }
                    }
                }
            }
        }
        // Whoever audits, and does not review, reads everything.
        let auditor = app.as_role(Role::Auditor).await;
        for (kind, count) in [("application.submitted", 3), ("application.reviewed", 9), ("late_code.issued", 1)] {
            let told = auditor.get(&format!("/v1/audit-events?type={kind}&include=total")).await.expect(200);
            assert_eq!(told.body["total"], count, "{kind}");
            let blind = panel[2].actor.get(&format!("/v1/audit-events?type={kind}&include=total")).await.expect(200);
            assert_eq!(blind.body["total"], 0, "{kind}");
        }
        // When it is decided, they are told.
        for id in applications.values() {
            app.decide_by_hand(id, "reject").await.expect(200);
        }
        app.sign_as_usual(&call).await;
        app.act_on_call(&call, "decide").await.expect(200);
        let shown = panel[1].actor.get(&format!("/v1/applications/{}", applications["Chicago"])).await.expect(200);
        assert_eq!(shown.body["organization_id"], json!(hosts["Chicago"]));
    }

    async fn deliveries_tell_a_blind_reviewer_no_more_than_the_feed_does(app: App) {
        let receiver = Receiver::start().await;
        let phoenix = app.city("Phoenix").await;
        let admin = app.admin().await;
        let endpoint = admin
            .post(
                "/v1/webhook-endpoints",
                json!({"organization_id": phoenix, "url": receiver.url()}),
            )
            .await
            .expect(201)
            .id();
        let call = app.open_call(json!({"is_blind": true})).await;
        let reviewer = app.seated(&call, "vera", Role::Administrator).await.actor;
        app.handed_in(&call, &phoenix, "Phoenix").await;
        let path = format!("/v1/webhook-endpoints/{endpoint}/deliveries");
        let asked = format!("{path}?event_type=application.submitted&include=total");
        let mut delivery = None;
        for _ in 0..200 {
            delivery = admin.get(&asked).await.expect(200).ids().first().cloned();
            if delivery.is_some() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let delivery = delivery.unwrap_or_else(|| panic!("nothing was delivered"));
        let seen = reviewer.get(&asked).await.expect(200);
        assert_eq!((seen.ids().len(), &seen.body["total"]), (0, &json!(0)));
        reviewer
            .post(&format!("/v1/deliveries/{delivery}/replay"), Value::Null)
            .await
            .expect_problem(404, "not_found");
        let city = app.as_city("Phoenix").await;
        assert_eq!(city.get(&asked).await.expect(200).body["total"], 1);
    }
}

#[test]
fn the_probe_finds_the_addresses_of_every_read() {
    let probe = Probe {
        ids: vec!["cal_01jz8k2m4n6p8q0r2s4t6v8w0x".to_owned()],
        organizations: Vec::new(),
        words: Vec::new(),
    };
    let operation = &document()["paths"]["/v1/calls/{id}/ranking"]["get"];
    assert_eq!(
        probe.addresses("/v1/calls/{id}/ranking", operation),
        ["/v1/calls/cal_01jz8k2m4n6p8q0r2s4t6v8w0x/ranking"]
    );
    assert_eq!(fill("/v1/calls/{id}", |_| "x".to_owned()), "/v1/calls/x");
}
