//! What a library does otherwise than its layout says.

use std::fmt;

use super::{KEY_NUMBERS, LayoutProbe, NumberForm, Written, form::NUMBER};
use crate::{Function, layout::BITS};

/// Something that a library does and its structures do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Quirk {
    /// A public key does not say how many bits it has.
    BitsNotWritten,
    /// A public key says that it has another number of bits than 256.
    WrongBits(u32),
    /// A call writes more bytes than its structure has.
    Beyond {
        /// The call.
        function: Function,
        /// The bytes of the structure.
        size: usize,
        /// The bytes that were written.
        end: usize,
    },
    /// The device information ends early.
    ShortInfo {
        /// The bytes that were written.
        end: usize,
    },
    /// A call leaves the part of a field that the number does not need as it was.
    UnusedPartLeft(Function),
    /// A call writes something else than zeros into the part of a field that the number does not need.
    UnusedPartNotZero(Function),
    /// Numbers are at the start of their field.
    LeftAligned(Function),
    /// Numbers have their bytes in reverse order.
    LittleEndian(Function),
}

impl fmt::Display for Quirk {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BitsNotWritten => formatter.write_str(
                "a public key does not say how many bits it has: it is refused here, and others may not look",
            ),
            Self::WrongBits(bits) => write!(
                formatter,
                "a public key says that it has {bits} bits, not 256: it is refused here"
            ),
            Self::Beyond { function, size, end } => write!(
                formatter,
                "{function} writes {end} bytes into a structure of {size}: a program whose structure ends there is damaged"
            ),
            Self::ShortInfo { end } => write!(
                formatter,
                "SDF_GetDeviceInfo writes {end} of 100 bytes: the rest keeps what was there"
            ),
            Self::UnusedPartLeft(function) => write!(
                formatter,
                "{function} does not write the unused half of a number's field: the memory must be zero before the call"
            ),
            Self::UnusedPartNotZero(function) => write!(
                formatter,
                "{function} writes more than zeros into the unused half of a number's field"
            ),
            Self::LeftAligned(function) => write!(
                formatter,
                "{function} puts numbers at the start of their field, and the standard at its end"
            ),
            Self::LittleEndian(function) => write!(
                formatter,
                "{function} writes numbers with the last byte first, and the standard with the first"
            ),
        }
    }
}

pub(super) fn all(probe: &LayoutProbe) -> Vec<Quirk> {
    let mut quirks = Vec::new();
    if let Ok(layout) = &probe.key {
        let function = Function::ExportSignPublicKeyEcc;
        match layout.bits {
            None => quirks.push(Quirk::BitsNotWritten),
            Some(BITS) => {}
            Some(bits) => quirks.push(Quirk::WrongBits(bits)),
        }
        of_numbers(
            &mut quirks,
            function,
            &layout.written,
            layout.form,
            KEY_NUMBERS,
        );
        if layout.dirty && !quirks.contains(&Quirk::UnusedPartLeft(function)) {
            quirks.push(Quirk::UnusedPartNotZero(function));
        }
    }
    if let Some(Ok(layout)) = &probe.signature {
        of_numbers(
            &mut quirks,
            Function::InternalSignEcc,
            &layout.written,
            layout.form,
            0,
        );
    }
    if let Ok(written) = &probe.info {
        let (size, end) = (written.standard_size(), written.end());
        if end > size {
            let function = Function::GetDeviceInfo;
            quirks.push(Quirk::Beyond {
                function,
                size,
                end,
            });
        } else if end < size {
            quirks.push(Quirk::ShortInfo { end });
        }
    }
    quirks
}

fn of_numbers(
    quirks: &mut Vec<Quirk>,
    function: Function,
    written: &Written,
    form: Option<NumberForm>,
    at: usize,
) {
    let size = form.map_or(written.standard_size(), |form| {
        at.saturating_add(form.width.saturating_mul(2))
    });
    let end = written.end();
    if end > size {
        quirks.push(Quirk::Beyond {
            function,
            size,
            end,
        });
    }
    let Some(form) = form else { return };
    if form.is_left_aligned() {
        quirks.push(Quirk::LeftAligned(function));
    }
    if form.little {
        quirks.push(Quirk::LittleEndian(function));
    }
    let mut rests = form.rests(at).into_iter();
    if form.width > NUMBER && !rests.all(|rest| written.covers(&rest)) {
        quirks.push(Quirk::UnusedPartLeft(function));
    }
}
