//! OpenSSL through its Rust binding, which cannot set a user id: messages are signed under the empty one.

use std::sync::OnceLock;

use openssl::{
    bn::BigNum,
    ec::{EcGroup, EcKey},
    error::ErrorStack,
    md::Md,
    md_ctx::MdCtx,
    nid::Nid,
    pkey::{PKey, Private, Public},
    pkey_ctx::PkeyCtx,
};
use sm2_signing::{Item, PublicKey, Signature, Signer as _, UserId};

use crate::{
    implementation::{BATCH, Candidate, Implementation, Material, Operation},
    items::{self, Message},
};

pub(crate) fn implementations(material: &'static Material) -> Vec<Candidate> {
    let name = openssl::version::version()
        .split(' ')
        .take(2)
        .collect::<Vec<_>>()
        .join(" ");
    let read = |items: &[Item]| -> Vec<_> {
        let read = |item: &Item| (public_key(&item.key).ok(), *item);
        items.iter().map(read).collect()
    };
    let empty = UserId::new([]).expect("a short user id");
    let messages = items::messages(BATCH, &empty);
    let key = private_key(material).expect("a private key");
    vec![
        Implementation::verifier(
            Operation::Verify,
            &name,
            1,
            material.items.clone(),
            &material.forged_items,
            |item| public_key(&item.key).is_ok_and(|key| verify(&key, item)),
        ),
        Implementation::verifier(
            Operation::VerifyRead,
            &name,
            1,
            read(&material.items),
            &read(&material.forged_items),
            |(key, item)| key.as_ref().is_some_and(|key| verify(key, item)),
        ),
        Implementation::verifier(
            Operation::VerifyMessage,
            format!("{name}, empty user id"),
            1,
            messages,
            &material.forged_messages,
            |message| verify_message(message).unwrap_or(false),
        ),
        Implementation::signer(&name, 1, material, move |prehashes| {
            let sign = |e: &sm2_signing::Prehash| {
                let der = sign(&key, e.as_bytes()).expect("a signature");
                Signature::from_der(&der).expect("DER")
            };
            prehashes.iter().map(sign).collect()
        }),
    ]
}

fn verify(key: &PKey<Public>, item: &Item) -> bool {
    let verify = || {
        let mut context = PkeyCtx::new(key)?;
        context.verify_init()?;
        context.verify(item.e.as_bytes(), &item.signature.to_der())
    };
    verify().unwrap_or(false)
}

fn verify_message(message: &Message) -> Result<bool, ErrorStack> {
    let key = public_key(&message.key)?;
    let mut context = MdCtx::new()?;
    context.digest_verify_init(Some(Md::sm3()), &key)?;
    context.digest_verify(&message.message, &message.signature.to_der())
}

fn sign(key: &PKey<Private>, e: &[u8]) -> Result<Vec<u8>, ErrorStack> {
    let mut context = PkeyCtx::new(key)?;
    context.sign_init()?;
    let mut signature = Vec::new();
    context.sign_to_vec(e, &mut signature)?;
    Ok(signature)
}

/// It is checked to be a point of the curve.
fn public_key(key: &PublicKey) -> Result<PKey<Public>, ErrorStack> {
    let (x, y) = (BigNum::from_slice(key.x())?, BigNum::from_slice(key.y())?);
    PKey::from_ec_key(EcKey::from_public_key_affine_coordinates(group(), &x, &y)?)
}

fn private_key(material: &Material) -> Result<PKey<Private>, ErrorStack> {
    let d = BigNum::from_slice(&material.secret)?;
    let public = public_key(material.key.public_key())?.ec_key()?;
    PKey::from_ec_key(EcKey::from_private_components(
        group(),
        &d,
        public.public_key(),
    )?)
}

/// Made once, as it takes as long as a verification.
fn group() -> &'static EcGroup {
    static GROUP: OnceLock<EcGroup> = OnceLock::new();
    GROUP.get_or_init(|| EcGroup::from_curve_name(Nid::SM2).expect("OpenSSL knows SM2"))
}
