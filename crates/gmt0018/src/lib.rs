#![doc = include_str!("../README.md")]
#![deny(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod asymmetric;
mod call;
mod card_key;
mod device;
mod dialect;
mod error;
mod file;
mod function;
mod hash;
mod key;
mod key_index;
mod layout;
mod module;
mod observe;
mod per_process;
mod pin;
mod pool;
mod return_code;
mod session;
mod symmetric;

pub use gmt0018_sys;
pub use sm2_signing;

pub use card_key::{CardKey, CardVerifier};
pub use device::{Device, DeviceInfo};
pub use dialect::{
    AlgorithmMap, Dialect, EccLayout, HmacId, InternalEccArguments, KekWrap, KeysWithoutPin, Open,
    TagLength, UnknownDialect,
};
pub use error::{CallError, Error, InputError, Malformed, MissingSymbol};
pub use function::Function;
pub use hash::{HmacSm3Stream, Sm3Stream};
pub use key::{Agreement, AgreementKeys, SessionKey};
pub use key_index::KeyIndex;
pub use layout::{
    CiphertextLayout, CiphertextOrder, KeyLayout, LayoutProbe, NumberForm, Quirk, SignatureLayout,
    Written,
};
pub use module::Module;
pub use pin::{Pin, PinError};
pub use pool::{PoolError, PoolOptions, PoolStatus, PooledSession, SessionPool};
pub use return_code::ReturnCode;
pub use session::{KeyAccess, Session};
pub use symmetric::{Aead, AuthDecryptor, AuthEncryptor, Mode, Sm4MacStream, Sm4Stream};
