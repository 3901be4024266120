#![doc = include_str!("../README.md")]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
#![warn(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![expect(
    non_snake_case,
    clippy::upper_case_acronyms,
    reason = "the names are those of the C interface"
)]
#![expect(unsafe_code, reason = "this crate is the C interface")]

pub mod algorithm;
mod c_type;
mod constant;
pub mod error_code;
mod functions;
mod layout;
mod library;
mod symbol;
mod types;

pub use algorithm::*;
pub use error_code::*;
pub use functions::{Functions, SECOND_FORMS, SYMBOLS};
pub use layout::{Field, Layout};
pub use library::{Architecture, FileKind, Library, LoadError, candidates};
pub use symbol::{Chapter, Edition, MANDATORY, Parameter, SecondForm, Symbol};
pub use types::*;
