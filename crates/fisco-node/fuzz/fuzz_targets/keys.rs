//! node.pem in all its forms, node ids and addresses.
#![no_main]

use fisco_node::identity::{Address, NodeId, NodePem};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(pem) = NodePem::parse(data, None) {
        let text = pem.to_pem().expect("a key has a PEM form");
        let again = NodePem::parse(text.as_bytes(), None).expect("what was written can be read");
        assert_eq!(again.node_id(), pem.node_id());
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(id) = text.parse::<NodeId>() {
            assert_eq!(id.to_string(), text.to_lowercase());
        }
        let _ = text.parse::<Address>();
    }
});
