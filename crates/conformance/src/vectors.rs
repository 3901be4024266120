//! The vectors: those committed with this crate, and the readers of others that may lie beside it.

mod committed;
mod evp;
mod extra;
mod hex;
mod kat;
mod pkcs8;
mod wycheproof;

pub(crate) use committed::{Sm4Answer, Vectors};
pub(crate) use evp::Stanza;
pub(crate) use extra::ExtraVectors;
pub(crate) use kat::pairs;
pub(crate) use pkcs8::{private_key, public_key};
pub(crate) use wycheproof::{AeadTest, MacTest, TestFile, Verdict as WycheproofVerdict};
