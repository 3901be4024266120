//! Finds the two keys in an unencrypted PKCS#8 file of a test set.
//!
//! Not a parser: it looks for the two fields by the bytes that stand before them.

/// The private key, 32 big-endian bytes.
pub(crate) fn private_key(pem: &str) -> Option<[u8; 32]> {
    // ECPrivateKey: version INTEGER 1, privateKey OCTET STRING of 32 bytes
    after(&decode(pem)?, &[0x02, 0x01, 0x01, 0x04, 0x20])
}

/// x‖y of the public key, where the file has it.
pub(crate) fn public_key(pem: &str) -> Option<[u8; 64]> {
    // BIT STRING of 66 bytes, no unused bits, uncompressed point
    after(&decode(pem)?, &[0x03, 0x42, 0x00, 0x04])
}

fn after<const N: usize>(der: &[u8], marker: &[u8]) -> Option<[u8; N]> {
    let start = der
        .windows(marker.len())
        .position(|window| window == marker)?;
    der.get(start + marker.len()..)?.first_chunk().copied()
}

fn decode(pem: &str) -> Option<Vec<u8>> {
    let body = pem.lines().filter(|line| !line.starts_with("-----"));
    let mut out = Vec::new();
    let (mut bits, mut filled) = (0_u32, 0);
    for letter in body
        .flat_map(str::bytes)
        .filter(|byte| !byte.is_ascii_whitespace())
    {
        if letter == b'=' {
            break;
        }
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        bits = (bits << 6 | u32::try_from(value).ok()?) & 0xffff;
        filled += 6;
        if filled >= 8 {
            filled -= 8;
            out.extend((bits >> filled & 0xff).to_be_bytes().last());
        }
    }
    Some(out)
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded() {
        assert_eq!(
            decode("-----BEGIN-----\nAQID\n/+8=\n-----END-----"),
            Some(vec![1, 2, 3, 0xff, 0xef])
        );
        assert_eq!(decode("A?=="), None);
    }
}
