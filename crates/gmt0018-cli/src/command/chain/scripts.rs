//! The scripts that start and stop nodes.

use std::path::Path;

/// Starts all nodes of a machine.
pub(super) const START_ALL: &str = include_str!("template/start_all.sh");
/// Stops all nodes of a machine.
pub(super) const STOP_ALL: &str = include_str!("template/stop_all.sh");

/// Starts one node, which is told of the software card's store if its key is there.
pub(super) fn start(store: Option<&Path>) -> String {
    let environment = store.map_or_else(String::new, |store| {
        let store = quoted(&store.to_string_lossy());
        format!("\n# The software card with this node's key.\nexport GMT0018_SOFT_DIR={store}\n")
    });
    [
        "#!/bin/bash\n# Starts the node of this directory, unless it runs.\n",
        PROCESSES,
        &environment,
        include_str!("template/start.sh"),
    ]
    .concat()
}

/// Stops one node.
pub(super) fn stop() -> String {
    [
        "#!/bin/bash\n# Stops the node of this directory.\n",
        PROCESSES,
        include_str!("template/stop.sh"),
    ]
    .concat()
}

/// A text as one word of the shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

const PROCESSES: &str = include_str!("template/processes.sh");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_of_the_shell() {
        assert_eq!(quoted("/a b"), "'/a b'");
        assert_eq!(quoted("/$(x)'`;"), r"'/$(x)'\''`;'");
        let script = start(Some(Path::new("/it's")));
        assert!(script.contains("\nexport GMT0018_SOFT_DIR='/it'\\''s'\n"));
        assert!(!start(None).contains("GMT0018"));
    }
}
