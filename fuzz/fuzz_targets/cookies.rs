//! Runs `fuzz_targets::cookies` of `clerk-edge-testing` with every input.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| clerk_edge_testing::fuzz_targets::cookies(input));
