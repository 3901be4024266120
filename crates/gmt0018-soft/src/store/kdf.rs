//! How a key is derived from an access password.

use argon2::{Algorithm, Argon2, Params, Version};
use serde::{Deserialize, Serialize};
use sm_soft::hash::Sm3;
use zeroize::Zeroizing;

use super::StoreError;

/// The password derivation of a key pair, with its cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "algorithm", deny_unknown_fields)]
#[non_exhaustive]
pub enum Kdf {
    /// PBKDF2 (RFC 8018, GM/T 0091) with HMAC-SM3: costs time only.
    #[serde(rename = "PBKDF2-HMAC-SM3")]
    Pbkdf2HmacSm3 {
        /// How often the HMAC is iterated, 1 000 to 10 000 000.
        iterations: u32,
    },
    /// Argon2id version 0x13 (RFC 9106): costs time and memory; not a ShangMi algorithm.
    #[serde(rename = "Argon2id")]
    Argon2id {
        /// Memory in KiB, 8 per lane to 1 048 576 (1 GiB).
        memory_kib: u32,
        /// Passes over the memory, 1 to 16.
        passes: u32,
        /// Lanes, 1 to 16; they are computed one after another.
        lanes: u32,
    },
}

impl Kdf {
    /// PBKDF2-HMAC-SM3 with this store's default cost.
    pub const PBKDF2_HMAC_SM3: Self = Self::Pbkdf2HmacSm3 {
        iterations: 100_000,
    };
    /// Argon2id with 64 MiB and 3 passes, the second choice of RFC 9106 with one lane.
    pub const ARGON2ID: Self = Self::Argon2id {
        memory_kib: 64 * 1024,
        passes: 3,
        lanes: 1,
    };

    /// Refuses a cost that would be no protection, or that a damaged header could ask for.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let bad = |why: &str| {
            Err(StoreError::Kdf {
                why: why.to_owned(),
            })
        };
        match *self {
            Self::Pbkdf2HmacSm3 { iterations } if !(1_000..=10_000_000).contains(&iterations) => {
                bad("PBKDF2 takes 1000 to 10000000 iterations")
            }
            Self::Argon2id { lanes, .. } if !(1..=16).contains(&lanes) => {
                bad("Argon2id takes 1 to 16 lanes")
            }
            Self::Argon2id {
                memory_kib, lanes, ..
            } if !(8 * lanes..=1024 * 1024).contains(&memory_kib) => {
                bad("Argon2id takes 8 KiB per lane to 1 GiB of memory")
            }
            Self::Argon2id { passes, .. } if !(1..=16).contains(&passes) => {
                bad("Argon2id takes 1 to 16 passes")
            }
            _ => Ok(()),
        }
    }

    /// Derives 32 bytes; this is the slow step, and no lock may be held during it.
    pub(super) fn derive(
        &self,
        password: &[u8],
        salt: &[u8; 16],
    ) -> Result<Zeroizing<[u8; 32]>, StoreError> {
        self.check()?;
        let mut key = Zeroizing::new([0; 32]);
        match *self {
            Self::Pbkdf2HmacSm3 { iterations } => {
                pbkdf2::pbkdf2_hmac::<Sm3>(password, salt, iterations, key.as_mut_slice());
            }
            Self::Argon2id {
                memory_kib,
                passes,
                lanes,
            } => {
                let failed = |error: argon2::Error| StoreError::Kdf {
                    why: format!("Argon2id: {error}"),
                };
                let parameters =
                    Params::new(memory_kib, passes, lanes, Some(key.len())).map_err(failed)?;
                // Asked for here, so that too little memory is an error and not the end of the process.
                let mut memory = Vec::new();
                memory
                    .try_reserve_exact(parameters.block_count())
                    .map_err(|error| StoreError::Kdf {
                        why: format!("Argon2id: {error}"),
                    })?;
                memory.resize(parameters.block_count(), argon2::Block::default());
                let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters);
                let outcome = argon2.hash_password_into_with_memory(
                    password,
                    salt,
                    key.as_mut_slice(),
                    &mut memory,
                );
                zeroize::Zeroize::zeroize(&mut memory);
                outcome.map_err(failed)?;
            }
        }
        Ok(key)
    }

    /// The parameters as bytes, for authentication: algorithm, then each parameter as 4 big-endian bytes.
    pub(super) fn to_bytes(self) -> [u8; 13] {
        let (algorithm, parameters) = match self {
            Self::Pbkdf2HmacSm3 { iterations } => (1, [iterations, 0, 0]),
            Self::Argon2id {
                memory_kib,
                passes,
                lanes,
            } => (2, [memory_kib, passes, lanes]),
        };
        let mut bytes = [algorithm; 13];
        for (chunk, parameter) in bytes
            .iter_mut()
            .skip(1)
            .zip(parameters.into_iter().flat_map(u32::to_be_bytes))
        {
            *chunk = parameter;
        }
        bytes
    }
}

impl Default for Kdf {
    fn default() -> Self {
        Self::PBKDF2_HMAC_SM3
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_cannot_ask_for_too_much_or_too_little() {
        let argon2id = |memory_kib, passes, lanes| Kdf::Argon2id {
            memory_kib,
            passes,
            lanes,
        };
        for bad in [
            Kdf::Pbkdf2HmacSm3 { iterations: 0 },
            Kdf::Pbkdf2HmacSm3 { iterations: 999 },
            Kdf::Pbkdf2HmacSm3 {
                iterations: u32::MAX,
            },
            argon2id(u32::MAX, 1, 1),
            argon2id(64, u32::MAX, 1),
            argon2id(64, 0, 1),
            argon2id(7, 1, 1),
            argon2id(64, 1, 0),
            argon2id(64, 1, u32::MAX),
        ] {
            let error = bad.derive(b"12345678", &[0; 16]).unwrap_err();
            assert!(matches!(error, StoreError::Kdf { .. }), "{bad:?}: {error}");
        }
    }

    #[test]
    fn the_derivations_differ_by_password_salt_and_cost() {
        let light = Kdf::Pbkdf2HmacSm3 { iterations: 1_000 };
        let argon2id = Kdf::Argon2id {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        };
        let mut seen = Vec::new();
        for (kdf, password, salt) in [
            (light, b"12345678", [0; 16]),
            (light, b"12345679", [0; 16]),
            (light, b"12345678", [1; 16]),
            (
                Kdf::Pbkdf2HmacSm3 { iterations: 1_001 },
                b"12345678",
                [0; 16],
            ),
            (argon2id, b"12345678", [0; 16]),
            (argon2id, b"12345678", [1; 16]),
        ] {
            let key = kdf.derive(password, &salt).unwrap();
            assert_eq!(key, kdf.derive(password, &salt).unwrap());
            assert!(!seen.contains(&key));
            seen.push(key);
        }
    }

    #[test]
    fn pbkdf2_follows_rfc_8018() {
        // T_1 = U_1 xor .. xor U_c with U_1 = HMAC(P, S || INT(1)), written out with the store's own HMAC-SM3.
        let (password, salt) = ([7; 32], [9; 16]);
        let mac = |parts: &[&[u8]]| super::super::crypto::mac(&password, parts);
        let mut u = mac(&[&salt, &[0, 0, 0, 1]]);
        let mut expected = u;
        for _ in 1..1_000 {
            u = mac(&[&u]);
            expected
                .iter_mut()
                .zip(u)
                .for_each(|(sum, byte)| *sum ^= byte);
        }
        let kdf = Kdf::Pbkdf2HmacSm3 { iterations: 1_000 };
        assert_eq!(*kdf.derive(&password, &salt).unwrap(), expected);
    }
}
