//! Every fault of one input, collected before any is reported.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::kernel::http::{Code, Problem};

/// One thing that is wrong with the input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(example = json!({"pointer": "/capacity", "code": "minimum", "detail": "must be at least 1"}))]
pub struct Fault {
    /// Where: a JSON pointer into the body, or the name of a query parameter or header.
    pub pointer: String,
    /// Which rule, for programs.
    pub code: String,
    /// What is wrong, for people.
    pub detail: String,
}

/// Faults that are listed at most: who sends more than this has one thing wrong many times.
const MOST: usize = 200;

/// The faults found so far; how many there are beyond those that are listed is counted.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>, usize);

impl Faults {
    /// Notes a fault.
    pub fn add(&mut self, pointer: &str, code: &str, detail: &str) {
        if self.0.len() == MOST {
            self.1 += 1;
            return;
        }
        self.0.push(Fault {
            pointer: pointer.to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
        });
    }

    /// Notes the faults of a part that stands at `at`.
    pub fn add_all(&mut self, at: &str, part: Self) {
        for fault in part.0 {
            self.add(
                &format!("{at}{}", fault.pointer),
                &fault.code,
                &fault.detail,
            );
        }
        self.1 += part.1;
    }

    /// Notes a fault unless `holds`.
    pub fn require(&mut self, holds: bool, pointer: &str, code: &str, detail: &str) {
        if !holds {
            self.add(pointer, code, detail);
        }
    }

    /// The codes noted so far, in order.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        self.0.iter().map(|fault| fault.code.as_str()).collect()
    }

    /// Whether nothing was noted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The faults.
    #[must_use]
    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }

    /// Ends the checking of a body.
    ///
    /// # Errors
    ///
    /// 422 `validation_failed` with every fault, when there is one.
    pub fn finish(self) -> Result<(), Problem> {
        self.finish_as(Code::ValidationFailed)
    }

    /// Ends the checking of another part of the request.
    ///
    /// # Errors
    ///
    /// A problem of kind `code` with every fault, when there is one.
    pub fn finish_as(self, code: Code) -> Result<(), Problem> {
        if self.0.is_empty() {
            return Ok(());
        }
        let detail = match self.0.as_slice() {
            [one] if one.pointer.is_empty() => format!("The body {}.", one.detail),
            [one] => format!("`{}` {}.", one.pointer, one.detail),
            many if self.1 == 0 => {
                format!("{} things are wrong; `errors` lists them.", many.len())
            }
            many => format!(
                "{} things are wrong; `errors` lists the first {MOST}.",
                many.len() + self.1
            ),
        };
        Err(Problem::new(code, detail).with_faults(self.0))
    }
}
