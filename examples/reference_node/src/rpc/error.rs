//! Errors as JSON-RPC has them.

use std::fmt;

use serde_json::{Value, json};

use crate::{ledger::LedgerError, pool::Rejected};

/// Why a request has no result.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct RpcError {
    code: i32,
    message: String,
    /// The status of a transaction.
    status: Option<i32>,
}

impl RpcError {
    /// The request is no JSON.
    pub(super) fn parse(why: impl fmt::Display) -> Self {
        Self::new(-32_700, format!("Parse error: {why}"))
    }

    /// The JSON is no request.
    pub(super) fn request(why: impl fmt::Display) -> Self {
        Self::new(-32_600, format!("Invalid Request: {why}"))
    }

    /// There is no such method.
    pub(super) fn method(name: &str) -> Self {
        let name: String = name.chars().take(100).collect();
        Self::new(-32_601, format!("Method not found: {name:?}"))
    }

    /// A parameter is not what it should be.
    pub(super) fn parameter(index: usize, name: &str, wanted: &str) -> Self {
        let message = format!("Invalid params: parameter {index} ({name}) is not {wanted}");
        Self::new(-32_602, message)
    }

    /// The node could not answer.
    pub(super) fn internal(why: impl fmt::Display) -> Self {
        Self::new(-32_603, format!("Internal error: {why}"))
    }

    /// The request is in order and has no result.
    pub(super) fn server(message: impl Into<String>) -> Self {
        Self::new(-32_000, message.into())
    }

    fn new(code: i32, message: String) -> Self {
        Self {
            code,
            message,
            status: None,
        }
    }

    /// The `error` of a response.
    pub(super) fn json(&self) -> Value {
        match self.status {
            None => json!({ "code": self.code, "message": self.message }),
            Some(status) => json!({
                "code": self.code,
                "message": self.message,
                "data": { "status": status },
            }),
        }
    }
}

impl From<Rejected> for RpcError {
    fn from(rejected: Rejected) -> Self {
        Self {
            status: Some(rejected.code()),
            ..Self::server(rejected.to_string())
        }
    }
}

impl From<LedgerError> for RpcError {
    fn from(error: LedgerError) -> Self {
        tracing::error!("[RPC]the ledger failed: {error}");
        Self::internal(error)
    }
}
