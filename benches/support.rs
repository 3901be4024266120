//! The cards that are measured: the software card in this process, and the same card behind `dlopen`.

#![expect(
    unsafe_code,
    reason = "the raw calls are what the wrapper is compared with"
)]

use std::{env, path::PathBuf};

use gmt0018::{
    CardKey, Device, Dialect, KeyIndex, Module, Open, Pin, PoolOptions, Session, SessionPool,
    gmt0018_sys::{ECCSignature, Handle, Rv},
};
use gmt0018_soft::EphemeralCard;
use sm2_signing::Prehash;
use tempfile::TempDir;

/// A software card with one key pair.
pub(crate) struct Card {
    pub(crate) device: Device,
    /// Gone, with the card, when this is dropped.
    _store: Store,
}

enum Store {
    #[expect(dead_code, reason = "held for its destructor")]
    Memory(EphemeralCard),
    #[expect(dead_code, reason = "held for its destructor")]
    Directory(TempDir),
}

impl Card {
    /// The card in memory, called through the function table of this process.
    pub(crate) fn in_process() -> Self {
        let card = EphemeralCard::new().expect("a card in memory");
        card.card()
            .generate_key_pair(INDEX.value(), PASSWORD)
            .expect("a key pair");
        let module = Module::from_functions("software card", gmt0018_soft::functions());
        let device = open(&module, card.path().into());
        Self {
            device,
            _store: Store::Memory(card),
        }
    }

    /// A card on disk, called through `libgmt0018_soft.so` as any program calls a vendor's library.
    pub(crate) fn shared_library() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let card = gmt0018_softcard::Card::open_or_create(directory.path()).expect("a card");
        card.generate_key_pair(INDEX.value(), PASSWORD)
            .expect("a key pair");
        let module = Module::open(library()).expect("the library loads");
        let device = open(&module, directory.path().into());
        Self {
            device,
            _store: Store::Directory(directory),
        }
    }

    pub(crate) fn pool(&self, sessions: usize) -> SessionPool {
        let options = PoolOptions::default().with_max_sessions(sessions);
        SessionPool::new(self.device.clone(), options)
    }

    pub(crate) fn key(&self, sessions: usize) -> CardKey {
        CardKey::new(self.pool(sessions), INDEX, Some(pin())).expect("the key of the card")
    }

    /// A session that holds the access right.
    pub(crate) fn warm_session(&self) -> Session {
        let session = self.device.session().expect("a session");
        session
            .keep_access(INDEX, Some(&pin()))
            .expect("the access right");
        session
    }
}

/// The raw functions on one session, without the wrapper.
pub(crate) struct RawSigner {
    sign: unsafe extern "C" fn(Handle, u32, *mut u8, u32, *mut ECCSignature) -> Rv,
    session: Session,
}

impl RawSigner {
    pub(crate) fn new(session: Session) -> Self {
        let sign = session.device().module().functions().SDF_InternalSign_ECC;
        Self {
            sign: sign.expect("SDF_InternalSign_ECC"),
            session,
        }
    }

    /// One `SDF_InternalSign_ECC`, its arguments made as the standard asks.
    pub(crate) fn sign(&self, e: &Prehash) -> ECCSignature {
        let mut digest = *e.as_bytes();
        let mut signature = ECCSignature {
            r: [0; 64],
            s: [0; 64],
        };
        let (handle, length) = (self.session.raw_handle(), DIGEST_LENGTH);
        // SAFETY: the handle is of a session that `self` keeps open and that this thread has alone; `digest` has the 32
        // bytes that the length says, and `signature` is the structure that the function writes.
        let code = unsafe {
            (self.sign)(
                handle,
                INDEX.value(),
                digest.as_mut_ptr(),
                length,
                &raw mut signature,
            )
        };
        assert_eq!(code, 0, "SDF_InternalSign_ECC");
        signature
    }
}

/// `SDF_OpenSession` and `SDF_CloseSession` on one device, without the wrapper.
pub(crate) struct RawSessions {
    open: unsafe extern "C" fn(Handle, *mut Handle) -> Rv,
    close: unsafe extern "C" fn(Handle) -> Rv,
    device: Handle,
}

impl RawSessions {
    /// Opens the device once more by the raw call: the wrapper keeps its own handle to itself.
    pub(crate) fn new(card: &Card) -> Self {
        let functions = card.device.module().functions();
        let Open::WithPath(path) = &card.device.dialect().open else {
            panic!("opened by path")
        };
        let path = std::ffi::CString::new(path.as_os_str().as_encoded_bytes()).expect("a path");
        let mut device = std::ptr::null_mut();
        let open_device = functions
            .SDF_OpenDeviceWithPath
            .expect("SDF_OpenDeviceWithPath");
        // SAFETY: the path is a C string that outlives the call, and the handle is written to a variable.
        let code = unsafe { open_device(path.as_ptr().cast_mut(), &raw mut device) };
        assert_eq!(code, 0, "SDF_OpenDeviceWithPath");
        Self {
            open: functions.SDF_OpenSession.expect("SDF_OpenSession"),
            close: functions.SDF_CloseSession.expect("SDF_CloseSession"),
            device,
        }
    }

    pub(crate) fn open(&self) -> Handle {
        let mut session = std::ptr::null_mut();
        // SAFETY: the device is open until the process ends, and the handle is written to a variable.
        let code = unsafe { (self.open)(self.device, &raw mut session) };
        assert_eq!(code, 0, "SDF_OpenSession");
        session
    }

    pub(crate) fn close(&self, session: Handle) {
        // SAFETY: the handle came from `open` and is not used again.
        let code = unsafe { (self.close)(session) };
        assert_eq!(code, 0, "SDF_CloseSession");
    }

    pub(crate) fn open_and_close(&self) {
        self.close(self.open());
    }
}

/// The library that cargo built beside the benchmark, as a dependency of it.
pub(crate) fn library() -> PathBuf {
    let program = env::current_exe().expect("the path of this program");
    let path = program.with_file_name("libgmt0018_soft.so");
    assert!(
        path.is_file(),
        "{} is missing; build it: cargo build -p gmt0018-soft-abi",
        path.display()
    );
    path
}

/// What is signed.
pub(crate) fn digest() -> Prehash {
    Prehash::from_bytes(&[0x5a; 32])
}

pub(crate) fn pin() -> Pin {
    Pin::new(PASSWORD).expect("a password")
}

fn open(module: &Module, path: PathBuf) -> Device {
    let dialect = Dialect::STANDARD.with_open(Open::WithPath(path));
    module.device(&dialect).expect("the device opens")
}

pub(crate) const INDEX: KeyIndex = KeyIndex::new(1);
const PASSWORD: &[u8] = b"bench password";
const DIGEST_LENGTH: u32 = 32;
