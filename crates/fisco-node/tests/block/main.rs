//! Block headers and their seals.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests, outside test functions"
)]

mod known;
mod properties;
mod seal;

use fisco_node::block::{BlockHeader, SealError, SealRejection, SealerList};
use sm_soft::SoftVerifier;
use sm2_signing::Serial;

fn engine() -> Serial<SoftVerifier> {
    Serial::new(SoftVerifier::new())
}

fn refused(header: &BlockHeader, sealers: &SealerList) -> SealRejection {
    match header.verify_seal(sealers, &engine()).unwrap_err() {
        SealError::Rejected(rejection) => rejection,
        SealError::Backend(error) => panic!("{error}"),
    }
}
