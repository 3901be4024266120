//! Parameters by their places.

use serde_json::Value;

use super::error::RpcError;

/// The parameters of a call; what follows those that a method has is ignored.
pub(super) struct Parameters(Vec<Value>);

impl Parameters {
    pub(super) const fn new(values: Vec<Value>) -> Self {
        Self(values)
    }

    pub(super) fn text(&self, index: usize, name: &str) -> Result<&str, RpcError> {
        let value = self.0.get(index).and_then(Value::as_str);
        value.ok_or_else(|| RpcError::parameter(index, name, "a string"))
    }

    pub(super) fn number(&self, index: usize, name: &str) -> Result<u64, RpcError> {
        let value = self.0.get(index).and_then(Value::as_u64);
        value.ok_or_else(|| RpcError::parameter(index, name, "a number of 0 or more"))
    }

    /// A boolean; `false` where it is missing.
    pub(super) fn flag(&self, index: usize, name: &str) -> Result<bool, RpcError> {
        match self.0.get(index) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(RpcError::parameter(index, name, "true or false")),
        }
    }

    pub(super) fn hash(&self, index: usize, name: &str) -> Result<[u8; 32], RpcError> {
        let wrong = || RpcError::parameter(index, name, "0x and 64 hexadecimal digits");
        let value = self.0.get(index).and_then(Value::as_str);
        let bytes = value.and_then(hexadecimal).ok_or_else(wrong)?;
        bytes.try_into().map_err(|_| wrong())
    }

    /// Bytes as hexadecimal text.
    pub(super) fn bytes(&self, index: usize, name: &str) -> Result<Vec<u8>, RpcError> {
        let value = self.0.get(index).and_then(Value::as_str);
        let wrong = || RpcError::parameter(index, name, "0x and hexadecimal digits");
        value.and_then(hexadecimal).ok_or_else(wrong)
    }

    /// A list of bytes as hexadecimal texts.
    pub(super) fn many_bytes(
        &self,
        index: usize,
        name: &str,
        most: usize,
    ) -> Result<Vec<Vec<u8>>, RpcError> {
        let wrong = |wanted: &str| RpcError::parameter(index, name, wanted);
        let list = self.0.get(index).and_then(Value::as_array);
        let list = list.ok_or_else(|| wrong("a list of 0x and hexadecimal digits"))?;
        if list.len() > most {
            return Err(wrong(&format!("a list of at most {most}")));
        }
        let bytes = |value: &Value| value.as_str().and_then(hexadecimal);
        let bytes: Option<_> = list.iter().map(bytes).collect();
        bytes.ok_or_else(|| wrong("a list of 0x and hexadecimal digits"))
    }
}

/// Bytes from hexadecimal digits of any case, with or without `0x` before them.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("0x").unwrap_or(text);
    base16ct::mixed::decode_vec(digits).ok()
}
