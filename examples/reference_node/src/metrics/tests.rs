use sm_soft::SoftKey;
use sm2_signing::{Prehash, Signer as _, UserId};

use super::*;

/// A handle that is not the process's.
pub(crate) fn handle() -> PrometheusHandle {
    builder().unwrap().build_recorder().handle()
}

#[test]
fn every_metric_is_rendered() {
    let recorder = builder().unwrap().build_recorder();
    let handle = recorder.handle();
    metrics::with_local_recorder(&recorder, || {
        describe();
        block_committed(7, 3, Some(Duration::from_millis(40)));
        block_committed(8, 2, None);
        transaction_committed(Duration::from_millis(300));
        pool_size(5);
        transactions_rejected(10_004, 2);
        peers(3);
        signed("prevote", Duration::from_millis(4));
    });
    let text = handle.render();
    for line in [
        "# HELP node_block_number height of the chain",
        "# TYPE node_commit_seconds histogram",
        "node_block_number 8",
        "node_blocks_total 2",
        "node_transactions_total 5",
        "node_commit_seconds_count 1",
        "node_commit_seconds_bucket{le=\"0.05\"} 1",
        "node_commit_seconds_bucket{le=\"0.02\"} 0",
        "node_transaction_seconds_count 1",
        "node_pool_transactions 5",
        "node_transactions_rejected_total{status=\"10004\"} 2",
        "node_peers 3",
        "node_signatures_total{kind=\"prevote\"} 1",
        "node_sign_seconds_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}

#[test]
fn a_measured_verifier_answers_as_before() {
    let key = SoftKey::generate().unwrap();
    let item = |message: &[u8], signed: &[u8]| {
        let of = |message| Prehash::of(key.public_key(), &UserId::DEFAULT, message);
        Item {
            key: *key.public_key(),
            e: of(message),
            signature: key.sign(&of(signed)).unwrap(),
        }
    };
    let items = [item(b"a", b"a"), item(b"b", b"c"), item(b"d", b"d")];
    let recorder = builder().unwrap().build_recorder();
    let handle = recorder.handle();
    let verifier = Measured::new(sm2_batch::best().unwrap());
    let verdicts = metrics::with_local_recorder(&recorder, || verifier.verify_batch(&items));
    assert_eq!(verdicts.unwrap().invalid().collect::<Vec<_>>(), [1]);
    let text = handle.render();
    for line in [
        "node_verified_signatures_total 3",
        "node_invalid_signatures_total 1",
        "node_verify_seconds_count 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
}
