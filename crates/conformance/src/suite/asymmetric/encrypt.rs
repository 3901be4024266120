//! SM2 encryption (GB/T 32918.4).

use sm2_signing::{Ciphertext, PublicKey};

use super::verify::key_pem;
use crate::{
    Answer, Backend,
    Chapter::Asymmetric,
    PLAIN_TEXT_LIMIT,
    check::{CaseResult, Check, Stop},
    random::Random,
    suite::{Case, Context},
    vectors::{Stanza, private_key},
};

pub(in crate::suite) const CASES: &[Case] = &[
    Case::new(Asymmetric, "encrypt: worked example", worked_example),
    Case::new(Asymmetric, "encrypt: round trip", round_trip),
    Case::new(Asymmetric, "encrypt: to itself", to_itself),
    Case::new(Asymmetric, "encrypt: the oracle decrypts", oracle_decrypts),
    Case::new(Asymmetric, "encrypt: the oracle encrypts", oracle_encrypts),
    Case::new(Asymmetric, "encrypt: mutations are refused", mutations),
    Case::new(Asymmetric, "encrypt: OpenSSL's tests", openssl),
];

/// GB/T 32918.5 annex C in its three encodings.
fn worked_example(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let example = &context.vectors.standard.encrypt;
    let malformed = |error: sm2_signing::EncodingError| Stop::Failed(error.to_string());
    for ciphertext in [
        Ciphertext::from_c1c3c2(&example.c1c3c2.0).map_err(malformed)?,
        Ciphertext::from_c1c2c3(&example.c1c2c3.0).map_err(malformed)?,
        Ciphertext::from_der(&example.der_gmt0009.0).map_err(malformed)?,
    ] {
        let plaintext = context
            .backend
            .decrypt_with(example.private_key(), &ciphertext)?;
        check.equal("GB/T 32918.5 annex C", plaintext, &example.message);
    }
    Ok(())
}

/// Encrypts to its own key where it has one, else to the key of the worked example.
fn round_trip(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let pair = Pair::of(backend, context)?;
    let mut random = context.random();
    for plaintext in plaintexts(&mut random) {
        let ciphertext = backend.encrypt(&pair.public, &plaintext)?;
        check.that(ciphertext.c2().len() == plaintext.len(), || {
            format!(
                "C2 is {} bytes for {}",
                ciphertext.c2().len(),
                plaintext.len()
            )
        });
        let again = backend.encrypt(&pair.public, &plaintext)?;
        check.that(again.c1() != ciphertext.c1(), || {
            "C1 came twice: one nonce".to_owned()
        });
        let what = format!("{} bytes there and back", plaintext.len());
        if let Some(found) = check.answer(&what, pair.decrypt(backend, &ciphertext)) {
            check.equal(&what, found, plaintext);
        }
    }
    Ok(())
}

/// `InternalEncrypt` encrypts to the key that it exports.
fn to_itself(context: &Context<'_>, check: &mut Check) -> CaseResult {
    for plaintext in plaintexts(&mut context.random()) {
        let ciphertext = context.backend.encrypt_to_itself(&plaintext)?;
        let found = context.backend.decrypt(&ciphertext)?;
        check.equal(
            &format!("{} bytes to itself", plaintext.len()),
            found,
            plaintext,
        );
    }
    Ok(())
}

fn oracle_decrypts(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let pair = Pair::given(context);
    for plaintext in plaintexts(&mut context.random()) {
        let ciphertext = context.backend.encrypt(&pair.public, &plaintext)?;
        let found = pair.decrypt(oracle, &ciphertext)?;
        check.equal(
            &format!("the oracle, {} bytes", plaintext.len()),
            found,
            plaintext,
        );
    }
    Ok(())
}

fn oracle_encrypts(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let oracle = context.oracle()?;
    let pair = Pair::of(context.backend, context)?;
    for plaintext in plaintexts(&mut context.random()) {
        let ciphertext = oracle.encrypt(&pair.public, &plaintext)?;
        let what = format!("{} bytes of the oracle", plaintext.len());
        if let Some(found) = check.answer(&what, pair.decrypt(context.backend, &ciphertext)) {
            check.equal(&what, found, plaintext);
        }
    }
    Ok(())
}

/// A good ciphertext, then the same with one thing wrong.
fn mutations(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let backend = context.backend;
    let pair = Pair::of(backend, context)?;
    let mut random = context.random();
    let plaintext = random.bytes(40);
    let good = backend.encrypt(&pair.public, &plaintext)?;
    check.equal("unchanged", pair.decrypt(backend, &good)?, &plaintext);

    let (c1, c3, c2) = (*good.c1(), *good.c3(), good.c2().to_vec());
    let mut flipped = c2.clone();
    flipped[0] ^= 1;
    let cut = c2[..c2.len() - 1].to_vec();
    let longer = [&c2[..], &[0]].concat();
    let off_curve = PublicKey::from_bytes(&random.flip(*c1.as_bytes()));
    let infinity = PublicKey::from_bytes(&[0; 64]);
    let another = key_of_another(context)?;
    for (what, wrong) in [
        (
            "C1 off the curve",
            Ciphertext::new(off_curve, c3, c2.clone()),
        ),
        ("C1 = (0, 0)", Ciphertext::new(infinity, c3, c2.clone())),
        ("a bit of C3", Ciphertext::new(c1, random.flip(c3), c2)),
        ("a bit of C2", Ciphertext::new(c1, c3, flipped)),
        ("C2 cut", Ciphertext::new(c1, c3, cut)),
        ("C2 longer", Ciphertext::new(c1, c3, longer)),
        ("for another key", backend.encrypt(&another, &plaintext)?),
    ] {
        check.refused(what, pair.decrypt(backend, &wrong));
    }
    for (what, key) in [
        ("a key off the curve", off_curve),
        ("the key (0, 0)", infinity),
    ] {
        check.refused(what, backend.encrypt(&key, &plaintext));
    }
    Ok(())
}

/// `Decrypt` stanzas that must succeed; the others concern OpenSSL's own interface.
fn openssl(context: &Context<'_>, check: &mut Check) -> CaseResult {
    let file = "openssl-evp/evppkey_sm2.txt";
    let stanzas = Stanza::all(&context.extra().text(file)?);
    for stanza in stanzas
        .iter()
        .filter(|stanza| stanza.value("Result").is_none())
    {
        let Some(name) = stanza.value("Decrypt") else {
            continue;
        };
        let what = stanza.what(file);
        let read = || {
            let ciphertext = Ciphertext::from_der(&stanza.bytes("Input")?).ok()?;
            Some((
                private_key(key_pem(&stanzas, name)?)?,
                ciphertext,
                stanza.bytes("Output")?,
            ))
        };
        let malformed = || Stop::Failed(format!("{what}: malformed"));
        let (private_key, ciphertext, expected) = read().ok_or_else(malformed)?;
        let found = context.backend.decrypt_with(&private_key, &ciphertext)?;
        check.equal(&what, found, expected);
    }
    Ok(())
}

/// A key to encrypt to, whose private half the back end has or is given.
struct Pair<'a> {
    public: PublicKey,
    given: Option<&'a [u8; 32]>,
}

impl<'a> Pair<'a> {
    fn of(backend: &dyn Backend, context: &Context<'a>) -> Result<Self, Stop> {
        match backend.encryption_key() {
            Ok(public) => {
                let pair = Self {
                    public,
                    given: None,
                };
                let probe = backend.encrypt(&public, b"probe")?;
                match pair.decrypt(backend, &probe) {
                    Err(error) if error.kind() == sm2_signing::ErrorKind::Unsupported => {}
                    _ => return Ok(pair),
                }
            }
            Err(error) if error.kind() == sm2_signing::ErrorKind::Unsupported => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self::given(context))
    }

    fn given(context: &Context<'a>) -> Self {
        let example = &context.vectors.standard;
        Self {
            public: example.sign.item().key,
            given: Some(example.encrypt.private_key()),
        }
    }

    fn decrypt(&self, backend: &dyn Backend, ciphertext: &Ciphertext) -> Answer<Vec<u8>> {
        match self.given {
            Some(private_key) => backend.decrypt_with(private_key, ciphertext),
            None => backend.decrypt(ciphertext),
        }
    }
}

fn key_of_another(context: &Context<'_>) -> Result<PublicKey, Stop> {
    let [[key, _], _] = context.vectors.standard.exchange().public_keys();
    PublicKey::from_slice(key).map_err(|error| Stop::Failed(error.to_string()))
}

fn plaintexts(random: &mut Random) -> Vec<Vec<u8>> {
    [1, 15, 16, 31, 32, 33, 64, PLAIN_TEXT_LIMIT]
        .map(|length| random.bytes(length))
        .to_vec()
}
