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
pub(crate) fn now_ms() -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "whole milliseconds; saturates")]
    {
        date_now() as i64
    }
}

/// Microseconds since a reading of the same clock. On Workers it stands still while code runs, so
/// this is the time that was spent waiting.
pub(crate) fn micros_since(began_us: u64) -> u64 {
    micros().saturating_sub(began_us)
}

/// A reading for measuring with, in microseconds.
pub(crate) fn micros() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number; saturates"
    )]
    {
        (performance_now() * 1_000.0) as u64
    }
}
