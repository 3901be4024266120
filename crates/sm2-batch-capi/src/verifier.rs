//! What a handle stands for.

use std::{ffi::CStr, num::NonZero, sync::Arc, thread};

use rayon::ThreadPoolBuilder;
use sm2_batch::{
    EngineChoice, KeyTableOptions, KeyTableStatistics, KeyTables, Parallel, SignedMessage,
    verify_messages,
};
use sm2_signing::{BatchVerifier, Item, PublicKey, Verdicts};

use crate::{
    failure::Failure,
    types::{
        Options, SM2_BATCH_CACHE_NONE, SM2_BATCH_ENGINE_AUTO, SM2_BATCH_ENGINE_IFMA,
        SM2_BATCH_ENGINE_PORTABLE, SM2_BATCH_ERROR_SYSTEM,
    },
};

/// A verifier, with the tables of its keys and its threads. C programs know it by its address only.
#[derive(Debug)]
pub struct Verifier(Worker);

#[derive(Debug)]
enum Worker {
    /// The calling thread.
    Caller(KeyTables),
    /// Threads of its own, and the calling one.
    Pool(Parallel<KeyTables>),
}

impl Verifier {
    /// Starts the threads and checks the engine.
    pub(crate) fn new(options: Option<&Options>) -> Result<Self, Failure> {
        let (engine, threads, cache_bytes) = options.map_or_else(Default::default, |options| {
            (options.engine, options.threads, options.cache_bytes)
        });
        let threads = thread_count(threads)?;
        let tables = tables(engine, cache_bytes)?;
        if threads == 1 {
            return Ok(Self(Worker::Caller(tables)));
        }
        let pool = ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|index| format!("sm2-batch-{index}"))
            .build();
        let pool = pool.map_err(|error| {
            let text =
                format!("the system did not start {threads} threads: {error}; try: fewer, or 1");
            Failure::new(SM2_BATCH_ERROR_SYSTEM, text)
        })?;
        Ok(Self(Worker::Pool(Parallel::on(Arc::new(pool), tables))))
    }

    pub(crate) fn verify(&self, items: &[Item]) -> Result<Verdicts, Failure> {
        Ok(match &self.0 {
            Worker::Caller(tables) => tables.verify_batch(items),
            Worker::Pool(parallel) => parallel.verify_batch(items),
        }?)
    }

    pub(crate) fn verify_messages(
        &self,
        messages: &[SignedMessage<'_>],
    ) -> Result<Verdicts, Failure> {
        Ok(match &self.0 {
            Worker::Caller(tables) => verify_messages(tables, messages),
            Worker::Pool(parallel) => verify_messages(parallel, messages),
        }?)
    }

    pub(crate) fn pin(&self, keys: &[PublicKey]) -> Result<(), Failure> {
        Ok(self.tables().pin(keys)?)
    }

    pub(crate) fn unpin(&self, keys: &[PublicKey]) {
        self.tables().unpin(keys);
    }

    pub(crate) fn set_pinned(&self, keys: &[PublicKey]) -> Result<(), Failure> {
        Ok(self.tables().set_pinned(keys)?)
    }

    pub(crate) fn statistics(&self) -> KeyTableStatistics {
        self.tables().statistics()
    }

    pub(crate) fn engine_name(&self) -> &'static CStr {
        match self.tables().choice() {
            EngineChoice::Ifma => c"ifma",
            _ => c"portable",
        }
    }

    fn tables(&self) -> &KeyTables {
        match &self.0 {
            Worker::Caller(tables) => tables,
            Worker::Pool(parallel) => parallel.engine(),
        }
    }
}

fn tables(engine: u32, cache_bytes: u64) -> Result<KeyTables, Failure> {
    let options = KeyTableOptions::default();
    let options = match cache_bytes {
        0 => options,
        SM2_BATCH_CACHE_NONE => options.with_cache_bytes(0),
        bytes => options.with_cache_bytes(usize::try_from(bytes).unwrap_or(usize::MAX)),
    };
    Ok(match engine {
        SM2_BATCH_ENGINE_AUTO => KeyTables::from_environment(options),
        SM2_BATCH_ENGINE_IFMA => KeyTables::new(EngineChoice::Ifma, options),
        SM2_BATCH_ENGINE_PORTABLE => KeyTables::new(EngineChoice::Portable, options),
        _ => {
            return Err(Failure::option(format!(
                "there is no engine {engine}; try: 0 (auto), 1 (ifma) or 2 (portable)"
            )));
        }
    }?)
}

fn thread_count(asked: u32) -> Result<usize, Failure> {
    match usize::try_from(asked) {
        Ok(0) => Ok(thread::available_parallelism()
            .map_or(1, NonZero::get)
            .min(MOST_THREADS)),
        Ok(threads) if threads <= MOST_THREADS => Ok(threads),
        _ => Err(Failure::option(format!(
            "threads is {asked}; try: 0 for as many as the machine has, at most {MOST_THREADS}"
        ))),
    }
}

/// Beyond any machine's processors; a larger number is a mistake.
const MOST_THREADS: usize = 1024;

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Verifier>();
};
