//! How constants are declared: each once, together with the table that gives the number's name.

/// Declares `u32` constants and a table of all of them by name.
macro_rules! constants {
    ($(#[$table_meta:meta])* $table:ident: $($(#[$meta:meta])* $name:ident = $value:expr;)+) => {
        $($(#[$meta])* pub const $name: u32 = $value;)+

        $(#[$table_meta])*
        pub const $table: &[(&str, u32)] = &[$((stringify!($name), $name)),+];
    };
}

pub(crate) use constants;
