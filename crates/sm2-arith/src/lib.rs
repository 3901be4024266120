//! Field, scalar and point arithmetic of the SM2 curve: portable 64-bit and AVX-512 IFMA lanes, multi-lane SM3.
