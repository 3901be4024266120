//! The exported functions: each converts, and the verifier decides.
#![expect(
    unsafe_code,
    reason = "functions under C names, called with a C caller's pointers"
)]

use std::{
    ffi::{c_char, c_int},
    ptr,
};

use sm2_batch::SignedMessage;
use sm2_signing::{Item, Prehash, PublicKey, Signature, UserId};

use crate::{
    caller::Caller,
    entry::{entry, judgement},
    failure::{self, Failure},
    types::{BatchItem, BatchMessage, Counts, Options, SM2_BATCH_ABI_VERSION},
    verifier::Verifier,
};

/// Makes a verifier: checks the engine and starts its threads. `options` may be NULL for the defaults. On an error `*out`
/// is NULL.
///
/// # Safety
///
/// `options` is NULL or has as many bytes as its `size` says. `out` points to a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_new(options: *const Options, out: *mut *mut Verifier) -> c_int {
    entry!(|caller| {
        caller.write("out", out, ptr::null_mut())?;
        let options = caller.options(options)?;
        caller.lend(out, Box::new(Verifier::new(options.as_ref())?))
    })
}

/// Frees a verifier, its tables and its threads; NULL is ignored.
///
/// # Safety
///
/// `verifier` is NULL or from `sm2_batch_new`, and is not used by any thread now or later.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_free(verifier: *mut Verifier) {
    entry!(|caller| {
        drop(caller.take_back(verifier));
        Ok(())
    });
}

/// Verifies signatures over digests. `verdicts[i]` becomes 1 if `items[i]` is valid and 0 if it is not; on any error all
/// become 0.
///
/// # Safety
///
/// `verifier` is from `sm2_batch_new`; `items` has `count` elements, which nobody writes to meanwhile; `verdicts` has
/// `count` bytes, which may overlap the items. With a count of 0 both may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_verify(
    verifier: *const Verifier,
    items: *const BatchItem,
    count: usize,
    verdicts: *mut u8,
) -> c_int {
    judgement!(verdicts, count, |caller| {
        let verifier = caller.verifier(verifier)?;
        let items = caller.items(items, count)?;
        let items: Vec<_> = items.iter().map(item).collect();
        verifier.verify(&items)
    })
}

/// As `sm2_batch_verify`, for fields that lie in structures of the caller's own: the fields of signature i are at
/// `public_keys + i * public_key_stride` and so on. A stride of 0 takes the same field for all.
///
/// # Safety
///
/// That of `sm2_batch_verify`; each of the `count` fields can be read: 64 bytes of public key, 32 of digest, 64 of
/// signature.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_verify_strided(
    verifier: *const Verifier,
    public_keys: *const u8,
    public_key_stride: usize,
    digests: *const u8,
    digest_stride: usize,
    signatures: *const u8,
    signature_stride: usize,
    count: usize,
    verdicts: *mut u8,
) -> c_int {
    judgement!(verdicts, count, |caller| {
        let verifier = caller.verifier(verifier)?;
        caller.check_stride::<64>("public_keys", public_keys, public_key_stride, count)?;
        caller.check_stride::<32>("digests", digests, digest_stride, count)?;
        caller.check_stride::<64>("signatures", signatures, signature_stride, count)?;
        let item = |index| {
            Ok(item(&BatchItem {
                public_key: caller.field("public_keys", public_keys, public_key_stride, index)?,
                digest: caller.field("digests", digests, digest_stride, index)?,
                signature: caller.field("signatures", signatures, signature_stride, index)?,
            }))
        };
        let items: Result<Vec<_>, Failure> = (0..count).map(item).collect();
        verifier.verify(&items?)
    })
}

/// Verifies signatures over messages: computes each e = SM3(Z || M) first. Verdicts are given as by `sm2_batch_verify`.
///
/// # Safety
///
/// `verifier` is from `sm2_batch_new`; `messages` has `count` elements, whose pointers have as many bytes as is said beside
/// them; nobody writes to these meanwhile. `verdicts` has `count` bytes, which may overlap what is read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_verify_messages(
    verifier: *const Verifier,
    messages: *const BatchMessage,
    count: usize,
    verdicts: *mut u8,
) -> c_int {
    judgement!(verdicts, count, |caller| {
        let verifier = caller.verifier(verifier)?;
        let messages = caller.messages(messages, count)?;
        let user_ids = messages.iter().map(|message| user_id(caller, message));
        let user_ids = user_ids.collect::<Result<Vec<_>, _>>()?;
        let signed = messages.iter().zip(&user_ids);
        let signed = signed.map(|(message, user_id)| signed_message(caller, message, user_id));
        verifier.verify_messages(&signed.collect::<Result<Vec<_>, _>>()?)
    })
}

/// Keeps tables of these keys until they are unpinned, so that their signatures are verified faster: for the validators
/// of a chain. If one of them is not a point of the curve, none is pinned.
///
/// # Safety
///
/// `verifier` is from `sm2_batch_new`; `keys` has `count` times 64 bytes. With a count of 0 it may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_pin(
    verifier: *const Verifier,
    keys: *const u8,
    count: usize,
) -> c_int {
    entry!(|caller| caller.verifier(verifier)?.pin(&caller.keys(keys, count)?))
}

/// Drops the tables of these keys; keys that are not pinned are ignored.
///
/// # Safety
///
/// That of `sm2_batch_pin`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_unpin(
    verifier: *const Verifier,
    keys: *const u8,
    count: usize,
) -> c_int {
    entry!(|caller| {
        let verifier = caller.verifier(verifier)?;
        verifier.unpin(&caller.keys(keys, count)?);
        Ok(())
    })
}

/// Pins these keys and no others; the tables of those that stay are kept. If one of them is not a point of the curve,
/// nothing changes.
///
/// # Safety
///
/// That of `sm2_batch_pin`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_set_pinned(
    verifier: *const Verifier,
    keys: *const u8,
    count: usize,
) -> c_int {
    entry!(|caller| caller
        .verifier(verifier)?
        .set_pinned(&caller.keys(keys, count)?))
}

/// Tells what the verifier holds and has done so far.
///
/// # Safety
///
/// `verifier` is from `sm2_batch_new`; `out` has as many bytes as its `size` says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_statistics(
    verifier: *const Verifier,
    out: *mut Counts,
) -> c_int {
    entry!(|caller| {
        let statistics = caller.verifier(verifier)?.statistics();
        caller.write_counts(
            out,
            Counts {
                size: 0,
                pinned: wide(statistics.pinned),
                cached: wide(statistics.cached),
                bytes: wide(statistics.bytes),
                known: statistics.known,
                unknown: statistics.unknown,
                promoted: statistics.promoted,
                evicted: statistics.evicted,
            },
        )
    })
}

/// What verifies: "ifma" or "portable", and "none" if `verifier` is NULL. The text is never freed.
///
/// # Safety
///
/// `verifier` is NULL or from `sm2_batch_new`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sm2_batch_engine_name(verifier: *const Verifier) -> *const c_char {
    let mut name = c"none";
    entry!(|caller| {
        name = caller.verifier(verifier)?.engine_name();
        Ok(())
    });
    name.as_ptr()
}

/// The version of this library, "1.2.3". The text is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn sm2_batch_version() -> *const c_char {
    const { VERSION.as_ptr().cast() }
}

/// The version of the interface that this library has. A program needs it to equal the header's `SM2_BATCH_ABI_VERSION`.
#[unsafe(no_mangle)]
pub extern "C" fn sm2_batch_abi_version() -> u32 {
    SM2_BATCH_ABI_VERSION
}

/// What a code means, in general. The text is never freed.
#[unsafe(no_mangle)]
pub extern "C" fn sm2_batch_error_text(code: c_int) -> *const c_char {
    failure::text_of(code).as_ptr()
}

/// What went wrong in the calling thread's last call that failed, and what to try; "" if none has. The text is valid until
/// the thread's next call that fails.
#[unsafe(no_mangle)]
pub extern "C" fn sm2_batch_last_error() -> *const c_char {
    failure::last_error()
}

fn item(item: &BatchItem) -> Item {
    Item {
        key: PublicKey::from_bytes(&item.public_key),
        e: Prehash::from_bytes(&item.digest),
        signature: Signature::from_bytes(&item.signature),
    }
}

/// The identity of a message's signer, or none where it is too long for one.
fn user_id(caller: &Caller, message: &BatchMessage) -> Result<Option<UserId>, Failure> {
    if message.user_id.is_null() && message.user_id_length == 0 {
        return Ok(Some(UserId::DEFAULT));
    }
    if message.user_id_length > LONGEST_USER_ID {
        return Ok(None);
    }
    let id = caller.bytes("user_id", message.user_id, message.user_id_length)?;
    Ok(UserId::new(id).ok())
}

fn signed_message<'a>(
    caller: &'a Caller,
    message: &BatchMessage,
    user_id: &'a Option<UserId>,
) -> Result<SignedMessage<'a>, Failure> {
    let signature = match user_id {
        Some(_) => &message.signature,
        // r = 0 is valid for nothing: the others in the batch get their verdicts nevertheless.
        None => &[0; 64],
    };
    Ok(SignedMessage {
        key: PublicKey::from_bytes(&message.public_key),
        user_id: user_id.as_ref().unwrap_or(&UserId::DEFAULT),
        message: caller.bytes("message", message.message, message.message_length)?,
        signature: Signature::from_bytes(signature),
    })
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// ENTL has 16 bits and counts bits.
const LONGEST_USER_ID: usize = 8191;

/// Closed with a zero byte.
const VERSION: &str = concat!(env!("CARGO_PKG_VERSION"), "\0");
