//! Secret ballots: nothing that is stored joins a voter and a vote.
//!
//! While the poll is open a ballot is stored sealed: where its choice stands in the list, in one byte,
//! and its receipt, so that every sealed ballot has the same length. The key is made from the keys of
//! the installation and from the poll's *seal*, 32 random bytes. At the closing all are opened at
//! once; what was chosen is stored with the receipts, in the order of the receipts, which is chance;
//! and the seal is destroyed. From then on what old pages, logs and copies of the database still hold
//! of a ballot cannot be opened.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use diesel::prelude::*;

use crate::assemblies::polls::choices::Choices;
use crate::assemblies::polls::model::SecretBallot;
use crate::kernel::db::{Connection, Tx};
use crate::kernel::http::Problem;
use crate::kernel::id::{self, PollId, SeatId};
use crate::kernel::secrets::{Keyring, random_bytes};
use crate::schema::{ballots, poll_seals, secret_ballots};

/// What keys are made from, in bytes.
const SEAL: usize = 32;

/// What a voter finds their vote by: 128 random bits, written in 26 characters.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Receipt(u128);

impl Receipt {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    pub fn draw() -> Result<Self, Problem> {
        let bytes = random_bytes::<16>().map_err(Problem::internal)?;
        Ok(Self(u128::from_be_bytes(bytes)))
    }

    /// As it is given to the voter.
    #[must_use]
    pub fn text(self) -> String {
        id::encode(self.0)
    }
}

/// Seals and opens the ballots of one poll.
pub struct Envelope {
    keys: Keyring,
    poll: PollId,
}

impl Envelope {
    /// Seals a ballot.
    ///
    /// # Errors
    ///
    /// When the system has no randomness to give.
    pub fn seal(&self, seat: &SeatId, place: u8, receipt: Receipt) -> Result<String, Problem> {
        let mut plain = vec![place];
        plain.extend(receipt.0.to_be_bytes());
        self.keys
            .seal(&self.label(seat), &plain)
            .map_err(Problem::internal)
    }

    /// Opens a ballot: where its choice stands in the list, and its receipt.
    ///
    /// # Errors
    ///
    /// 500 when it was sealed for another seat or poll, or changed.
    pub fn open(&self, seat: &SeatId, sealed: &str) -> Result<(u8, Receipt), Problem> {
        let plain = self
            .keys
            .open(&self.label(seat), sealed)
            .map_err(Problem::internal)?;
        let (place, receipt) = plain
            .split_first()
            .ok_or_else(|| Problem::internal("a sealed ballot is empty"))?;
        let receipt: [u8; 16] = receipt.try_into().map_err(Problem::internal)?;
        Ok((*place, Receipt(u128::from_be_bytes(receipt))))
    }

    /// What a sealed ballot is bound to: it opens for no other seat and in no other poll.
    fn label(&self, seat: &SeatId) -> String {
        format!("ballot/{}/{seat}", self.poll)
    }
}

/// Makes the seal of a poll that is being opened.
///
/// # Errors
///
/// When the system has no randomness to give, or the database fails.
pub fn begin(tx: &mut Tx<'_>, poll: &PollId) -> Result<(), Problem> {
    let seal = random_bytes::<SEAL>().map_err(Problem::internal)?;
    diesel::insert_into(poll_seals::table)
        .values((
            poll_seals::poll_id.eq(poll),
            poll_seals::seal.eq(URL_SAFE_NO_PAD.encode(seal)),
        ))
        .execute(tx.conn)?;
    Ok(())
}

/// What seals the ballots of an open poll.
///
/// # Errors
///
/// 500 when the poll has no seal; when the database fails.
pub fn envelope(
    conn: &mut Connection,
    keyring: &Keyring,
    poll: &PollId,
) -> Result<Envelope, Problem> {
    let seal: String = poll_seals::table
        .filter(poll_seals::poll_id.eq(poll))
        .select(poll_seals::seal)
        .first(conn)?;
    let seal = URL_SAFE_NO_PAD.decode(seal).map_err(Problem::internal)?;
    Ok(Envelope {
        keys: keyring.derived("secret-poll", &seal),
        poll: poll.clone(),
    })
}

/// Opens every ballot of a poll that is being closed, keeps what was chosen by receipt, and destroys
/// what ballots were sealed with. The choices, in the order of the receipts.
///
/// # Errors
///
/// 500 when a ballot cannot be opened; when the database fails.
pub fn reveal(
    tx: &mut Tx<'_>,
    keyring: &Keyring,
    poll: &PollId,
    choices: &Choices,
) -> Result<Vec<SecretBallot>, Problem> {
    let envelope = envelope(tx.conn, keyring, poll)?;
    let sealed: Vec<(SeatId, Option<String>)> = ballots::table
        .filter(ballots::poll_id.eq(poll))
        .select((ballots::seat_id, ballots::sealed))
        .load(tx.conn)?;
    let mut opened = Vec::with_capacity(sealed.len());
    for (seat, sealed) in &sealed {
        let sealed = sealed
            .as_deref()
            .ok_or_else(|| Problem::internal("a secret ballot that is not sealed"))?;
        let (place, receipt) = envelope.open(seat, sealed)?;
        let choice = choices
            .at(place)
            .ok_or_else(|| Problem::internal("a ballot for what the poll does not have"))?;
        opened.push(SecretBallot {
            poll_id: poll.clone(),
            receipt: receipt.text(),
            choice: choice.to_owned(),
        });
    }
    // The order of storage is the order of the receipts, and those are chance.
    opened.sort_by(|one, other| one.receipt.cmp(&other.receipt));
    crate::insert_all!(&mut *tx.conn, secret_ballots::table, opened.as_slice())?;
    destroy(tx, poll)?;
    Ok(opened)
}

/// Destroys the seal of a poll and every ballot that was sealed with it.
///
/// # Errors
///
/// When the database fails.
pub fn destroy(tx: &mut Tx<'_>, poll: &PollId) -> Result<(), Problem> {
    diesel::update(ballots::table.filter(ballots::poll_id.eq(poll)))
        .set(ballots::sealed.eq(None::<String>))
        .execute(tx.conn)?;
    diesel::delete(poll_seals::table.filter(poll_seals::poll_id.eq(poll))).execute(tx.conn)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::aead::NONCE_LEN;

    use super::*;

    #[test]
    fn a_sealed_ballot_has_one_length_and_opens_for_its_own_seat_and_poll_only() {
        let keyring = Keyring::derive("a secret of at least 32 characters");
        let envelope = |poll: &PollId| Envelope {
            keys: keyring.derived("secret-poll", b"seal"),
            poll: poll.clone(),
        };
        let (poll, seat, receipt) = (PollId::fresh(), SeatId::fresh(), Receipt::draw().unwrap());
        let sealed: Vec<String> = (0..=50)
            .map(|place| envelope(&poll).seal(&seat, place, receipt).unwrap())
            .collect();
        // A nonce, a byte, a receipt and a tag, in base64.
        let length = (NONCE_LEN + 1 + 16 + 16) * 4 / 3;
        assert!(sealed.iter().all(|sealed| sealed.len() == length));
        for (place, sealed) in (0..).zip(&sealed) {
            let (found, again) = envelope(&poll).open(&seat, sealed).unwrap();
            assert!(found == place && again == receipt);
            assert!(envelope(&poll).open(&SeatId::fresh(), sealed).is_err());
            assert!(envelope(&PollId::fresh()).open(&seat, sealed).is_err());
        }
        assert_eq!(receipt.text().len(), 26);
    }
}
