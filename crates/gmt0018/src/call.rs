//! The calls across the C boundary: the one file of this crate with `unsafe` in it.
//!
//! [`Raw`] has one method per library function. A method takes Rust values, hands the library pointers made from them,
//! counts and reports the call, and turns any code but `SDR_OK` into an error. It decides nothing else.

#![expect(unsafe_code, reason = "the library is called here and nowhere else")]

use std::{
    cell::Cell,
    ffi::CStr,
    fmt,
    path::Path,
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

use gmt0018_sys::{DEVICEINFO, Functions, Handle, Library, LoadError};

use crate::{
    CallError, Error, Function, InputError, Malformed, MissingSymbol, ReturnCode,
    layout::{Block, CipherBlock},
    observe::Watch,
    return_code::Damage,
};

/// A library's functions, each call counted.
pub(crate) struct Raw {
    functions: Functions,
    counts: [AtomicU64; Function::ALL.len()],
}

impl Raw {
    /// Wraps a table whose functions have the prototypes of `gmt0018-sys`.
    pub(crate) fn new(functions: Functions) -> Self {
        forks::watch();
        Self {
            functions,
            counts: [const { AtomicU64::new(0) }; Function::ALL.len()],
        }
    }

    pub(crate) const fn functions(&self) -> &Functions {
        &self.functions
    }

    /// How often `function` was called.
    pub(crate) fn count(&self, function: Function) -> u64 {
        self.counts
            .get(function as usize)
            .map_or(0, |count| count.load(Ordering::Relaxed))
    }

    fn finish(
        &self,
        function: Function,
        owner: &impl Owner,
        code: ReturnCode,
        watch: Watch,
    ) -> Result<(), Error> {
        if let Some(count) = self.counts.get(function as usize) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        watch.finish(owner.id(), code);
        if code.is_ok() {
            return Ok(());
        }
        owner.note(code);
        Err(CallError::new(function, code).into())
    }
}

/// Makes one method of [`Raw`] per line: its parameters, the [`Function`], the field of the table and its arguments.
macro_rules! calls {
    ($($method:ident($owner:ident: $holder:ty $(, $parameter:ident: $kind:ty)*)
        = $function:ident $field:ident($($argument:expr),* $(,)?);)*) => {
        #[expect(clippy::too_many_arguments, reason = "the standard's functions have as many")]
        impl Raw {$(
            pub(crate) fn $method(&self, $owner: $holder $(, $parameter: $kind)*) -> Result<(), Error> {
                $owner.check()?;
                let symbol = self.functions.$field.ok_or(MissingSymbol(Function::$function))?;
                let watch = Watch::start(Function::$function, $owner.id());
                // SAFETY: `symbol` has the prototype of its field (promised where the table was made). Every argument is made
                // by the safe functions below from a reference that outlives the call; a length is that of the slice its
                // pointer came from, and structures have more room than any known declaration of them. A session handle is
                // not Sync, so no second thread is in a call on it, and its owner closes it after the last call.
                let code = unsafe { symbol($($argument),*) };
                self.finish(Function::$function, $owner, ReturnCode::new(code.cast_unsigned()), watch)
            }
        )*}
    };
}

calls! {
    open_device(process: &Process, device: &mut Place) = OpenDevice SDF_OpenDevice(device.pointer());
    open_device_with_path(process: &Process, path: &CStr, device: &mut Place)
        = OpenDeviceWithPath SDF_OpenDeviceWithPath(path.as_ptr().cast_mut(), device.pointer());
    open_device_with_conf(process: &Process, path: &CStr, device: &mut Place)
        = OpenDeviceWithConf SDF_OpenDeviceWithConf(device.pointer(), path.as_ptr());
    close_device(device: &DeviceHandle) = CloseDevice SDF_CloseDevice(device.handle);
    open_session(device: &DeviceHandle, session: &mut Place)
        = OpenSession SDF_OpenSession(device.handle, session.pointer());
    close_session(session: &SessionHandle) = CloseSession SDF_CloseSession(session.handle);
    device_info(session: &SessionHandle, info: &mut DEVICEINFO)
        = GetDeviceInfo SDF_GetDeviceInfo(session.handle, ptr::from_mut(info));
    device_info_in_block(session: &SessionHandle, info: &mut Block)
        = GetDeviceInfo SDF_GetDeviceInfo(session.handle, info.place());
    generate_random(session: &SessionHandle, bytes: &mut [u8])
        = GenerateRandom SDF_GenerateRandom(session.handle, length(bytes)?, bytes.as_mut_ptr());
    access_right(session: &SessionHandle, index: u32, password: &[u8])
        = GetPrivateKeyAccessRight SDF_GetPrivateKeyAccessRight(session.handle, index, input(password), length(password)?);
    release_right(session: &SessionHandle, index: u32)
        = ReleasePrivateKeyAccessRight SDF_ReleasePrivateKeyAccessRight(session.handle, index);

    export_sign_key(session: &SessionHandle, index: u32, key: &mut Block)
        = ExportSignPublicKeyEcc SDF_ExportSignPublicKey_ECC(session.handle, index, key.place());
    export_encryption_key(session: &SessionHandle, index: u32, key: &mut Block)
        = ExportEncPublicKeyEcc SDF_ExportEncPublicKey_ECC(session.handle, index, key.place());
    generate_key_pair(session: &SessionHandle, id: u32, bits: u32, public: &mut Block, private: &mut Block)
        = GenerateKeyPairEcc SDF_GenerateKeyPair_ECC(session.handle, id, bits, public.place(), private.place());
    generate_key_with_ipk(session: &SessionHandle, index: u32, bits: u32, wrapped: &mut CipherBlock, key: &mut Place)
        = GenerateKeyWithIpkEcc SDF_GenerateKeyWithIPK_ECC(session.handle, index, bits, wrapped.place(), key.pointer());
    generate_key_with_epk(
        session: &SessionHandle, bits: u32, id: u32, public: &mut Block, wrapped: &mut CipherBlock, key: &mut Place
    ) = GenerateKeyWithEpkEcc SDF_GenerateKeyWithEPK_ECC(
        session.handle, bits, id, public.place(), wrapped.place(), key.pointer());
    import_key_with_isk(session: &SessionHandle, index: u32, wrapped: &mut CipherBlock, key: &mut Place)
        = ImportKeyWithIskEcc SDF_ImportKeyWithISK_ECC(session.handle, index, wrapped.place(), key.pointer());
    agreement_data(
        session: &SessionHandle, index: u32, bits: u32, sponsor: &[u8],
        public: &mut Block, ephemeral: &mut Block, agreement: &mut Place
    ) = GenerateAgreementDataWithEcc SDF_GenerateAgreementDataWithECC(
        session.handle, index, bits, input(sponsor), length(sponsor)?,
        public.place(), ephemeral.place(), agreement.pointer());
    agreed_key(
        session: &SessionHandle, responder: &[u8], public: &mut Block, ephemeral: &mut Block,
        agreement: &AgreementHandle, key: &mut Place
    ) = GenerateKeyWithEcc SDF_GenerateKeyWithECC(
        session.handle, input(responder), length(responder)?,
        public.place(), ephemeral.place(), agreement.0, key.pointer());
    agreement_data_and_key(
        session: &SessionHandle, index: u32, bits: u32, responder: &[u8], sponsor: &[u8],
        sponsor_key: (&mut Block, &mut Block), own_key: (&mut Block, &mut Block), key: &mut Place
    ) = GenerateAgreementDataAndKeyWithEcc SDF_GenerateAgreementDataAndKeyWithECC(
        session.handle, index, bits, input(responder), length(responder)?, input(sponsor), length(sponsor)?,
        sponsor_key.0.place(), sponsor_key.1.place(), own_key.0.place(), own_key.1.place(), key.pointer());
    exchange_envelope(
        session: &SessionHandle, index: u32, id: u32, public: &mut Block, from: &mut CipherBlock, to: &mut CipherBlock
    ) = ExchangeDigitEnvelopeBaseOnEcc SDF_ExchangeDigitEnvelopeBaseOnECC(
        session.handle, index, id, public.place(), from.place(), to.place());
    generate_key_with_kek(
        session: &SessionHandle, bits: u32, id: u32, index: u32, wrapped: &mut Output<'_>, key: &mut Place
    ) = GenerateKeyWithKek SDF_GenerateKeyWithKEK(
        session.handle, bits, id, index, wrapped.bytes(), wrapped.length(), key.pointer());
    import_key_with_kek(session: &SessionHandle, id: u32, index: u32, wrapped: &[u8], key: &mut Place)
        = ImportKeyWithKek SDF_ImportKeyWithKEK(
            session.handle, id, index, input(wrapped), length(wrapped)?, key.pointer());
    destroy_key(session: &SessionHandle, key: &KeyHandle) = DestroyKey SDF_DestroyKey(session.handle, key.0);
    import_key(session: &SessionHandle, bytes: &[u8], key: &mut Place)
        = ImportKey SDF_ImportKey(session.handle, input(bytes), length(bytes)?, key.pointer());
    symmetric_key_handle(session: &SessionHandle, index: u32, key: &mut Place)
        = GetSymmKeyHandle SDF_GetSymmKeyHandle(session.handle, index, key.pointer());

    external_verify(session: &SessionHandle, id: u32, key: &mut Block, e: &[u8], signature: &mut Block)
        = ExternalVerifyEcc SDF_ExternalVerify_ECC(
            session.handle, id, key.place(), input(e), length(e)?, signature.place());
    internal_sign(session: &SessionHandle, index: u32, e: &[u8], signature: &mut Block)
        = InternalSignEcc SDF_InternalSign_ECC(session.handle, index, input(e), length(e)?, signature.place());
    internal_verify(session: &SessionHandle, index: u32, e: &[u8], signature: &mut Block)
        = InternalVerifyEcc SDF_InternalVerify_ECC(session.handle, index, input(e), length(e)?, signature.place());
    external_sign(session: &SessionHandle, id: u32, key: &mut Block, e: &[u8], signature: &mut Block)
        = ExternalSignEcc SDF_ExternalSign_ECC(
            session.handle, id, key.place(), input(e), length(e)?, signature.place());
    external_encrypt(session: &SessionHandle, id: u32, key: &mut Block, data: &[u8], ciphertext: &mut CipherBlock)
        = ExternalEncryptEcc SDF_ExternalEncrypt_ECC(
            session.handle, id, key.place(), input(data), length(data)?, ciphertext.place());
    external_decrypt(
        session: &SessionHandle, id: u32, key: &mut Block, ciphertext: &mut CipherBlock, data: &mut Output<'_>
    ) = ExternalDecryptEcc SDF_ExternalDecrypt_ECC(
        session.handle, id, key.place(), ciphertext.place(), data.bytes(), data.length());
    internal_encrypt(session: &SessionHandle, index: u32, id: u32, data: &[u8], ciphertext: &mut CipherBlock)
        = InternalEncryptEcc SDF_InternalEncrypt_ECC(
            session.handle, index, id, input(data), length(data)?, ciphertext.place());
    internal_encrypt_5(session: &SessionHandle, index: u32, data: &[u8], ciphertext: &mut CipherBlock)
        = InternalEncryptEcc SDF_InternalEncrypt_ECC_5args(
            session.handle, index, input(data), length(data)?, ciphertext.place());
    internal_decrypt(
        session: &SessionHandle, index: u32, id: u32, ciphertext: &mut CipherBlock, data: &mut Output<'_>
    ) = InternalDecryptEcc SDF_InternalDecrypt_ECC(
        session.handle, index, id, ciphertext.place(), data.bytes(), data.length());
    internal_decrypt_5(session: &SessionHandle, index: u32, ciphertext: &mut CipherBlock, data: &mut Output<'_>)
        = InternalDecryptEcc SDF_InternalDecrypt_ECC_5args(
            session.handle, index, ciphertext.place(), data.bytes(), data.length());

    encrypt(session: &SessionHandle, key: &KeyHandle, id: u32, iv: &mut [u8; 16], data: &[u8], out: &mut Output<'_>)
        = Encrypt SDF_Encrypt(
            session.handle, key.0, id, iv.as_mut_ptr(), input(data), length(data)?, out.bytes(), out.length());
    decrypt(session: &SessionHandle, key: &KeyHandle, id: u32, iv: &mut [u8; 16], data: &[u8], out: &mut Output<'_>)
        = Decrypt SDF_Decrypt(
            session.handle, key.0, id, iv.as_mut_ptr(), input(data), length(data)?, out.bytes(), out.length());
    calculate_mac(session: &SessionHandle, key: &KeyHandle, id: u32, iv: &mut [u8; 16], data: &[u8], mac: &mut Output<'_>)
        = CalculateMac SDF_CalculateMAC(
            session.handle, key.0, id, iv.as_mut_ptr(), input(data), length(data)?, mac.bytes(), mac.length());
    auth_encrypt(
        session: &SessionHandle, key: &KeyHandle, id: u32, nonce: &[u8], aad: &[u8],
        data: &[u8], out: &mut Output<'_>, tag: &mut Output<'_>
    ) = AuthEnc SDF_AuthEnc(
        session.handle, key.0, id, input(nonce), length(nonce)?, input(aad), length(aad)?,
        input(data), length(data)?, out.bytes(), out.length(), tag.bytes(), tag.length());
    auth_decrypt(
        session: &SessionHandle, key: &KeyHandle, id: u32, nonce: &[u8], aad: &[u8],
        tag: &[u8], data: &[u8], out: &mut Output<'_>
    ) = AuthDec SDF_AuthDec(
        session.handle, key.0, id, input(nonce), length(nonce)?, input(aad), length(aad)?,
        input(tag), length(tag)?, input(data), length(data)?, out.bytes(), out.length());
    auth_decrypt_pointer(
        session: &SessionHandle, key: &KeyHandle, id: u32, nonce: &[u8], aad: &[u8],
        tag: &[u8], data: &[u8], out: &mut Output<'_>
    ) = AuthDec SDF_AuthDec_PointerTagLength(
        session.handle, key.0, id, input(nonce), length(nonce)?, input(aad), length(aad)?,
        input(tag), &mut length(tag)?, input(data), length(data)?, out.bytes(), out.length());
    encrypt_init(session: &SessionHandle, key: &KeyHandle, id: u32, iv: &mut [u8; 16])
        = EncryptInit SDF_EncryptInit(session.handle, key.0, id, iv.as_mut_ptr(), length(iv)?);
    encrypt_update(session: &SessionHandle, data: &[u8], out: &mut Output<'_>)
        = EncryptUpdate SDF_EncryptUpdate(session.handle, input(data), length(data)?, out.bytes(), out.length());
    encrypt_final(session: &SessionHandle, out: &mut Output<'_>)
        = EncryptFinal SDF_EncryptFinal(session.handle, out.bytes(), out.length());
    decrypt_init(session: &SessionHandle, key: &KeyHandle, id: u32, iv: &mut [u8; 16])
        = DecryptInit SDF_DecryptInit(session.handle, key.0, id, iv.as_mut_ptr(), length(iv)?);
    decrypt_update(session: &SessionHandle, data: &[u8], out: &mut Output<'_>)
        = DecryptUpdate SDF_DecryptUpdate(session.handle, input(data), length(data)?, out.bytes(), out.length());
    decrypt_final(session: &SessionHandle, out: &mut Output<'_>)
        = DecryptFinal SDF_DecryptFinal(session.handle, out.bytes(), out.length());
    mac_init(session: &SessionHandle, key: &KeyHandle, id: u32, iv: &mut [u8; 16])
        = CalculateMacInit SDF_CalculateMACInit(session.handle, key.0, id, iv.as_mut_ptr(), length(iv)?);
    mac_update(session: &SessionHandle, data: &[u8])
        = CalculateMacUpdate SDF_CalculateMACUpdate(session.handle, input(data), length(data)?);
    mac_final(session: &SessionHandle, mac: &mut Output<'_>)
        = CalculateMacFinal SDF_CalculateMACFinal(session.handle, mac.bytes(), mac.length());
    auth_encrypt_init(session: &SessionHandle, key: &KeyHandle, id: u32, nonce: &[u8], aad: &[u8], total: u32)
        = AuthEncInit SDF_AuthEncInit(
            session.handle, key.0, id, input(nonce), length(nonce)?, input(aad), length(aad)?, total);
    auth_encrypt_update(session: &SessionHandle, data: &[u8], out: &mut Output<'_>)
        = AuthEncUpdate SDF_AuthEncUpdate(session.handle, input(data), length(data)?, out.bytes(), out.length());
    auth_encrypt_final(session: &SessionHandle, out: &mut Output<'_>, tag: &mut Output<'_>)
        = AuthEncFinal SDF_AuthEncFinal(session.handle, out.bytes(), out.length(), tag.bytes(), tag.length());
    auth_decrypt_init(
        session: &SessionHandle, key: &KeyHandle, id: u32, nonce: &[u8], aad: &[u8], tag: &[u8], total: u32
    ) = AuthDecInit SDF_AuthDecInit(
        session.handle, key.0, id, input(nonce), length(nonce)?, input(aad), length(aad)?,
        input(tag), length(tag)?, total);
    auth_decrypt_update(session: &SessionHandle, data: &[u8], out: &mut Output<'_>)
        = AuthDecUpdate SDF_AuthDecUpdate(session.handle, input(data), length(data)?, out.bytes(), out.length());
    auth_decrypt_final(session: &SessionHandle, out: &mut Output<'_>)
        = AuthDecFinal SDF_AuthDecFinal(session.handle, out.bytes(), out.length());

    hash_init(session: &SessionHandle, id: u32)
        = HashInit SDF_HashInit(session.handle, id, ptr::null_mut(), ptr::null_mut(), 0);
    hash_init_with_z(session: &SessionHandle, id: u32, key: &mut Block, user: &[u8])
        = HashInit SDF_HashInit(session.handle, id, key.place(), input(user), length(user)?);
    hash_update(session: &SessionHandle, data: &[u8])
        = HashUpdate SDF_HashUpdate(session.handle, input(data), length(data)?);
    hash_final(session: &SessionHandle, hash: &mut Output<'_>)
        = HashFinal SDF_HashFinal(session.handle, hash.bytes(), hash.length());
    hmac_init(session: &SessionHandle, key: &KeyHandle, id: u32)
        = HmacInit SDF_HMACInit(session.handle, key.0, id);
    hmac_update(session: &SessionHandle, data: &[u8])
        = HmacUpdate SDF_HMACUpdate(session.handle, input(data), length(data)?);
    hmac_final(session: &SessionHandle, mac: &mut Output<'_>)
        = HmacFinal SDF_HMACFinal(session.handle, mac.bytes(), mac.length());

    create_file(session: &SessionHandle, name: &[u8], size: u32)
        = CreateFile SDF_CreateFile(session.handle, input(name), length(name)?, size);
    read_file(session: &SessionHandle, name: &[u8], offset: u32, data: &mut Output<'_>)
        = ReadFile SDF_ReadFile(session.handle, input(name), length(name)?, offset, data.length(), data.bytes());
    write_file(session: &SessionHandle, name: &[u8], offset: u32, data: &[u8])
        = WriteFile SDF_WriteFile(session.handle, input(name), length(name)?, offset, length(data)?, input(data));
    delete_file(session: &SessionHandle, name: &[u8])
        = DeleteFile SDF_DeleteFile(session.handle, input(name), length(name)?);
}

/// What a call is made on: it knows its own number for the log, and may not have crossed a fork.
trait Owner {
    fn id(&self) -> u64;
    fn check(&self) -> Result<(), Error>;
    fn note(&self, code: ReturnCode);
}

/// Nothing: the calls that open a device.
pub(crate) struct Process;

impl Owner for Process {
    fn id(&self) -> u64 {
        0
    }

    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    fn note(&self, _: ReturnCode) {}
}

/// An open device.
#[derive(Debug)]
pub(crate) struct DeviceHandle {
    handle: Handle,
    id: u64,
    forks: u64,
}

// SAFETY: the handle is an opaque value of the library, which may be passed from any thread: GM/T 0018 ties no handle to
// the thread that opened it.
unsafe impl Send for DeviceHandle {}
// SAFETY: the only call on a shared device handle is SDF_OpenSession, which libraries take from several threads; closing
// needs the last owner.
unsafe impl Sync for DeviceHandle {}

impl DeviceHandle {
    pub(crate) fn new(place: &Place, function: Function) -> Result<Self, Malformed> {
        Ok(Self {
            handle: place.filled(function)?,
            id: next_id(),
            forks: forks::count(),
        })
    }

    pub(crate) const fn number(&self) -> u64 {
        self.id
    }

    pub(crate) fn is_inherited(&self) -> bool {
        self.forks != forks::count()
    }
}

impl Owner for DeviceHandle {
    fn id(&self) -> u64 {
        self.id
    }

    fn check(&self) -> Result<(), Error> {
        if self.is_inherited() {
            Err(Error::Forked)
        } else {
            Ok(())
        }
    }

    fn note(&self, _: ReturnCode) {}
}

/// An open session, which remembers the worst that a failed call said about it.
#[derive(Debug)]
pub(crate) struct SessionHandle {
    handle: Handle,
    id: u64,
    forks: u64,
    damage: Cell<Damage>,
}

// SAFETY: the handle is an opaque value of the library, not tied to the thread that opened it; the type is not Sync, so
// one thread at a time makes calls on it.
unsafe impl Send for SessionHandle {}

impl SessionHandle {
    pub(crate) fn new(place: &Place) -> Result<Self, Malformed> {
        let handle = place.filled(Function::OpenSession)?;
        Ok(Self {
            handle,
            id: next_id(),
            forks: forks::count(),
            damage: Cell::new(Damage::None),
        })
    }

    pub(crate) const fn number(&self) -> u64 {
        self.id
    }

    pub(crate) const fn raw(&self) -> Handle {
        self.handle
    }

    pub(crate) const fn damage(&self) -> Damage {
        self.damage.get()
    }

    /// Keeps the worst of what is known and `damage`.
    pub(crate) fn harm(&self, damage: Damage) {
        self.damage.set(self.damage.get().max(damage));
    }

    /// Forgets a doubt that a call has answered.
    pub(crate) fn clear_doubt(&self) {
        if self.damage.get() == Damage::Doubt {
            self.damage.set(Damage::None);
        }
    }

    pub(crate) fn is_inherited(&self) -> bool {
        self.forks != forks::count()
    }
}

impl Owner for SessionHandle {
    fn id(&self) -> u64 {
        self.id
    }

    fn check(&self) -> Result<(), Error> {
        if self.is_inherited() {
            Err(Error::Forked)
        } else {
            Ok(())
        }
    }

    fn note(&self, code: ReturnCode) {
        self.harm(code.damage());
    }
}

/// A session key in the card.
#[derive(Debug)]
pub(crate) struct KeyHandle(Handle);

// SAFETY: the handle is an opaque value of the library; it is used in calls on its own session only, one at a time.
unsafe impl Send for KeyHandle {}

impl KeyHandle {
    pub(crate) fn new(place: &Place, function: Function) -> Result<Self, Malformed> {
        place.filled(function).map(Self)
    }

    pub(crate) const fn raw(&self) -> Handle {
        self.0
    }
}

/// The sponsor's half of a key agreement in the card.
#[derive(Debug)]
pub(crate) struct AgreementHandle(Handle);

// SAFETY: as for `KeyHandle`.
unsafe impl Send for AgreementHandle {}

impl AgreementHandle {
    pub(crate) fn new(place: &Place) -> Result<Self, Malformed> {
        place
            .filled(Function::GenerateAgreementDataWithEcc)
            .map(Self)
    }
}

/// Where a library writes a new handle.
pub(crate) struct Place(Handle);

impl Place {
    pub(crate) const fn new() -> Self {
        Self(ptr::null_mut())
    }

    const fn pointer(&mut self) -> *mut Handle {
        &raw mut self.0
    }

    /// The handle that `function` wrote; null is none.
    fn filled(&self, function: Function) -> Result<Handle, Malformed> {
        if self.0.is_null() {
            return Err(Malformed::new(function, "the handle it gave is null"));
        }
        Ok(self.0)
    }
}

/// Zero-filled bytes for a library to write to, with the length it says it wrote.
pub(crate) struct Output<'a> {
    bytes: &'a mut [u8],
    length: u32,
}

impl<'a> Output<'a> {
    /// Zero-fills `bytes` and offers the library all of them.
    pub(crate) fn new(bytes: &'a mut [u8]) -> Self {
        bytes.fill(0);
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self { bytes, length }
    }

    /// Zero-fills `bytes` and offers the library the first `length` of them; the rest stays behind as slack.
    pub(crate) fn offering(bytes: &'a mut [u8], length: u32) -> Self {
        bytes.fill(0);
        let length = length.min(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        Self { bytes, length }
    }

    /// The length that the library left; it may be anything.
    pub(crate) const fn reported(&self) -> u32 {
        self.length
    }

    const fn bytes(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }

    const fn length(&mut self) -> *mut u32 {
        &raw mut self.length
    }
}

impl fmt::Debug for Output<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Output(..)")
    }
}

/// Whether and how often this process is a forked child of one that loaded this crate.
pub(crate) mod forks {
    use std::sync::atomic::{AtomicU64, Ordering};

    /// Starts counting forks. Without this, a child would take the parent's sessions for its own.
    pub(super) fn watch() {
        #[cfg(unix)]
        {
            static ONCE: std::sync::Once = std::sync::Once::new();
            ONCE.call_once(|| {
                // SAFETY: the handler only adds to an atomic number, which a child may do right after a fork.
                let code = unsafe { libc::pthread_atfork(None, None, Some(forked)) };
                if code != 0 {
                    tracing::warn!(
                        code,
                        "forks cannot be noticed; do not fork while a device is open"
                    );
                }
            });
        }
    }

    /// How many forks lie between the first process and this one.
    pub(crate) fn count() -> u64 {
        FORKS.load(Ordering::Relaxed)
    }

    #[cfg(unix)]
    extern "C" fn forked() {
        FORKS.fetch_add(1, Ordering::Relaxed);
    }

    static FORKS: AtomicU64 = AtomicU64::new(0);
}

/// Loads the library at `path`.
pub(crate) fn load(path: &Path) -> Result<Library, LoadError> {
    // SAFETY: whoever names the file vouches for it being a GM/T 0018 library, as the documentation of `Module::open` says;
    // no check can.
    unsafe { Library::open(path) }
}

/// Loads the first library under the platform's names.
pub(crate) fn search() -> Result<Library, LoadError> {
    // SAFETY: as for `load`; the places searched are those that the administrator installs libraries in.
    unsafe { Library::search() }
}

/// The pointer of an input; the standard's inputs are not written to.
const fn input(bytes: &[u8]) -> *mut u8 {
    bytes.as_ptr().cast_mut()
}

/// The length of an input.
fn length(bytes: &[u8]) -> Result<u32, InputError> {
    u32::try_from(bytes.len()).map_err(|_| InputError::Length {
        what: "data",
        expected: "less than 4 GiB",
        found: bytes.len(),
    })
}

fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
