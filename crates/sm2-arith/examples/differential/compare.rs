use std::fmt;

use sm2_arith::batch::{Backend, KnownItem, SignItem};
use sm2_arith::{AffinePoint, Scalar, secret, verify};

use super::batch::Batch;

/// The first thing that two parties see differently.
pub(crate) struct Mismatch {
    what: String,
    values: Vec<(&'static str, Vec<u8>)>,
}

impl Mismatch {
    pub(super) fn new(what: String, values: &[(&'static str, &[u8])]) -> Self {
        let values = values.iter().map(|(name, bytes)| (*name, bytes.to_vec()));
        Self {
            what,
            values: values.collect(),
        }
    }

    /// One of the item's verdict.
    pub(super) fn of_item(party: &str, batch: &Batch, place: usize, verdict: bool) -> Self {
        let labelled = &batch.items[place];
        let (item, kind, change) = (&labelled.item, labelled.kind, labelled.change);
        let what = format!(
            "{party} says {verdict} to item {place} of {}: {kind}, changed: {change}",
            batch.items.len()
        );
        let values = [
            ("P", &item.public_key[..]),
            ("e", &item.e),
            ("r", &item.signature[..32]),
            ("s", &item.signature[32..]),
        ];
        Self::new(what, &values)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        for (name, bytes) in &self.values {
            write!(f, "\n  {name} = ")?;
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        }
        Ok(())
    }
}

/// One at a time.
pub(super) fn check_single(batch: &Batch) -> Result<(), Mismatch> {
    for (place, labelled) in batch.items.iter().enumerate() {
        let item = &labelled.item;
        let verdict = verify(&item.public_key, &item.e, &item.signature);
        if verdict != labelled.valid {
            return Err(Mismatch::of_item("verify", batch, place, verdict));
        }
    }
    Ok(())
}

/// All four functions of a back end.
pub(super) fn check_backend<B: Backend>(backend: B, batch: &Batch) -> Result<(), Mismatch> {
    check_batch(backend, batch)?;
    check_known(backend, batch)?;
    check_signatures(backend, batch)
}

fn check_batch<B: Backend>(backend: B, batch: &Batch) -> Result<(), Mismatch> {
    let items: Vec<_> = batch.items.iter().map(|labelled| labelled.item).collect();
    // What a verdict is before must not matter: it is wrong.
    let mut verdicts: Vec<_> = batch.items.iter().map(|labelled| !labelled.valid).collect();
    for (items, verdicts) in items.chunks(batch.cut).zip(verdicts.chunks_mut(batch.cut)) {
        backend.verify_batch(items, verdicts);
    }
    for (place, verdict) in verdicts.into_iter().enumerate() {
        if verdict != batch.items[place].valid {
            let party = format!("{}, verify_batch,", B::NAME);
            return Err(Mismatch::of_item(&party, batch, place, verdict));
        }
    }
    Ok(())
}

fn check_known<B: Backend>(backend: B, batch: &Batch) -> Result<(), Mismatch> {
    let tables = backend.key_tables(&batch.keys);
    for (key, table) in batch.keys.iter().zip(&tables) {
        if table.is_some() != AffinePoint::from_bytes(key).is_ok() {
            let what = format!("{}: a table for no key, or none for a key", B::NAME);
            return Err(Mismatch::new(what, &[("P", key)]));
        }
    }
    let (mut places, mut items, mut verdicts) = (Vec::new(), Vec::new(), Vec::new());
    for (place, labelled) in batch.items.iter().enumerate() {
        if let Some(table) = &tables[batch.key_of[place]] {
            places.push(place);
            items.push(KnownItem {
                table,
                e: labelled.item.e,
                signature: labelled.item.signature,
            });
            verdicts.push(!labelled.valid);
        }
    }
    for (items, verdicts) in items.chunks(batch.cut).zip(verdicts.chunks_mut(batch.cut)) {
        backend.verify_known(items, verdicts);
    }
    for (place, verdict) in places.into_iter().zip(verdicts) {
        if verdict != batch.items[place].valid {
            let party = format!("{}, verify_known,", B::NAME);
            return Err(Mismatch::of_item(&party, batch, place, verdict));
        }
    }
    Ok(())
}

fn check_signatures<B: Backend>(backend: B, batch: &Batch) -> Result<(), Mismatch> {
    let signings = &batch.signings;
    let items = signings.iter().map(|signing| {
        let inverse = batch.signers[signing.signer].inverse();
        SignItem::new(inverse, &signing.e, &signing.k)
    });
    let items: Vec<_> = items.collect();
    let mut signatures = vec![Some([0xA5; 64]); items.len()];
    let cuts = items.chunks(batch.cut);
    for (items, signatures) in cuts.zip(signatures.chunks_mut(batch.cut)) {
        backend.sign_batch(items, signatures);
    }
    for (place, (signing, signature)) in signings.iter().zip(signatures).enumerate() {
        let signer = &batch.signers[signing.signer];
        let e = Scalar::from_bytes_reduced(&signing.e);
        let expected = secret::sign(signer.inverse(), &e, &signing.k).into_option();
        let expected = expected.map(|(r, s)| {
            let mut both = [0; 64];
            both[..32].copy_from_slice(&r.to_bytes());
            both[32..].copy_from_slice(&s.to_bytes());
            both
        });
        let valid = signature.as_ref().is_none_or(|signature| {
            signing.usable && verify(&signer.public_key(), &signing.e, signature)
        });
        if signature != expected || signature.is_some() != signing.usable || !valid {
            let what = format!(
                "{}, sign_batch: wrong at {place} of {}",
                B::NAME,
                signings.len()
            );
            let values = [
                ("d", &signer.to_bytes()[..]),
                ("e", &signing.e),
                ("k", &signing.k.to_bytes()),
                ("signature", signature.as_ref().map_or(&[], |both| both)),
                ("sign", expected.as_ref().map_or(&[], |both| both)),
            ];
            return Err(Mismatch::new(what, &values));
        }
    }
    Ok(())
}
