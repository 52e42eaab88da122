//! Materials of briefings: who reads them, and what is noted of it.

use chancery::briefings::materials::queries::list;
use chancery::kernel::access::{Permission, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App};

const SLIDES: &str = "Supply chains: what is changing.\n";

async fn add_as(who: &Actor, briefing: &str, query: &str, kind: &str, body: &[u8]) -> Answer {
    let path = format!("/v1/briefings/{briefing}/materials?{query}");
    who.send_raw(
        Method::POST,
        &path,
        &[("Content-Type", kind)],
        body.to_vec(),
    )
    .await
}

async fn add(who: &Actor, briefing: &str, query: &str) -> Answer {
    add_as(
        who,
        briefing,
        query,
        "application/octet-stream",
        SLIDES.as_bytes(),
    )
    .await
}

async fn seen(who: &Actor, briefing: &str) -> Vec<String> {
    who.get(&format!("/v1/briefings/{briefing}/materials"))
        .await
        .expect(200)
        .ids()
}

fn at(briefing: &str, material: &Answer) -> String {
    format!("/v1/briefings/{briefing}/materials/{}", material.id())
}

both_backends! {
    async fn registered_attended_and_cleared_people_each_read_theirs(app: App) {
        let briefing = app.published_soon(json!({})).await;
        let office = app.as_role(Role::Scheduler).await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let one = app.registered("Phoenix", &briefing, 1).await;
        let left = app.registered("Chicago", &briefing, 2).await;
        let shared = add(&office, &briefing, "filename=..%2Fslides.txt&title=Slides").await.expect(201);
        assert_eq!((&shared.body["filename"], &shared.body["title"], &shared.body["marking"], &shared.body["audience"]), (&json!("slides.txt"), &json!("Slides"), &json!("official_use"), &json!("registered")));
        let minutes = add(&office, &briefing, "filename=notes.txt&audience=attended").await.expect(201);
        let inner = add(&office, &briefing, "filename=risk.txt&audience=cleared&marking=public").await.expect(201);
        let controlled = add(&office, &briefing, "filename=cui.txt&marking=cui").await.expect(201);
        let all = [shared.id(), minutes.id(), inner.id(), controlled.id()];
        assert_eq!(seen(&office, &briefing).await, all);
        assert_eq!(seen(&app.as_role(Role::Auditor).await, &briefing).await, all);

        assert_eq!(seen(&phoenix, &briefing).await, [shared.id()]);
        assert_eq!(seen(&chicago, &briefing).await, [shared.id()]);
        let shown = phoenix.get(&at(&briefing, &shared)).await.expect(200);
        assert_eq!((&shown.body["uploaded_by"], &shown.body["allowed_actions"]), (&json!("The office"), &json!([])));
        assert_eq!(phoenix.get(&format!("{}/content", at(&briefing, &shared))).await.expect(200).text, SLIDES);
        for hidden in [&minutes, &inner, &controlled] {
            for path in [at(&briefing, hidden), format!("{}/content", at(&briefing, hidden))] {
                phoenix.get(&path).await.expect_problem(404, "not_found");
            }
        }
        // Whoever came reads what is for those who came; whoever cancelled reads nothing.
        office.post(&format!("{one}/check-in"), json!({})).await.expect(200);
        chicago.post(&format!("{left}/cancel"), json!({})).await.expect(200);
        assert_eq!(seen(&phoenix, &briefing).await, [shared.id(), minutes.id()]);
        assert_eq!(seen(&chicago, &briefing).await, Vec::<String>::new());
        chicago.get(&at(&briefing, &shared)).await.expect_problem(404, "not_found");
        office.post(&format!("{one}/undo-check-in"), json!({})).await.expect(200);
        assert_eq!(seen(&phoenix, &briefing).await, [shared.id()]);

        // A marking that is raised hides it; cities add and change nothing.
        let path = at(&briefing, &shared);
        phoenix.patch(&path, "\"1\"", json!({"title": "Mine"})).await.expect_problem(403, "forbidden");
        add(&phoenix, &briefing, "filename=x.txt").await.expect_problem(403, "forbidden");
        office.patch(&path, "\"2\"", json!({"marking": "cui"})).await.expect_problem(412, "precondition_failed");
        office.patch(&path, "\"1\"", json!({"marking": "cui"})).await.expect(200);
        assert_eq!(seen(&phoenix, &briefing).await, Vec::<String>::new());
        // Of a briefing that a city does not see there are no materials.
        let secret = app.published(json!({"marking": "cui", "starts_at": {"local": "2030-03-13T10:00:00", "time_zone": "America/Phoenix"}, "ends_at": {"local": "2030-03-13T11:00:00", "time_zone": "America/Phoenix"}})).await;
        assert_eq!(add(&office, &secret, "filename=x.txt").await.expect(201).body["marking"], "cui");
        phoenix.get(&format!("/v1/briefings/{secret}/materials")).await.expect_problem(404, "not_found");
    }

    async fn a_material_is_seen_from_its_instant_until_it_is_withdrawn(app: App) {
        let briefing = app.published(json!({})).await;
        app.registered("Phoenix", &briefing, 1).await;
        let office = app.as_role(Role::Scheduler).await;
        let later = app.clock.now().plus_seconds(3600);
        let slides = add(&office, &briefing, &format!("filename=a.txt&available_from={later}")).await.expect(201);
        let city = app.as_city("Phoenix").await;
        assert!(seen(&city, &briefing).await.is_empty());
        city.get(&at(&briefing, &slides)).await.expect_problem(404, "not_found");
        app.clock.set(later);
        app.sign_everyone_in_again().await;
        let (office, city) = (app.as_role(Role::Scheduler).await, app.as_city("Phoenix").await);
        assert_eq!(seen(&city, &briefing).await, [slides.id()]);
        let path = at(&briefing, &slides);
        let cleared = office.patch(&path, &slides.tag(), json!({"available_from": null, "title": "Slides"})).await.expect(200);
        assert_eq!((&cleared.body["available_from"], &cleared.body["version"]), (&Value::Null, &json!(2)));
        office.send(Method::POST, &format!("{path}/withdraw"), &[("If-Match", "\"2\"")], Some(json!({"reason": "A figure was wrong."}))).await.expect(200);
        office.act(&format!("{path}/withdraw"), "\"3\"").await.expect_problem(409, "not_allowed_in_state");
        office.patch(&path, "\"3\"", json!({"title": "Again"})).await.expect_problem(409, "not_allowed_in_state");
        assert!(seen(&city, &briefing).await.is_empty());
        city.get(&format!("{path}/content")).await.expect_problem(404, "not_found");
        let kept = office.get(&path).await.expect(200);
        assert_eq!((&kept.body["withdrawn_reason"], &kept.body["allowed_actions"]), (&json!("A figure was wrong."), &json!([])));
        office.get(&format!("{path}/content")).await.expect(200);
    }

    async fn every_download_is_in_the_journal_also_that_of_a_system(app: App) {
        let briefing = app.published(json!({})).await;
        app.registered("Phoenix", &briefing, 1).await;
        let office = app.as_role(Role::Scheduler).await;
        let slides = add(&office, &briefing, "filename=a.txt").await.expect(201);
        let content = format!("{}/content", at(&briefing, &slides));
        let city = app.as_city("Phoenix").await;
        let system = app.key_of("Phoenix", &[Permission::MaterialsRead, Permission::BriefingsRead]).await;
        for who in [&city, &system, &city] {
            who.get(&content).await.expect(200);
        }
        app.as_city("Chicago").await.get(&content).await.expect_problem(404, "not_found");
        city.get(&at(&briefing, &slides)).await.expect(200);
        app.settle_journal().await;
        let told = office_journal(&app, "material.downloaded").await;
        let who: Vec<&str> = told.iter().map(|event| event["actor"]["kind"].as_str().unwrap()).collect();
        assert_eq!(who.len(), 3);
        assert_eq!(who.iter().filter(|kind| **kind == "api_key").count(), 1);
        let me = city.get("/v1/me").await.expect(200).id();
        assert_eq!(told.iter().filter(|event| event["actor"]["id"] == json!(me)).count(), 2);
        assert!(told.iter().all(|event| event["subject"]["id"] == json!(slides.id())));
        // The attempt on one that exists for others is noted too.
        for _ in 0..100 {
            if office_journal(&app, "access.denied").await.iter().any(|event| event["subject"]["id"] == json!(slides.id())) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("the attempt is not in the journal");
    }

    async fn what_a_file_is_is_told_by_its_content_and_its_name_is_safe(app: App) {
        let briefing = app.published(json!({})).await;
        let office = app.as_role(Role::Scheduler).await;
        add_as(&office, &briefing, "filename=a.pdf", "application/pdf", SLIDES.as_bytes()).await.expect_problem(422, "validation_failed");
        add_as(&office, &briefing, "filename=a.txt", "text/plain", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n").await.expect_problem(422, "validation_failed");
        add_as(&office, &briefing, "filename=a.html", "application/octet-stream", b"<html><script>1</script></html>\x00").await.expect_problem(422, "validation_failed");
        add(&office, &briefing, "filename=a%0D%0AX:%201.txt").await.expect_problem(400, "invalid_query");
        add(&office, &briefing, "filename=..").await.expect_problem(422, "validation_failed");
        let odd = add(&office, &briefing, "filename=..%2F..%2Fa%22b%3B%C3%A9.txt").await.expect(201);
        let content = office.get(&format!("{}/content", at(&briefing, &odd))).await.expect(200);
        let named = content.header("content-disposition").unwrap();
        assert!(named.starts_with("attachment; filename=\"") && !named.contains("..") && !named.contains('/') && named.is_ascii(), "{named}");
        assert_eq!((content.header("x-content-type-options"), content.header("cache-control")), (Some("nosniff"), Some("no-store")));
        assert!(seen(&office, &briefing).await.len() == 1);
        // A briefing that is called off takes none.
        app.admin().await.act_now(&format!("/v1/briefings/{briefing}"), "cancel").await.expect(200);
        add(&office, &briefing, "filename=late.txt").await.expect_problem(409, "not_allowed_in_state");
    }

    async fn attendees_are_told_once_of_what_they_may_read(app: App) {
        let briefing = app.published_soon(json!({})).await;
        let one = app.registered("Phoenix", &briefing, 1).await;
        app.registered("Chicago", &briefing, 2).await;
        let gone = app.registered("Chicago", &briefing, 3).await;
        app.as_city("Chicago").await.post(&format!("{gone}/cancel"), json!({})).await.expect(200);
        let office = app.as_role(Role::Scheduler).await;
        office.post(&format!("{one}/check-in"), json!({})).await.expect(200);
        let told = || app.mail_of("materials_added");
        add(&office, &briefing, "filename=c.txt&audience=cleared").await.expect(201);
        add(&office, &briefing, "filename=d.txt&marking=cui").await.expect(201);
        assert!(told().is_empty());
        add(&office, &briefing, "filename=b.txt&audience=attended").await.expect(201);
        assert_eq!(told(), ["person1@phoenix.example.gov"]);
        let later = app.clock.now().plus_seconds(86_400);
        let slides = add(&office, &briefing, &format!("filename=a.txt&available_from={later}")).await.expect(201);
        assert_eq!(told(), ["person1@phoenix.example.gov", "person1@phoenix.example.gov", "person2@chicago.example.gov"]);
        // What waits follows the material: who may read it, and whether anybody may.
        let path = at(&briefing, &slides);
        office.patch(&path, "\"1\"", json!({"audience": "attended"})).await.expect(200);
        assert_eq!(told(), ["person1@phoenix.example.gov", "person1@phoenix.example.gov"]);
        office.act(&format!("{path}/withdraw"), "\"2\"").await.expect(200);
        assert_eq!(told(), ["person1@phoenix.example.gov"]);
    }

    async fn the_feed_tells_of_a_material_to_whoever_may_read_it(app: App) {
        let briefing = app.published(json!({})).await;
        app.registered("Phoenix", &briefing, 1).await;
        let office = app.as_role(Role::Scheduler).await;
        let shared = add(&office, &briefing, "filename=a.txt").await.expect(201).id();
        let others = [
            add(&office, &briefing, "filename=b.txt&audience=attended").await.expect(201).id(),
            add(&office, &briefing, "filename=c.txt&audience=cleared").await.expect(201).id(),
            add(&office, &briefing, "filename=d.txt&marking=cui").await.expect(201).id(),
            add(&office, &briefing, &format!("filename=e.txt&available_from={}", app.clock.now().plus_seconds(3600))).await.expect(201).id(),
        ];
        app.settle_journal().await;
        let phoenix = app.as_city("Phoenix").await.get("/v1/events?limit=100").await.expect(200).text;
        let chicago = app.as_city("Chicago").await.get("/v1/events?limit=100").await.expect(200).text;
        assert!(phoenix.contains("material.added") && phoenix.contains(&shared));
        assert!(!chicago.contains("material.added") && !chicago.contains(&shared));
        for other in &others {
            assert!(!phoenix.contains(other), "{other}");
        }
        let all = office.get("/v1/events?limit=100").await.expect(200).text;
        assert!(others.iter().all(|other| all.contains(other)));
    }

    async fn a_list_takes_as_many_statements_for_thirty_as_for_three_and_files_stay(app: App) {
        let briefing = app.published(json!({})).await;
        let office = app.as_role(Role::Scheduler).await;
        let scope = app.scope_of_admin();
        let mut counted = Vec::new();
        for (from, to) in [(0, 3), (3, 30)] {
            for number in from..to {
                add(&office, &briefing, &format!("filename={number}.txt")).await.expect(201);
            }
            let id = briefing.parse().unwrap();
            counted.push(app.statements_of(|conn| assert_eq!(list(conn, &scope, &id, app.clock.now()).unwrap().len(), to)));
        }
        assert_eq!(counted[0], counted[1]);
        // By the store's own clock the files are of now: look two days later.
        app.clock.set(app.clock.now().plus_seconds(2 * 86_400));
        assert_eq!(chancery::workers::clear_orphans(&app.kernel).await.unwrap(), 0);
    }
}

async fn office_journal(app: &App, kind: &str) -> Vec<Value> {
    let path = format!("/v1/audit-events?type={kind}&limit=100");
    let told = app.admin().await.get(&path).await.expect(200);
    told.body["data"].as_array().unwrap().clone()
}
