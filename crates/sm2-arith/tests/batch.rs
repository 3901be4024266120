//! The back ends, each with the same tests, against the vectors of the workspace and RustCrypto `sm2`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/bodies.rs"]
mod bodies;
#[path = "support/maker.rs"]
mod maker;

macro_rules! tests {
    ($available:expr => $($name:ident)*) => { $(
        #[test]
        fn $name() {
            match $available {
                Some(backend) => super::bodies::$name(backend),
                None => println!("skipped: this processor cannot run it"),
            }
        }
    )* };
    ($available:expr) => {
        tests! { $available =>
            every_edge_vector_at_every_place
            edge_vectors_are_neighbours_of_each_other
            one_invalid_item_anywhere
            exceptional_items
            mutated_items
            tables_of_keys_that_are_none
            signatures_are_those_of_one_at_a_time
            unusable_nonces
            signatures_are_valid
            slices_of_different_lengths_are_refused
        }
    };
}

mod portable {
    tests!(Some(sm2_arith::batch::Portable));
}

mod ifma {
    tests!(sm2_arith::batch::Ifma::new());
}
