//! RustCrypto's container of byte strings (`.blb`).

/// Reads (input, output) pairs; none if the container is malformed or refers back to itself.
pub(crate) fn pairs(mut blob: &[u8]) -> Option<Vec<(&[u8], &[u8])>> {
    let count = number(&mut blob)?;
    if number(&mut blob)? != 0 {
        return None; // strings shared between items
    }
    let mut items = Vec::new();
    for _ in 0..count {
        // The lowest bit marks a reference to a shared string.
        let length = match number(&mut blob)? {
            tag if tag % 2 == 0 => tag / 2,
            _ => return None,
        };
        let (item, rest) = blob.split_at_checked(length)?;
        items.push(item);
        blob = rest;
    }
    let (pairs, rest) = items.as_chunks::<2>();
    (rest.is_empty() && blob.is_empty()).then(|| pairs.iter().map(|[a, b]| (*a, *b)).collect())
}

/// A big-endian number of 7 bits a byte, each continuation counting one up.
fn number(blob: &mut &[u8]) -> Option<usize> {
    let mut value = 0_usize;
    loop {
        let (byte, rest) = blob.split_first()?;
        *blob = rest;
        value = value
            .checked_mul(128)?
            .checked_add(usize::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            return Some(value);
        }
        value = value.checked_add(1)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_and_truncation_is_noticed() {
        let blob = [2, 0, 0, 4, 0xaa, 0xbb];
        assert_eq!(pairs(&blob), Some(vec![(&[][..], &[0xaa, 0xbb][..])]));
        assert_eq!(pairs(&blob[..5]), None);
        assert_eq!(pairs(&[2, 0, 0, 1]), None);
    }

    #[test]
    fn numbers_of_two_bytes_begin_at_128() {
        assert_eq!(number(&mut &[0x80, 0][..]), Some(128));
        assert_eq!(number(&mut &[0x7f][..]), Some(127));
    }
}
