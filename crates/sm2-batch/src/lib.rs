//! Batched SM2 signature verification: engines, key tables, parallel chunks and a queue.
