//! Which layout a library has, found from what it writes into marked memory.

mod form;
mod quirk;
mod written;

use gmt0018_sys::{DEVICEINFO, ECCSignature, ECCrefPublicKey};
use sm2_signing::{Prehash, PublicKey, Signature, Verifier};

pub use form::{CiphertextOrder, NumberForm};
pub use quirk::Quirk;
use written::MARKS;
pub use written::Written;

use super::{Block, CipherBlock};
use crate::{Dialect, EccLayout, Error, KeyIndex, Session, dialect::Algorithm};

impl Session {
    /// Finds the layout of the library's structures by what it writes, without a password.
    ///
    /// The public key at `index`, the device information and, where the library offers it, a ciphertext to that key are
    /// asked for twice each, in memory larger than every known structure and filled with two different marks. What still has
    /// its mark was not written. A number is found by its meaning: only with the right layout is the key a point of the
    /// curve, which `is_on_curve` tells.
    ///
    /// # Examples
    ///
    /// ```
    /// use gmt0018::{Dialect, EccLayout, KeyIndex, Module, Open};
    ///
    /// let card = gmt0018_soft::EphemeralCard::new()?;
    /// card.card().generate_key_pair(1, b"password")?;
    /// let module = Module::from_functions("software card", gmt0018_soft::functions());
    /// let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
    /// let probe = device.session()?.probe_layout(KeyIndex::new(1), sm_soft::curve::is_on_curve);
    /// assert_eq!(probe.layouts(), [EccLayout::Bits512]);
    /// assert!(probe.quirks().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn probe_layout(
        &self,
        index: KeyIndex,
        is_on_curve: impl Fn(&PublicKey) -> bool,
    ) -> LayoutProbe {
        let key = observe(size_of::<ECCrefPublicKey>(), |block| {
            self.raw()
                .export_sign_key(self.handle(), index.value(), block)
        })
        .map(|(written, blocks)| KeyLayout::of(written, &blocks, &is_on_curve));
        let info = observe(size_of::<DEVICEINFO>(), |block| {
            self.raw().device_info_in_block(self.handle(), block)
        })
        .map(|(written, _)| written);
        let ciphertext = match &key {
            Ok(KeyLayout {
                form: Some(form),
                key: Some(key),
                ..
            }) => Some(self.probe_ciphertext(*form, key, &is_on_curve)),
            _ => None,
        };
        LayoutProbe {
            key,
            info,
            ciphertext,
            signature: None,
        }
    }

    fn probe_ciphertext(
        &self,
        form: NumberForm,
        key: &PublicKey,
        is_on_curve: &dyn Fn(&PublicKey) -> bool,
    ) -> Result<CiphertextLayout, Error> {
        let id = self.dialect().id(Algorithm::Sm2Encrypt)?;
        let mut blocks = Vec::new();
        for mark in MARKS {
            let mut block = CipherBlock::new(MESSAGE.len());
            block.bytes_mut().fill(mark);
            self.raw().external_encrypt(
                self.handle(),
                id,
                &mut form.public_key(key),
                &MESSAGE,
                &mut block,
            )?;
            blocks.push(block);
        }
        let parts: Vec<&[u8]> = blocks.iter().map(CipherBlock::bytes).collect();
        let (first, second) = match parts[..] {
            [first, second] => (first, second),
            _ => (&[][..], &[][..]),
        };
        let written = Written::between(first, second, CIPHER_HEADER.saturating_add(MESSAGE.len()));
        let order = CiphertextOrder::ALL
            .into_iter()
            .find(|order| order.fits(form, first, is_on_curve));
        Ok(CiphertextLayout { written, order })
    }
}

/// What a library was seen to write.
#[derive(Debug, Clone)]
pub struct LayoutProbe {
    key: Result<KeyLayout, Error>,
    info: Result<Written, Error>,
    ciphertext: Option<Result<CiphertextLayout, Error>>,
    signature: Option<Result<SignatureLayout, Error>>,
}

impl LayoutProbe {
    /// Looks at signatures too: two are made with the key at `index`, which needs the access right.
    ///
    /// # Examples
    ///
    /// ```
    /// # use gmt0018::{Dialect, KeyIndex, Module, Open, Pin};
    /// # let card = gmt0018_soft::EphemeralCard::new()?;
    /// # card.card().generate_key_pair(1, b"password")?;
    /// # let module = Module::from_functions("software card", gmt0018_soft::functions());
    /// # let device = module.device(&Dialect::STANDARD.with_open(Open::WithPath(card.path().into())))?;
    /// let session = device.session()?;
    /// let mut probe = session.probe_layout(KeyIndex::new(1), sm_soft::curve::is_on_curve);
    /// let _access = session.access(KeyIndex::new(1), &Pin::new("password")?)?;
    /// probe.add_signature(&session, KeyIndex::new(1), &sm_soft::SoftVerifier::new());
    /// let Some(Ok(signature)) = probe.signature() else { panic!() };
    /// assert_eq!(signature.written().end(), 128);
    /// assert_eq!(signature.form().map(|form| form.field_bytes()), Some(64));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_signature(&mut self, session: &Session, index: KeyIndex, verifier: &dyn Verifier) {
        let e = Prehash::from_bytes(&[0x3c; 32]);
        let key = self.key.as_ref().ok().and_then(|layout| layout.key);
        let seen = observe(size_of::<ECCSignature>(), |block| {
            session
                .raw()
                .internal_sign(session.handle(), index.value(), e.as_bytes(), block)
        });
        self.signature = Some(seen.map(|(written, [block, _])| SignatureLayout {
            form: NumberForm::ALL.into_iter().find(|form| {
                let signature = form
                    .pair(block.bytes(), 0)
                    .map(|(r, s)| Signature::from_r_s(&r, &s));
                let valid = |signature| verifier.verify(&key?, &e, &signature).ok();
                signature.and_then(valid).is_some()
            }),
            written,
        }));
    }

    /// Gives what was found out about public keys, or why nothing was.
    pub const fn public_key(&self) -> &Result<KeyLayout, Error> {
        &self.key
    }

    /// Gives the bytes of the device information, or why there are none.
    pub const fn device_info(&self) -> &Result<Written, Error> {
        &self.info
    }

    /// Gives what was found out about ciphertexts; `None` if there was no key to encrypt to.
    #[must_use]
    pub const fn ciphertext(&self) -> Option<&Result<CiphertextLayout, Error>> {
        self.ciphertext.as_ref()
    }

    /// Gives what was found out about signatures; `None` if none was made.
    #[must_use]
    pub const fn signature(&self) -> Option<&Result<SignatureLayout, Error>> {
        self.signature.as_ref()
    }

    /// Gives the layouts that fit all that was seen: none, one, or two that only a ciphertext could tell apart.
    #[must_use]
    pub fn layouts(&self) -> Vec<EccLayout> {
        let Ok(KeyLayout {
            form: Some(form), ..
        }) = &self.key
        else {
            return Vec::new();
        };
        let order = match &self.ciphertext {
            Some(Ok(layout)) => layout.order,
            _ => None,
        };
        let contradicted = matches!(
            &self.signature,
            Some(Ok(SignatureLayout { form: Some(other), .. })) if other != form
        );
        match (*form, order) {
            _ if contradicted => Vec::new(),
            (NumberForm::BITS_512, None | Some(CiphertextOrder::Bits512)) => {
                vec![EccLayout::Bits512]
            }
            (NumberForm::BITS_256, Some(CiphertextOrder::Bits256)) => vec![EccLayout::Bits256],
            (NumberForm::BITS_256, Some(CiphertextOrder::Legacy2008)) => {
                vec![EccLayout::Legacy2008]
            }
            (NumberForm::BITS_256, None) => vec![EccLayout::Bits256, EccLayout::Legacy2008],
            _ => Vec::new(),
        }
    }

    /// Names the dialects whose layout fits. What else makes a dialect, numbers of arguments and of algorithms, cannot be seen.
    #[must_use]
    pub fn dialects(&self) -> Vec<&'static str> {
        let layouts = self.layouts();
        let mut names = DIALECTS.to_vec();
        names.retain(|name| {
            name.parse::<Dialect>()
                .is_ok_and(|dialect| layouts.contains(&dialect.ecc_layout))
        });
        names
    }

    /// Lists what the library does otherwise than its layout says.
    #[must_use]
    pub fn quirks(&self) -> Vec<Quirk> {
        quirk::all(self)
    }
}

/// The layout of a public key.
#[derive(Debug, Clone)]
pub struct KeyLayout {
    written: Written,
    form: Option<NumberForm>,
    key: Option<PublicKey>,
    bits: Option<u32>,
    dirty: bool,
}

impl KeyLayout {
    /// Gives the bytes that were written.
    #[must_use]
    pub const fn written(&self) -> &Written {
        &self.written
    }

    /// Gives the form of the coordinates; `None` if no known form gives a point of the curve.
    #[must_use]
    pub const fn form(&self) -> Option<NumberForm> {
        self.form
    }

    /// Gives the key, read in that form.
    #[must_use]
    pub const fn key(&self) -> Option<&PublicKey> {
        self.key.as_ref()
    }

    /// Gives the size that the key says it has; `None` if nothing was written there.
    #[must_use]
    pub const fn bits(&self) -> Option<u32> {
        self.bits
    }

    fn of(
        written: Written,
        [block, _]: &[Block; 2],
        is_on_curve: &dyn Fn(&PublicKey) -> bool,
    ) -> Self {
        let bytes = block.bytes();
        let point = |form: NumberForm| {
            let (x, y) = form.pair(bytes, KEY_NUMBERS)?;
            let key = PublicKey::from_x_y(&x, &y);
            is_on_curve(&key).then_some((form, key))
        };
        let found = NumberForm::ALL.into_iter().find_map(point);
        let bits = bytes.first_chunk().map(|bits| u32::from_ne_bytes(*bits));
        let dirty = found.is_some_and(|(form, _)| {
            let rests = form.rests(KEY_NUMBERS);
            let mut bytes = rests.into_iter().filter_map(|rest| bytes.get(rest));
            bytes.any(|rest| rest.iter().any(|byte| *byte != 0))
        });
        Self {
            bits: bits.filter(|_| written.covers(&(0..4))),
            form: found.map(|(form, _)| form),
            key: found.map(|(_, key)| key),
            dirty,
            written,
        }
    }
}

/// The layout of a signature.
#[derive(Debug, Clone)]
pub struct SignatureLayout {
    written: Written,
    form: Option<NumberForm>,
}

impl SignatureLayout {
    /// Gives the bytes that were written.
    #[must_use]
    pub const fn written(&self) -> &Written {
        &self.written
    }

    /// Gives the form of r and s; `None` if in no known form the signature is valid.
    #[must_use]
    pub const fn form(&self) -> Option<NumberForm> {
        self.form
    }
}

/// The layout of a ciphertext.
#[derive(Debug, Clone)]
pub struct CiphertextLayout {
    written: Written,
    order: Option<CiphertextOrder>,
}

impl CiphertextLayout {
    /// Gives the bytes that were written for a message of 16 bytes.
    #[must_use]
    pub const fn written(&self) -> &Written {
        &self.written
    }

    /// Gives the order of the fields; `None` if it is not a known one.
    #[must_use]
    pub const fn order(&self) -> Option<CiphertextOrder> {
        self.order
    }
}

/// Makes a call twice, into blocks filled with the two marks.
fn observe(
    standard: usize,
    mut call: impl FnMut(&mut Block) -> Result<(), Error>,
) -> Result<(Written, [Block; 2]), Error> {
    let mut blocks = MARKS.map(|mark| Block([mark; super::BLOCK]));
    for block in &mut blocks {
        call(block)?;
    }
    let [first, second] = &blocks;
    Ok((
        Written::between(first.bytes(), second.bytes(), standard),
        blocks,
    ))
}

/// Where the numbers of an `ECCrefPublicKey` begin.
const KEY_NUMBERS: usize = 4;
const CIPHER_HEADER: usize = gmt0018_sys::ECCCIPHER_HEADER_LEN;
const MESSAGE: [u8; 16] = [0x33; 16];
const MESSAGE_LENGTH: u32 = 16;
const DIALECTS: [&str; 5] = ["standard", "sansec-legacy", "softsdf", "fisherman", "sdf4j"];

#[cfg(test)]
mod tests;
