//! The worker that sends: it claims a batch, sends it over a few connections, and writes down what
//! became of each mail.
//!
//! With a mail server, each mail is offered first (sender, recipient, and the server's consent to take
//! the contents). Then one transaction writes down what became of the mail before it and that this one
//! is handed over; then the contents go out. Whatever ends the process or the connection after that
//! transaction leaves the mail in doubt, and before it, as if it had never been tried.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::kernel::Kernel;
use crate::kernel::db::WriteContext;
use crate::kernel::http::Problem;
use crate::kernel::secrets::random_bytes;
use crate::mail::compose::{self, Composed};
use crate::mail::model::MailMessage;
use crate::mail::outcome::{self, Outcome};
use crate::mail::rules::Retry;
use crate::mail::settings::{Mail, Transport};
use crate::mail::smtp::{Connection, Refusal, Server};
use crate::mail::{claims, files, triage};

/// How long to wait before looking for mail again.
const POLL: Duration = Duration::from_millis(250);

/// How often the lease is renewed while a batch is being sent.
const RENEW: Duration = Duration::from_secs(3);

/// Mails claimed at a time.
const BATCH: i64 = 200;

/// Mails that are worth a connection of their own.
const WORTH_A_CONNECTION: usize = 20;

/// How long to leave a mail server alone that is out of reach: at first, and at most.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Conversations that break off one after another before a server counts as out of reach.
const TOO_MANY_LOST: usize = 3;

/// How often a write is tried while the mail server waits for contents.
const TRIES: u32 = 3;

/// What a round has done.
enum Round {
    /// Nothing is due.
    Idle,
    /// A batch was worked off.
    Done,
    /// The mail server, or the folder, is out of reach.
    OutOfReach,
}

/// A batch, shared by the connections that send it.
struct Batch {
    rows: RefCell<VecDeque<MailMessage>>,
    trouble: RefCell<Option<String>>,
    lost: Cell<usize>,
}

struct Worker {
    id: Arc<str>,
    kernel: Kernel,
    mail: Mail,
}

/// Sends until the service stops.
pub async fn run(kernel: Kernel, mail: Mail) {
    let mut stopping = kernel.stopping.subscribe();
    let worker = Worker {
        id: crate::kernel::id::fresh().into(),
        kernel,
        mail,
    };
    let mut pause = PAUSE;
    while !*stopping.borrow() {
        let wait = match worker.round().await {
            Ok(Round::Done) => {
                pause = PAUSE;
                continue;
            }
            Ok(Round::Idle) => POLL,
            Ok(Round::OutOfReach) => {
                let wait = pause;
                pause = (pause * 2).min(LONGEST_PAUSE);
                wait
            }
            Err(problem) => {
                tracing::warn!(%problem, "mail could not be looked for");
                POLL
            }
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = stopping.changed() => {}
        }
    }
    worker.leave().await;
}

impl Worker {
    fn context(&self) -> WriteContext {
        WriteContext::system(self.kernel.clock.now())
    }

    fn is_stopping(&self) -> bool {
        *self.kernel.stopping.borrow()
    }

    fn retry(&self) -> Retry {
        Retry {
            max_attempts: self.mail.max_attempts,
            seconds: self.mail.retry_seconds,
            random: random_bytes().map(u32::from_le_bytes).unwrap_or_default(),
        }
    }

    /// Claims a batch and sends it, keeping the lease meanwhile.
    async fn round(&self) -> Result<Round, Problem> {
        let (id, now) = (Arc::clone(&self.id), self.kernel.clock.now());
        let is_due = self
            .kernel
            .db
            .read(move |conn| claims::is_anything_due(conn, &id, now))
            .await?;
        if !is_due {
            return Ok(Round::Idle);
        }
        let (id, mail) = (Arc::clone(&self.id), self.mail.clone());
        let keyring = Arc::clone(&self.kernel.keyring);
        let rows = self
            .kernel
            .db
            .write(self.context(), move |tx| {
                let due = claims::claim(tx, &id, BATCH)?;
                triage::triage(tx, &mail, &keyring, due)
            })
            .await?;
        self.kernel.journal_bell.notify_one();
        if rows.is_empty() {
            return Ok(Round::Done);
        }
        let sending = self.send(rows);
        tokio::pin!(sending);
        loop {
            tokio::select! {
                round = &mut sending => return Ok(round),
                () = tokio::time::sleep(RENEW) => self.renew().await,
            }
        }
    }

    async fn renew(&self) {
        let id = Arc::clone(&self.id);
        let renewed = self
            .kernel
            .db
            .write(self.context(), move |tx| claims::renew_lease(tx, &id))
            .await;
        if let Err(problem) = renewed {
            tracing::warn!(%problem, "the lease of the mail could not be renewed");
        }
    }

    async fn send(&self, rows: Vec<MailMessage>) -> Round {
        match &self.mail.transport {
            Transport::Folder(folder) => self.file(folder, rows).await,
            Transport::Smtp(server) => self.post(server, rows).await,
        }
    }

    /// Writes a batch into the folder.
    async fn file(&self, folder: &std::path::Path, rows: Vec<MailMessage>) -> Round {
        let (mail, keyring) = (self.mail.clone(), Arc::clone(&self.kernel.keyring));
        let (now, folder) = (self.kernel.clock.now(), PathBuf::from(folder));
        let written = tokio::task::spawn_blocking(move || {
            let mut is_writable = files::prepare(&folder).is_ok();
            let mut settled = Vec::with_capacity(rows.len());
            for row in rows {
                let outcome = match compose::compose(&mail, &keyring, &row, now) {
                    Err(error) => Outcome::Failed(error.to_string()),
                    Ok(_) if !is_writable => Outcome::Untried(Some(NO_FOLDER.to_owned())),
                    Ok(composed) => match files::write(&folder, row.id.as_str(), &composed.bytes) {
                        Ok(()) => Outcome::Sent,
                        Err(error) => {
                            tracing::warn!(%error, "mail cannot be written to its folder");
                            is_writable = false;
                            Outcome::Untried(Some(NO_FOLDER.to_owned()))
                        }
                    },
                };
                settled.push((row, outcome));
            }
            (settled, is_writable)
        })
        .await;
        let Ok((settled, is_writable)) = written else {
            return Round::OutOfReach;
        };
        self.settle(settled).await;
        if is_writable {
            Round::Done
        } else {
            Round::OutOfReach
        }
    }

    /// Sends a batch to the mail server, over as many connections as it is worth.
    async fn post(&self, server: &Server, rows: Vec<MailMessage>) -> Round {
        let connections = rows
            .len()
            .div_ceil(WORTH_A_CONNECTION)
            .min(self.mail.connections);
        let batch = Batch {
            rows: RefCell::new(rows.into()),
            trouble: RefCell::default(),
            lost: Cell::default(),
        };
        join_all((0..connections).map(|_| self.converse(server, &batch))).await;
        let trouble = batch.trouble.into_inner();
        if let Some(reason) = &trouble {
            tracing::warn!(reason, "the mail server is out of reach");
        }
        let left = batch.rows.into_inner().into_iter();
        self.settle(
            left.map(|row| (row, Outcome::Untried(trouble.clone())))
                .collect(),
        )
        .await;
        if trouble.is_some() {
            Round::OutOfReach
        } else {
            Round::Done
        }
    }

    /// Sends mails of the batch over one connection after another until none is left, the server is
    /// out of reach or the service stops.
    async fn converse(&self, server: &Server, batch: &Batch) {
        let mut connection = None;
        // What became of the last mail; written down with the next.
        let mut pending = None;
        while !self.is_stopping() && batch.trouble.borrow().is_none() {
            let Some(row) = batch.next() else {
                break;
            };
            let composed = match self.compose(&row) {
                Ok(composed) => composed,
                Err(outcome) => {
                    self.settle(vec![(row, outcome)]).await;
                    continue;
                }
            };
            let (mut talk, is_fresh) = match connection.take() {
                Some(talk) => (talk, false),
                None => match server.connect().await {
                    Ok(talk) => (talk, true),
                    Err(refusal) => {
                        batch.give_back(row);
                        batch.trouble.replace(Some(refusal.into_text()));
                        break;
                    }
                },
            };
            match self.offer(&mut talk, &composed).await {
                Ok(()) => {}
                Err(Outcome::Untried(reason)) => {
                    let reason = reason.unwrap_or_default();
                    batch.note_lost(&reason);
                    if is_fresh {
                        // It may be this mail that the server breaks off for: it costs an attempt.
                        self.settle(vec![(row, Outcome::Later(reason))]).await;
                    } else {
                        batch.give_back(row);
                    }
                    continue;
                }
                Err(outcome) => {
                    self.settle(vec![(row, outcome)]).await;
                    if talk.reset().await {
                        connection = Some(talk);
                    }
                    continue;
                }
            }
            match self.begin(pending.as_ref(), &row).await {
                Ok(true) => pending = None,
                // No longer this worker's: without its contents the server forgets it.
                Ok(false) => {
                    pending = None;
                    continue;
                }
                Err(problem) => {
                    tracing::warn!(%problem, "mail could not be handed over");
                    drop(talk);
                    self.settle(vec![(row, Outcome::Untried(None))]).await;
                    continue;
                }
            }
            let outcome = match talk.hand_over(&composed.bytes).await {
                Ok(()) => Outcome::Sent,
                Err(Refusal::Lost(reason)) => Outcome::InDoubt(reason),
                Err(Refusal::Later(reason)) => Outcome::Later(reason),
                Err(Refusal::Never(reason)) => Outcome::Failed(reason),
            };
            if matches!(outcome, Outcome::InDoubt(_)) {
                self.settle(vec![(row, outcome)]).await;
            } else {
                batch.lost.set(0);
                pending = Some((row, outcome));
                connection = Some(talk);
            }
        }
        self.settle(pending.into_iter().collect()).await;
        if let Some(talk) = connection {
            talk.quit().await;
        }
    }

    fn compose(&self, row: &MailMessage) -> Result<Composed, Outcome> {
        let now = self.kernel.clock.now();
        compose::compose(&self.mail, &self.kernel.keyring, row, now)
            .map_err(|error| Outcome::Failed(error.to_string()))
    }

    /// Goes as far as the server's consent to take the contents. A conversation that broke off is
    /// `Untried`.
    async fn offer(&self, talk: &mut Connection, mail: &Composed) -> Result<(), Outcome> {
        let refused = |refusal: Refusal| match refusal {
            Refusal::Lost(reason) => Outcome::Untried(Some(reason)),
            Refusal::Later(reason) => Outcome::Later(reason),
            Refusal::Never(reason) => Outcome::Failed(reason),
        };
        talk.from(&self.mail.from.email, &mail.to)
            .await
            .map_err(refused)?;
        talk.to(&mail.to).await.map_err(|refusal| match refusal {
            Refusal::Never(reason) => Outcome::Bounced(reason),
            other => refused(other),
        })?;
        talk.ready().await.map_err(refused)
    }

    /// Writes down what became of the mail before, and that this one is handed over. False when it is
    /// no longer this worker's.
    async fn begin(
        &self,
        settled: Option<&(MailMessage, Outcome)>,
        row: &MailMessage,
    ) -> Result<bool, Problem> {
        let mut tries = 0;
        loop {
            let (id, before, row) = (Arc::clone(&self.id), settled.cloned(), row.clone());
            let retry = self.retry();
            let begun = self
                .kernel
                .db
                .write(self.context(), move |tx| {
                    if let Some((row, outcome)) = &before {
                        outcome::settle(tx, row, outcome, retry)?;
                    }
                    claims::hand_over(tx, &id, &row)
                })
                .await;
            tries += 1;
            if begun.is_ok() {
                count(settled.iter().map(|(_, outcome)| outcome));
            }
            if begun.is_ok() || tries == TRIES {
                return begun;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// Writes down what became of mails. Tried until it succeeds: what was sent must not be forgotten.
    async fn settle(&self, settled: Vec<(MailMessage, Outcome)>) {
        if settled.is_empty() {
            return;
        }
        count(settled.iter().map(|(_, outcome)| outcome));
        let settled = Arc::new(settled);
        let mut pause = Duration::from_millis(100);
        loop {
            let (settled, retry) = (Arc::clone(&settled), self.retry());
            let stored = self
                .kernel
                .db
                .write(self.context(), move |tx| {
                    settled
                        .iter()
                        .try_for_each(|(row, outcome)| outcome::settle(tx, row, outcome, retry))
                })
                .await;
            match stored {
                Ok(()) => break,
                Err(problem) => tracing::warn!(%problem, "mail could not be written down"),
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(5));
        }
        self.kernel.journal_bell.notify_one();
    }

    /// Gives the lease up, so that others need not wait for it to run out.
    async fn leave(&self) {
        let id = Arc::clone(&self.id);
        let left = self
            .kernel
            .db
            .write(self.context(), move |tx| claims::give_up_lease(tx, &id))
            .await;
        if let Err(problem) = left {
            tracing::warn!(%problem, "the lease of the mail could not be given up");
        }
    }
}

/// What is said of mails when their folder cannot be written to.
const NO_FOLDER: &str = "the folder for mail cannot be written to";

impl Batch {
    fn next(&self) -> Option<MailMessage> {
        self.rows.borrow_mut().pop_front()
    }

    fn give_back(&self, row: MailMessage) {
        self.rows.borrow_mut().push_front(row);
    }

    /// A conversation broke off before anything was handed over; when that happens too often, the
    /// server is out of reach.
    fn note_lost(&self, reason: &str) {
        self.lost.set(self.lost.get() + 1);
        if self.lost.get() >= TOO_MANY_LOST {
            self.trouble.replace(Some(reason.to_owned()));
        }
    }
}

fn count<'a>(outcomes: impl Iterator<Item = &'a Outcome>) {
    for outcome in outcomes {
        let name = match outcome {
            Outcome::Sent => "sent",
            Outcome::Later(_) => "put_off",
            Outcome::Failed(_) => "failed",
            Outcome::Bounced(_) => "bounced",
            Outcome::InDoubt(_) => "in_doubt",
            Outcome::Untried(_) => "untried",
        };
        metrics::counter!("chancery_mail_attempts_total", "outcome" => name).increment(1);
    }
}
