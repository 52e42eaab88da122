//! Clearances of event requests: who decides, in which order, and what counts as given by itself.
//! Control 11.

use chancery::event_requests::lifecycle::RequestStatus;
use chancery::kernel::access::Role;
use reqwest::Method;
use serde_json::{Value, json};

use crate::both_backends;
use crate::support::{Actor, Answer, App};

fn path(id: &str) -> String {
    format!("/v1/event-requests/{id}")
}

/// The clearance of this kind.
pub async fn clearance(actor: &Actor, id: &str, kind: &str) -> Value {
    let list = actor
        .get(&format!("/v1/event-requests/{id}/clearances"))
        .await
        .expect(200);
    list.body["data"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["kind"] == kind)
        .unwrap_or_else(|| panic!("no {kind}: {}", list.text))
        .clone()
}

/// Decides the clearance of this kind.
pub async fn decide(actor: &Actor, id: &str, kind: &str, action: &str) -> Answer {
    let admin_view = clearance(actor, id, kind).await;
    let one = format!(
        "/v1/event-requests/{id}/clearances/{}",
        admin_view["id"].as_str().unwrap()
    );
    let tag = actor.get(&one).await.expect(200).tag();
    actor
        .send(
            Method::POST,
            &format!("{one}/{action}"),
            &[("If-Match", &tag)],
            Some(json!({"reason": "Looked at."})),
        )
        .await
}

both_backends! {
    async fn nobody_clears_for_their_own_side_nor_what_they_asked_for(app: App) {
        // Control 11.
        let id = app.request_in(RequestStatus::UnderReview, json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let own = app.person("both@phoenix.example.gov", Role::LocalStaff, &phoenix).await;
        own.get(&format!("{}/clearances", path(&id))).await.expect_problem(403, "forbidden");
        let admin = app.admin().await;
        app.act_on(&admin, &id, "begin-clearance", None).await.expect(200);
        for action in ["clear", "object", "waive"] {
            decide(&admin, &id, "ethics", action).await.expect_problem(403, "forbidden");
        }
        assert_eq!(clearance(&admin, &id, "ethics").await["allowed_actions"], json!([]));
        // Someone of the office who also belongs to the city.
        let user = admin.post("/v1/users", json!({"email": "dual@example.gov", "name": "Dual", "memberships": [
            {"organization_id": app.office, "role": "clearance_officer"}, {"organization_id": phoenix, "role": "local_staff"},
        ]})).await.expect(201);
        app.anonymous().post("/v1/auth/accept-invitation", json!({"token": user.body["invitation"]["token"], "password": crate::support::PASSWORD})).await.expect(204);
        let dual = app.log_in("dual@example.gov").await;
        decide(&dual, &id, "ethics", "clear").await.expect_problem(403, "forbidden");
        let officer = app.as_role(Role::ClearanceOfficer).await;
        decide(&officer, &id, "ethics", "clear").await.expect(200);
        decide(&officer, &id, "public_affairs", "waive").await.expect_problem(403, "forbidden");
        assert_eq!(clearance(&officer, &id, "ethics").await["status"], "cleared");
    }

    async fn clearances_in_order_open_one_after_the_other_and_count_as_given_on_the_instant(app: App) {
        let id = app.request_in(RequestStatus::InClearance, json!({"request_type": "delegation"})).await;
        let officer = app.as_role(Role::ClearanceOfficer).await;
        assert_eq!(clearance(&officer, &id, "regional_bureau").await["status"], "waiting");
        decide(&officer, &id, "regional_bureau", "clear").await.expect_problem(409, "not_allowed_in_state");
        decide(&officer, &id, "security", "clear").await.expect(200);
        let bureau = clearance(&officer, &id, "regional_bureau").await;
        assert_eq!(bureau["status"], "pending");
        let deemed_at = bureau["deemed_at"].as_str().unwrap().to_owned();
        // One second before, and on the instant.
        let instant: chancery::kernel::time::Timestamp = deemed_at.parse().unwrap();
        app.clock.set(instant.plus_seconds(-5));
        app.sign_everyone_in_again().await;
        let admin = app.admin().await;
        app.act_on(&admin, &id, "confirm", None).await.expect_problem(409, "clearances_missing");
        app.clock.set(instant);
        let answers = futures_util::future::join_all((0..8).map(|_| app.act_on(&admin, &id, "confirm", None))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
        let officer = app.as_role(Role::ClearanceOfficer).await;
        let bureau = clearance(&officer, &id, "regional_bureau").await;
        assert_eq!((&bureau["status"], &bureau["decided_at"]), (&json!("deemed_cleared"), &json!(deemed_at)));
        app.settle_journal().await;
        let told = admin.get(&format!("/v1/audit-events?type=clearance.deemed_cleared&subject_id={id}&include=total")).await.expect(200);
        assert_eq!(told.body["total"], 1);
        assert_eq!(told.body["data"][0]["payload"]["decided_at"], json!(deemed_at));
    }

    async fn the_worker_settles_what_nobody_looks_at_and_notes_a_breach_once(app: App) {
        let id = app.request_in(RequestStatus::InClearance, json!({"request_type": "delegation"})).await;
        let officer = app.as_role(Role::ClearanceOfficer).await;
        decide(&officer, &id, "security", "clear").await.expect(200);
        app.clock.advance(40 * 86_400);
        let replica = app.replica().await;
        app.sign_everyone_in_again().await;
        let admin = app.admin().await;
        for kind in ["clearance.deemed_cleared", "event_request.overdue"] {
            let mut total = json!(0);
            for _ in 0..100 {
                total = admin.get(&format!("/v1/audit-events?type={kind}&subject_id={id}&include=total")).await.expect(200).body["total"].clone();
                if total == 1 { break; }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            assert_eq!(total, 1, "{kind}");
        }
        tokio::time::sleep(std::time::Duration::from_millis(1200)).await;
        let overdue = admin.get(&format!("/v1/audit-events?type=event_request.overdue&subject_id={id}&include=total")).await.expect(200);
        assert_eq!(overdue.body["total"], 1);
        replica.stop().await;
    }
}
