//! Cards in memory, opened by name through the C interface.

use std::sync::atomic::{AtomicU64, Ordering};

use gmt0018_softcard::{Card, CardError};

use crate::world::World;

/// A card that lives in memory and that `SDF_OpenDeviceWithPath` opens by a name of its own.
///
/// When this value is dropped the name is forgotten; devices and sessions that are open stay valid
/// until they are closed.
///
/// # Examples
///
/// ```
/// use gmt0018_soft::{EphemeralCard, functions};
/// use std::{ffi::CString, ptr};
///
/// let card = EphemeralCard::new()?;
/// card.card().generate_key_pair(1, b"12345678")?;
///
/// let open = functions().SDF_OpenDeviceWithPath.unwrap();
/// let path = CString::new(card.path())?;
/// let mut device = ptr::null_mut();
/// // SAFETY: the path is a C string, and the handle is written to a variable.
/// let code = unsafe { open(path.as_ptr().cast_mut(), &raw mut device) };
/// assert_eq!(code, 0);
/// assert!(!device.is_null());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EphemeralCard {
    card: Card,
    name: String,
}

impl EphemeralCard {
    /// Makes an empty card in memory and registers it.
    ///
    /// # Errors
    ///
    /// [`CardError`] if the operating system gives no random numbers or a self test fails.
    pub fn new() -> Result<Self, CardError> {
        Self::register(Card::ephemeral()?)
    }

    /// Registers a card, which may also be one with a store on disk.
    ///
    /// # Errors
    ///
    /// [`CardError`] if the library's state cannot be made.
    ///
    /// # Examples
    ///
    /// ```
    /// use gmt0018_soft::{EphemeralCard, card::Card};
    ///
    /// let card = Card::ephemeral()?;
    /// let registered = EphemeralCard::register(card)?;
    /// assert!(registered.path().starts_with("ephemeral:"));
    /// # Ok::<(), gmt0018_soft::card::CardError>(())
    /// ```
    pub fn register(card: Card) -> Result<Self, CardError> {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        // Registered names are looked up before directories, so this shadows none that anybody has.
        let name = format!("ephemeral://{}/{number}", std::process::id());
        World::current()?.register(name.clone().into(), card.clone());
        Ok(Self { card, name })
    }

    /// The card, for making and importing keys.
    #[must_use]
    pub const fn card(&self) -> &Card {
        &self.card
    }

    /// What to pass to `SDF_OpenDeviceWithPath`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.name
    }
}

impl Drop for EphemeralCard {
    fn drop(&mut self) {
        if let Ok(world) = World::current() {
            world.unregister(self.name.as_ref());
        }
    }
}
