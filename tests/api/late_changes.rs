//! Changes of registrations after the deadline: they become requests, and staff decide.

use chancery::kernel::access::{Role, SERVICE_SCOPES};
use chancery::mail::template::Template;
use reqwest::Method;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

/// A briefing whose deadline has passed, and the address of a registration of Phoenix's.
async fn late(app: &App) -> (String, String) {
    app.jump("2030-03-01T00:00:00Z").await;
    let city = app.as_city("Phoenix").await;
    let briefing = app
        .published(json!({
            "rsvp_deadline": {"local": "2030-03-10T10:00:00", "time_zone": "America/Phoenix"},
        }))
        .await;
    let made = app
        .attendee(&city, &briefing, "ana.ruiz@phoenix.example.gov")
        .await;
    let path = made.header("location").unwrap().to_owned();
    app.jump("2030-03-10T17:00:00Z").await;
    (briefing, path)
}

both_backends! {
    async fn a_late_change_is_taken_down_and_made_when_staff_accept_it(app: App) {
        let (_, path) = late(&app).await;
        let (city, admin) = (app.as_city("Phoenix").await, app.admin().await);
        let change = json!({"name": "Ana R. Ruiz", "accommodations": null});
        let asked = city.send(Method::PATCH, &path, &[], Some(change.clone())).await.expect(202);
        assert_eq!((asked.body["kind"].clone(), asked.body["change"].clone(), asked.body["status"].clone()), (json!("update"), change.clone(), json!("pending")));
        // The same again is the same wish, and the registration stays as it is.
        let again = city.send(Method::PATCH, &path, &[], Some(change)).await.expect(202);
        assert_eq!(again.id(), asked.id());
        assert_eq!(city.get(&path).await.expect(200).body["attendee"]["name"], "Ana Ruiz");
        let record = format!("/v1/registration-changes/{}", asked.id());
        assert_eq!(asked.header("location").unwrap(), record);
        let seen = admin.get(&record).await.expect(200);
        assert_eq!(seen.body["allowed_actions"], json!(["accept", "refuse"]));
        assert_eq!(city.get(&record).await.expect(200).body["allowed_actions"], json!([]));
        city.act_now(&record, "accept").await.expect_problem(403, "forbidden");
        let body = json!({"reason": "The guard could still be told."});
        let made = admin.post_with(&format!("{record}/accept"), &[("If-Match", &seen.tag())], body).await.expect(200);
        assert_eq!((made.body["status"].clone(), made.body["version"].clone()), (json!("accepted"), json!(2)));
        assert_eq!(city.get(&path).await.expect(200).body["attendee"]["name"], "Ana R. Ruiz");
        admin.act_now(&record, "accept").await.expect_problem(409, "not_allowed_in_state");
        // Whoever asked is told, and the attendee.
        assert_eq!(app.told(Template::RegistrationChangeDecided).await, ["ana.ruiz@phoenix.example.gov", "staff@phoenix.example.gov"]);
    }

    async fn a_newer_wish_takes_the_place_of_the_one_before(app: App) {
        let (briefing, path) = late(&app).await;
        let (city, admin) = (app.as_city("Phoenix").await, app.admin().await);
        // What says nothing is no wish. To say that it is to be as it is takes the wish back.
        let wish = city.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        let status = async |id: &str| admin.get(&format!("/v1/registration-changes/{id}")).await.expect(200).body["status"].clone();
        city.send(Method::PATCH, &path, &[], Some(json!({}))).await.expect(200);
        assert_eq!(status(&wish).await, "pending");
        let as_it_is = json!({"title": city.get(&path).await.body["attendee"]["title"]});
        city.send(Method::PATCH, &path, &[], Some(as_it_is)).await.expect(200);
        assert_eq!(status(&wish).await, "superseded");
        let wish = city.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        let tag = admin.get(&format!("/v1/registration-changes/{wish}")).await.expect(200).tag();
        let body = json!({"reason": "Asked for by mistake."});
        admin.post_with(&format!("/v1/registration-changes/{wish}/refuse"), &[("If-Match", &tag)], body).await.expect(200);
        let first = city.send(Method::PATCH, &path, &[], Some(json!({"title": "Mayor"}))).await.expect(202).id();
        let second = city.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        let list = format!("/v1/registration-changes?briefing_id={briefing}");
        assert!(admin.get(&format!("{list}&status=superseded")).await.expect(200).ids().contains(&first));
        assert_eq!(admin.get(&format!("{list}&status=pending")).await.expect(200).ids(), std::slice::from_ref(&second));
        admin.act_now(&format!("/v1/registration-changes/{first}"), "accept").await.expect_problem(409, "not_allowed_in_state");
        let tag = admin.get(&format!("/v1/registration-changes/{second}")).await.expect(200).tag();
        let body = json!({"reason": "The list is closed."});
        admin.post_with(&format!("/v1/registration-changes/{second}/refuse"), &[("If-Match", &tag)], body).await.expect(200);
        assert_eq!(city.get(&path).await.expect(200).body["status"], "confirmed");
        // Staff themselves change at once; what was asked for and not decided has no object then.
        let third = city.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        admin.post(&format!("{path}/cancel"), json!({})).await.expect(200);
        assert_eq!(admin.get(&format!("/v1/registration-changes/{third}")).await.expect(200).body["status"], "superseded");
    }

    async fn a_city_sees_its_own_late_changes_alone(app: App) {
        let (_, path) = late(&app).await;
        let (phoenix, chicago) = (app.as_city("Phoenix").await, app.as_city("Chicago").await);
        let id = phoenix.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        let list = "/v1/registration-changes?include=total";
        assert_eq!(phoenix.get(list).await.expect(200).ids(), std::slice::from_ref(&id));
        let others = chicago.get(list).await.expect(200);
        assert_eq!((others.ids().len(), others.body["total"].clone()), (0, json!(0)));
        let record = format!("/v1/registration-changes/{id}");
        chicago.get(&record).await.expect_problem(404, "not_found");
        assert_eq!(app.key_of("Phoenix", SERVICE_SCOPES).await.get(list).await.expect(200).ids(), std::slice::from_ref(&id));
        assert!(app.key_of("Chicago", SERVICE_SCOPES).await.get(list).await.expect(200).ids().is_empty());
        app.settle_journal().await;
        let told = |feed: String| feed.contains(&id);
        assert!(told(phoenix.get("/v1/events?limit=100").await.expect(200).text));
        assert!(!told(chicago.get("/v1/events?limit=100").await.expect(200).text));
        app.as_role(Role::Auditor).await.act_now(&record, "refuse").await.expect_problem(403, "forbidden");
    }

    async fn of_two_decisions_at_once_one_counts(app: App) {
        let (briefing, path) = late(&app).await;
        let (city, admin) = (app.as_city("Phoenix").await, app.admin().await);
        let id = city.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        let record = format!("/v1/registration-changes/{id}");
        let tag = admin.get(&record).await.expect(200).tag();
        let tries = (0..10).map(|number| {
            let (action, body) = if number % 2 == 0 { ("accept", json!({})) } else { ("refuse", json!({"reason": "No."})) };
            let (admin, record, tag) = (admin.clone(), record.clone(), tag.clone());
            async move { admin.post_with(&format!("{record}/{action}"), &[("If-Match", &tag)], body).await }
        });
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        let decided = admin.get(&record).await.expect(200).body["status"].clone();
        let confirmed = admin.get(&format!("/v1/briefings/{briefing}")).await.body["counts"]["confirmed"].clone();
        assert_eq!(confirmed, json!(i64::from(decided == "refused")));
    }
}
