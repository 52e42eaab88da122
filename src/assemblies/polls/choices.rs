//! What a voter may choose in a poll: yes or no, or one of a list; and always to abstain.

use crate::assemblies::polls::model::Poll;

/// For the motion.
pub const YES: &str = "yes";
/// Against it.
pub const NO: &str = "no";
/// Neither: counted and shown, and a vote for nothing.
pub const ABSTAIN: &str = "abstain";

/// The choices of a poll, in the order in which they are counted; abstaining is the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choices {
    /// What may be chosen beside abstaining.
    options: Vec<String>,
    /// Whether they are a list, and not yes and no.
    pub is_list: bool,
}

impl Choices {
    /// Yes and no, or these.
    #[must_use]
    pub fn new(list: Option<Vec<String>>) -> Self {
        Self {
            is_list: list.is_some(),
            options: list.unwrap_or_else(|| vec![YES.to_owned(), NO.to_owned()]),
        }
    }

    /// The choices of this poll.
    #[must_use]
    pub fn of(poll: &Poll) -> Self {
        Self::new(poll.list())
    }

    /// What may be chosen beside abstaining.
    #[must_use]
    pub fn options(&self) -> &[String] {
        &self.options
    }

    /// Everything that may be chosen.
    pub fn all(&self) -> impl Iterator<Item = &str> {
        self.options
            .iter()
            .map(String::as_str)
            .chain(std::iter::once(ABSTAIN))
    }

    /// Where this choice stands, if it is one.
    #[must_use]
    pub fn place_of(&self, choice: &str) -> Option<u8> {
        let place = self.all().position(|one| one == choice)?;
        u8::try_from(place).ok()
    }

    /// The choice that stands there, if one does.
    #[must_use]
    pub fn at(&self, place: u8) -> Option<&str> {
        self.all().nth(usize::from(place))
    }
}
