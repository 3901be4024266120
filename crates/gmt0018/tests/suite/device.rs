use gmt0018::sm2_signing::ErrorKind;
use gmt0018::{Dialect, Error, Function, InputError, Module, Open};

use crate::support::Card;

#[test]
fn one_device_for_all_and_it_closes_after_the_last_session() {
    let card = Card::new();
    let (first, second) = (card.device(), card.device());
    assert_eq!(card.module.call_count(Function::OpenDeviceWithPath), 1);
    let session = first.session().unwrap();
    drop((first, second));
    assert_eq!(
        card.module.call_count(Function::CloseDevice),
        0,
        "the session keeps it open"
    );
    assert_eq!(session.random(4).unwrap().len(), 4);
    drop(session);
    assert_eq!(card.module.call_count(Function::CloseSession), 1);
    assert_eq!(card.module.call_count(Function::CloseDevice), 1);
    card.device();
    assert_eq!(
        card.module.call_count(Function::OpenDeviceWithPath),
        2,
        "and it can be opened again"
    );
}

#[test]
fn many_threads_open_it_once() {
    let card = Card::new();
    let devices: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| card.device())).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert_eq!(devices.len(), 8);
    assert_eq!(card.module.call_count(Function::OpenDeviceWithPath), 1);
}

#[test]
fn device_information_in_words() {
    let card = Card::new();
    let info = card.device().session().unwrap().device_info().unwrap();
    assert!(!info.issuer().is_empty());
    assert!(info.standard().is_some(), "{info}");
    assert!(info.asymmetric().contains(&"SM2 signing"), "{info}");
    assert!(info.ciphers().contains(&"SM4"), "{info}");
    assert!(info.hashes().contains(&"SM3"), "{info}");
    assert!(info.to_string().contains(&info.serial()));
}

#[test]
fn a_path_that_c_cannot_take_is_refused_before_the_call() {
    let module = Module::from_functions("software card", gmt0018_soft::functions());
    let dialect = Dialect::STANDARD.with_open(Open::WithPath("a\0b".into()));
    let error = module.device(&dialect).unwrap_err();
    assert!(matches!(error, Error::Input(InputError::ZeroByteInPath)));
    assert_eq!(module.calls(), 0);
    assert!(
        module.device(&dialect).is_err(),
        "and the failure is not remembered as an open device"
    );
}

#[test]
fn a_missing_function_is_named() {
    let mut functions = gmt0018_soft::functions();
    functions.SDF_InternalSign_ECC = None;
    functions.SDF_OpenDeviceWithConf = None;
    let card = Card::with(functions);
    let e = sm2_signing::Prehash::from_bytes(&[1; 32]);
    let error = card
        .device()
        .session()
        .unwrap()
        .sign(crate::support::ONE, &e)
        .unwrap_err();
    assert!(
        matches!(&error, Error::MissingSymbol(symbol) if symbol.function() == Function::InternalSignEcc)
    );
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(
        error.to_string().contains("SDF_InternalSign_ECC"),
        "{error}"
    );
    assert!(
        card.module
            .missing()
            .any(|name| name == "SDF_InternalSign_ECC")
    );
    let conf = Dialect::STANDARD.with_open(Open::WithConf("/etc/card.conf".into()));
    assert!(matches!(
        card.module.device(&conf),
        Err(Error::MissingSymbol(_))
    ));
}

#[test]
fn a_library_that_is_not_there_says_where_it_was_looked_for() {
    let error = Module::open("/nonexistent/libcard.so").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Device);
    assert!(
        error.to_string().contains("/nonexistent/libcard.so"),
        "{error}"
    );
}
