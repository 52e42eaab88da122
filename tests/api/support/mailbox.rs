//! What the service has to say by mail: the queue, and the mail that was written as files, read the
//! way a mail reader does.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chancery::kernel::time::Timestamp;
use chancery::mail::model::MailMessage;
use chancery::mail::template::Template;
use chancery::schema::mail_messages;
use diesel::prelude::*;

use super::app::App;

/// A mail that was written as a file.
#[derive(Debug, Clone)]
pub struct Letter {
    pub to: String,
    /// Every part: its media type with parameters, and its text.
    pub parts: Vec<(String, String)>,
}

impl Letter {
    /// The text of the part of this media type.
    pub fn part(&self, media: &str) -> Option<&str> {
        self.parts
            .iter()
            .find(|(kind, _)| kind.starts_with(media))
            .map(|(_, text)| text.as_str())
    }

    /// The token of its link.
    pub fn token(&self) -> Option<String> {
        let text = self.part("text/plain")?;
        let (_, rest) = text.split_once("/invitations#")?;
        let end = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c)))
            .unwrap_or(rest.len());
        Some(rest[..end].to_owned())
    }

    /// The properties of its calendar's appointment, by name, without parameters.
    pub fn appointment(&self) -> Option<BTreeMap<String, String>> {
        let text = self.part("text/calendar")?.replace("\r\n ", "");
        let lines: Vec<&str> = text.lines().collect();
        let method = lines.iter().find_map(|line| line.strip_prefix("METHOD:"));
        let begin = lines.iter().position(|line| *line == "BEGIN:VEVENT")?;
        let mut found: BTreeMap<String, String> = lines[begin..]
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| {
                let name = name.split(';').next().unwrap();
                (name.to_owned(), value.to_owned())
            })
            .collect();
        found.insert("METHOD".to_owned(), method?.to_owned());
        Some(found)
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    unfolded
        .lines()
        .find(|line| {
            line.len() > name.len()
                && line[..name.len()].eq_ignore_ascii_case(name)
                && line[name.len()..].starts_with(':')
        })
        .map(|line| line[name.len() + 1..].trim().to_owned())
}

fn decoded(encoding: &str, body: &str) -> String {
    match encoding.to_ascii_lowercase().as_str() {
        "base64" => {
            let text: String = body.split_whitespace().collect();
            String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
        }
        "quoted-printable" => {
            let joined = body.replace("=\r\n", "");
            let bytes = joined.as_bytes();
            let mut out = Vec::new();
            let mut at = 0;
            while at < bytes.len() {
                if bytes[at] == b'=' {
                    out.push(u8::from_str_radix(&joined[at + 1..at + 3], 16).unwrap());
                    at += 3;
                } else {
                    out.push(bytes[at]);
                    at += 1;
                }
            }
            String::from_utf8(out).unwrap()
        }
        _ => body.to_owned(),
    }
}

fn collect(entity: &str, parts: &mut Vec<(String, String)>) {
    let (head, body) = entity.split_once("\r\n\r\n").unwrap_or((entity, ""));
    let media = header(head, "Content-Type").unwrap_or_else(|| "text/plain".to_owned());
    let boundary = media.split(';').find_map(|one| {
        let (name, value) = one.trim().split_once('=')?;
        name.eq_ignore_ascii_case("boundary")
            .then(|| value.trim_matches('"').to_owned())
    });
    if let (true, Some(boundary)) = (media.starts_with("multipart/"), boundary) {
        for part in body.split(&format!("--{boundary}")).skip(1) {
            if let Some(part) = part.strip_prefix("\r\n") {
                collect(part.trim_end_matches("\r\n"), parts);
            }
        }
        return;
    }
    let encoding = header(head, "Content-Transfer-Encoding").unwrap_or_default();
    parts.push((media, decoded(&encoding, body)));
}

/// Reads a mail.
pub fn read_letter(text: &str) -> Letter {
    let (head, _) = text.split_once("\r\n\r\n").unwrap();
    let mut parts = Vec::new();
    collect(text, &mut parts);
    let to = header(head, "To").unwrap();
    let to = match to.split_once('<') {
        Some((_, address)) => address.trim_end_matches('>').to_owned(),
        None => to,
    };
    Letter { to, parts }
}

impl App {
    /// The queue of mail, of this kind, the oldest first.
    pub async fn queued(&self, template: Template) -> Vec<MailMessage> {
        self.kernel
            .db
            .read(move |conn| {
                Ok(mail_messages::table
                    .filter(mail_messages::kind.eq(template))
                    .order(mail_messages::id)
                    .select(MailMessage::as_select())
                    .load(conn)?)
            })
            .await
            .unwrap()
    }

    /// Sets the clock to the next instant at which it is this hour in UTC, and signs this person in then.
    pub async fn at_hour(&self, hour: i64) -> Timestamp {
        let day = 86_400;
        let now = self.clock.now().seconds();
        let midnight = now - now.rem_euclid(day) + day;
        let wanted: Timestamp = "1970-01-01T00:00:00Z"
            .parse::<Timestamp>()
            .unwrap()
            .plus_seconds(midnight + hour * 3600);
        self.clock.set(wanted);
        self.sign_everyone_in_again().await;
        wanted
    }

    /// All mail there is.
    pub async fn mails(&self) -> Vec<MailMessage> {
        let mut all = Vec::new();
        for template in Template::ALL {
            all.extend(self.queued(*template).await);
        }
        all
    }

    /// To whom mail of this kind goes, in order of the address; what was taken back left out.
    pub async fn told(&self, template: Template) -> Vec<String> {
        let mut to: Vec<String> = self
            .queued(template)
            .await
            .into_iter()
            .filter(|mail| mail.status.as_str() != "withdrawn")
            .map(|mail| mail.to_email)
            .collect();
        to.sort();
        to
    }

    /// The mail that was written as files, in the order in which it was written.
    pub fn letters(&self) -> Vec<Letter> {
        let folder: PathBuf = self.database.folder.join("mail");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| read_letter(&std::fs::read_to_string(path).unwrap()))
            .collect()
    }

    /// Waits until so many letters are written to this address, and gives them.
    pub async fn letters_to(&self, email: &str, count: usize) -> Vec<Letter> {
        for _ in 0..200 {
            let mut found = self.letters();
            found.retain(|letter| letter.to == email);
            if found.len() >= count {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} letters to {email} were not written");
    }

    /// The token of the last link that was sent to this address: from the queue, or from the mail
    /// where it is written already.
    pub async fn link_of(&self, email: &str) -> String {
        let waiting = self.queued(Template::BriefingInvitation).await;
        let last = waiting
            .iter()
            .rfind(|mail| mail.to_email == email && mail.status.as_str() != "withdrawn")
            .unwrap_or_else(|| panic!("{email} is not invited"));
        if let Some(sealed) = &last.sealed_secret {
            let token = self.kernel.keyring.open("mail", sealed).unwrap();
            return String::from_utf8(token).unwrap();
        }
        let count = waiting
            .iter()
            .filter(|mail| mail.to_email == email && mail.status.as_str() != "withdrawn")
            .count();
        let letters = self.letters_to(email, count).await;
        let links: Vec<String> = letters.iter().filter_map(Letter::token).collect();
        links.last().unwrap().clone()
    }
}
