//! Officers and placements, made through the API.

use chancery::kernel::access::Role;
use serde_json::{Value, json};

use super::actor::{Actor, Answer};
use super::app::App;

impl App {
    /// A new officer, with `over` beside a name and a grade.
    pub async fn officer(&self, name: &str, over: Value) -> String {
        let mut body = json!({"name": name, "grade": "FS-03"});
        for (member, value) in over.as_object().unwrap() {
            body[member] = value.clone();
        }
        let admin = self.admin().await;
        admin.post("/v1/officers", body).await.expect(201).id()
    }

    /// A diplomat's account at the office.
    pub async fn diplomat(&self, name: &str) -> Actor {
        let email = format!("{}@posts.example.gov", name.to_lowercase());
        self.person(&email, Role::Diplomat, &self.office).await
    }

    /// An officer with an account.
    pub async fn officer_with_account(&self, name: &str) -> String {
        let account = self.account(&self.diplomat(name).await).await;
        self.officer(name, json!({"user_id": account})).await
    }

    /// The id of the caller's account.
    pub async fn account(&self, actor: &Actor) -> String {
        actor.get("/v1/me").await.expect(200).id()
    }

    /// The leader of a city.
    pub async fn leader(&self, city: &str) -> Actor {
        let organization = self.city(city).await;
        self.leader_of(&organization).await
    }

    /// The leader of a host.
    pub async fn leader_of(&self, host: &str) -> Actor {
        let email = format!("leader-{}@hosts.example.gov", &host[host.len() - 12..]);
        self.person(&email, Role::LocalLeader, host).await
    }

    /// Proposes a placement.
    pub async fn place(&self, program: &str, officer: &str, host: &str, over: Value) -> Answer {
        let mut body =
            json!({"program_id": program, "officer_id": officer, "organization_id": host});
        for (member, value) in over.as_object().unwrap() {
            body[member] = value.clone();
        }
        self.admin().await.post("/v1/placements", body).await
    }

    /// Has both sides sign a placement.
    pub async fn sign_both(&self, placement: &str) -> Answer {
        let path = format!("/v1/placements/{placement}");
        let admin = self.admin().await;
        let signed = admin.act_now(&path, "sign").await.expect(200);
        let host = signed.body["organization_id"].as_str().unwrap().to_owned();
        let leader = self.leader_of(&host).await;
        leader.act_now(&path, "sign").await.expect(200)
    }

    /// What the office does with a placement as it is now.
    pub async fn act_on_placement(&self, placement: &str, action: &str, body: Value) -> Answer {
        let path = format!("/v1/placements/{placement}");
        let admin = self.admin().await;
        if body.is_null() {
            return admin.act_now(&path, action).await;
        }
        self.act_with(&admin, &path, action, body).await
    }

    /// A placement as the office sees it.
    pub async fn placement(&self, placement: &str) -> Answer {
        let path = format!("/v1/placements/{placement}");
        self.admin().await.get(&path).await.expect(200)
    }
}
