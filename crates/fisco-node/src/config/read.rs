//! Files that are read up to a limit.

use std::{fs::File, io::Read, path::Path, sync::Arc};

use zeroize::Zeroizing;

use super::{ConfigError, Location, Problem};

/// Reads a file that has no more than `limit` bytes; what is read is wiped from memory, because a password may be in it.
pub(super) fn bounded(path: &Path, limit: usize) -> Result<Zeroizing<Vec<u8>>, ConfigError> {
    let error = |problem| {
        let file: Arc<Path> = path.into();
        ConfigError::new(Location::file_only(&file), problem)
    };
    let mut bytes = Zeroizing::new(Vec::new());
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    File::open(path)
        .and_then(|file| {
            // Full size at once: a growing buffer would leave copies of a password behind.
            let size = file.metadata().map_or(0, |metadata| metadata.len());
            let size = usize::try_from(size.min(most)).unwrap_or(0);
            bytes.reserve_exact(size.saturating_add(1));
            file.take(most).read_to_end(&mut bytes)
        })
        .map_err(|cause| error(Problem::Unreadable(Arc::new(cause))))?;
    if bytes.len() > limit {
        return Err(error(Problem::TooLarge { limit }));
    }
    Ok(bytes)
}
