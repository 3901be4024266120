//! SM4 and CBC-MAC in parts (2023).

use super::{Direction, MAC_ROOM, Mode, SLACK, mac};
use crate::{
    Error, Function, InputError, Malformed, Session, SessionKey, call::Output, dialect::Algorithm,
    key::take, return_code::Damage,
};

impl Session {
    /// Starts encrypting a message in parts with SM4.
    ///
    /// # Errors
    /// When the key is of another session, the library lacks the call, or it fails.
    pub fn sm4_encrypt_stream(
        &mut self,
        key: &SessionKey,
        mode: Mode,
    ) -> Result<Sm4Stream<'_>, Error> {
        Sm4Stream::new(self, Direction::Encrypt, key, mode)
    }

    /// Starts decrypting a message in parts with SM4.
    ///
    /// # Errors
    /// When the key is of another session, the library lacks the call, or it fails.
    pub fn sm4_decrypt_stream(
        &mut self,
        key: &SessionKey,
        mode: Mode,
    ) -> Result<Sm4Stream<'_>, Error> {
        Sm4Stream::new(self, Direction::Decrypt, key, mode)
    }

    /// Starts the CBC-MAC of a message in parts with SM4.
    ///
    /// # Errors
    /// When the key is of another session, the library lacks the call, or it fails.
    pub fn sm4_mac_stream(
        &mut self,
        key: &SessionKey,
        iv: &[u8; 16],
    ) -> Result<Sm4MacStream<'_>, Error> {
        let mut iv = *iv;
        let id = self.dialect().id(Algorithm::Sm4Mac)?;
        self.raw()
            .mac_init(self.handle(), self.own(key)?, id, &mut iv)?;
        Ok(Sm4MacStream {
            session: self,
            taken: 0,
            finished: false,
        })
    }
}

/// SM4 of a message in parts. It borrows the session, whose cipher state in the card there is one of.
#[derive(Debug)]
#[must_use = "the last bytes are given by `finish`"]
pub struct Sm4Stream<'a> {
    session: &'a mut Session,
    direction: Direction,
    blocks: bool,
    taken: usize,
    given: usize,
    finished: bool,
}

impl<'a> Sm4Stream<'a> {
    fn new(
        session: &'a mut Session,
        direction: Direction,
        key: &SessionKey,
        mode: Mode,
    ) -> Result<Self, Error> {
        let mut iv = mode.iv();
        let id = session.dialect().id(mode.algorithm())?;
        let (raw, handle, key) = (session.raw(), session.handle(), session.own(key)?);
        match direction {
            Direction::Encrypt => raw.encrypt_init(handle, key, id, &mut iv)?,
            Direction::Decrypt => raw.decrypt_init(handle, key, id, &mut iv)?,
        }
        let blocks = mode.wants_blocks();
        Ok(Self {
            session,
            direction,
            blocks,
            taken: 0,
            given: 0,
            finished: false,
        })
    }

    /// Adds a part of the message and gives what the card has ready; it may keep up to a block back.
    ///
    /// # Errors
    /// When the call fails; the message cannot be gone on with then.
    pub fn update(&mut self, data: &[u8]) -> Result<Vec<u8>, Error> {
        let mut result = Vec::with_capacity(data.len());
        for part in data.chunks(self.session.dialect().blocks_chunk()) {
            let mut room = vec![0; part.len().saturating_add(SLACK)];
            let mut output = Output::new(&mut room);
            let (raw, handle) = (self.session.raw(), self.session.handle());
            let function = match self.direction {
                Direction::Encrypt => {
                    raw.encrypt_update(handle, part, &mut output)?;
                    Function::EncryptUpdate
                }
                Direction::Decrypt => {
                    raw.decrypt_update(handle, part, &mut output)?;
                    Function::DecryptUpdate
                }
            };
            let reported = output.reported();
            result.extend(take(function, room, reported)?);
            self.taken = self.taken.saturating_add(part.len());
        }
        self.given = self.given.saturating_add(result.len());
        Ok(result)
    }

    /// Gives what the card has kept back, which may be nothing.
    ///
    /// # Errors
    /// When ECB or CBC was given parts that are not whole blocks in all, or the call fails.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        if self.blocks && !self.taken.is_multiple_of(16) {
            return Err(InputError::NotBlocks { found: self.taken }.into());
        }
        self.finished = true;
        let rest = self.last()?;
        if self.given.saturating_add(rest.len()) != self.taken {
            return Err(Malformed::new(
                self.last_function(),
                "the output is not as long as the input",
            )
            .into());
        }
        Ok(rest)
    }

    fn last(&self) -> Result<Vec<u8>, Error> {
        let mut room = vec![0; SLACK];
        let mut output = Output::new(&mut room);
        let (raw, handle) = (self.session.raw(), self.session.handle());
        match self.direction {
            Direction::Encrypt => raw.encrypt_final(handle, &mut output)?,
            Direction::Decrypt => raw.decrypt_final(handle, &mut output)?,
        }
        let reported = output.reported();
        Ok(take(self.last_function(), room, reported)?)
    }

    const fn last_function(&self) -> Function {
        match self.direction {
            Direction::Encrypt => Function::EncryptFinal,
            Direction::Decrypt => Function::DecryptFinal,
        }
    }
}

impl Drop for Sm4Stream<'_> {
    fn drop(&mut self) {
        if !self.finished && self.session.is_usable() && self.last().is_err() {
            self.session.handle().harm(Damage::Doubt);
        }
    }
}

/// SM4 CBC-MAC of a message in parts. It borrows the session, whose MAC state in the card there is one of.
#[derive(Debug)]
#[must_use = "the MAC is given by `finish`"]
pub struct Sm4MacStream<'a> {
    session: &'a mut Session,
    taken: usize,
    finished: bool,
}

impl Sm4MacStream<'_> {
    /// Adds a part of the message.
    ///
    /// # Errors
    /// When the call fails.
    pub fn update(&mut self, data: &[u8]) -> Result<(), Error> {
        for part in data.chunks(self.session.dialect().blocks_chunk()) {
            self.session.raw().mac_update(self.session.handle(), part)?;
            self.taken = self.taken.saturating_add(part.len());
        }
        Ok(())
    }

    /// Gives the MAC.
    ///
    /// # Errors
    /// When there were no parts, they are not whole blocks in all, or the call fails.
    pub fn finish(mut self) -> Result<[u8; 16], Error> {
        match self.taken {
            0 => return Err(InputError::Empty { what: "data" }.into()),
            found if !found.is_multiple_of(16) => {
                return Err(InputError::NotBlocks { found }.into());
            }
            _ => {}
        }
        self.finished = true;
        self.last()
    }

    fn last(&self) -> Result<[u8; 16], Error> {
        let mut room = [0; MAC_ROOM];
        let mut output = Output::new(&mut room);
        self.session
            .raw()
            .mac_final(self.session.handle(), &mut output)?;
        let reported = output.reported();
        Ok(mac(Function::CalculateMacFinal, &room, reported)?)
    }
}

impl Drop for Sm4MacStream<'_> {
    fn drop(&mut self) {
        if !self.finished && self.session.is_usable() && self.last().is_err() {
            self.session.handle().harm(Damage::Doubt);
        }
    }
}
