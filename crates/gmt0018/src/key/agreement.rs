//! SM2 key agreement (GB/T 32918.3) with the encryption key pairs of two cards, in two messages.

use sm2_signing::{PublicKey, UserId};

use super::{SessionKey, whole_bytes};
use crate::{
    Error, Function, InputError, KeyIndex, Session,
    call::{AgreementHandle, Place},
    key::not_empty,
    layout::Block,
};

impl Session {
    /// Starts a key agreement as the sponsor (A1 to A3) with the encryption key pair at `index`. Needs the access right.
    ///
    /// Send [`Agreement::keys`] and the sponsor's id to the responder.
    ///
    /// # Errors
    /// When the right is missing, the id is empty, or the call fails.
    pub fn start_agreement(
        &self,
        index: KeyIndex,
        bits: u32,
        sponsor: &UserId,
    ) -> Result<Agreement, Error> {
        let function = Function::GenerateAgreementDataWithEcc;
        let layout = self.dialect().ecc_layout;
        whole_bytes(bits)?;
        not_empty("sponsor's id", sponsor.as_bytes())?;
        let (mut public, mut ephemeral, mut place) = (Block::new(), Block::new(), Place::new());
        self.raw().agreement_data(
            self.handle(),
            index.value(),
            bits,
            sponsor.as_bytes(),
            &mut public,
            &mut ephemeral,
            &mut place,
        )?;
        Ok(Agreement {
            handle: AgreementHandle::new(&place)?,
            session: self.handle().number(),
            keys: AgreementKeys {
                public: layout.read_public_key(function, &public)?,
                ephemeral: layout.read_public_key(function, &ephemeral)?,
            },
        })
    }

    /// Ends a key agreement as the sponsor (A4 to A8) with what the responder sent.
    ///
    /// # Errors
    /// When the agreement was started on another session, the id is empty, or the call fails.
    pub fn finish_agreement(
        &self,
        agreement: Agreement,
        responder: &UserId,
        keys: &AgreementKeys,
    ) -> Result<SessionKey, Error> {
        let layout = self.dialect().ecc_layout;
        if agreement.session != self.handle().number() {
            return Err(InputError::ForeignKey.into());
        }
        not_empty("responder's id", responder.as_bytes())?;
        let mut place = Place::new();
        self.raw().agreed_key(
            self.handle(),
            responder.as_bytes(),
            &mut layout.public_key(&keys.public),
            &mut layout.public_key(&keys.ephemeral),
            &agreement.handle,
            &mut place,
        )?;
        self.new_key(&place, Function::GenerateKeyWithEcc)
    }

    /// Answers a key agreement as the responder (B1 to B9) with the encryption key pair at `index`. Needs the access right.
    ///
    /// Send the returned keys and the responder's id to the sponsor.
    ///
    /// # Errors
    /// When the right is missing, an id is empty, the sponsor's keys are no points, or the call fails.
    pub fn answer_agreement(
        &self,
        index: KeyIndex,
        bits: u32,
        responder: &UserId,
        sponsor: &UserId,
        keys: &AgreementKeys,
    ) -> Result<(SessionKey, AgreementKeys), Error> {
        let function = Function::GenerateAgreementDataAndKeyWithEcc;
        let layout = self.dialect().ecc_layout;
        whole_bytes(bits)?;
        not_empty("responder's id", responder.as_bytes())?;
        not_empty("sponsor's id", sponsor.as_bytes())?;
        let (mut public, mut ephemeral, mut place) = (Block::new(), Block::new(), Place::new());
        self.raw().agreement_data_and_key(
            self.handle(),
            index.value(),
            bits,
            responder.as_bytes(),
            sponsor.as_bytes(),
            (
                &mut layout.public_key(&keys.public),
                &mut layout.public_key(&keys.ephemeral),
            ),
            (&mut public, &mut ephemeral),
            &mut place,
        )?;
        let key = self.new_key(&place, function)?;
        let own = AgreementKeys {
            public: layout.read_public_key(function, &public)?,
            ephemeral: layout.read_public_key(function, &ephemeral)?,
        };
        Ok((key, own))
    }
}

/// The sponsor's half of a key agreement that waits for the responder's keys.
#[derive(Debug)]
pub struct Agreement {
    handle: AgreementHandle,
    session: u64,
    keys: AgreementKeys,
}

impl Agreement {
    /// Gives the keys to send to the responder.
    #[must_use]
    pub const fn keys(&self) -> &AgreementKeys {
        &self.keys
    }
}

/// What one party of a key agreement sends to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the two keys are what the standard's messages carry"
)]
pub struct AgreementKeys {
    /// The public key of the encryption key pair.
    pub public: PublicKey,
    /// The ephemeral public key, R in the standard.
    pub ephemeral: PublicKey,
}
