//! Someone who calls the API. Every answer is held against the document.

use reqwest::Method;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::contract;
use super::stream::EventStream;

/// A caller.
#[derive(Clone)]
pub struct Actor {
    client: reqwest::Client,
    url: String,
    pub token: Option<String>,
    /// The secret of an API key, for a system.
    pub key: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
    pub text: String,
}

impl Actor {
    pub fn new(client: reqwest::Client, url: String, token: Option<String>) -> Self {
        Self {
            client,
            url,
            token,
            key: None,
        }
    }

    /// A system with this API key. Its posts carry an `Idempotency-Key` of their own where the
    /// test gives none.
    pub fn with_key(self, secret: &str) -> Self {
        Self {
            key: Some(secret.to_owned()),
            ..self
        }
    }

    /// The same person on another replica.
    pub fn at(&self, url: &str) -> Self {
        Self {
            url: url.to_owned(),
            ..self.clone()
        }
    }

    /// Opens the live stream at this address, or answers why not.
    pub async fn stream(&self, path: &str, headers: &[(&str, &str)]) -> Result<EventStream, u16> {
        let mut request = self.client.get(format!("{}{path}", self.url));
        request = request.bearer_auth(self.token.clone().unwrap_or_default());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        match response.status().as_u16() {
            200 => Ok(EventStream::new(response)),
            status => Err(status),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// The bytes that stand at this address.
    pub async fn download(&self, path: &str) -> Vec<u8> {
        let mut request = self.client.get(format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status().as_u16(), 200, "{path}");
        response.bytes().await.unwrap().to_vec()
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, &[], Some(body)).await
    }

    pub async fn post_with(&self, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        self.send(Method::POST, path, headers, Some(body)).await
    }

    /// An action on the version with this tag.
    pub async fn act(&self, path: &str, tag: &str) -> Answer {
        self.send(Method::POST, path, &[("If-Match", tag)], None)
            .await
    }

    /// An action on the current version of the record that stands at `record`.
    pub async fn act_now(&self, record: &str, action: &str) -> Answer {
        let tag = self.get(record).await.expect(200).tag();
        self.act(&format!("{record}/{action}"), &tag).await
    }

    pub async fn patch(&self, path: &str, tag: &str, body: Value) -> Answer {
        self.send(Method::PATCH, path, &[("If-Match", tag)], Some(body))
            .await
    }

    pub async fn delete(&self, path: &str, tag: &str) -> Answer {
        self.send(Method::DELETE, path, &[("If-Match", tag)], None)
            .await
    }

    pub async fn import(&self, mode: &str, csv: &str) -> Answer {
        self.send_raw(
            Method::POST,
            &format!("/v1/organizations/import?mode={mode}"),
            &[("Content-Type", "text/csv")],
            csv.as_bytes().to_vec(),
        )
        .await
    }

    pub async fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<Value>,
    ) -> Answer {
        let Some(body) = body else {
            return self.send_raw(method, path, headers, Vec::new()).await;
        };
        let mut all = vec![("Content-Type", "application/json")];
        all.extend(headers);
        self.send_raw(method, path, &all, body.to_string().into_bytes())
            .await
    }

    pub async fn send_raw(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = &self.key {
            request = request.header("X-Api-Key", key);
            let has_own = headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("Idempotency-Key"));
            if method == Method::POST && !has_own {
                request = request.header("Idempotency-Key", chancery::kernel::id::fresh());
            }
        }
        for (name, value) in headers {
            request = request.header(
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_bytes(value.as_bytes()).unwrap(),
            );
        }
        if !body.is_empty() {
            request = request.body(body);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{method} {path}: {error:?}"));
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let is_endless = headers
            .get("content-type")
            .is_some_and(|media| media.as_bytes().starts_with(b"text/event-stream"));
        // A stream has no end to wait for; `EventStream` reads it.
        let (text, body) = if is_endless {
            (String::new(), Value::String(String::new()))
        } else {
            let text = response.text().await.unwrap();
            let body = serde_json::from_str(&text).unwrap_or(Value::Null);
            (text, body)
        };
        let answer = Answer {
            status,
            headers,
            body,
            text,
        };
        contract::check(&method, path, &answer);
        answer
    }
}

impl Answer {
    /// The answer, which must have this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// The answer, which must be a problem of this kind.
    #[track_caller]
    pub fn expect_problem(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.body["code"], code, "{}", answer.text);
        answer
    }

    /// The codes of the faults, in order.
    pub fn fault_codes(&self) -> Vec<String> {
        self.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|fault| fault["code"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The places of the faults, in order.
    pub fn fault_pointers(&self) -> Vec<String> {
        self.body["errors"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|fault| fault["pointer"].as_str().unwrap().to_owned())
            .collect()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    #[track_caller]
    pub fn id(&self) -> String {
        self.body["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no id: {}", self.text))
            .to_owned()
    }

    #[track_caller]
    pub fn tag(&self) -> String {
        self.header("etag")
            .unwrap_or_else(|| panic!("no ETag: {}", self.text))
            .to_owned()
    }

    /// The ids of a page's entries.
    pub fn ids(&self) -> Vec<String> {
        self.body["data"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|entry| entry["id"].as_str().unwrap().to_owned())
            .collect()
    }
}
