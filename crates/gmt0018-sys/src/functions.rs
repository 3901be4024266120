//! The function table. [`Functions`], the addresses' look-up and the metadata are all made from the
//! one list in `functions/prototypes.rs`.
//!
//! Lengths are in bytes, and only what is named `Bits` is in bits. Pointers are `*mut` as in C,
//! where nothing is const.

use core::ffi::{c_char, c_void};
use core::fmt;

use crate::c_type::CType;
use crate::symbol::{Chapter, Edition, Parameter, SecondForm, Symbol};
use crate::types::{
    DEVICEINFO, ECCCipher, ECCSignature, ECCrefPrivateKey, ECCrefPublicKey, Handle,
    RSArefPrivateKey, RSArefPublicKey, Rv, SM9SignMasterPublicKey, SM9SignUserPrivateKey,
    SM9Signature,
};

mod prototypes;

macro_rules! functions {
    (
        prototypes { $($chapter:ident {
            $($(#[$meta:meta])* $edition:ident $name:ident($($arg:ident: $ty:ty),* $(,)?);)+
        })+ }
        names { $($name_chapter:ident {
            $($(#[$bare_meta:meta])* $bare_edition:ident $bare:ident;)+
        })+ }
        second_forms {
            $($(#[$second_meta:meta])* $second:ident = $of:ident(
                $($second_arg:ident: $second_ty:ty),* $(,)?
            );)+
        }
    ) => {
        /// The functions of a library: one field per prototype, `None` where the library lacks the
        /// function.
        ///
        /// A table can also be built in the process, without any library.
        ///
        /// ```
        /// use gmt0018_sys::{Functions, Handle, Rv, SDR_NOTSUPPORT, SDR_OK};
        ///
        /// unsafe extern "C" fn open(device: *mut Handle) -> Rv {
        ///     if device.is_null() { SDR_NOTSUPPORT as Rv } else { SDR_OK as Rv }
        /// }
        ///
        /// let functions = Functions { SDF_OpenDevice: Some(open), ..Functions::default() };
        /// assert!(functions.has("SDF_OpenDevice"));
        /// assert!(functions.missing().any(|symbol| symbol.name == "SDF_CloseDevice"));
        /// ```
        ///
        /// # Safety of the calls
        ///
        /// Calling a field is `unsafe`: every pointer must be valid for what the function reads and
        /// writes, handles must be live handles of the same library, a session must not be used by
        /// two threads at once, and buffers must be as long as the device takes them to be, which
        /// may be more than the length passed.
        #[derive(Clone, Copy, Default)]
        #[expect(clippy::exhaustive_structs, reason = "tables are built with struct update syntax")]
        pub struct Functions {
            $($($(#[$meta])* pub $name: Option<unsafe extern "C" fn($($arg: $ty),*) -> Rv>,)+)+
            $($($(#[$bare_meta])* pub $bare: Option<unsafe extern "C" fn() -> Rv>,)+)+
            $($(#[$second_meta])*
            pub $second: Option<unsafe extern "C" fn($($second_arg: $second_ty),*) -> Rv>,)+
        }

        /// Every function of both editions and the usual extensions, in the order of the standard.
        pub const SYMBOLS: &[Symbol] = &[
            $($(Symbol {
                name: stringify!($name),
                chapter: Chapter::$chapter,
                edition: Edition::$edition,
                parameters: Some(functions!(@parameters $($arg: $ty),*)),
            },)+)+
            $($(Symbol {
                name: stringify!($bare),
                chapter: Chapter::$name_chapter,
                edition: Edition::$bare_edition,
                parameters: None,
            },)+)+
        ];

        /// Every second prototype that a field of [`Functions`] stands for.
        pub const SECOND_FORMS: &[SecondForm] = &[$(SecondForm {
            field: stringify!($second),
            symbol: stringify!($of),
            parameters: functions!(@parameters $($second_arg: $second_ty),*),
        },)+];

        impl Functions {
            /// Builds a table from the addresses of symbols; `address` gives null for a symbol that
            /// there is not.
            ///
            /// Fields for second prototypes get the same address as the first.
            ///
            /// # Safety
            ///
            /// Every address that `address` gives for a name must be that of a function with this
            /// crate's prototype for the name, or with a second prototype under which alone it is
            /// then called, and stay valid for as long as the table or a copy of it is used.
            pub unsafe fn from_addresses(
                mut address: impl FnMut(&'static str) -> *mut c_void,
            ) -> Self {
                Self {
                    // SAFETY: the caller gives addresses of functions with the prototype of the
                    // field.
                    $($($name: unsafe { function(address(stringify!($name))) },)+)+
                    // SAFETY: as above.
                    $($($bare: unsafe { function(address(stringify!($bare))) },)+)+
                    // SAFETY: as above; the field's documentation says when it may be called.
                    $($second: unsafe { function(address(stringify!($of))) },)+
                }
            }

            /// Says whether the table has the function that a library exports under `name`.
            #[must_use]
            pub fn has(&self, name: &str) -> bool {
                match name {
                    $($(stringify!($name) => self.$name.is_some(),)+)+
                    $($(stringify!($bare) => self.$bare.is_some(),)+)+
                    _ => false,
                }
            }
        }
    };
    (@parameters $($arg:ident: $ty:ty),*) => {
        &[$(Parameter { name: stringify!($arg), c_type: <$ty as CType>::NAME }),*]
    };
}

impl Functions {
    /// Gives the functions that the table lacks, mandatory ones included, in the order of
    /// [`SYMBOLS`].
    pub fn missing(&self) -> impl Iterator<Item = &'static Symbol> {
        SYMBOLS.iter().filter(|symbol| !self.has(symbol.name))
    }
}

impl fmt::Debug for Functions {
    /// Writes how many functions there are, not a hundred addresses.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing = self.missing().count();
        f.debug_struct("Functions")
            .field("present", &SYMBOLS.len().saturating_sub(missing))
            .field("missing", &missing)
            .finish()
    }
}

/// Turns the address of a symbol into a function pointer, and null into `None`.
///
/// # Safety
///
/// `F` must be the function pointer type of what is at `address`.
unsafe fn function<F: Copy>(address: *mut c_void) -> Option<F> {
    const { assert!(size_of::<Option<F>>() == size_of::<*mut c_void>()) };
    // SAFETY: the sizes are equal, asserted above, and `Option<F>` of a function pointer has null
    // for `None`.
    unsafe { (&raw const address).cast::<Option<F>>().read() }
}

prototypes::prototypes!(functions);
