//! Reading server-sent events.

use std::time::Duration;

use serde_json::Value;

/// A live stream, as a client reads it.
pub struct EventStream {
    response: reqwest::Response,
    unread: String,
    pub cache_control: String,
}

/// One event of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    pub id: String,
    pub event: String,
    pub data: Value,
}

impl EventStream {
    pub fn new(response: reqwest::Response) -> Self {
        let header = |name: &str| response.headers()[name].to_str().unwrap().to_owned();
        assert_eq!(header("content-type"), "text/event-stream");
        Self {
            cache_control: header("cache-control"),
            response,
            unread: String::new(),
        }
    }

    /// The next event; `None` when the stream has ended. Fails when neither comes in time.
    pub async fn next(&mut self) -> Option<Told> {
        tokio::time::timeout(Duration::from_secs(10), self.read())
            .await
            .expect("an event or the end of the stream")
    }

    /// Whether nothing comes for so long.
    pub async fn is_silent_for(&mut self, time: Duration) -> bool {
        tokio::time::timeout(time, self.read()).await.is_err()
    }

    async fn read(&mut self) -> Option<Told> {
        loop {
            while let Some((message, rest)) = self.unread.split_once("\n\n") {
                let told = parse(message);
                self.unread = rest.to_owned();
                if told.is_some() {
                    return told;
                }
            }
            let chunk = self.response.chunk().await.ok().flatten()?;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }
}

/// `None` for comments and the time to wait before connecting again.
fn parse(message: &str) -> Option<Told> {
    let field = |name: &str| {
        message
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    };
    Some(Told {
        id: field("id")?.to_owned(),
        event: field("event")?.to_owned(),
        data: serde_json::from_str(field("data")?).unwrap(),
    })
}
