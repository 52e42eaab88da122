//! The service as a process of its own, to be killed or to have its log read.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::app::App;

/// The real program on the database of a test.
pub struct Process {
    child: Child,
    pub url: String,
}

impl Process {
    /// On this port, saying nothing.
    pub async fn start(app: &App, port: u16) -> Self {
        Self::run(app, port, "error", Stdio::null(), &[]).await
    }

    /// On a free port, with further settings.
    pub async fn start_with(app: &App, settings: &[(&str, String)]) -> Self {
        Self::run(app, free_port(), "error", Stdio::null(), settings).await
    }

    /// On a free port, with everything that `filter` lets through written to `log`.
    pub async fn start_logging(app: &App, filter: &str, log: &Path) -> Self {
        let file = File::create(log).unwrap();
        Self::run(app, free_port(), filter, file.into(), &[]).await
    }

    async fn run(
        app: &App,
        port: u16,
        filter: &str,
        log: Stdio,
        settings: &[(&str, String)],
    ) -> Self {
        let child = Command::new(env!("CARGO_BIN_EXE_chancery"))
            .arg("serve")
            .env("CHANCERY_DATABASE__URL", app.database.url())
            .env("CHANCERY_DATA_DIR", &app.database.folder)
            .envs(settings.iter().map(|(name, value)| (name, value)))
            .env(
                "CHANCERY_AUTH__SECRET",
                "only for tests: 0123456789abcdef0123456789",
            )
            .env("CHANCERY_SERVER__BIND", format!("127.0.0.1:{port}"))
            .env("CHANCERY_SERVER__PUBLIC_URL", "https://chancery.test")
            .env("CHANCERY_LIMITS__REQUESTS_PER_MINUTE", "10000000")
            // Where the receivers of tests listen.
            .env("CHANCERY_WEBHOOKS__ALLOWED_NETWORKS", "127.0.0.0/8")
            .env("CHANCERY_LOG__FILTER", filter)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let began = Instant::now();
        while reqwest::get(format!("{url}/readyz"))
            .await
            .map_or(true, |answer| answer.status() != 200)
        {
            assert!(
                began.elapsed() < Duration::from_secs(20),
                "the service does not come up"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Self { child, url }
    }

    /// Asks it to stop, as a container engine does, and waits for it. The status it ends with.
    pub async fn terminate(mut self) -> ExitStatus {
        let asked = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .unwrap();
        assert!(asked.success());
        let began = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            if began.elapsed() > Duration::from_secs(5) {
                self.kill();
                panic!("the service does not stop");
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// As `kill -9` does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A port that nobody listens on.
pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
