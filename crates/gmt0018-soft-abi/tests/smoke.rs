//! smoke
#![expect(unsafe_code, reason = "calls the C interface")]
use gmt0018_soft::{EphemeralCard, functions};
use std::{ffi::CString, ptr};
#[test]
fn sign() {
    let f = functions();
    let card = EphemeralCard::new().unwrap();
    card.card().generate_key_pair(1, b"12345678").unwrap();
    let path = CString::new(card.path()).unwrap();
    let (mut d, mut s) = (ptr::null_mut(), ptr::null_mut());
    let mut pw = *b"12345678";
    let mut e = [7u8; 32];
    let mut sig = gmt0018_sys::ECCSignature { r: [1; 64], s: [1; 64] };
    unsafe {
        assert_eq!(f.SDF_OpenDeviceWithPath.unwrap()(path.as_ptr().cast_mut(), &raw mut d), 0);
        assert_eq!(f.SDF_OpenSession.unwrap()(d, &raw mut s), 0);
        assert_eq!(f.SDF_GetPrivateKeyAccessRight.unwrap()(s, 1, pw.as_mut_ptr(), 8), 0);
        assert_eq!(f.SDF_InternalSign_ECC.unwrap()(s, 1, e.as_mut_ptr(), 32, &raw mut sig), 0);
        assert_eq!(f.SDF_InternalVerify_ECC.unwrap()(s, 1, e.as_mut_ptr(), 32, &raw mut sig), 0);
        let t = std::time::Instant::now();
        for _ in 0..1000 { f.SDF_InternalSign_ECC.unwrap()(s, 1, e.as_mut_ptr(), 32, &raw mut sig); }
        println!("sign {:?}", t.elapsed() / 1000);
        let t = std::time::Instant::now();
        for _ in 0..100000 { let mut s2 = ptr::null_mut(); f.SDF_OpenSession.unwrap()(d, &raw mut s2); f.SDF_CloseSession.unwrap()(s2); }
        println!("open+close {:?}", t.elapsed() / 100000);
        let t = std::time::Instant::now();
        for _ in 0..1000 { f.SDF_GetPrivateKeyAccessRight.unwrap()(s, 1, pw.as_mut_ptr(), 8); }
        println!("access {:?}", t.elapsed() / 1000);
    }
}
