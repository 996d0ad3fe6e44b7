//! Fuzzes what `judge::targets::token` says of its input.
#![no_main]
#![allow(dead_code, reason = "what the tests share is not all used here")]

#[path = "../../tests/judge/mod.rs"]
mod judge;

libfuzzer_sys::fuzz_target!(|input: &[u8]| judge::targets::token(input));
