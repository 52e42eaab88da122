//! Decisions: a whole call on real cities; the slate, its signatures, the announcement, the reserve.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chancery::kernel::access::{Permission, Role};
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, App, Panelist};

const CITIES: usize = 120;
const REVIEWERS: usize = 10;

/// A real city, as the directory has it.
struct City {
    id: String,
    name: String,
}

/// The largest cities of the data.
async fn cities(app: &App) -> Vec<City> {
    let csv = include_str!("../../data/jurisdictions/us-cities.csv");
    let head: Vec<&str> = csv.lines().take(CITIES + 1).collect();
    let admin = app.admin().await;
    admin
        .import("commit", &format!("{}\n", head.join("\n")))
        .await
        .expect(200);
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/v1/organizations?kind=municipality&limit=100{cursor}");
        let page = admin.get(&path).await.expect(200);
        for row in page.body["data"].as_array().unwrap() {
            found.push(City {
                id: row["id"].as_str().unwrap().to_owned(),
                name: row["name"].as_str().unwrap().to_owned(),
            });
        }
        match page.body["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(found.len(), CITIES);
    found
}

/// Points that a reviewer gives, from what they are and what they read; some abstain.
fn given(reviewer: usize, application: usize) -> Option<[Option<i64>; 3]> {
    let mix = |salt: usize| (application * 7919 + reviewer * 104_729 + salt * 1_299_709) % 9973;
    if mix(1) % 23 == 0 {
        return None;
    }
    // Some are more severe than others.
    let points = |salt: usize, most: i64| {
        let severe = i64::try_from(reviewer % 3).unwrap();
        let given = i64::try_from(mix(salt)).unwrap() % (most + 1);
        (mix(salt + 50) % 17 != 0).then(|| (given - severe).max(0))
    };
    Some([points(2, 5), points(3, 7), points(4, 3)])
}

const WEIGHTS: [(i128, i128); 3] = [(50, 5), (30, 7), (20, 3)];

/// An exact fraction.
#[derive(Clone, Copy)]
struct Fraction(i128, i128);

impl Fraction {
    fn plus(self, other: Self) -> Self {
        let divisor = |mut a: i128, mut b: i128| {
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a.abs().max(1)
        };
        let sum = Self(self.0 * other.1 + other.0 * self.1, self.1 * other.1);
        let by = divisor(sum.0, sum.1);
        Self(sum.0 / by, sum.1 / by)
    }

    /// To the nearest multiple of 1/`parts`, half up.
    fn rounded(self, parts: i128) -> Self {
        let doubled = 2 * self.0 * parts + self.1;
        Self(doubled.div_euclid(2 * self.1), parts)
    }
}

fn mean(of: &[Fraction]) -> Fraction {
    let sum = of.iter().fold(Fraction(0, 1), |sum, one| sum.plus(*one));
    Fraction(sum.0, sum.1 * i128::try_from(of.len()).unwrap()).rounded(1_000_000)
}

/// The normalised scores of the applications in ten-thousandths, computed from the rule as the
/// document states it, with exact fractions.
fn expected(reviews: &[(usize, usize, [Option<i64>; 3])]) -> BTreeMap<usize, i128> {
    let scores: Vec<(usize, usize, Fraction)> = reviews
        .iter()
        .filter_map(|(reviewer, application, points)| {
            let weighed: Vec<(i128, Fraction)> = points
                .iter()
                .zip(WEIGHTS)
                .filter_map(|(points, (weight, most))| {
                    Some((
                        weight,
                        Fraction(100 * weight * i128::from((*points)?), most),
                    ))
                })
                .collect();
            let weights: i128 = weighed.iter().map(|(weight, _)| weight).sum();
            if weights == 0 {
                return None;
            }
            let sum = weighed
                .iter()
                .fold(Fraction(0, 1), |sum, (_, one)| sum.plus(*one));
            let score = Fraction(sum.0, sum.1 * weights).rounded(1_000_000);
            Some((*reviewer, *application, score))
        })
        .collect();
    let all = mean(
        &scores
            .iter()
            .map(|(_, _, score)| *score)
            .collect::<Vec<_>>(),
    );
    let mut by_reviewer: HashMap<usize, Vec<Fraction>> = HashMap::new();
    let mut by_application: BTreeMap<usize, Vec<(usize, Fraction)>> = BTreeMap::new();
    for (reviewer, application, score) in scores {
        by_reviewer.entry(reviewer).or_default().push(score);
        by_application
            .entry(application)
            .or_default()
            .push((reviewer, score));
    }
    by_application
        .into_iter()
        .map(|(application, scores)| {
            let moved: Vec<Fraction> = scores
                .into_iter()
                .map(|(reviewer, score)| {
                    let own = mean(&by_reviewer[&reviewer]);
                    score.plus(all).plus(Fraction(-own.0, own.1))
                })
                .collect();
            (application, mean(&moved).rounded(10_000).0)
        })
        .collect()
}

/// What a host is told.
async fn told(host: &Actor, application: &str) -> (String, Value) {
    let shown = host
        .get(&format!("/v1/applications/{application}"))
        .await
        .expect(200);
    (
        shown.body["status"].as_str().unwrap().to_owned(),
        shown.body["reserve_rank"].clone(),
    )
}

both_backends! {
    async fn a_whole_call_on_real_cities_from_draft_to_announcement(app: App) {
        let cities = cities(&app).await;
        let officer = app.program_officer().await;
        let call = app.call(json!({
            "places": 12, "reserve_places": 5, "reviews_per_application": 3, "normalisation": "reviewer_mean", "is_blind": true,
            "rubric": [
                {"key": "impact", "title": "Impact", "weight": 50, "max_points": 5},
                {"key": "readiness", "title": "Readiness", "weight": 30, "max_points": 7},
                {"key": "reach", "title": "Reach", "weight": 20, "max_points": 3},
            ],
        })).await;
        app.act_on_call(&call, "open").await.expect(200);
        let mut applications = Vec::new();
        for city in &cities {
            applications.push(app.handed_in(&call, &city.id, &city.name).await);
        }
        let number: HashMap<String, usize> = applications.iter().cloned().zip(0..).collect();
        // Two of the cities look for themselves.
        let mut panel: Vec<Panelist> = Vec::new();
        for one in 0..REVIEWERS {
            panel.push(app.seated(&call, &format!("reviewer{one}"), Role::ClearanceOfficer).await);
        }
        // Each of the first four has a conflict with some.
        for (one, reviewer) in panel.iter().enumerate().take(4) {
            for city in cities.iter().skip(one * 3).take(3) {
                let body = json!({"organization_id": city.id, "reason": "Family."});
                reviewer.actor.post(&format!("/v1/calls/{call}/conflicts"), body).await.expect(201);
            }
        }
        app.act_on_call(&call, "close").await.expect(200);
        let spread = officer.post(&format!("/v1/calls/{call}/assign-evenly"), json!({})).await.expect(200);
        assert_eq!(spread.body["lacking"], json!([]));
        let mut loads: HashMap<&str, usize> = HashMap::new();
        let mut work: Vec<(usize, usize)> = Vec::new();
        for row in spread.body["assigned"].as_array().unwrap() {
            *loads.entry(row["reviewer_id"].as_str().unwrap()).or_default() += 1;
            let reviewer = panel.iter().position(|one| row["reviewer_id"] == json!(one.id)).unwrap();
            let application = number[row["application_id"].as_str().unwrap()];
            assert!(reviewer >= 4 || application / 3 != reviewer, "a conflict was assigned");
            work.push((reviewer, application));
        }
        assert_eq!(loads.values().copied().collect::<BTreeSet<_>>(), BTreeSet::from([36]));
        app.act_on_call(&call, "start-review").await.expect(200);
        let mut reviews = Vec::new();
        for (reviewer, application) in work {
            let body = match given(reviewer, application) {
                None => json!({"is_abstention": true}),
                Some([impact, readiness, reach]) => {
                    reviews.push((reviewer, application, [impact, readiness, reach]));
                    json!({"scores": {"impact": impact, "readiness": readiness, "reach": reach}})
                }
            };
            panel[reviewer].put_review(&applications[application], body).await.expect(201);
        }

        // The ranking, against the stated rule computed in another way.
        let expected = expected(&reviews);
        let ranking = officer.get(&format!("/v1/calls/{call}/ranking")).await.expect(200);
        let rows = ranking.body["data"].as_array().unwrap();
        assert_eq!(rows.len(), CITIES);
        #[expect(clippy::cast_possible_truncation, reason = "four decimals of a hundred")]
        let shown = |row: &Value| row["normalised_score"].as_f64().map(|score| (score * 10_000.0).round() as i128);
        for row in rows {
            let score = expected.get(&number[row["application_id"].as_str().unwrap()]).copied();
            assert_eq!(shown(row), score, "{row}");
            let ahead = expected.values().filter(|other| Some(**other) > score).count();
            assert_eq!(row["rank"].as_u64().unwrap(), u64::try_from(ahead).unwrap() + 1);
            let equal = expected.values().filter(|other| Some(**other) == score).count();
            assert_eq!(row["is_tied"], equal > 1);
        }
        let ranks: Vec<u64> = rows.iter().map(|row| row["rank"].as_u64().unwrap()).collect();
        assert!(ranks.is_sorted());

        // By hand: one far down is selected, the best is refused. Ties at a line are decided.
        let far = rows[40]["application_id"].as_str().unwrap().to_owned();
        let best = rows[0]["application_id"].as_str().unwrap().to_owned();
        app.decide_by_hand(&far, "select").await.expect(200);
        app.decide_by_hand(&best, "reject").await.expect(200);
        let mut slate = app.slate(&call).await;
        while slate["is_complete"] == json!(false) {
            let entries = slate["data"].as_array().unwrap();
            let tied = entries.iter().find(|entry| entry["tie_at_line"] == json!(true)).unwrap();
            app.decide_by_hand(tied["application_id"].as_str().unwrap(), "reject").await.expect(200);
            slate = app.slate(&call).await;
        }
        let of = |slate: &Value, outcome: &str| -> Vec<String> {
            let entries = slate["data"].as_array().unwrap().iter();
            entries.filter(|entry| entry["outcome"] == outcome).map(|entry| entry["application_id"].as_str().unwrap().to_owned()).collect()
        };
        let (selected, reserve, rejected) = (of(&slate, "selected"), of(&slate, "reserve"), of(&slate, "rejected"));
        assert_eq!((selected.len(), reserve.len(), rejected.len()), (12, 5, CITIES - 17));
        assert!(selected.contains(&far) && rejected.contains(&best));
        let by_rank: Vec<&String> = selected.iter().filter(|id| **id != far).collect();
        for id in &by_rank {
            let score = expected[&number[*id]];
            assert!(reserve.iter().all(|other| expected[&number[other]] <= score));
        }

        app.act_on_call(&call, "decide").await.expect_problem(409, "sign_offs_missing");
        app.sign_as_usual(&call).await;
        let host_of = |id: &String| cities[number[id]].name.clone();
        let (winner, first, second, loser) = (by_rank[0].clone(), reserve[0].clone(), reserve[1].clone(), best.clone());
        let mut hosts = HashMap::new();
        for id in [&winner, &first, &second, &loser] {
            let key = app.key_of(&host_of(id), &[Permission::ApplicationsRead, Permission::ApplicationsWrite]).await;
            hosts.insert(id.clone(), key);
        }
        let all_under_review = || async {
            for (id, host) in &hosts {
                assert_eq!(told(host, id).await, ("under_review".to_owned(), Value::Null));
            }
        };
        all_under_review().await;
        let decided = app.act_on_call(&call, "decide").await.expect(200);
        assert_eq!(decided.body["status"], "decided");
        all_under_review().await;
        app.act_on_call(&call, "announce").await.expect(200);
        assert_eq!(told(&hosts[&winner], &winner).await.0, "selected");
        assert_eq!(told(&hosts[&first], &first).await, ("reserve".to_owned(), json!(1)));
        assert_eq!(told(&hosts[&second], &second).await, ("reserve".to_owned(), json!(2)));
        assert_eq!(told(&hosts[&loser], &loser).await.0, "rejected");
        // What was decided is what was signed.
        let after = app.slate(&call).await;
        assert_eq!((of(&after, "selected").len(), of(&after, "reserve"), &after["digest"]), (12, reserve.clone(), &slate["digest"]));

        // A selected host steps back: the reserve moves up.
        let body = json!({"reason": "The council said no."});
        app.act_with(&hosts[&winner], &format!("/v1/applications/{winner}"), "withdraw", body).await.expect(200);
        assert_eq!(told(&hosts[&first], &first).await, ("selected".to_owned(), Value::Null));
        assert_eq!(told(&hosts[&second], &second).await, ("reserve".to_owned(), json!(1)));
        let body = json!({"reason": "Neither do we."});
        app.act_with(&hosts[&second], &format!("/v1/applications/{second}"), "withdraw", body).await.expect(200);
        let after = app.slate(&call).await;
        assert_eq!((of(&after, "selected").len(), of(&after, "reserve")), (12, reserve[2..].to_vec()));
        let ranks: Vec<&Value> = after["data"].as_array().unwrap().iter().map(|entry| &entry["reserve_rank"]).filter(|rank| !rank.is_null()).collect();
        assert_eq!(ranks, [1, 2, 3]);
    }

    async fn a_slate_is_signed_in_order_by_people_who_did_not_review(app: App) {
        let (call, applications) = app.closed_call(json!({"places": 1, "reserve_places": 1}), &["Phoenix", "Chicago", "Denver"]).await;
        let reviewer = app.seated(&call, "okafor", Role::ProgramOfficer).await;
        for id in applications.values() {
            app.assign(&call, id, &reviewer).await.expect(201);
        }
        app.act_on_call(&call, "start-review").await.expect(200);
        for (city, impact) in [("Phoenix", 5), ("Chicago", 3), ("Denver", 1)] {
            reviewer.review(&applications[city], Some(impact), None).await.expect(201);
        }
        let (officer, admin) = (app.program_officer().await, app.admin().await);
        let second_officer = app.panelist("second", Role::ProgramOfficer).await.actor;
        let slate = app.slate(&call).await;
        let outcomes: Vec<(&Value, &Value)> = slate["data"].as_array().unwrap().iter().map(|entry| (&entry["application_id"], &entry["outcome"])).collect();
        assert_eq!(outcomes, [
            (&json!(applications["Phoenix"]), &json!("selected")), (&json!(applications["Chicago"]), &json!("reserve")), (&json!(applications["Denver"]), &json!("rejected")),
        ]);
        let digest = slate["digest"].clone();

        // Not by the panel, who do not see it; not out of turn; not as somebody else.
        let sign_offs = format!("/v1/calls/{call}/sign-offs");
        for view in [format!("/v1/calls/{call}/slate"), sign_offs.clone()] {
            reviewer.actor.get(&view).await.expect_problem(403, "forbidden");
        }
        app.sign(&reviewer.actor, &call, &digest, "approved").await.expect_problem(403, "forbidden");
        let scheduler = app.as_role(Role::Scheduler).await;
        app.sign(&scheduler, &call, &digest, "approved").await.expect_problem(403, "forbidden");
        let early = app.sign(&admin, &call, &digest, "approved").await.expect_problem(409, "sign_offs_missing");
        assert_eq!(early.body["missing"], json!(["program_officer"]));
        app.sign(&officer, &call, &json!("0".repeat(64)), "approved").await.expect_problem(409, "slate_changed");
        let missing = app.act_on_call(&call, "decide").await.expect_problem(409, "sign_offs_missing");
        assert_eq!(missing.body["missing"], json!(["program_officer", "administrator"]));

        // Returned: the next begins anew.
        app.sign(&officer, &call, &digest, "approved").await.expect(201);
        app.sign(&officer, &call, &digest, "approved").await.expect_problem(403, "forbidden");
        app.sign(&admin, &call, &digest, "returned").await.expect(201);
        app.sign(&admin, &call, &digest, "approved").await.expect_problem(409, "sign_offs_missing");
        app.sign(&second_officer, &call, &digest, "approved").await.expect(201);
        // A review that changes, changes the slate.
        reviewer.review(&applications["Denver"], Some(4), None).await.expect(200);
        app.sign(&admin, &call, &digest, "approved").await.expect_problem(409, "slate_changed");
        let listed = officer.get(&sign_offs).await.expect(200);
        let seen: Vec<(&Value, &Value)> = listed.body["data"].as_array().unwrap().iter().map(|row| (&row["decision"], &row["counts"])).collect();
        assert_eq!(seen, [(&json!("approved"), &json!(false)), (&json!("returned"), &json!(false)), (&json!("approved"), &json!(false))]);
        let digest = app.slate(&call).await["digest"].clone();
        app.sign(&officer, &call, &digest, "approved").await.expect(201);
        app.sign(&admin, &call, &digest, "approved").await.expect(201);
        app.sign(&second_officer, &call, &digest, "approved").await.expect_problem(409, "conflict");

        // What was signed, and why, cannot be changed in the database either.
        {
            use diesel::connection::SimpleConnection;
            let mut conn = app.database.connect();
            for statement in ["UPDATE sign_offs SET reason = 'Another'", "DELETE FROM sign_offs"] {
                let error = conn.batch_execute(statement).unwrap_err();
                assert!(error.to_string().contains("sign_offs_append_only"), "{error}");
            }
        }
        // Nor does whoever reviewed decide.
        let record = format!("/v1/calls/{call}");
        reviewer.actor.act_now(&record, "decide").await.expect_problem(403, "forbidden");
        app.act_with(&reviewer.actor, &format!("/v1/applications/{}", applications["Denver"]), "select", json!({})).await.expect_problem(403, "forbidden");
        app.act_with(&admin, &record, "decide", json!({"slate_digest": "0".repeat(64)})).await.expect_problem(409, "slate_changed");
        let done = app.act_with(&admin, &record, "decide", json!({"slate_digest": digest, "announce": true})).await.expect(200);
        assert_eq!(done.body["status"], "announced");
        app.act_on_call(&call, "announce").await.expect_problem(409, "not_allowed_in_state");
        app.decide_by_hand(&applications["Denver"], "select").await.expect_problem(409, "not_allowed_in_state");

        // Each host is told once, of its own.
        let events = app.key_of("Phoenix", &[Permission::EventsRead, Permission::ApplicationsRead, Permission::ProgramsRead]).await;
        app.settle_journal().await;
        let feed = events.get("/v1/events?limit=100").await.expect(200);
        let kinds: Vec<&str> = feed.body["data"].as_array().unwrap().iter().map(|event| event["type"].as_str().unwrap()).filter(|kind| kind.starts_with("application.") || kind.starts_with("call.")).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "application.selected").count(), 1, "{kinds:?}");
        for kind in ["application.review_started", "call.announced"] {
            assert!(kinds.contains(&kind), "{kinds:?}");
        }
        for kind in ["application.reviewed", "application.assigned", "application.decided", "application.rejected", "application.reserved", "call.decided", "call.slate_approved"] {
            assert!(!kinds.contains(&kind), "{kinds:?}");
        }
    }

    async fn ties_at_a_line_and_what_has_no_score_are_decided_by_hand(app: App) {
        let cities = ["Phoenix", "Chicago", "Denver", "Boston"];
        let (call, applications) = app.closed_call(json!({"places": 1, "reserve_places": 1}), &cities).await;
        let reviewer = app.seated(&call, "okafor", Role::ClearanceOfficer).await;
        for id in applications.values() {
            app.assign(&call, id, &reviewer).await.expect(201);
        }
        app.decide_by_hand(&applications["Phoenix"], "select").await.expect_problem(409, "not_allowed_in_state");
        app.act_on_call(&call, "start-review").await.expect(200);
        for (city, impact) in [("Phoenix", 4), ("Chicago", 4), ("Denver", 1)] {
            reviewer.review(&applications[city], Some(impact), Some(3)).await.expect(201);
        }
        let entry = |slate: &Value, city: &str| {
            let rows = slate["data"].as_array().unwrap().iter();
            rows.clone().find(|row| row["application_id"] == json!(applications[city])).unwrap().clone()
        };
        let slate = app.slate(&call).await;
        assert_eq!(slate["is_complete"], false);
        for city in ["Phoenix", "Chicago"] {
            let row = entry(&slate, city);
            assert_eq!((&row["tie_at_line"], &row["outcome"], &row["rank"]), (&json!(true), &Value::Null, &json!(1)));
        }
        assert_eq!(entry(&slate, "Boston")["outcome"], Value::Null);
        let officer = app.program_officer().await;
        app.sign(&officer, &call, &slate["digest"], "approved").await.expect_problem(409, "conflict");
        let refused = app.act_on_call(&call, "decide").await.expect_problem(409, "conflict");
        assert_eq!(refused.body["open"].as_array().unwrap().len(), 3);

        app.act_with(&officer, &format!("/v1/applications/{}", applications["Boston"]), "reject", json!({})).await.expect(422);
        app.decide_by_hand(&applications["Boston"], "reject").await.expect(200);
        app.decide_by_hand(&applications["Chicago"], "shortlist").await.expect(200);
        let selected = app.decide_by_hand(&applications["Chicago"], "select").await.expect(200);
        assert_eq!((&selected.body["status"], &selected.body["reason"]), (&json!("selected"), &json!("After long debate.")));
        app.decide_by_hand(&applications["Phoenix"], "select").await.expect_problem(409, "no_place_left");
        let slate = app.slate(&call).await;
        assert_eq!((&slate["is_complete"], &slate["places_left"]), (&json!(true), &json!(0)));
        assert_eq!((&entry(&slate, "Phoenix")["outcome"], &entry(&slate, "Phoenix")["reserve_rank"]), (&json!("reserve"), &json!(1)));
        assert_eq!((&entry(&slate, "Chicago")["by"], &entry(&slate, "Denver")["by"]), (&json!("hand"), &json!("rank")));
    }

    async fn whoever_wrote_decided_or_signed_does_not_join_the_panel_afterwards(app: App) {
        let (call, applications) = app.closed_call(json!({"places": 1, "reserve_places": 1}), &["Phoenix", "Chicago"]).await;
        let [one, two] = [app.seated(&call, "ines", Role::Scheduler).await, app.seated(&call, "omar", Role::ClearanceOfficer).await];
        app.act_on_call(&call, "start-review").await.expect(200);
        for (reviewer, points) in [(&one, 4), (&two, 2)] {
            for id in applications.values() {
                app.assign(&call, id, reviewer).await.expect(201);
                reviewer.review(id, Some(points), Some(points)).await;
            }
        }
        app.decide_by_hand(&applications["Phoenix"], "select").await.expect(200);
        // The administrator wrote and decided; the program officer signs.
        let admin = app.admin().await;
        let me = admin.get("/v1/me").await.expect(200).id();
        app.seat_on_panel(&call, &me).await.expect_problem(409, "conflict");
        let officer = app.program_officer().await;
        let digest = app.slate(&call).await["digest"].clone();
        app.sign(&officer, &call, &digest, "approved").await.expect(201);
        let signer = officer.get("/v1/me").await.expect(200).id();
        app.seat_on_panel(&call, &signer).await.expect_problem(409, "conflict");
    }
}
