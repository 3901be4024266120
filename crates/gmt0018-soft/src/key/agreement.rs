//! SM2 key agreement (6.3, GB/T 32918.3) with the encryption key pairs, both sides, without
//! confirmation values.

use std::fmt;
use std::sync::Arc;

use sm_soft::exchange::{self, Ephemeral, Party, Peer};
use sm_soft::sm2_signing::{PublicKey, UserId};

use super::{KeyHandle, key_length};
use crate::card::Unlocked;
use crate::{CardError, Session};

/// What the sponsor keeps until the responder answers.
pub(crate) struct Agreement {
    index: u32,
    unlocked: Arc<Unlocked>,
    id: UserId,
    ephemeral: Ephemeral,
    bits: u32,
}

impl fmt::Debug for Agreement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Agreement")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

/// The public keys that one side of an agreement sends to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AgreementKeys {
    /// The encryption public key of the pair in use.
    pub public_key: PublicKey,
    /// The temporary public key of this agreement.
    pub temporary: PublicKey,
}

impl AgreementKeys {
    /// What the other side sent.
    #[must_use]
    pub const fn new(public_key: PublicKey, temporary: PublicKey) -> Self {
        Self {
            public_key,
            temporary,
        }
    }
}

impl Session {
    /// Starts an agreement as sponsor (`SDF_GenerateAgreementDataWithECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoAccessRight`], [`CardError::UserId`], [`CardError::Argument`] for a bad
    /// length.
    pub fn sponsor_agreement(
        &mut self,
        index: u32,
        bits: u32,
        id: &[u8],
    ) -> Result<(AgreementKeys, KeyHandle), CardError> {
        self.card.check_operational()?;
        key_length(bits)?;
        let id = user_id(id)?;
        let unlocked = self.unlocked(index)?;
        let public_key = unlocked.encryption(index)?.public_key();
        let ephemeral = new_ephemeral()?;
        let keys = AgreementKeys {
            public_key,
            temporary: ephemeral.public_key(),
        };
        let handle = KeyHandle::new();
        self.agreements.push((
            handle,
            Agreement {
                index,
                unlocked,
                id,
                ephemeral,
                bits,
            },
        ));
        Ok((keys, handle))
    }

    /// Completes an agreement as sponsor with what the responder sent (`SDF_GenerateKeyWithECC`);
    /// the agreement's handle is used up.
    ///
    /// # Errors
    ///
    /// [`CardError::KeyHandle`], [`CardError::UserId`], [`CardError::PublicKey`].
    pub fn complete_agreement(
        &mut self,
        agreement: KeyHandle,
        responder: &AgreementKeys,
        responder_id: &[u8],
    ) -> Result<KeyHandle, CardError> {
        self.card.check_operational()?;
        let responder_id = user_id(responder_id)?;
        let Agreement {
            index,
            unlocked,
            id,
            ephemeral,
            bits,
        } = self.take_agreement(agreement)?;
        let own = Party::new(unlocked.encryption(index)?, &id, &ephemeral);
        let peer = Peer::new(&responder.public_key, &responder_id, &responder.temporary);
        let key = exchange::sponsor(&own, &peer, key_length(bits)?);
        Ok(self.keep_key(key.map_err(|_| CardError::PublicKey)?))
    }

    /// Answers an agreement as responder and makes the key at once
    /// (`SDF_GenerateAgreementDataAndKeyWithECC`).
    ///
    /// # Errors
    ///
    /// [`CardError::NoAccessRight`], [`CardError::UserId`], [`CardError::PublicKey`],
    /// [`CardError::Argument`] for a bad length.
    pub fn respond_to_agreement(
        &mut self,
        index: u32,
        bits: u32,
        id: &[u8],
        sponsor: &AgreementKeys,
        sponsor_id: &[u8],
    ) -> Result<(AgreementKeys, KeyHandle), CardError> {
        self.card.check_operational()?;
        let length = key_length(bits)?;
        let (id, sponsor_id) = (user_id(id)?, user_id(sponsor_id)?);
        let unlocked = self.unlocked(index)?;
        let secret = unlocked.encryption(index)?;
        let ephemeral = new_ephemeral()?;
        let own = Party::new(secret, &id, &ephemeral);
        let peer = Peer::new(&sponsor.public_key, &sponsor_id, &sponsor.temporary);
        let key = exchange::responder(&own, &peer, length).map_err(|_| CardError::PublicKey)?;
        let keys = AgreementKeys {
            public_key: secret.public_key(),
            temporary: ephemeral.public_key(),
        };
        Ok((keys, self.keep_key(key)))
    }

    pub(super) fn take_agreement(&mut self, handle: KeyHandle) -> Result<Agreement, CardError> {
        let position = self.agreements.iter().position(|(held, _)| *held == handle);
        let (_, agreement) = self
            .agreements
            .swap_remove(position.ok_or(CardError::KeyHandle)?);
        Ok(agreement)
    }
}

fn user_id(id: &[u8]) -> Result<UserId, CardError> {
    if id.is_empty() {
        return Err(CardError::UserId);
    }
    UserId::new(id).map_err(|_| CardError::UserId)
}

fn new_ephemeral() -> Result<Ephemeral, CardError> {
    Ephemeral::generate().map_err(|_| CardError::Random("the operating system gave none"))
}
