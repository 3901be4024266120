//! The parts of CCM (GB/T 36624 mechanism 3, NIST SP 800-38C) that are its own.

use sm4::Sm4;

use super::{BLOCK_LENGTH, CbcMac, keystream::Keystream};

/// The most plaintext that a nonce of this length (7 to 13) leaves room for.
///
/// The length field has q = 15 - n bytes. Beyond q = 4 the limit is held at 2^36 - 32 bytes, which
/// keeps the block counter inside 32 bits.
pub(super) fn max_data_length(nonce_length: usize) -> u64 {
    let field_bits = 8 * (15 - nonce_length);
    if field_bits < 36 {
        (1 << field_bits) - 1
    } else {
        super::gcm::MAX_DATA_LENGTH
    }
}

/// The CBC-MAC with B0 and the associated data absorbed.
pub(super) fn start_mac(
    schedule: &Sm4,
    nonce: &[u8],
    associated_data: &[u8],
    data_length: u64,
    tag_length: usize,
) -> CbcMac {
    let mut mac = CbcMac::from_schedule(schedule.clone(), [0; BLOCK_LENGTH]);
    let mut first = counter_block(nonce, data_length);
    // Bit 6: there is associated data; bits 5 to 3: (t - 2) / 2; bits 2 to 0: q - 1.
    first[0] |= (u8::from(!associated_data.is_empty()) << 6) | (small((tag_length - 2) / 2) << 3);
    mac.update(&first);
    if !associated_data.is_empty() {
        mac.update(&encoded_length(associated_data.len() as u64));
        mac.update(associated_data);
        mac.pad();
    }
    mac
}

/// S0, which masks the tag, and the keystream from S1 on.
pub(super) fn start_keystream(schedule: &Sm4, nonce: &[u8]) -> ([u8; BLOCK_LENGTH], Keystream) {
    let mut keystream = Keystream::new(schedule.clone(), counter_block(nonce, 0));
    let mut mask = [0; BLOCK_LENGTH];
    keystream.apply(&mut mask);
    (mask, keystream)
}

/// q - 1 ‖ nonce ‖ `value` in q bytes: A_i, and B0 but for its flags.
fn counter_block(nonce: &[u8], value: u64) -> [u8; BLOCK_LENGTH] {
    let mut block = [0; BLOCK_LENGTH];
    // The nonce, at least 7 bytes long, overwrites what of these 8 bytes is no part of the field.
    block[8..].copy_from_slice(&value.to_be_bytes());
    block[0] = small(14 - nonce.len());
    block[1..=nonce.len()].copy_from_slice(nonce);
    block
}

/// The associated data's length in 2, 6 or 10 bytes.
fn encoded_length(length: u64) -> Vec<u8> {
    match (u16::try_from(length), u32::try_from(length)) {
        (Ok(short), _) if short < 0xFF00 => short.to_be_bytes().to_vec(),
        (_, Ok(middle)) => [&[0xFF, 0xFE], &middle.to_be_bytes()[..]].concat(),
        _ => [&[0xFF, 0xFF], &length.to_be_bytes()[..]].concat(),
    }
}

/// A value that is below 16 by the checks in `Aead::new`.
fn small(value: usize) -> u8 {
    u8::try_from(value).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38C, A.2.2.
    #[test]
    fn associated_data_length() {
        assert_eq!(encoded_length(1), [0, 1]);
        assert_eq!(encoded_length(0xFEFF), [0xFE, 0xFF]);
        assert_eq!(encoded_length(0xFF00), [0xFF, 0xFE, 0, 0, 0xFF, 0]);
        assert_eq!(
            encoded_length(0xFFFF_FFFF),
            [0xFF, 0xFE, 0xFF, 0xFF, 0xFF, 0xFF]
        );
        assert_eq!(
            encoded_length(1 << 32),
            [0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0]
        );
    }

    #[test]
    fn length_field() {
        assert_eq!(max_data_length(13), 0xFFFF);
        assert_eq!(max_data_length(12), 0xFF_FFFF);
        assert_eq!(max_data_length(11), 0xFFFF_FFFF);
        assert_eq!(max_data_length(10), (1 << 36) - 32);
        assert_eq!(max_data_length(7), (1 << 36) - 32);
    }
}
