//! Keys in a card.

use std::{collections::BTreeSet, path::PathBuf};

use fisco_node::identity::NodePem;
use gmt0018::{
    KeyIndex, Pin, Session,
    sm2_signing::{Prehash, PublicKey, UserId, Verifier as _},
};
use gmt0018_soft::card::{
    Card as SoftwareCard,
    store::{MAX_INDEX, Options, Store, StoreError},
};
use sm_soft::SoftVerifier;

use super::{super::secret, NodeKey, NodeKeys, Security, in_form, place::Place};
use crate::{
    arguments::{NodeKeyArguments, NodePemForm},
    device::{Card, Unnamed},
    error::Error,
    output::Output,
    password::{self, Password},
};

/// Reads the public keys from the card, one for each of `count` nodes, and proves every password with a signature.
///
/// `template` is the library of another node of the chain, taken where the options name none.
pub(super) fn read(
    arguments: &NodeKeyArguments,
    template: Option<PathBuf>,
    count: usize,
    output: Output,
) -> Result<NodeKeys, Error> {
    let indexes = &arguments.key_indexes;
    check_indexes(indexes, count)?;
    let place = Place::find(arguments, template)?;
    let created = if arguments.create_keys {
        Some(create(&place, arguments, output)?)
    } else {
        place.check_store()?;
        None
    };
    let card = Card::open(&place.device, Unnamed::Store, output)?;
    let session = card.session()?;
    let keys = public_keys(&session, indexes)?;
    let passwords = match created {
        Some(passwords) => passwords.into_iter().map(Some).collect(),
        None if arguments.no_password => (0..count).map(|_| None).collect(),
        None => passwords(arguments, false, output)?
            .into_iter()
            .map(Some)
            .collect::<Vec<_>>(),
    };

    let form = arguments.node_pem.unwrap_or(NodePemForm::Public);
    let bar = output.progress_of_steps(count, "testing keys");
    let mut node_keys = Vec::with_capacity(count);
    for ((&index, key), password) in indexes.iter().zip(&keys).zip(passwords) {
        let pin = password.as_ref().map(Password::pin).transpose()?;
        test_signature(&session, index, key, pin.as_ref())?;
        node_keys.push(NodeKey {
            pem: in_form(NodePem::Public(*key), Some(form)),
            security: Security::Card {
                library: place.library.clone(),
                index,
                password,
            },
        });
        bar.inc(1);
    }
    bar.finish_and_clear();
    if arguments.open_path.is_some() && place.store.is_none() {
        output.note("remark: the nodes open the card with SDF_OpenDevice, without --open-path");
    }
    Ok(NodeKeys {
        keys: node_keys,
        device: Some(card.report()),
        store: place.store,
    })
}

/// Makes the keys in the software card, and gives their passwords.
fn create(
    place: &Place,
    arguments: &NodeKeyArguments,
    output: Output,
) -> Result<Vec<Password>, Error> {
    let indexes = &arguments.key_indexes;
    let directory = place.store.clone().unwrap_or_default();
    if let Some(&index) = indexes.iter().find(|index| **index > MAX_INDEX) {
        let cause = StoreError::IndexOutOfRange { index };
        return Err(Error::store("no key was made", &cause));
    }
    let failed = |cause| Error::store("the store cannot be opened", &cause);
    let existing = match Store::open(&directory).and_then(|store| store.key_indexes()) {
        Err(StoreError::Missing { .. }) => Vec::new(),
        existing => existing.map_err(failed)?,
    };
    if let Some(index) = indexes.iter().find(|index| existing.contains(index)) {
        return Err(Error::node_key_exists(*index));
    }
    let passwords = passwords(arguments, true, output)?;
    passwords.iter().try_for_each(Password::check_for_store)?;

    let store = Store::open_or_create(&directory, Options::default()).map_err(failed)?;
    let card = SoftwareCard::start(store)
        .map_err(|cause| Error::soft_card("the software card does not start", &cause))?;
    let bar = output.progress_of_steps(indexes.len(), "making keys");
    for (index, password) in indexes.iter().zip(&passwords) {
        card.generate_key_pair(*index, password.as_bytes())
            .map_err(|cause| {
                Error::soft_card(format!("no key pair was made at index {index}"), &cause)
            })?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    output.note(&format!(
        "made {} key pairs in the software card, store {}",
        indexes.len(),
        directory.display()
    ));
    Ok(passwords)
}

fn check_indexes(indexes: &[u32], count: usize) -> Result<(), Error> {
    if indexes.len() != count {
        return Err(Error::number_of_indexes(indexes.len(), count));
    }
    let mut seen = BTreeSet::new();
    match indexes.iter().find(|index| !seen.insert(**index)) {
        Some(index) => Err(Error::value(
            "--key-indexes",
            (
                format!(
                    "the index {index} is there twice, and two nodes with one key are one node"
                ),
                format!("密钥索引 {index} 重复出现，而使用同一把密钥的两个节点会被视为同一个节点"),
            ),
            (
                "give each node an index of its own",
                "为每个节点指定不同的密钥索引",
            ),
        )),
        None => Ok(()),
    }
}

/// The public keys at the indexes, all different.
fn public_keys(session: &Session, indexes: &[u32]) -> Result<Vec<PublicKey>, Error> {
    let mut keys: Vec<PublicKey> = Vec::with_capacity(indexes.len());
    for &index in indexes {
        let key = session
            .sign_public_key(KeyIndex::new(index))
            .map_err(|cause| Error::key(index, format!("cannot read key index {index}"), cause))?;
        if let Some(place) = keys.iter().position(|other| *other == key) {
            return Err(Error::same_key_in_card(indexes[place], index));
        }
        keys.push(key);
    }
    Ok(keys)
}

fn passwords(
    arguments: &NodeKeyArguments,
    is_new: bool,
    output: Output,
) -> Result<Vec<Password>, Error> {
    let file = arguments.password_file.as_deref();
    let indexes = &arguments.key_indexes;
    let passwords = password::of_keys(file, indexes.len(), is_new, output)?;
    for (index, password) in indexes.iter().zip(&passwords) {
        secret::check(*index, password)?;
    }
    Ok(passwords)
}

/// Has the card sign, and verifies that in software.
fn test_signature(
    session: &Session,
    number: u32,
    key: &PublicKey,
    pin: Option<&Pin>,
) -> Result<(), Error> {
    let index = KeyIndex::new(number);
    let failed = |cause| {
        Error::key(
            number,
            format!("cannot sign with key index {number}"),
            cause,
        )
    };
    // Nothing that a chain signs has this text's length: it signs hashes of 32 bytes.
    let e = Prehash::of(key, &UserId::DEFAULT, b"gmt0018 chain: test of a key");
    session.keep_access(index, pin).map_err(failed)?;
    let signature = session.sign(index, &e).map_err(failed)?;
    SoftVerifier::new()
        .verify(key, &e, &signature)
        .map_err(|_| Error::test_signature_refused(number))
}
