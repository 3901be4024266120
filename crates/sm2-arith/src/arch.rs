//! Back ends that need one kind of processor, chosen at run time.

#[cfg(target_arch = "x86_64")]
mod ifma;
#[cfg(target_arch = "x86_64")]
pub(crate) mod sm3;

#[cfg(not(target_arch = "x86_64"))]
mod absent;

#[cfg(not(target_arch = "x86_64"))]
pub use absent::Ifma;
#[cfg(target_arch = "x86_64")]
pub use ifma::Ifma;
