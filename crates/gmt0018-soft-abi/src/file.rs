//! File operations (6.7).

use gmt0018_sys::{Handle, Rv};

use crate::entry::entry;
use crate::world::with_session;

/// Makes a file of zero bytes.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_CreateFile(
    session: Handle,
    name: *mut u8,
    name_length: u32,
    size: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.create_file(caller.file_name(name, name_length)?, size)
        })
    })
}

/// Reads; `length` is how much is wanted, then how much was read.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_ReadFile(
    session: Handle,
    name: *mut u8,
    name_length: u32,
    offset: u32,
    length: *mut u32,
    buffer: *mut u8,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let name = caller.file_name(name, name_length)?;
            let wanted = caller.read(length)?;
            caller.wants(buffer)?;
            let data = session.read_file(name, offset, wanted)?;
            caller.output(buffer, length, &data)
        })
    })
}

/// Writes within the file's size.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_WriteFile(
    session: Handle,
    name: *mut u8,
    name_length: u32,
    offset: u32,
    length: u32,
    buffer: *mut u8,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            let name = caller.file_name(name, name_length)?;
            session.write_file(name, offset, caller.input(buffer, length)?)
        })
    })
}

/// Deletes a file.
#[unsafe(no_mangle)]
pub(crate) unsafe extern "C" fn SDF_DeleteFile(
    session: Handle,
    name: *mut u8,
    name_length: u32,
) -> Rv {
    entry!(|caller| {
        with_session(session, |session| {
            session.delete_file(caller.file_name(name, name_length)?)
        })
    })
}
