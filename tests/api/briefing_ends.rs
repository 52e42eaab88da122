//! What ends, or stays, when a briefing is off or its venue shrinks.

use chancery::kernel::access::Role;
use chancery::mail::template::Template;
use reqwest::Method;
use serde_json::json;

use crate::both_backends;
use crate::support::App;

both_backends! {
    async fn wishes_end_with_their_briefing_and_with_a_correction_of_staff(app: App) {
        let rsvp = app.clock.now().plus_seconds(3600).to_string();
        let briefing = app.published_soon(json!({
            "rsvp_deadline": {"utc": format!("{}Z", &rsvp[..19]), "time_zone": "America/Phoenix"},
        })).await;
        let (city, path) = (app.as_city("Phoenix").await, app.registered("Phoenix", &briefing, 1).await);
        app.clock.advance(3700);
        app.sign_everyone_in_again().await;
        let (city, admin) = (app.again("staff@phoenix.example.gov").await, { drop(city); app.admin().await });
        let status = async |id: &str| admin.get(&format!("/v1/registration-changes/{id}")).await.expect(200).body["status"].clone();
        let correction = city.send(Method::PATCH, &path, &[], Some(json!({"title": "Mayor"}))).await.expect(202).id();
        admin.send(Method::PATCH, &path, &[], Some(json!({"title": "Governor"}))).await.expect(200);
        assert_eq!(status(&correction).await, "superseded");
        let cancellation = city.post(&format!("{path}/cancel"), json!({})).await.expect(202).id();
        admin.send(Method::PATCH, &path, &[], Some(json!({"title": "Mayor"}))).await.expect(200);
        assert_eq!(status(&cancellation).await, "pending", "a correction is no answer to it");
        admin.act_now(&format!("/v1/briefings/{briefing}"), "cancel").await.expect(200);
        assert_eq!(status(&cancellation).await, "superseded");
    }

    async fn a_cancellation_comes_after_a_postponement_in_calendars(app: App) {
        let briefing = app.published(json!({})).await;
        let path = format!("/v1/briefings/{briefing}");
        app.registered("Phoenix", &briefing, 1).await;
        let admin = app.admin().await;
        let mut numbers = Vec::new();
        for (action, template) in [("postpone", Template::BriefingPostponed), ("cancel", Template::BriefingCancelled)] {
            admin.act_now(&path, action).await.expect(200);
            assert_eq!(app.told(template).await.len(), 1);
            let ics = admin.get(&format!("{path}.ics")).await.expect(200).text;
            let number = ics.lines().find_map(|line| line.trim().strip_prefix("SEQUENCE:").map(str::to_owned)).unwrap();
            numbers.push(number.parse::<i64>().unwrap());
        }
        assert!(numbers[0] < numbers[1], "{numbers:?}");
    }

    async fn a_venue_that_shrinks_holds_up_no_other_change(app: App) {
        let admin = app.as_role(Role::Administrator).await;
        let venue = app.venue("Phoenix City Hall").await;
        let briefing = app.published(json!({"format": "in_person", "venue_id": venue, "capacity": 10})).await;
        admin.patch_now(&format!("/v1/venues/{venue}"), json!({"capacity": 5})).await.expect(200);
        let path = format!("/v1/briefings/{briefing}");
        admin.patch_now(&path, json!({"summary": "Only the summary"})).await.expect(200);
        let now = admin.get(&path).await.expect(200).tag();
        let more = admin.patch(&path, &now, json!({"capacity": 11})).await.expect_problem(422, "validation_failed");
        assert_eq!(more.fault_codes(), ["venue_too_small"]);
        admin.patch_now(&path, json!({"capacity": 8})).await.expect(200);
    }
}
