use super::*;
use crate::testing::{hex, hex32};

// GB/T 32918.5-2017, annex B.2.
const DA: &str = "81EB26E941BB5AF16DF116495F90695272AE2CD63D6C4AE1678418BE48230029";
const DB: &str = "785129917D45A9EA5437A59356B82338EAADDA6CEB199088F14AE10DEFA229B5";
const RA: &str = "D4DE15474DB74D06491C440D305E012400990F3E390C7E87153C12DB2EA60BB3";
const RB: &str = "7E07124814B309489125EAED101113164EBF0F3458C5BD88335C1F9D596243D6";
const K: &str = "6C89347354DE2484C60B4AB1FDE4C6E5";
const S1_SB: &str = "D3A0FE15DEE185CEAE907A6B595CC32A266ED7B3367E9983A896DC32FA20F8EB";
const S2_SA: &str = "18C7894B3816DF16CF07B05C5EC0BEF5D655D58F779CC1B400A4F3884644DB88";

fn secret(text: &str) -> SecretKey {
    SecretKey::from_bytes(&hex32(text)).unwrap()
}

fn ephemeral(text: &str) -> Ephemeral {
    Ephemeral::from_secret(secret(text))
}

#[test]
fn standard_example() {
    let (a, b, ra, rb) = (secret(DA), secret(DB), ephemeral(RA), ephemeral(RB));
    let id = UserId::DEFAULT;
    let by_a = sponsor_confirmed(
        &Party::new(&a, &id, &ra),
        &Peer::new(&b.public_key(), &id, &rb.public_key()),
        16,
    )
    .unwrap();
    let by_b = responder_confirmed(
        &Party::new(&b, &id, &rb),
        &Peer::new(&a.public_key(), &id, &ra.public_key()),
        16,
    )
    .unwrap();
    for side in [&by_a, &by_b] {
        assert_eq!(side.key(), hex(K));
        assert_eq!(side.s_b(), &hex32(S1_SB));
        assert_eq!(side.s_a(), &hex32(S2_SA));
    }
    assert_eq!(by_a.verify_s_b(by_b.s_b()), Ok(()));
    assert_eq!(by_b.verify_s_a(by_a.s_a()), Ok(()));
    assert_eq!(by_a.verify_s_b(by_b.s_a()), Err(Error::Confirmation));
    assert_eq!(by_b.verify_s_a(&by_a.s_a()[..31]), Err(Error::Confirmation));
    assert_eq!(format!("{by_a:?}"), "Confirmed { .. }");
}

#[test]
fn roles_and_identities_matter() {
    let (a, b, ra, rb) = (secret(DA), secret(DB), ephemeral(RA), ephemeral(RB));
    let (id, other) = (UserId::DEFAULT, UserId::new(*b"another").unwrap());
    let (pb, qb) = (b.public_key(), rb.public_key());
    let party = Party::new(&a, &id, &ra);
    let key = sponsor(&party, &Peer::new(&pb, &id, &qb), 48).unwrap();
    assert_eq!(key[..16], hex(K));
    assert_ne!(
        key,
        responder(&party, &Peer::new(&pb, &id, &qb), 48).unwrap()
    );
    assert_ne!(
        key,
        sponsor(&party, &Peer::new(&pb, &other, &qb), 48).unwrap()
    );
}

#[test]
fn bad_input() {
    let (a, b, ra, rb) = (secret(DA), secret(DB), ephemeral(RA), ephemeral(RB));
    let id = UserId::DEFAULT;
    let off = PublicKey::from_bytes(&[9; 64]);
    let (pb, qb) = (b.public_key(), rb.public_key());
    let party = Party::new(&a, &id, &ra);
    assert_eq!(
        sponsor(&party, &Peer::new(&off, &id, &qb), 16),
        Err(Error::KeyNotOnCurve)
    );
    assert_eq!(
        sponsor(&party, &Peer::new(&pb, &id, &off), 16),
        Err(Error::EphemeralNotOnCurve)
    );
    assert_eq!(
        sponsor(&party, &Peer::new(&pb, &id, &qb), 0),
        Err(Error::KeyLength(0))
    );
    assert_eq!(
        responder(&party, &Peer::new(&off, &id, &qb), 16),
        Err(Error::KeyNotOnCurve)
    );
}

/// A static key P = -\[x~\]R makes the shared point infinite.
#[test]
fn point_at_infinity() {
    let (a, ra, rb) = (secret(DA), ephemeral(RA), ephemeral(RB));
    let id = UserId::DEFAULT;
    let r = rb.public_key();
    let d = -(truncated(r.x()) * rb.0.scalar());
    assert!(!bool::from(d.is_zero()));
    let p = curve::to_public_key(&curve::multiply_generator(&d)).unwrap();
    let peer = Peer::new(&p, &id, &r);
    assert_eq!(
        sponsor(&Party::new(&a, &id, &ra), &peer, 16),
        Err(Error::Infinity)
    );
    assert_eq!(
        responder(&Party::new(&a, &id, &ra), &peer, 16),
        Err(Error::Infinity)
    );
}
