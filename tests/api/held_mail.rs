//! What is held back over the night says in the morning what is true then, or nothing.

use std::time::Duration;

use chancery::kernel::time::Timestamp;
use chancery::mail::model::{MailMessage, MailStatus};
use chancery::mail::template::Template;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{App, wait_for};

const ANA: &str = "ana@phoenix.example.gov";

fn at(instant: Timestamp) -> Value {
    json!({"utc": format!("{}Z", &instant.to_string()[..19]), "time_zone": "America/Phoenix"})
}

/// 22:00 in Phoenix, and a briefing five days later for which this many seats are there.
async fn at_night(app: &App, capacity: i64) -> (Timestamp, String) {
    app.city("Phoenix").await;
    let now = app.at_hour(5).await;
    let starts_at = now.plus_seconds(5 * 86_400);
    let times = json!({"starts_at": at(starts_at), "ends_at": at(starts_at.plus_seconds(3600)), "capacity": capacity});
    (starts_at, app.published(times).await)
}

/// Waits until the worker has looked at everything that is queued, and holds it back.
async fn held(app: &App) {
    for _ in 0..800 {
        let queued = app.mails().await;
        let waits = |mail: &MailMessage| mail.status == MailStatus::Queued && !mail.is_held_back;
        if !queued.iter().any(waits) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("something is not held back");
}

/// Waits a while in which something that should not come would have come.
async fn a_while() {
    tokio::time::sleep(Duration::from_millis(700)).await;
}

/// The subjects of what comes in the morning, in order.
async fn in_the_morning(app: &App, count: usize) -> Vec<String> {
    app.at_hour(14).await;
    let mut subjects: Vec<String> = wait_for(&app.mail_folder(), count)
        .await
        .iter()
        .map(|mail| mail["headers"]["subject"].as_str().unwrap().to_owned())
        .collect();
    a_while().await;
    subjects.sort();
    assert_eq!(app.letters().len(), count, "{subjects:?}");
    subjects
}

async fn act(app: &App, briefing: &str, action: &str) {
    let path = format!("/v1/briefings/{briefing}");
    app.admin().await.act_now(&path, action).await.expect(200);
}

async fn move_to(app: &App, briefing: &str, starts_at: Timestamp) {
    let times = json!({"starts_at": at(starts_at), "ends_at": at(starts_at.plus_seconds(3600))});
    let path = format!("/v1/briefings/{briefing}");
    app.admin().await.patch_now(&path, times).await.expect(200);
}

both_backends! {
    with App::start_with_nights;

    async fn who_is_invited_at_night_is_invited_to_what_the_briefing_is_in_the_morning(app: App) {
        let (starts_at, briefing) = at_night(&app, 25).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        held(&app).await;
        move_to(&app, &briefing, starts_at.plus_seconds(7 * 86_400)).await;
        let token = app.link_of(ANA).await;
        assert_eq!(in_the_morning(&app, 1).await, ["You are invited: Supply chains"]);
        let text = format!("{:?}", app.letters());
        let shown = app.look_up(&token).await.expect(200).body["starts_at"]["local"].as_str().unwrap().to_owned();
        let day = chrono::NaiveDateTime::parse_from_str(&shown, "%Y-%m-%dT%H:%M:%S").unwrap();
        assert!(text.contains(&day.format("%-d %B %Y").to_string()) && text.contains("Please answer by"), "{text}");
    }

    async fn an_invitation_waits_while_its_briefing_is_put_off(app: App) {
        let (starts_at, briefing) = at_night(&app, 25).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        held(&app).await;
        act(&app, &briefing, "postpone").await;
        app.at_hour(14).await;
        a_while().await;
        assert_eq!(app.letters().len(), 0);
        move_to(&app, &briefing, starts_at.plus_seconds(7 * 86_400)).await;
        a_while().await;
        assert_eq!(app.letters().len(), 0);
        act(&app, &briefing, "schedule").await;
        act(&app, &briefing, "publish").await;
        let subjects = in_the_morning(&app, 1).await;
        assert!(subjects[0].starts_with("You are invited"), "{subjects:?}");
    }

    async fn nobody_hears_that_something_is_off_of_which_they_have_not_heard(app: App) {
        let (_, briefing) = at_night(&app, 25).await;
        app.invited(&briefing, "Phoenix", ANA).await;
        held(&app).await;
        act(&app, &briefing, "cancel").await;
        app.at_hour(14).await;
        a_while().await;
        assert_eq!(app.letters().len(), 0);
    }

    async fn who_has_a_seat_in_the_morning_does_not_wait_for_one(app: App) {
        let (_, briefing) = at_night(&app, 1).await;
        let city = app.as_city("Phoenix").await;
        let first = app.attendee(&city, &briefing, "first@phoenix.example.gov").await;
        app.attendee(&city, &briefing, ANA).await;
        held(&app).await;
        let path = format!("/v1/briefings/{briefing}/registrations/{}/cancel", first.id());
        city.post(&path, json!({})).await.expect(200);
        let subjects = in_the_morning(&app, 2).await;
        assert_eq!(app.told(Template::RegistrationWaitlisted).await, Vec::<String>::new());
        assert_eq!(app.told(Template::RegistrationPromoted).await, [ANA]);
        assert_eq!(subjects.len(), 2);
    }

    async fn who_is_registered_at_night_has_a_seat_in_what_the_briefing_is_in_the_morning(app: App) {
        let (starts_at, briefing) = at_night(&app, 25).await;
        let city = app.as_city("Phoenix").await;
        app.attendee(&city, &briefing, ANA).await;
        held(&app).await;
        move_to(&app, &briefing, starts_at.plus_seconds(86_400)).await;
        held(&app).await;
        move_to(&app, &briefing, starts_at.plus_seconds(2 * 86_400)).await;
        let subjects = in_the_morning(&app, 1).await;
        assert!(subjects[0].starts_with("Registered"), "{subjects:?}");
        // Who has heard of it is told of the change as before.
        move_to(&app, &briefing, starts_at.plus_seconds(3 * 86_400)).await;
        let subjects = in_the_morning(&app, 2).await;
        assert!(subjects[0].starts_with("Changed"), "{subjects:?}");
    }

    async fn a_seat_in_what_begins_soon_is_worth_waking_somebody(app: App) {
        app.city("Phoenix").await;
        app.at_hour(5).await;
        let briefing = app.published_soon(json!({})).await;
        let city = app.as_city("Phoenix").await;
        app.attendee(&city, &briefing, ANA).await;
        wait_for(&app.mail_folder(), 1).await;
    }
}
