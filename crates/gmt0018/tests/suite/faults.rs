//! The software card with faults: a function table that counts, limits, delays and fails on order.
//!
//! C functions carry no state, so the state is global and a test that uses it holds a lock.

#![expect(unsafe_code, reason = "C functions around C functions")]

use std::{
    ffi::c_char,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use gmt0018::gmt0018_sys::{ECCSignature, Functions, Handle, Rv, error_code as sdr};

/// The right to use the faults; all is well again when it is dropped.
pub(crate) struct Faults {
    _lock: MutexGuard<'static, ()>,
}

impl Faults {
    pub(crate) fn new() -> Self {
        static LOCK: Mutex<()> = Mutex::new(());
        let lock = LOCK.lock().unwrap_or_else(PoisonError::into_inner);
        let faults = Self { _lock: lock };
        faults.reset();
        faults
    }

    /// The table to make a module of.
    pub(crate) fn functions(&self) -> Functions {
        Functions {
            SDF_OpenDeviceWithPath: Some(open_device_with_path),
            SDF_CloseDevice: Some(close_device),
            SDF_OpenSession: Some(open_session),
            SDF_CloseSession: Some(close_session),
            SDF_InternalSign_ECC: Some(internal_sign),
            SDF_HashFinal: Some(hash_final),
            SDF_Encrypt: Some(encrypt),
            SDF_ReadFile: Some(read_file),
            ..*real()
        }
    }

    /// Makes the next `times` calls of a function return `code`.
    pub(crate) fn fail(&self, function: &'static str, code: u32, times: usize) {
        lock(&FAILURES).push((function, code, times));
    }

    /// Lets no more than `most` sessions be open at once.
    pub(crate) fn limit_sessions(&self, most: usize) {
        CEILING.store(most, Ordering::SeqCst);
    }

    /// Makes each signature take so long.
    pub(crate) fn delay_signatures(&self, delay: Duration) {
        DELAY.store(u64::try_from(delay.as_micros()).unwrap(), Ordering::SeqCst);
    }

    /// Makes a function report a length that is not true.
    pub(crate) fn lie(&self, function: &'static str, length: u32) {
        lock(&LIES).push((function, length));
    }

    pub(crate) fn reset_lies(&self) {
        lock(&LIES).clear();
    }

    /// Closes a session behind the wrapper's back, as a card that was reset does.
    pub(crate) fn close_behind(&self, session: &gmt0018::Session) {
        // SAFETY: the handle is that of an open session, on which no call is in progress.
        let result = unsafe { real().SDF_CloseSession.unwrap()(session.raw_handle()) };
        assert_eq!(result, 0);
    }

    pub(crate) fn devices_open(&self) -> usize {
        DEVICES.load(Ordering::SeqCst)
    }

    pub(crate) fn sessions_open(&self) -> usize {
        SESSIONS.load(Ordering::SeqCst)
    }

    /// How many `SDF_OpenDevice` calls were in progress at once, at most.
    pub(crate) fn most_opening(&self) -> usize {
        MOST_OPENING.load(Ordering::SeqCst)
    }

    pub(crate) fn reset(&self) {
        lock(&FAILURES).clear();
        lock(&LIES).clear();
        CEILING.store(usize::MAX, Ordering::SeqCst);
        for number in [&SESSIONS, &DEVICES, &OPENING, &MOST_OPENING] {
            number.store(0, Ordering::SeqCst);
        }
        DELAY.store(0, Ordering::SeqCst);
    }
}

static FAILURES: Mutex<Vec<(&str, u32, usize)>> = Mutex::new(Vec::new());
static LIES: Mutex<Vec<(&str, u32)>> = Mutex::new(Vec::new());
static CEILING: AtomicUsize = AtomicUsize::new(usize::MAX);
static SESSIONS: AtomicUsize = AtomicUsize::new(0);
static DEVICES: AtomicUsize = AtomicUsize::new(0);
static OPENING: AtomicUsize = AtomicUsize::new(0);
static MOST_OPENING: AtomicUsize = AtomicUsize::new(0);
static DELAY: AtomicU64 = AtomicU64::new(0);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn real() -> &'static Functions {
    static REAL: OnceLock<Functions> = OnceLock::new();
    REAL.get_or_init(gmt0018_soft::functions)
}

fn code(code: u32) -> Rv {
    code.cast_signed()
}

/// The code that was ordered for `function`.
fn ordered(function: &str) -> Option<Rv> {
    let mut failures = lock(&FAILURES);
    let (_, failure, times) = failures
        .iter_mut()
        .find(|(name, _, times)| *name == function && *times > 0)?;
    *times -= 1;
    Some(code(*failure))
}

/// The length that was ordered for `function`.
fn lie(function: &str) -> Option<u32> {
    lock(&LIES)
        .iter()
        .find(|(name, _)| *name == function)
        .map(|(_, length)| *length)
}

unsafe extern "C" fn open_device_with_path(path: *mut c_char, device: *mut Handle) -> Rv {
    let opening = OPENING.fetch_add(1, Ordering::SeqCst) + 1;
    MOST_OPENING.fetch_max(opening, Ordering::SeqCst);
    thread::sleep(Duration::from_millis(5));
    let result = ordered("SDF_OpenDevice").unwrap_or_else(|| {
        // SAFETY: the caller's pointers are passed on.
        unsafe { real().SDF_OpenDeviceWithPath.unwrap()(path, device) }
    });
    OPENING.fetch_sub(1, Ordering::SeqCst);
    if result == 0 {
        DEVICES.fetch_add(1, Ordering::SeqCst);
    }
    result
}

unsafe extern "C" fn close_device(device: Handle) -> Rv {
    DEVICES.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: the caller's handle is passed on.
    unsafe { real().SDF_CloseDevice.unwrap()(device) }
}

unsafe extern "C" fn open_session(device: Handle, session: *mut Handle) -> Rv {
    if let Some(failure) = ordered("SDF_OpenSession") {
        return failure;
    }
    let more = |open| (open < CEILING.load(Ordering::SeqCst)).then_some(open + 1);
    if SESSIONS
        .fetch_update(Ordering::SeqCst, Ordering::SeqCst, more)
        .is_err()
    {
        return code(sdr::SDR_OPENSESSION);
    }
    // SAFETY: the caller's handle and pointer are passed on.
    unsafe { real().SDF_OpenSession.unwrap()(device, session) }
}

unsafe extern "C" fn close_session(session: Handle) -> Rv {
    SESSIONS.fetch_sub(1, Ordering::SeqCst);
    // SAFETY: the caller's handle is passed on.
    unsafe { real().SDF_CloseSession.unwrap()(session) }
}

unsafe extern "C" fn internal_sign(
    session: Handle,
    index: u32,
    data: *mut u8,
    length: u32,
    signature: *mut ECCSignature,
) -> Rv {
    let delay = DELAY.load(Ordering::SeqCst);
    if delay > 0 {
        thread::sleep(Duration::from_micros(delay));
    }
    if let Some(failure) = ordered("SDF_InternalSign_ECC") {
        return failure;
    }
    // SAFETY: the caller's handle and pointers are passed on.
    unsafe { real().SDF_InternalSign_ECC.unwrap()(session, index, data, length, signature) }
}

unsafe extern "C" fn hash_final(session: Handle, hash: *mut u8, length: *mut u32) -> Rv {
    // SAFETY: the caller's handle and pointers are passed on.
    let result = unsafe { real().SDF_HashFinal.unwrap()(session, hash, length) };
    if let Some(lie) = lie("SDF_HashFinal") {
        // SAFETY: the caller's pointer is to a number.
        unsafe { length.write(lie) };
    }
    result
}

unsafe extern "C" fn encrypt(
    session: Handle,
    key: Handle,
    id: u32,
    iv: *mut u8,
    data: *mut u8,
    length: u32,
    out: *mut u8,
    out_length: *mut u32,
) -> Rv {
    // SAFETY: the caller's handles and pointers are passed on.
    let result =
        unsafe { real().SDF_Encrypt.unwrap()(session, key, id, iv, data, length, out, out_length) };
    if let Some(lie) = lie("SDF_Encrypt") {
        // SAFETY: the caller's pointer is to a number.
        unsafe { out_length.write(lie) };
    }
    result
}

unsafe extern "C" fn read_file(
    session: Handle,
    name: *mut u8,
    name_length: u32,
    offset: u32,
    length: *mut u32,
    data: *mut u8,
) -> Rv {
    // SAFETY: the caller's handle and pointers are passed on.
    let result =
        unsafe { real().SDF_ReadFile.unwrap()(session, name, name_length, offset, length, data) };
    if let Some(lie) = lie("SDF_ReadFile") {
        // SAFETY: the caller's pointer is to a number.
        unsafe { length.write(lie) };
    }
    result
}
