//! One line of a batch.

use std::borrow::Cow;

use gmt0018::sm2_signing::{EncodingError, Item, Prehash, PublicKey, UserId};
use serde::Deserialize;

use super::signature;

/// The JSON object on a line.
///
/// A field that is not known is refused: `user_id` misspelt would be left out, and another e be verified.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields<'a> {
    #[serde(borrow)]
    public_key: Cow<'a, str>,
    #[serde(borrow)]
    signature: Cow<'a, str>,
    #[serde(borrow)]
    digest: Option<Cow<'a, str>>,
    #[serde(borrow)]
    message: Option<Cow<'a, str>>,
    #[serde(borrow)]
    user_id: Option<Cow<'a, str>>,
}

/// Reads a line; the error is why it is malformed, in one line.
pub(super) fn item(line: &[u8]) -> Result<Item, String> {
    match line.trim_ascii_start() {
        [b'{', ..] => {}
        [] => return Err("the line is empty".to_owned()),
        // The parser would take an array for the values of the fields in their order.
        _ => return Err("not a JSON object".to_owned()),
    }
    let fields = serde_json::from_slice(line).map_err(|cause| printable(&json(&cause)))?;
    checked(&fields)
}

fn checked(fields: &Fields<'_>) -> Result<Item, String> {
    let text = |cause: EncodingError| cause.to_string();
    let key = PublicKey::from_hex(&fields.public_key).map_err(text)?;
    let signature = signature(&fields.signature).map_err(text)?;
    let e = match fields {
        Fields {
            digest: Some(digest),
            message: None,
            user_id: None,
            ..
        } => Prehash::from_hex(digest).map_err(text)?,
        Fields {
            digest: None,
            message: Some(message),
            user_id,
            ..
        } => {
            let message = base16ct::mixed::decode_vec(message.as_bytes())
                .map_err(|_| text(EncodingError::Hex { what: "message" }))?;
            let user = match user_id {
                Some(id) => &UserId::new(id.as_bytes()).map_err(text)?,
                None => &UserId::DEFAULT,
            };
            Prehash::of(&key, user, &message)
        }
        _ => return Err("give either digest, or message and perhaps user_id".to_owned()),
    };
    Ok(Item { key, e, signature })
}

/// What the parser says, without the line, which it always takes for the first.
fn json(cause: &serde_json::Error) -> String {
    let text = cause.to_string();
    let what = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(what, _)| what);
    format!("not the JSON of an item: {what}, column {}", cause.column())
}

/// The start of a text, with nothing in it that could begin another line or command a terminal.
fn printable(text: &str) -> String {
    let start = text.chars().take(MOST_CHARACTERS);
    start.flat_map(char::escape_debug).collect()
}

const MOST_CHARACTERS: usize = 200;

#[cfg(test)]
mod tests {
    use super::*;

    /// GB/T 32918.5-2017, annex A.2.
    const KEY: &str = "09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13";
    const SIGNATURE: &str = "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa";
    const E: &str = "f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640";

    fn with(rest: &str) -> Result<Item, String> {
        item(format!(r#"{{"public_key":"{KEY}","signature":"{SIGNATURE}"{rest}}}"#).as_bytes())
    }

    #[test]
    fn a_digest_and_the_message_that_it_is_of_are_the_same_item() {
        let digest = with(&format!(r#","digest":"{E}""#)).unwrap();
        assert_eq!(digest.e.to_string(), E);
        // "message digest"
        let message = with(r#","message":"6d65737361676520646967657374""#).unwrap();
        assert_eq!(message, digest);
        let user = r#","message":"6D65737361676520646967657374","user_id":"1234567812345678""#;
        assert_eq!(with(user).unwrap(), digest);
        // JSON may write any character as its number.
        let escaped = with(&format!(r#","digest":"\u0066{}""#, &E[1..])).unwrap();
        assert_eq!(escaped, digest);
        let other = with(r#","message":"","user_id":"\u5f20\"""#).unwrap();
        let user = UserId::new("张\"").unwrap();
        assert_eq!(other.e, Prehash::of(&digest.key, &user, b""));
    }

    #[test]
    fn key_and_signature_in_every_form() {
        let digest = with(&format!(r#","digest":"{E}""#)).unwrap();
        let der: String = digest
            .signature
            .to_der()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        let line = format!(
            " {{ \"digest\" : \"{E}\",\t\"signature\":\"{der}\",\"public_key\":\"04{KEY}\" }} \r"
        );
        assert_eq!(item(line.as_bytes()).unwrap(), digest);
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        let e = format!(r#","digest":"{E}""#);
        for (rest, why) in [
            ("", "give either digest, or message"),
            (r#","digest":null"#, "give either digest, or message"),
            (
                &format!(r#"{e},"message":"00""#),
                "give either digest, or message",
            ),
            (
                &format!(r#"{e},"user_id":"x""#),
                "give either digest, or message",
            ),
            (r#","user_id":"x""#, "give either digest, or message"),
            (r#","digest":"00""#, "found 1"),
            (r#","digest":"zz""#, "not hexadecimal"),
            (r#","digest":5"#, "invalid type"),
            (r#","message":"0""#, "message: not hexadecimal"),
            (&format!("{e}{e}"), "duplicate field `digest`"),
            (&format!(r#"{e},"userid":"x""#), "unknown field `userid`"),
            (
                &format!(r#"{e},"a\nvalid\u001b[2J":"x""#),
                "unknown field `a\\nvalid\\u{1b}[2J`",
            ),
            (
                &format!(r#"{e},"{}":1"#, "x".repeat(60_000)),
                "unknown field `xxx",
            ),
            (r#","message":"00","user_id":1"#, "invalid type"),
            (
                &format!(r#","message":"00","user_id":"{}""#, "x".repeat(9_000)),
                "longest is 8191",
            ),
            (",", "column"),
        ] {
            let answer = with(rest).unwrap_err();
            assert!(answer.contains(why), "{rest}: {answer}");
            assert!(
                !answer.contains(char::is_control) && answer.len() < 1_000,
                "{answer}"
            );
        }
        let deep = format!("{{\"x\":{}", "[".repeat(60_000));
        for (line, why) in [
            (&b""[..], "the line is empty"),
            (b" \t\r", "the line is empty"),
            (b"{", "EOF"),
            (b"[]", "not a JSON object"),
            (b"[\"00\",\"00\",\"00\",null,null]", "not a JSON object"),
            (b"valid", "not a JSON object"),
            (b"{}", "missing field `public_key`"),
            (b"{} {}", "column"),
            (b"\xff\xfe\x00", "not a JSON object"),
            (b"{\"public_key\":\"\xff\"}", "invalid unicode"),
            (&[b'{'; 60_000], "column"),
            (deep.as_bytes(), "unknown field `x`"),
        ] {
            let answer = item(line).unwrap_err();
            assert!(answer.contains(why), "{line:?}: {answer}");
        }
        let line = format!(r#"{{"public_key":"{KEY}","signature":"30","digest":"{E}"}}"#);
        assert!(item(line.as_bytes()).unwrap_err().contains("DER"));
        let line = format!(
            r#"{{"public_key":"02{}","signature":"30","digest":"{E}"}}"#,
            &KEY[..64]
        );
        assert!(item(line.as_bytes()).unwrap_err().contains("prefix 0x02"));
    }
}
