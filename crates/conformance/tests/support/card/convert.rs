//! The suite's types as those of `gmt0018`, and back.

use conformance::{Aead, Block, Half, Mode};
use gmt0018::AgreementKeys;

pub(super) const fn half(keys: &AgreementKeys) -> Half {
    Half {
        key: keys.public,
        ephemeral: keys.ephemeral,
    }
}

pub(super) const fn keys(half: &Half) -> AgreementKeys {
    AgreementKeys {
        public: half.key,
        ephemeral: half.ephemeral,
    }
}

pub(super) const fn sdf_mode(mode: Mode, iv: &Block) -> gmt0018::Mode {
    match mode {
        Mode::Ecb => gmt0018::Mode::Ecb,
        Mode::Cbc => gmt0018::Mode::Cbc(*iv),
        Mode::Cfb => gmt0018::Mode::Cfb(*iv),
        Mode::Ofb => gmt0018::Mode::Ofb(*iv),
        Mode::Ctr => gmt0018::Mode::Ctr(*iv),
    }
}

pub(super) const fn sdf_aead(aead: Aead) -> gmt0018::Aead {
    match aead {
        Aead::Gcm => gmt0018::Aead::Gcm,
        Aead::Ccm => gmt0018::Aead::Ccm,
    }
}
