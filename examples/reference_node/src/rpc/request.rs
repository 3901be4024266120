//! Requests, one or an array of them.

use serde_json::Value;

use super::{error::RpcError, parameters::Parameters};

/// What a body holds.
pub(super) enum Body {
    /// One request.
    One(Request),
    /// An array, which is not empty.
    Many(Vec<Request>),
}

/// A request, or what is wrong with it.
pub(super) struct Request {
    /// What the response repeats; `None` if nobody wants one.
    pub(super) id: Option<Value>,
    /// The method and its parameters.
    pub(super) call: Result<Call, RpcError>,
}

/// What is asked for.
pub(super) struct Call {
    pub(super) method: String,
    pub(super) parameters: Parameters,
}

impl Body {
    /// Reads a body with an array of at most so many requests.
    pub(super) fn parse(bytes: &[u8], most: usize) -> Result<Self, RpcError> {
        // A value takes far more memory than the two bytes it may have here.
        let structure = |byte: &&u8| matches!(byte, b',' | b'[' | b'{');
        if bytes.iter().filter(structure).count() > MOST_VALUES {
            return Err(RpcError::request(format!("more than {MOST_VALUES} values")));
        }
        match serde_json::from_slice(bytes).map_err(RpcError::parse)? {
            Value::Array(requests) if requests.is_empty() => {
                Err(RpcError::request("the array is empty"))
            }
            Value::Array(requests) if requests.len() > most => Err(RpcError::request(format!(
                "{} requests, at most {most} are allowed",
                requests.len()
            ))),
            Value::Array(requests) => {
                Ok(Self::Many(requests.into_iter().map(Request::new).collect()))
            }
            request => Ok(Self::One(Request::new(request))),
        }
    }
}

impl Request {
    fn new(request: Value) -> Self {
        let wrong = |id, why: &str| Self {
            id: Some(id),
            call: Err(RpcError::request(why)),
        };
        let Value::Object(mut request) = request else {
            return wrong(Value::Null, "it is no object");
        };
        let id = match request.remove("id") {
            Some(id @ (Value::Null | Value::Number(_) | Value::String(_))) => Some(id),
            None => None,
            Some(_) => return wrong(Value::Null, "\"id\" is no number or string"),
        };
        let known = || id.clone().unwrap_or(Value::Null);
        if request.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
            return wrong(known(), "\"jsonrpc\" is not \"2.0\"");
        }
        let Some(Value::String(method)) = request.remove("method") else {
            return wrong(known(), "\"method\" is no string");
        };
        let parameters = match request.remove("params") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(parameters)) => parameters,
            Some(_) => {
                return Self {
                    id,
                    call: Err(RpcError::parameter(0, "params", "an array")),
                };
            }
        };
        let parameters = Parameters::new(parameters);
        Self {
            id,
            call: Ok(Call { method, parameters }),
        }
    }
}

/// The most values in a body; a hundred thousand of them take some megabytes.
const MOST_VALUES: usize = 100_000;
