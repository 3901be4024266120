//! `gmt0018 keys`.

mod check;
mod export;
mod list;
mod show;

use gmt0018::sm2_signing::PublicKey;
use sm_soft::hash::sm3;

use super::hex;

pub(crate) use check::check;
pub(crate) use export::export;
pub(crate) use list::{Scan, list};
pub(crate) use show::show;

/// The account's address on a FISCO BCOS chain with ShangMi algorithms: the last 20 bytes of SM3(x ‖ y).
fn address(key: &PublicKey) -> String {
    let digest = sm3(key.as_bytes());
    format!("0x{}", hex(&digest[12..]))
}

/// What tells keys apart at a glance: the first 8 bytes of SM3(x ‖ y).
fn fingerprint(key: &PublicKey) -> String {
    hex(&sm3(key.as_bytes())[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_and_fingerprint_are_the_ends_of_the_digest() {
        // SM3 of 64 bytes "abcd" repeated: GB/T 32905-2016, annex A.2.
        let bytes = <[u8; 64]>::try_from(b"abcd".repeat(16)).unwrap();
        let key = PublicKey::from_bytes(&bytes);
        assert_eq!(address(&key), "0xc18e5a4d6fdb70e5387e5765293dcba39c0c5732");
        assert_eq!(fingerprint(&key), "debe9ff92275b8a1");
    }
}
