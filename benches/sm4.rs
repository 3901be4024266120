//! SM4 encryption in ECB, CBC, CTR and GCM: in software, and by the software card through the C ABI.

use criterion::{BenchmarkId, Criterion, Throughput};
use gmt0018::Aead;
use sm_soft::cipher::{self, AeadMode, Sm4Key};
use support::Card;

#[expect(dead_code, reason = "this benchmark does not need all of it")]
mod support;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let card = Card::in_process();
    for (name, soft, card_mode) in [
        ("ecb", cipher::Mode::Ecb, gmt0018::Mode::Ecb),
        ("cbc", cipher::Mode::Cbc, gmt0018::Mode::Cbc(IV)),
        ("ctr", cipher::Mode::Ctr, gmt0018::Mode::Ctr(IV)),
    ] {
        encrypt(&mut criterion, &card, name, soft, card_mode);
    }
    gcm(&mut criterion, &card);
    criterion.final_summary();
}

fn encrypt(
    criterion: &mut Criterion,
    card: &Card,
    name: &str,
    soft: cipher::Mode,
    mode: gmt0018::Mode,
) {
    let session = card.device.session().expect("a session");
    let handle = session.import_key(&KEY).expect("a key in the card");
    let key = Sm4Key::from_bytes(&KEY);
    let iv: &[u8] = if soft.needs_iv() { &IV } else { &[] };
    let mut group = criterion.benchmark_group(format!("sm4-{name}"));
    for size in SIZES {
        let data = vec![0x5a_u8; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_with_input(BenchmarkId::new("soft", size), &data, |bencher, data| {
            bencher.iter(|| cipher::encrypt(soft, &key, iv, data).expect("ciphertext"));
        });
        group.bench_with_input(BenchmarkId::new("card", size), &data, |bencher, data| {
            bencher.iter(|| {
                session
                    .sm4_encrypt(&handle, mode, data)
                    .expect("ciphertext")
            });
        });
    }
    group.finish();
}

fn gcm(criterion: &mut Criterion, card: &Card) {
    let session = card.device.session().expect("a session");
    let handle = session.import_key(&KEY).expect("a key in the card");
    let key = Sm4Key::from_bytes(&KEY);
    let mut group = criterion.benchmark_group("sm4-gcm");
    for size in SIZES {
        let data = vec![0x5a_u8; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_with_input(BenchmarkId::new("soft", size), &data, |bencher, data| {
            let mode = AeadMode::Gcm;
            bencher.iter(|| {
                cipher::aead_encrypt(mode, &key, &NONCE, &[], data, 16).expect("ciphertext")
            });
        });
        group.bench_with_input(BenchmarkId::new("card", size), &data, |bencher, data| {
            bencher.iter(|| {
                session
                    .sm4_auth_encrypt(&handle, Aead::Gcm, &NONCE, &[], data, 16)
                    .expect("ciphertext")
            });
        });
    }
    group.finish();
}

const SIZES: [usize; 3] = [64, 1024, 16 * 1024];
const KEY: [u8; 16] = [0x11; 16];
const IV: [u8; 16] = [0x22; 16];
/// One nonce for many messages: only a measurement may do that.
const NONCE: [u8; 12] = [0x33; 12];
