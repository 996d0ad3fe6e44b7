//! The clock, read at the edge and nowhere else.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds; saturates")]
    {
        date_now() as i64
    }
}

/// A reading for measuring with.
pub(super) fn began_ms() -> f64 {
    performance_now()
}

/// Microseconds since a reading. On Workers the clock stands still while code runs, so this is
/// the time that was spent waiting.
pub(super) fn micros_since(began_ms: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number; saturates"
    )]
    {
        ((performance_now() - began_ms) * 1_000.0) as u64
    }
}
