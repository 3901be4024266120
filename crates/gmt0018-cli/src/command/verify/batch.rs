//! `gmt0018 verify --batch`.

use std::{
    fmt::Write as _,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use gmt0018::sm2_signing::{BatchVerifier as _, Item, Verdict, Verdicts};
use rayon::{ThreadPool, ThreadPoolBuilder, prelude::*};
use serde::Serialize;
use sm2_batch::{EngineChoice, KeyTableOptions, KeyTables, Parallel};

use super::item::item;
use crate::{
    arguments::BatchArguments,
    error::Error,
    exit::Exit,
    input::{
        self,
        lines::{Chunk, LONGEST},
    },
    output::{self, Output, Reader},
};

pub(super) fn run(path: &Path, arguments: &BatchArguments, output: Output) -> Result<Exit, Error> {
    let engine = Engine::new(arguments)?;
    let (mut reader, size) = input::buffered(path)?;
    let bar = output.progress_of_input(size);
    let (mut chunk, mut counts, begin) = (Chunk::default(), Counts::default(), Instant::now());
    loop {
        let bytes = chunk
            .read(&mut reader)
            .map_err(|cause| Error::unreadable(path, &cause))?;
        if bytes == 0 {
            break;
        }
        let judged = engine.judge(&chunk)?;
        let mut text = String::new();
        for line in &judged {
            counts.add(line);
            write_verdict(&mut text, counts.lines, line, output)?;
        }
        if output.data(text.as_bytes())? == Reader::Gone {
            return Ok(counts.exit());
        }
        bar.inc(bytes);
        bar.set_message(counts.progress(begin.elapsed()));
    }
    bar.finish_and_clear();
    if counts.lines == 0 {
        return Err(Error::no_items(path));
    }
    output.note(&counts.summary(begin.elapsed(), &engine));
    Ok(counts.exit())
}

/// The verdict on a line, or why it is malformed.
type Judged = Result<Verdict, String>;

/// What verifies, and the threads that it and the parser run on.
struct Engine {
    pool: Arc<ThreadPool>,
    parallel: Parallel<KeyTables>,
}

impl Engine {
    fn new(arguments: &BatchArguments) -> Result<Self, Error> {
        let choice = match arguments.engine {
            Some(choice) => choice,
            None => {
                EngineChoice::from_environment().map_err(|cause| Error::engine(&cause.into()))?
            }
        };
        let tables = KeyTables::new(choice, KeyTableOptions::default())
            .map_err(|cause| Error::engine(&cause))?;
        // 0 stands for as many as there are processors.
        let threads = arguments.threads.unwrap_or(0).into();
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|cause| Error::threads(&cause))?;
        let pool = Arc::new(pool);
        Ok(Self {
            parallel: Parallel::on(Arc::clone(&pool), tables),
            pool,
        })
    }

    /// One answer for each line, in order.
    fn judge(&self, chunk: &Chunk) -> Result<Vec<Judged>, Error> {
        let parsed: Vec<Result<Item, String>> = self.pool.install(|| {
            let lines = chunk.lines().par_iter().with_min_len(FEWEST_LINES);
            let parsed = lines.map(|line| match chunk.text(line) {
                Some(text) => item(text),
                None => Err(format!("the line has more than {LONGEST} bytes")),
            });
            parsed.collect()
        });
        let items: Vec<Item> = parsed.iter().flatten().copied().collect();
        let verdicts: Verdicts = self
            .parallel
            .verify_batch(&items)
            .map_err(|cause| Error::engine(&cause))?;
        let mut verdicts = verdicts.iter();
        let judged = parsed.into_iter().map(|line| {
            // As many as items; what would have none is not valid.
            line.map(|_| verdicts.next().unwrap_or(Verdict::Invalid))
        });
        Ok(judged.collect())
    }
}

#[derive(Default)]
struct Counts {
    lines: u64,
    valid: u64,
    invalid: u64,
    malformed: u64,
}

impl Counts {
    fn add(&mut self, line: &Judged) {
        self.lines += 1;
        match line {
            Ok(Verdict::Valid) => self.valid += 1,
            Ok(Verdict::Invalid) => self.invalid += 1,
            Err(_) => self.malformed += 1,
        }
    }

    const fn exit(&self) -> Exit {
        match self {
            Self { malformed: 1.., .. } => Exit::Usage,
            Self { invalid: 1.., .. } => Exit::CheckFailed,
            _ => Exit::Ok,
        }
    }

    fn progress(&self, elapsed: Duration) -> String {
        format!("{} lines, {:.0} per second", self.lines, self.rate(elapsed))
    }

    fn summary(&self, elapsed: Duration, engine: &Engine) -> String {
        let Self {
            lines,
            valid,
            invalid,
            malformed,
        } = self;
        format!(
            "lines {lines}: valid {valid}, invalid {invalid}, malformed {malformed}; \
             {:.0} per second in {:.3} s; engine {}, threads {}",
            self.rate(elapsed),
            elapsed.as_secs_f64(),
            engine.parallel.engine().choice(),
            engine.pool.current_num_threads()
        )
    }

    fn rate(&self, elapsed: Duration) -> f64 {
        self.lines as f64 / elapsed.as_secs_f64()
    }
}

#[derive(Serialize)]
struct Line<'a> {
    line: u64,
    /// `null` if the line is malformed.
    valid: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    malformed: Option<&'a str>,
}

/// Appends the output for line `number`.
fn write_verdict(
    text: &mut String,
    number: u64,
    line: &Judged,
    output: Output,
) -> Result<(), Error> {
    let valid = line.as_ref().ok().map(|verdict| *verdict == Verdict::Valid);
    let malformed = line.as_ref().err().map(String::as_str);
    if output.is_json() {
        let line = Line {
            line: number,
            valid,
            malformed,
        };
        text.push_str(&output::json_line(&line)?);
        return Ok(());
    }
    match (valid, malformed) {
        (Some(true), _) => text.push_str("valid\n"),
        (_, Some(why)) => {
            // Writing to a string does not fail.
            let _ = writeln!(text, "malformed: {why}");
        }
        _ => text.push_str("invalid\n"),
    }
    Ok(())
}

/// So many lines are parsed in the time in which a thread that sleeps wakes up.
const FEWEST_LINES: usize = 64;
