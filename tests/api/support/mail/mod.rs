//! Mail: a real mail server as a process, and reading mails as a mail program does.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chancery::config::Config;
use chancery::config::mail::{MailSecurity, MailTransport};
use chancery::kernel::db::WriteContext;
use chancery::kernel::id::MailMessageId;
use chancery::mail::outbox::{self, Draft, Recipient};
use chancery::mail::template::Template;
use serde_json::{Value, json};

use super::app::App;

/// A running mail server; what it accepted is in its folder.
pub struct MailServer {
    /// None for one that runs already.
    child: Option<Child>,
    pub port: u16,
    pub folder: PathBuf,
}

/// Names a Postfix that runs already, as port:folder; the folder is the Maildir in which everything
/// ends. `scripts/soak-mail` starts one.
const POSTFIX: &str = "TEST_POSTFIX";

/// The Python that the mail server runs on: where `scripts/test` has found or made it.
fn python() -> PathBuf {
    if let Some(path) = std::env::var_os("TEST_SMTP_PYTHON") {
        return path.into();
    }
    let target = Path::new(env!("CARGO_BIN_EXE_chancery"))
        .ancestors()
        .nth(2)
        .unwrap();
    let path = target.join("smtp/bin/python");
    assert!(
        path.exists(),
        "TEST_SMTP_PYTHON is not set: run the tests with scripts/test, which makes a Python for the mail server"
    );
    path
}

impl MailServer {
    /// A server in this folder, with these options of `server.py`.
    pub fn start(folder: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(python())
            .arg("tests/api/support/mail/server.py")
            .arg("--folder")
            .arg(folder)
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Self {
            child: Some(child),
            port: line.trim().parse().expect("the mail server says its port"),
            folder: folder.to_owned(),
        }
    }

    /// The Postfix that `TEST_POSTFIX` names, with nothing in its Maildir; without one, a server in a
    /// folder beside the database of a test.
    pub fn postfix_or_plain(app: &App) -> Self {
        let Ok(named) = std::env::var(POSTFIX) else {
            return Self::plain(app);
        };
        let (port, folder) = named.split_once(':').expect("port:folder");
        let server = Self {
            child: None,
            port: port.parse().unwrap(),
            folder: Path::new(folder).join("new"),
        };
        for path in entries(&server.folder) {
            std::fs::remove_file(path).unwrap();
        }
        server
    }

    /// A server without TLS in a folder beside the database of a test.
    pub fn plain(app: &App) -> Self {
        Self::start(&app.database.folder.join("mailboxes"), &[])
    }

    /// Lets a service send to this server.
    pub fn configure(&self, config: &mut Config) {
        config.mail.transport = MailTransport::Smtp;
        config.mail.host = Some("127.0.0.1".to_owned());
        config.mail.port = Some(self.port);
        config.mail.security = MailSecurity::None;
        config.mail.from_address = Some("office@office.example.gov".to_owned());
    }

    /// For each mail that it has accepted, whom it was for; without reading the mails whole.
    pub fn recipients(&self) -> Vec<String> {
        let (paths, header) = match self.child {
            Some(_) => (files(&self.folder), "X-Envelope-To: "),
            None => (entries(&self.folder), "X-Original-To: "),
        };
        paths
            .iter()
            .map(|path| {
                let text = std::fs::read_to_string(path).unwrap();
                let line = text.lines().find_map(|line| line.strip_prefix(header));
                line.unwrap().to_owned()
            })
            .collect()
    }

    /// Waits until it has accepted so many, and gives them.
    #[track_caller]
    pub fn wait(&self, count: usize) -> impl Future<Output = Vec<Value>> + '_ {
        wait_for(&self.folder, count)
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The mails in a folder.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths = entries(folder);
    paths.retain(|path| path.extension().is_some_and(|kind| kind == "eml"));
    paths
}

/// Whatever is in a folder; nothing in one that does not exist.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// The mails in a folder as a mail program reads them, in the order of their names.
pub fn read_mails(folder: &Path) -> Vec<Value> {
    let read = Command::new(python())
        .arg("tests/api/support/mail/parse.py")
        .arg(folder)
        .output()
        .unwrap();
    assert!(
        read.status.success(),
        "{}",
        String::from_utf8_lossy(&read.stderr)
    );
    serde_json::from_slice(&read.stdout).unwrap()
}

/// Waits until so many mails are in a folder, and reads them.
#[track_caller]
pub fn wait_for(folder: &Path, count: usize) -> impl Future<Output = Vec<Value>> + '_ {
    let caller = std::panic::Location::caller();
    async move {
        for _ in 0..400 {
            if files(folder).len() >= count {
                return read_mails(folder);
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{caller}: {} of {count} mails came", files(folder).len());
    }
}

/// A mail of this kind to this address.
pub fn mail_to(template: Template, email: &str) -> Draft {
    Draft {
        template,
        to: Recipient {
            name: Some("Ana Ruiz".to_owned()),
            email: email.to_owned(),
        },
        organization_id: None,
        about: ("briefing", "brf_01jz8k2m4n6p8q0r2s4t6v8w0x".to_owned()),
        values: json!({
            "briefing": {
                "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": "Supply chains",
                "starts": "Tuesday, 10 March 2026, 10:00 (America/Phoenix)", "ends": "11:00",
                "place": "Phoenix City Hall",
            },
            "person": {"name": "Ana Ruiz"},
        }),
        secret: None,
        meeting: None,
        // Tests run at any hour.
        urgent: true,
        once: format!("{template}:{email}"),
        not_before: None,
        useful_until: None,
    }
}

impl App {
    /// Queues mails. The ids of those that are new.
    pub async fn queue(&self, drafts: Vec<Draft>) -> Vec<MailMessageId> {
        self.kernel
            .db
            .write(WriteContext::system(self.clock.now()), move |tx| {
                outbox::queue_all(tx, drafts.clone())
            })
            .await
            .unwrap()
    }

    /// The folder of mail as files.
    pub fn mail_folder(&self) -> PathBuf {
        self.database.folder.join("mail")
    }

    /// A mail as staff see it, whatever the clock was moved to.
    pub async fn mail(&self, id: &MailMessageId) -> Value {
        let admin = self.again("admin@office.example.gov").await;
        let found = admin.get(&format!("/v1/mail-messages/{id}")).await;
        found.expect(200).body
    }

    /// What became of a mail, and why not.
    pub async fn mail_status(&self, id: &MailMessageId) -> (String, i64, Option<String>) {
        use chancery::schema::mail_messages::dsl;
        use diesel::prelude::*;
        let id = id.clone();
        self.kernel
            .db
            .read(move |conn| {
                Ok(dsl::mail_messages
                    .filter(dsl::id.eq(id))
                    .select((dsl::status, dsl::attempts, dsl::last_error))
                    .first(conn)?)
            })
            .await
            .unwrap()
    }

    /// Waits until something has gone wrong with this mail, and says what.
    pub async fn mail_trouble(&self, id: &MailMessageId) -> String {
        for _ in 0..400 {
            if let (_, _, Some(error)) = self.mail_status(id).await {
                return error;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("nothing was tried");
    }

    /// Puts a mail into doubt, as a mail server that goes away does.
    async fn doubt_mail(&self, id: &MailMessageId) {
        use chancery::mail::model::MailStatus;
        use chancery::schema::mail_messages::dsl;
        use diesel::prelude::*;
        let id = id.clone();
        self.kernel
            .db
            .write(WriteContext::system(self.clock.now()), move |tx| {
                let found = dsl::mail_messages.filter(dsl::id.eq(&id));
                let doubt = dsl::status.eq(MailStatus::InDoubt);
                Ok(diesel::update(found).set(doubt).execute(tx.conn)?)
            })
            .await
            .unwrap();
    }

    /// Forgets who sends mail: those who did are dead, and their leases need not run out.
    pub async fn forget_mail_leases(&self) {
        use chancery::schema::worker_leases::dsl;
        use diesel::prelude::*;
        self.kernel
            .db
            .write(WriteContext::system(self.clock.now()), |tx| {
                let dead = dsl::worker_leases.filter(dsl::name.like("mail:%"));
                Ok(diesel::delete(dead).execute(tx.conn)?)
            })
            .await
            .unwrap();
    }

    /// Waits until this mail has this status, and gives it.
    #[track_caller]
    pub fn mail_that_is<'a>(
        &'a self,
        id: &'a MailMessageId,
        status: &'a str,
    ) -> impl Future<Output = Value> + 'a {
        let caller = std::panic::Location::caller();
        async move {
            let mut last = Default::default();
            for _ in 0..400 {
                last = self.mail_status(id).await;
                if last.0 == status {
                    return self.mail(id).await;
                }
                tokio::time::sleep(Duration::from_millis(25)).await;
            }
            panic!("{caller}: {last:?}");
        }
    }
}

/// A mail on which the operation succeeds, and the token of a link; none where it is not about mail.
pub async fn mail_world(app: &App, operation: &str, number: usize) -> Vec<(&'static str, String)> {
    if operation.contains("unsubscrib") {
        let whom = b"briefing_reminder\nana@example.gov";
        let token = app.kernel.keyring.seal("mail-unsubscribe", whom).unwrap();
        return vec![("chu", format!("chu_{token}"))];
    }
    if !operation.contains("mail_message") {
        return Vec::new();
    }
    // What is sent again has failed before.
    let (email, status) = if operation.starts_with("resend") {
        ("nowhere".to_owned(), "failed")
    } else {
        (format!("world{number}@mail.example.gov"), "sent")
    };
    let id = app
        .queue(vec![mail_to(Template::BriefingReminder, &email)])
        .await
        .remove(0);
    app.mail_that_is(&id, status).await;
    if operation.starts_with("confirm") {
        app.doubt_mail(&id).await;
    }
    vec![("msg", id.to_string())]
}
