//! The text format of OpenSSL's `evp_test`.

/// One group of `Name = value` lines.
#[derive(Debug, Default)]
pub(crate) struct Stanza {
    line: usize,
    values: Vec<(String, String)>,
    pem: String,
}

impl Stanza {
    /// Splits a file at its blank lines.
    pub(crate) fn all(text: &str) -> Vec<Self> {
        let mut stanzas = vec![Self::default()];
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() {
                stanzas.push(Self::default());
            }
            let Some(stanza) = stanzas.last_mut() else {
                continue;
            };
            if line.starts_with("-----") || stanza.in_pem() {
                stanza.pem.push_str(line);
                stanza.pem.push('\n');
            } else if !line.starts_with('#')
                && let Some((name, value)) = line.split_once('=')
            {
                if stanza.values.is_empty() {
                    stanza.line = number + 1;
                }
                stanza
                    .values
                    .push((name.trim().to_owned(), value.trim().to_owned()));
            }
        }
        stanzas.retain(|stanza| !stanza.values.is_empty());
        stanzas
    }

    /// The value of a line.
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        let (_, value) = self.values.iter().find(|(key, _)| key == name)?;
        Some(value)
    }

    /// The bytes of a value: hexadecimal, or text in quotation marks.
    pub(crate) fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        let value = self.value(name)?;
        match value
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'))
        {
            Some(text) => Some(text.as_bytes().to_vec()),
            None => base16ct::mixed::decode_vec(value).ok(),
        }
    }

    /// The PEM block of a stanza that defines a key.
    pub(crate) fn pem(&self) -> Option<&str> {
        (!self.pem.is_empty()).then_some(self.pem.as_str())
    }

    /// Where it stands, for a message.
    pub(crate) fn what(&self, file: &str) -> String {
        format!("{file}:{}", self.line)
    }

    fn in_pem(&self) -> bool {
        !self.pem.is_empty() && !self.pem.contains("-----END")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stanzas_text_and_keys_are_read() {
        let file = "# remark\n\nPrivateKey=a\n-----BEGIN X-----\nAA==\n-----END X-----\n\n\
                    MAC = HMAC\nInput = \"Hi There\"\nKey = 0b0B\n";
        let stanzas = Stanza::all(file);
        assert_eq!(stanzas.len(), 2);
        assert_eq!(stanzas[0].value("PrivateKey"), Some("a"));
        assert_eq!(
            stanzas[0].pem(),
            Some("-----BEGIN X-----\nAA==\n-----END X-----\n")
        );
        assert_eq!(stanzas[1].bytes("Input"), Some(b"Hi There".to_vec()));
        assert_eq!(stanzas[1].bytes("Key"), Some(vec![0x0b, 0x0b]));
        assert_eq!(stanzas[1].what("f"), "f:8");
    }
}
