//! Invitations and late changes for the examples of the document: for each operation a record in the
//! state in which it succeeds.

use chancery::kernel::access::Role;
use serde_json::json;

use super::actor::Actor;
use super::app::App;
use super::worlds::Ids;

/// Records on which the operation succeeds, and who does what only the person who is invited does.
pub async fn invitation_world(
    app: &App,
    operation: &str,
    number: usize,
    briefing: &str,
) -> (Ids, Option<Actor>) {
    if operation.contains("registration_change") {
        return (late_change(app, number, briefing).await, None);
    }
    let is_of_invitations =
        operation.contains("briefing_invitation") || operation.contains("invitation_link");
    if !is_of_invitations {
        return (Ids::new(), None);
    }
    let email = format!("guest{number}@phoenix.example.gov");
    let mut guest = None;
    if operation == "answer_briefing_invitation" {
        let phoenix = app.city("Phoenix").await;
        guest = Some(app.person(&email, Role::LocalStaff, &phoenix).await);
    }
    let invitation = app.invited(briefing, "Phoenix", &email).await;
    let mut ids = vec![("inv", invitation["id"].as_str().unwrap().to_owned())];
    if operation.contains("invitation_link") {
        ids.push(("chb", app.link_of(&email).await));
    }
    (ids, guest)
}

/// What Phoenix wants to change after the deadline.
async fn late_change(app: &App, number: usize, briefing: &str) -> Ids {
    let (admin, city) = (app.admin().await, app.as_city("Phoenix").await);
    let email = format!("late{number}@phoenix.example.gov");
    let made = app.attendee(&city, briefing, &email).await;
    let path = format!("/v1/briefings/{briefing}");
    let tag = admin.get(&path).await.expect(200).tag();
    let deadline = json!({"local": "2020-01-01T00:00:00", "time_zone": "America/Phoenix"});
    admin
        .patch(&path, &tag, json!({"rsvp_deadline": deadline}))
        .await
        .expect(200);
    let cancel = format!("{}/cancel", made.header("location").unwrap());
    let asked = city.post(&cancel, json!({})).await.expect(202);
    vec![("chg", asked.id())]
}
