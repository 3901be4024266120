//! The account that an SDK sends transactions from.

use std::{fmt, sync::Arc};

use sm2_signing::{Error, Prehash, PublicKey, Signature, Signer};

use crate::{
    config::{AccountSource, SdkConfig},
    crypto::{CryptoError, CryptoOptions, key},
    identity::Address,
};

/// The account that an SDK sends transactions from, which signs.
///
/// ```
/// # use gmt0018::{Dialect, Module, Open};
/// use fisco_node::{account::Account, config::SdkConfig, crypto::CryptoOptions};
/// use fisco_node::{identity::Address, sm2_signing::{Prehash, Signer}};
///
/// # let card = gmt0018_soft::EphemeralCard::new()?;
/// # card.card().generate_key_pair(1, b"12345678")?;
/// # let module = Module::from_functions("software card", gmt0018_soft::functions());
/// # let dialect = Dialect::STANDARD.with_open(Open::WithPath(card.path().into()));
/// let text = "[cryptoMaterial]\nenableHsm = true\nhsmKeyIndex = 1\nhsmPassword = \"12345678\"\n";
/// let config = SdkConfig::parse("config.toml", text)?;
/// // Without this, the library that config.toml names is loaded.
/// let options = CryptoOptions::default().with_module(module).with_dialect(dialect);
/// let account = Account::open(&config, &options)?;
/// assert_eq!(account.address(), Address::of(account.public_key()));
/// account.sign(&Prehash::from_bytes(&[0x11; 32]))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Account {
    signer: Arc<dyn Signer>,
    in_card: bool,
}

impl Account {
    /// Finds the key that a `config.toml` names: of a card it checks library, device, index and password with a signature.
    ///
    /// # Errors
    /// When no key is named, something is wrong with the card or the file, or the key has another address than it should.
    pub fn open(config: &SdkConfig, options: &CryptoOptions) -> Result<Self, CryptoError> {
        match config.account() {
            #[cfg(feature = "card")]
            AccountSource::Card(card) => Ok(Self {
                signer: Arc::new(key::in_card(card, options)?),
                in_card: true,
            }),
            #[cfg(feature = "soft")]
            AccountSource::File {
                path,
                password,
                address,
            } => {
                let signer = key::in_file(path, &options.password.password(password)?)?;
                let found = Address::of(signer.public_key());
                match address {
                    Some(wanted) if *wanted != found => Err(CryptoError::Address {
                        path: path.clone(),
                        found,
                        wanted: *wanted,
                    }),
                    _ => Ok(Self {
                        signer: Arc::new(signer),
                        in_card: false,
                    }),
                }
            }
            AccountSource::Generated => Err(CryptoError::NoAccount),
            #[cfg(not(all(feature = "card", feature = "soft")))]
            _ => Err(CryptoError::NotBuilt),
        }
    }

    /// The account's address.
    #[must_use]
    pub fn address(&self) -> Address {
        Address::of(self.signer.public_key())
    }

    /// Whether the key is in a card.
    #[must_use]
    pub const fn is_in_card(&self) -> bool {
        self.in_card
    }
}

impl Signer for Account {
    fn public_key(&self) -> &PublicKey {
        self.signer.public_key()
    }

    fn sign(&self, e: &Prehash) -> Result<Signature, Error> {
        self.signer.sign(e)
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Account")
            .field("address", &self.address())
            .field("in_card", &self.in_card)
            .finish_non_exhaustive()
    }
}
