//! How the C structures are declared: once, with their offsets, so that the table can be read and
//! checked.

/// The layout of one C structure, as this crate declares it.
///
/// ```
/// let device = gmt0018_sys::layouts().find(|layout| layout.name == "DEVICEINFO").unwrap();
/// assert_eq!(device.size, 100);
/// assert_eq!(device.fields[3].name, "DeviceVersion");
/// assert_eq!(device.fields[3].offset, 72);
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Layout {
    /// The name of the structure, the same in C and in Rust.
    pub name: &'static str,
    /// The size in bytes, trailing padding included.
    pub size: usize,
    /// The fields in memory order.
    pub fields: &'static [Field],
}

/// One field of a [`Layout`].
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Field {
    /// The name of the field, the same in C and in Rust.
    pub name: &'static str,
    /// The field's type in Rust, such as `[u8; 64]`.
    pub ty: &'static str,
    /// The distance in bytes from the start of the structure.
    pub offset: usize,
}

/// A value that is all zero bytes; every structure starts as one, because libraries exist that read
/// the unused high halves of the fields.
pub(crate) trait Zero {
    const ZERO: Self;
}

impl Zero for u8 {
    const ZERO: Self = 0;
}

impl Zero for u32 {
    const ZERO: Self = 0;
}

impl Zero for u64 {
    const ZERO: Self = 0;
}

impl<T: Zero, const N: usize> Zero for [T; N] {
    const ZERO: Self = [T::ZERO; N];
}

/// Declares `#[repr(C)]` structures: `field: type = offset`, and `size` for the whole, all checked
/// at compile time. `secret` in place of `struct` gives neither `Clone` nor `Copy`, and a `Debug`
/// that shows no field.
macro_rules! c_structs {
    ($($(#[$meta:meta])* $kind:ident $name:ident, size $size:expr, {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty = $offset:expr,)+
    })+) => {
        $(
            c_structs!(@declare $kind $(#[$meta])* $name { $($(#[$field_meta])* $field: $ty,)+ });

            impl $crate::layout::Zero for $name {
                const ZERO: Self = Self { $($field: $crate::layout::Zero::ZERO,)+ };
            }

            impl Default for $name {
                /// Gives the structure with every byte zero, as it is to be handed to a library.
                fn default() -> Self {
                    $crate::layout::Zero::ZERO
                }
            }

            const _: () = {
                $(assert!(core::mem::offset_of!($name, $field) == $offset);)+
                assert!(core::mem::size_of::<$name>() == $size);
            };
        )+

        pub(crate) const LAYOUTS: &[$crate::layout::Layout] = &[$($crate::layout::Layout {
            name: stringify!($name),
            size: core::mem::size_of::<$name>(),
            fields: &[$($crate::layout::Field {
                name: stringify!($field),
                ty: stringify!($ty),
                offset: core::mem::offset_of!($name, $field),
            }),+],
        }),+];
    };
    (@declare public $(#[$meta:meta])* $name:ident { $($body:tt)+ }) => {
        c_structs!(@fields
            #[derive(Clone, Copy, Debug, PartialEq, Eq)] $(#[$meta])* $name { $($body)+ }
        );
    };
    (@declare secret $(#[$meta:meta])* $name:ident { $($body:tt)+ }) => {
        c_structs!(@fields $(#[$meta])* $name { $($body)+ });

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
    (@fields $(#[$meta:meta])* $name:ident {
        $($(#[$field_meta:meta])* $field:ident: $ty:ty,)+
    }) => {
        $(#[$meta])*
        #[repr(C)]
        #[expect(clippy::exhaustive_structs, reason = "the interface fixes the fields")]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $ty,)+
        }
    };
}

pub(crate) use c_structs;
