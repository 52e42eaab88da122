//! Seats: one a jurisdiction; who holds them, who stands in, and for how long.

use serde_json::json;

use crate::both_backends;
use crate::support::App;

both_backends! {
    async fn a_seat_is_filled_with_an_alternate_and_vacated_with_both(app: App) {
        let assembly = app.assembly(json!({})).await;
        let phoenix = app.city("Phoenix").await;
        let seat = app.seat(&assembly, &phoenix).await;
        let alternate = app.alternate(&seat).await;
        let seen = seat.holder.get(&seat.path()).await.expect(200);
        assert_eq!(seen.body["status"], "filled");
        assert_eq!(seen.body["holder"]["user_id"], json!(app.account(&seat.holder).await));
        assert_eq!(seen.body["alternate"]["user_id"], json!(app.account(&alternate).await));
        assert_eq!((&seen.body["organization_name"], &seen.body["region"]), (&json!("Phoenix"), &json!("AZ")));
        let roster = seat.holder.get(&format!("/v1/assemblies/{assembly}/seats")).await.expect(200);
        assert_eq!(roster.ids(), std::slice::from_ref(&seat.id));

        let vacated = app.act_on_seat(&seat.id, "vacate", json!({"end_reason": "left_office"})).await.expect(200);
        assert_eq!(vacated.body["status"], "vacant");
        assert_eq!((&vacated.body["holder"], &vacated.body["alternate"]), (&json!(null), &json!(null)));
        app.act_on_seat(&seat.id, "vacate", json!({"end_reason": "left_office"})).await.expect_problem(409, "not_allowed_in_state");
    }
}
