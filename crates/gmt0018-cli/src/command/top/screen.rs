//! The live view.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use crossterm::{
    cursor::{Hide, MoveTo, Show},
    event::{self, Event, KeyCode, KeyEventKind, KeyModifiers},
    execute, queue,
    style::Print,
    terminal::{
        self, Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};

use super::Source;
use crate::error::Error;

/// Redraws until q, Escape or Ctrl-C.
pub(super) fn run(source: &mut Source<'_>, interval: Duration) -> Result<(), Error> {
    // An address that does not answer is an error, and not a screen with one.
    let mut text = source.view()?.text();
    let _restored = Screen::enter().map_err(|cause| Error::output(&cause))?;
    loop {
        draw(source.text, &text).map_err(|cause| Error::output(&cause))?;
        if quits_within(interval, source.text, &text).map_err(|cause| Error::output(&cause))? {
            return Ok(());
        }
        text = match source.view() {
            Ok(view) => view.text(),
            Err(error) => error.to_string(),
        };
    }
}

/// The alternate screen in raw mode; dropped, it is left again, in a panic too.
struct Screen;

impl Screen {
    fn enter() -> io::Result<Self> {
        enable_raw_mode()?;
        let screen = Self;
        execute!(io::stdout(), EnterAlternateScreen, Hide)?;
        Ok(screen)
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // There is nobody to tell.
        let _ = execute!(io::stdout(), Show, LeaveAlternateScreen);
        let _ = disable_raw_mode();
    }
}

fn draw(title: &str, text: &str) -> io::Result<()> {
    let (width, height) = terminal::size()?;
    let mut stdout = io::stdout().lock();
    queue!(stdout, Clear(ClearType::All))?;
    let title = format!("{title}   q quits");
    let lines = std::iter::once(title.as_str()).chain(text.lines());
    for (row, line) in (0..height).zip(lines) {
        let line: String = line.chars().take(width.into()).collect();
        queue!(stdout, MoveTo(0, row), Print(line))?;
    }
    stdout.flush()
}

/// Waits so long, and says whether somebody wants to leave.
fn quits_within(interval: Duration, title: &str, text: &str) -> io::Result<bool> {
    let end = Instant::now() + interval;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || !event::poll(left)? {
            return Ok(false);
        }
        match event::read()? {
            Event::Key(key) if key.kind != KeyEventKind::Release => {
                let control_c =
                    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL);
                if control_c || matches!(key.code, KeyCode::Char('q' | 'Q') | KeyCode::Esc) {
                    return Ok(true);
                }
            }
            Event::Resize(..) => draw(title, text)?,
            _ => {}
        }
    }
}
