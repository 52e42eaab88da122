//! The texts of mail. Each kind has a text and a page of HTML for every version that was ever sent:
//! what waits in the queue is written with the version that it was queued with.

use minijinja::{Environment, UndefinedBehavior};
use serde_json::Value;

use crate::mail::clean;
use crate::mail::template::Template;

/// Characters of a subject, at most.
const SUBJECT: usize = 200;

/// What a mail says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Its subject.
    pub subject: String,
    /// As plain text.
    pub plain: String,
    /// As HTML.
    pub html: String,
}

/// The texts, ready to be filled.
#[derive(Debug)]
pub struct Templates(Environment<'static>);

/// A text cannot be filled.
#[derive(Debug, thiserror::Error)]
#[error("the text of the mail cannot be made: {0}")]
pub struct TemplateError(#[from] minijinja::Error);

macro_rules! sources {
    ($($kind:literal $version:literal),+ $(,)?) => {
        &[$((
            concat!($kind, ".v", $version),
            include_str!(concat!($kind, ".v", $version, ".txt")),
            include_str!(concat!($kind, ".v", $version, ".html")),
        )),+]
    };
}

/// Every version of every kind.
const SOURCES: &[(&str, &str, &str)] = sources![
    "briefing_invitation" 1,
    "briefing_invitation" 2,
    "registration_confirmed" 1,
    "registration_waitlisted" 1,
    "registration_promoted" 1,
    "registration_cancelled" 1,
    "registration_change_decided" 1,
    "registration_change_decided" 2,
    "briefing_rescheduled" 1,
    "briefing_postponed" 1,
    "briefing_cancelled" 1,
    "briefing_reminder" 1,
    "access_data_wanted" 1,
    "access_data_wanted" 2,
    "materials_added" 1,
    "materials_added" 2,
    "follow_up_due" 1,
    "follow_up_due" 2,
    "digest" 1,
];

impl Templates {
    /// Reads the texts.
    ///
    /// # Errors
    ///
    /// When one cannot be read.
    pub fn new() -> Result<Self, TemplateError> {
        let mut texts = Environment::new();
        // A value that is missing must not leave a hole in a sentence; whether it is there may be asked.
        texts.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        let mut syntax = texts.syntax().to_builder();
        syntax.trim_blocks(true).lstrip_blocks(true);
        texts.set_syntax(syntax.build()?);
        texts.add_template("layout.html", include_str!("layout.html"))?;
        texts.add_template("appointment.txt", include_str!("appointment.txt"))?;
        texts.add_template("appointment.html", include_str!("appointment.html"))?;
        texts.add_template("footer.txt", include_str!("footer.txt"))?;
        for (name, plain, html) in SOURCES {
            let (subject, plain) = plain.split_once('\n').unwrap_or((plain, ""));
            let subject = subject.strip_prefix("Subject: ").unwrap_or(subject);
            texts.add_template_owned(format!("{name}.subject"), subject)?;
            texts.add_template_owned(format!("{name}.txt"), plain)?;
            texts.add_template_owned(format!("{name}.html"), *html)?;
        }
        Ok(Self(texts))
    }

    /// The subject alone.
    ///
    /// # Errors
    ///
    /// When a value is missing.
    pub fn subject(
        &self,
        template: Template,
        version: i64,
        values: &Value,
    ) -> Result<String, TemplateError> {
        let name = format!("{}.v{version}.subject", template.kind());
        let values = minijinja::Value::from(minijinja::value::Serde(values));
        let subject = self.0.get_template(&name)?.render(values)?;
        Ok(clean::header(&subject, SUBJECT))
    }

    /// Fills a text.
    ///
    /// # Errors
    ///
    /// When a value is missing.
    pub fn fill(
        &self,
        template: Template,
        version: i64,
        values: &Value,
    ) -> Result<Text, TemplateError> {
        let name = format!("{}.v{version}", template.kind());
        let subject = self.subject(template, version, values)?;
        let values = minijinja::Value::from(minijinja::value::Serde(values));
        let plain = self
            .0
            .get_template(&format!("{name}.txt"))?
            .render(values.clone())?;
        let footer = self.0.get_template("footer.txt")?.render(values.clone())?;
        Ok(Text {
            subject,
            plain: format!("{}\n\n{}\n", plain.trim(), footer.trim()),
            html: self
                .0
                .get_template(&format!("{name}.html"))?
                .render(values)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(title: &str) -> Value {
        json!({
            "briefing": {
                "id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "title": title,
                "starts": "Tuesday, 10 March 2026, 10:00 (America/New_York)",
                "ends": "11:00", "place": "City Hall", "url": "https://chancery.test/v1/briefings/x",
            },
            "person": {"name": "Ana Ruiz"},
            "link": "https://chancery.test/answer",
            "office": "Office of Subnational Diplomacy",
            "unsubscribe": "https://chancery.test/leave",
            "items": [{"subject": "Reminder", "link": "https://chancery.test/x"}],
            "reason": "The room is not free.", "is_accepted": true, "change": "Another person comes.",
            "follow_up": {"title": "Send the slides", "due": "10 March 2026"},
            "materials": [{"title": "Slides"}],
        })
    }

    #[test]
    fn every_kind_can_be_filled_with_everything_and_with_what_is_always_there() {
        let templates = Templates::new().unwrap();
        for template in Template::ALL {
            let full = templates
                .fill(*template, 1, &values("Supply chains"))
                .unwrap();
            assert!(!full.subject.is_empty() && full.html.contains("<html"));
            let least = json!({
                "briefing": {"id": "brf_01jz8k2m4n6p8q0r2s4t6v8w0x", "starts": "s", "ends": "e"},
                "person": {}, "office": "Office", "items": [],
            });
            let least = templates.fill(*template, 1, &least).unwrap();
            assert!(
                !least.subject.is_empty() && !least.subject.contains("  "),
                "{least:?}"
            );
        }
    }

    #[test]
    fn markup_in_a_title_is_shown_and_does_nothing() {
        let templates = Templates::new().unwrap();
        let title = "<script>alert(1)</script>{{ 7 * 7 }}\r\nBcc: x@y.z";
        let text = templates
            .fill(Template::BriefingInvitation, 1, &values(title))
            .unwrap();
        assert!(!text.html.contains("<script>") && text.html.contains("&lt;script&gt;"));
        assert!(text.plain.contains("{{ 7 * 7 }}") && !text.plain.contains("49"));
        assert!(!text.subject.contains(['\r', '\n']));
    }

    #[test]
    fn a_text_with_a_hole_in_it_is_not_made() {
        let templates = Templates::new().unwrap();
        assert!(
            templates
                .fill(Template::BriefingReminder, 1, &json!({"person": {}}))
                .is_err()
        );
    }
}
