//! A time limit for a whole command.
//!
//! A call of a C library cannot be interrupted. So the command runs on a thread of its own, and when the time is over
//! the process says in which call it hangs, and ends.

use std::{
    panic, process,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{self, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{error::Error, exit::Exit, open_calls, output::Output};

/// Runs a command, and ends the process with an error if that takes longer than the limit.
pub(crate) fn run(
    limit: Option<Duration>,
    output: Output,
    work: impl FnOnce() -> Result<Exit, Error> + Send + 'static,
) -> Result<Exit, Error> {
    let Some(limit) = limit else {
        return work();
    };
    open_calls::watch();
    let (done, outcome) = mpsc::channel();
    // The first wait registers a destructor with the system's loader, whose lock a library that hangs while it is being
    // loaded holds for ever. So it comes before.
    let _ = outcome.recv_timeout(Duration::from_millis(1));
    let thread = thread::Builder::new()
        .stack_size(STACK)
        // Nobody waits for an outcome that comes too late.
        .spawn(move || drop(done.send(work())))
        .map_err(|cause| Error::no_thread(&cause))?;
    let mut left = limit;
    loop {
        let started = Instant::now();
        match outcome.recv_timeout(left.min(TICK)) {
            Ok(outcome) => return outcome,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => match thread.join() {
                Err(cause) => panic::resume_unwind(cause),
                Ok(()) => return Ok(Exit::Device),
            },
        }
        if PROMPTS.load(Ordering::Relaxed) == 0 {
            left = left.saturating_sub(started.elapsed());
        }
        if left.is_zero() {
            end(limit, output);
        }
    }
}

/// Stops the clock while a person is asked for a password, until it is dropped.
#[derive(Debug)]
pub(crate) struct Prompt(());

impl Prompt {
    pub(crate) fn start() -> Self {
        PROMPTS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for Prompt {
    fn drop(&mut self) {
        PROMPTS.fetch_sub(1, Ordering::Relaxed);
    }
}

fn end(limit: Duration, output: Output) -> ! {
    let (library, call) = (open_calls::library(), open_calls::oldest());
    let error = Error::time_limit(limit, library.as_deref(), call.as_ref());
    output.error(&error);
    leave(error.exit())
}

/// Ends the process without the exit handlers of the libraries in it, which may wait for the very call that hangs.
///
/// Another program takes the place of this one, and ends with the exit code.
#[cfg(unix)]
fn leave(exit: Exit) -> ! {
    use std::os::unix::process::CommandExt as _;

    let exit = exit as i32;
    let _ = process::Command::new("/bin/sh")
        .args(["-c", &format!("exit {exit}")])
        .exec();
    process::exit(exit)
}

#[cfg(not(unix))]
fn leave(exit: Exit) -> ! {
    process::exit(exit as i32)
}

static PROMPTS: AtomicUsize = AtomicUsize::new(0);
/// How often it is looked at whether a person is being asked.
const TICK: Duration = Duration::from_millis(50);
/// What the first thread of a process usually has.
const STACK: usize = 8 << 20;
