//! Signatures of many kinds, and every way to verify and to make them, against each other.

mod batch;
mod collisions;
mod compare;
mod curve;
mod mutation;
mod oracle;
mod random;
mod run;

pub(crate) use oracle::{OpenSsl, Oracle};
pub(crate) use run::{Backends, Plan, Summary, run};
