//! Files.

use std::ptr;

use gmt0018_sys::*;

use crate::desk::{Desk, call, ok};

#[test]
fn a_file_from_creation_to_deletion() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let mut name = *b"a \xff\0name";
    let name = name.as_mut_ptr();
    let read = |offset, wanted: u32, buffer: &mut [u8]| {
        let mut length = wanted;
        let buffer = buffer.as_mut_ptr();
        let code = call!(
            f,
            SDF_ReadFile(session, name, 8, offset, &raw mut length, buffer)
        );
        (code, length)
    };
    let mut buffer = [0xaa; 16];
    assert_eq!(read(0, 16, &mut buffer).0, SDR_FILENOEXIST);
    ok!(f, SDF_CreateFile(session, name, 8, 10));
    assert_eq!(
        call!(f, SDF_CreateFile(session, name, 8, 10)),
        SDR_FILEEXISTS
    );
    assert_eq!(read(0, 16, &mut buffer), (SDR_OK, 10));
    assert_eq!(buffer[..12], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xaa, 0xaa]);
    let mut data = *b"0123456789";
    let write = |offset, length, data: *mut u8| {
        call!(f, SDF_WriteFile(session, name, 8, offset, length, data))
    };
    assert_eq!(write(2, 3, data.as_mut_ptr()), SDR_OK);
    assert_eq!(read(1, 5, &mut buffer), (SDR_OK, 5));
    assert_eq!(buffer[..5], *b"\x00012\x00");
    assert_eq!(
        write(8, 3, data.as_mut_ptr()),
        SDR_FILEOFSERR,
        "behind the end"
    );
    assert_eq!(write(0, 10, ptr::null_mut()), SDR_INARGERR);
    assert_eq!(write(0, 0, data.as_mut_ptr()), SDR_INARGERR);
    assert_eq!(write(u32::MAX, u32::MAX, ptr::null_mut()), SDR_INARGERR);
    assert_eq!(read(11, 1, &mut buffer).0, SDR_FILEOFSERR);
    let null = ptr::null_mut();
    assert_eq!(
        call!(f, SDF_ReadFile(session, name, 8, 0, ptr::null_mut(), name)),
        SDR_INARGERR
    );
    let mut length = 1;
    assert_eq!(
        call!(f, SDF_ReadFile(session, name, 8, 0, &raw mut length, null)),
        SDR_OUTARGERR
    );
    ok!(f, SDF_DeleteFile(session, name, 8));
    assert_eq!(call!(f, SDF_DeleteFile(session, name, 8)), SDR_FILENOEXIST);
}

#[test]
fn names_and_sizes_that_cannot_be() {
    let desk = Desk::new();
    let (f, session) = (&desk.f, desk.session);
    let mut name = [b'n'; 129];
    let name = name.as_mut_ptr();
    assert_eq!(
        call!(f, SDF_CreateFile(session, name, 129, 1)),
        SDR_INARGERR
    );
    assert_eq!(
        call!(f, SDF_CreateFile(session, name, u32::MAX, 1)),
        SDR_INARGERR
    );
    assert_eq!(call!(f, SDF_CreateFile(session, name, 0, 1)), SDR_INARGERR);
    assert_eq!(
        call!(f, SDF_CreateFile(session, ptr::null_mut(), 5, 1)),
        SDR_INARGERR
    );
    assert_eq!(
        call!(f, SDF_CreateFile(session, name, 128, u32::MAX)),
        SDR_FILESIZEERR
    );
    ok!(f, SDF_CreateFile(session, name, 128, 1));
}
