//! What happens to the library's state in a child made by `fork`.

/// Runs `in_child` in every child that `fork` makes from now on, before `fork` returns there.
///
/// Answers whether the handler is in place.
#[cfg(unix)]
pub(crate) fn on_fork(in_child: extern "C" fn()) -> bool {
    // SAFETY: the handler stays mapped for the life of the process: the shared library is linked
    // with `-z nodelete`, and a program never unmaps its own code.
    unsafe { libc::pthread_atfork(None, None, Some(in_child)) == 0 }
}

/// There is no `fork` here.
#[cfg(not(unix))]
pub(crate) fn on_fork(_in_child: extern "C" fn()) -> bool {
    true
}
