//! SM4-MAC, which is CBC-MAC without padding: the last ciphertext block of CBC.

use crate::{
    Block, Mode,
    check::{CaseResult, Check},
    suite::Context,
};

pub(super) fn last_block(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let answers = context.vectors.known.sm4.iter();
    for answer in answers.filter(|answer| answer.mode == Mode::Cbc) {
        let (plaintext, iv) = (&answer.plaintext.0, answer.iv());
        let expected = answer
            .ciphertext
            .0
            .last_chunk::<16>()
            .copied()
            .unwrap_or_default();
        let mac = context
            .backend
            .sm4_mac(answer.key(), &mut iv.clone(), plaintext)?;
        check.equal(&answer.origin, mac, expected);

        let mut running = iv;
        for block in plaintext.chunks(16) {
            let found = context.backend.sm4_mac(answer.key(), &mut running, block)?;
            check.equal("the IV after a call", running, found);
        }
        check.equal(
            &format!("{}, block by block", answer.origin),
            running,
            expected,
        );
    }
    Ok(())
}

pub(super) fn pieces(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let mut random = context.random();
    for _ in 0..context.rounds() {
        let (key, iv): (Block, Block) = (random.array(), random.array());
        let length = (random.below(12) + 1) * 16;
        let data = random.bytes(length);
        let found = context
            .backend
            .sm4_mac_in_pieces(&key, &iv, &random.cut(&data))?;
        let expected = context.backend.sm4_mac(&key, &mut iv.clone(), &data)?;
        check.equal(&format!("{length} bytes"), found, expected);
    }
    Ok(())
}
