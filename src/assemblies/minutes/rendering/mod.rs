//! Minutes as Markdown, HTML and PDF.
//!
//! All three show the same: the text, what was corrected since, how it was approved, and the hash.
//! The text was written by people; [`blocks`] reads it into parts that hold nothing but words.

pub mod blocks;
pub mod html;
pub mod pdf;

use std::fmt::Write;

use actix_web::body::BoxBody;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use diesel::prelude::*;
use tokio::sync::Semaphore;

use crate::assemblies::minutes::lifecycle::MinutesStatus;
use crate::assemblies::minutes::model::{ApprovalBasis, Correction, Minutes};
use crate::assemblies::minutes::queries;
use crate::assemblies::minutes::rendering::blocks::{Block, Span};
use crate::assemblies::minutes::wire::Paper;
use crate::assemblies::sessions::model::Session;
use crate::kernel::access::Scope;
use crate::kernel::db::Connection;
use crate::kernel::http::{Code, Problem};
use crate::kernel::id::AssemblySessionId;
use crate::kernel::time::{Timestamp, ZonedTime};
use crate::schema::assemblies;

/// Bytes of text that are rendered, at most.
const LONGEST: usize = 4_000_000;

/// Minutes that are set at the same time, at most: it is work for the processor alone.
static PLACES: Semaphore = Semaphore::const_new(2);

/// What minutes are rendered as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// The text itself.
    Markdown,
    /// A page.
    Html,
    /// Pages on this paper.
    Pdf(Paper),
}

/// Minutes with what is shown about them.
#[derive(Debug, Clone)]
pub struct Document {
    /// The assembly's name.
    pub assembly: String,
    /// The session.
    pub session: Session,
    /// The minutes.
    pub minutes: Minutes,
    /// What was corrected since.
    pub corrections: Vec<Correction>,
}

impl Document {
    /// Reads the minutes of a session that the caller sees.
    ///
    /// # Errors
    ///
    /// 404 when the session is not there for the caller, or has no minutes; 413 when they are too
    /// long to be rendered.
    pub fn read(
        conn: &mut Connection,
        scope: &Scope,
        id: &AssemblySessionId,
    ) -> Result<Self, Problem> {
        let (session, minutes) = queries::find(conn, scope, id)?;
        let corrections = queries::corrections(conn, id)?;
        let length = corrections
            .iter()
            .map(|row| row.text.len() + row.reason.len())
            .sum::<usize>()
            + minutes.text.len();
        if length > LONGEST {
            return Err(Problem::new(
                Code::PayloadTooLarge,
                "These minutes are too long to be rendered; read them as JSON.",
            ));
        }
        let assembly = assemblies::table
            .filter(assemblies::id.eq(&session.assembly_id))
            .select(assemblies::name)
            .first(conn)?;
        Ok(Self {
            assembly,
            session,
            minutes,
            corrections,
        })
    }

    /// What the document is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!(
            "Minutes of session {}: {}",
            self.session.number, self.assembly
        )
    }

    /// Whether they are not approved.
    #[must_use]
    pub fn is_draft(&self) -> bool {
        self.minutes.status == MinutesStatus::Draft
    }

    /// All that is shown.
    #[must_use]
    pub fn blocks(&self) -> Vec<Block> {
        let mut all = blocks::parse(&self.minutes.text);
        if !self.corrections.is_empty() {
            let title = Span::plain("Corrections after approval");
            all.push(Block::Heading(2, vec![title]));
        }
        for row in &self.corrections {
            let title = format!("Correction {}", row.ordinal);
            all.push(Block::Heading(3, vec![Span::plain(title)]));
            all.push(Block::Paragraph(lines(&row.text)));
            let mut about = vec![Span::bold("Reason: ")];
            about.extend(lines(&row.reason));
            all.push(Block::Paragraph(about));
            let added = format!(
                "Appended {}. SHA-256 {}",
                self.local(row.created_at),
                row.hash
            );
            all.push(Block::Paragraph(vec![Span::plain(added)]));
        }
        if let Some(approval) = self.approval() {
            all.push(Block::Heading(2, vec![Span::plain("Approval")]));
            all.push(Block::Paragraph(vec![Span::plain(approval)]));
        }
        all
    }

    fn approval(&self) -> Option<String> {
        let (at, hash) = (self.minutes.approved_at?, self.minutes.hash.as_ref()?);
        let basis = match self.minutes.basis? {
            ApprovalBasis::Poll => "by a vote of the assembly",
            ApprovalBasis::UnanimousConsent => "by unanimous consent",
            ApprovalBasis::NoObjection => "without objection, after they were sent to all members",
        };
        Some(format!(
            "These minutes were approved {basis}; recorded {}. SHA-256 over the text and all records: {hash}",
            self.local(at)
        ))
    }

    /// An instant on a clock where the session was held.
    fn local(&self, at: Timestamp) -> String {
        let zone = self.session.time_zone.parse().unwrap_or(chrono_tz::Tz::UTC);
        let local = ZonedTime::at(at, zone).local();
        let text: String = local.to_string().chars().take(16).collect();
        format!("{} ({})", text.replace('T', " "), self.session.time_zone)
    }

    fn markdown(&self) -> String {
        let mut out = String::new();
        if self.is_draft() {
            out.push_str("> **DRAFT: these minutes are not approved.**\n\n");
        }
        out.push_str(self.minutes.text.trim_end());
        out.push('\n');
        if !self.corrections.is_empty() {
            out.push_str("\n## Corrections after approval\n");
        }
        for row in &self.corrections {
            let _ = writeln!(
                out,
                "\n### Correction {}\n\n{}\n\n**Reason:** {}\n\nAppended {}. SHA-256 {}",
                row.ordinal,
                row.text,
                row.reason,
                self.local(row.created_at),
                row.hash
            );
        }
        if let Some(approval) = self.approval() {
            let _ = writeln!(out, "\n## Approval\n\n{approval}");
        }
        out
    }

    /// Renders it, away from the threads that answer and from the database.
    ///
    /// # Errors
    ///
    /// 500 when it cannot be rendered.
    pub async fn render(self, format: Format) -> Result<Rendered, Problem> {
        let _place = PLACES.acquire().await.map_err(Problem::internal)?;
        web::block(move || {
            // A page is shown in place, under a policy that lets it do nothing; the rest is saved.
            let (media_type, ending, shown, body) = match format {
                Format::Markdown => (
                    "text/markdown; charset=utf-8",
                    "md",
                    "attachment",
                    self.markdown().into_bytes(),
                ),
                Format::Html => (
                    "text/html; charset=utf-8",
                    "html",
                    "inline",
                    html::page(&self).into_bytes(),
                ),
                Format::Pdf(paper) => (
                    "application/pdf",
                    "pdf",
                    "attachment",
                    pdf::set(&self, paper)?,
                ),
            };
            Ok(Rendered {
                media_type,
                shown,
                filename: format!("minutes-session-{}.{ending}", self.session.number),
                body,
            })
        })
        .await
        .map_err(Problem::internal)?
    }
}

/// Text with its line breaks, as spans.
fn lines(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    for line in text.lines() {
        if !spans.is_empty() {
            spans.push(Span::plain("\n"));
        }
        spans.push(Span::plain(line));
    }
    spans
}

/// Rendered minutes on their way out.
#[derive(Debug)]
pub struct Rendered {
    media_type: &'static str,
    shown: &'static str,
    filename: String,
    body: Vec<u8>,
}

impl Responder for Rendered {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::Ok()
            .insert_header((header::CONTENT_TYPE, self.media_type))
            .insert_header((
                header::CONTENT_DISPOSITION,
                format!("{}; filename=\"{}\"", self.shown, self.filename),
            ))
            .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
            .insert_header((header::CONTENT_SECURITY_POLICY, html::POLICY))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(self.body)
    }
}
