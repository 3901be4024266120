//! Every form, from blocks as a library would leave them.

use super::*;
use crate::Function;

/// The only point on the curve of these tests.
fn key() -> PublicKey {
    PublicKey::from_x_y(&[0x31; 32], &std::array::from_fn(|at| at.to_le_bytes()[0]))
}

fn probe(write: impl Fn(&mut [u8])) -> LayoutProbe {
    let (written, blocks) = observe(size_of::<ECCrefPublicKey>(), |block| {
        write(&mut block.0);
        Ok(())
    })
    .unwrap();
    let info = Written::between(&[0; 100], &[0; 100], 100);
    LayoutProbe {
        key: Ok(KeyLayout::of(written, &blocks, &|found| *found == key())),
        info: Ok(info),
        ciphertext: None,
        signature: None,
    }
}

/// What a library of this form writes, and how many bytes of it.
fn in_form(form: NumberForm, length: usize) -> LayoutProbe {
    let block = form.public_key(&key());
    probe(|bytes| bytes[..length].copy_from_slice(&block.0[..length]))
}

fn form_of(probe: &LayoutProbe) -> Option<NumberForm> {
    probe.public_key().as_ref().unwrap().form()
}

#[test]
fn every_form_is_told_apart() {
    for form in NumberForm::ALL {
        let probe = in_form(form, 4 + 2 * form.width);
        assert_eq!(form_of(&probe), Some(form));
        let standard = !form.left && !form.little;
        assert_eq!(!probe.layouts().is_empty(), standard, "{form}");
        assert_eq!(probe.quirks().is_empty(), standard, "{form}");
    }
    assert_eq!(
        in_form(NumberForm::BITS_512, 132).dialects(),
        ["standard", "softsdf", "sdf4j"]
    );
    assert_eq!(
        in_form(NumberForm::BITS_256, 68).dialects(),
        ["sansec-legacy", "fisherman"]
    );
}

#[test]
fn a_library_that_writes_no_key_is_in_no_form() {
    let probe = probe(|bytes| bytes[..132].fill(0));
    assert_eq!(form_of(&probe), None);
    assert_eq!(probe.layouts(), []);
    assert_eq!(probe.quirks(), [Quirk::WrongBits(0)]);
    let untouched = in_form(NumberForm::BITS_512, 0);
    assert_eq!(untouched.quirks(), [Quirk::BitsNotWritten]);
    assert_eq!(untouched.public_key().as_ref().unwrap().written().end(), 0);
}

#[test]
fn quirks_of_a_key() {
    let function = Function::ExportSignPublicKeyEcc;
    let block = NumberForm::BITS_512.public_key(&key());
    let long = probe(|bytes| bytes[..140].copy_from_slice(&block.0[..140]));
    let beyond = Quirk::Beyond {
        function,
        size: 132,
        end: 140,
    };
    assert_eq!(long.quirks(), [beyond]);
    let halves = probe(|bytes| {
        for part in [0..4, 36..68, 100..132] {
            bytes[part.clone()].copy_from_slice(&block.0[part]);
        }
    });
    assert_eq!(halves.quirks(), [Quirk::UnusedPartLeft(function)]);
    assert_eq!(halves.layouts(), [EccLayout::Bits512]);
    let dirty = probe(|bytes| {
        bytes[..132].copy_from_slice(&block.0[..132]);
        bytes[5] = 1;
    });
    assert_eq!(dirty.quirks(), [Quirk::UnusedPartNotZero(function)]);
    for quirk in [beyond, Quirk::UnusedPartLeft(function)] {
        assert!(quirk.to_string().contains("SDF_ExportSignPublicKey_ECC"));
    }
}

#[test]
fn bytes_that_look_like_one_mark_were_written() {
    let written = Written::between(&[0xa5, 0xa5, 1, 0xa5], &[0xa5, 0x5a, 1, 0x5a], 4);
    assert_eq!(written.ranges(), [0..1, 2..3]);
    assert_eq!(written.end(), 3);
    assert!(written.covers(&(2..3)) && !written.covers(&(0..3)));
}

#[test]
fn the_order_of_a_ciphertext_is_found() {
    for order in CiphertextOrder::ALL {
        let (width, numbers, length) = match order {
            CiphertextOrder::Bits512 => (64, 0, 160),
            CiphertextOrder::Bits256 => (32, 0, 96),
            CiphertextOrder::Legacy2008 => (32, 4, 0),
            CiphertextOrder::Legacy2008Bits512 => (64, 4, 0),
        };
        let form = NumberForm::new(width, false, false);
        let mut bytes = [0; 400];
        bytes[length..length + 4].copy_from_slice(&MESSAGE_LENGTH.to_ne_bytes());
        for (place, number) in form
            .numbers(numbers)
            .into_iter()
            .zip([key().x(), key().y()])
        {
            bytes[place].copy_from_slice(number);
        }
        let found = CiphertextOrder::ALL
            .into_iter()
            .find(|order| order.fits(form, &bytes, &|found| *found == key()));
        assert_eq!(found, Some(order));
    }
}
