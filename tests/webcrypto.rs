//! The second ring: what touches WebCrypto, on Node's, without Workers.
//!
//! On WASM the tests are found by their runner; natively there is nothing here to run.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use wasm_bindgen_test::wasm_bindgen_test;

    #[wasm_bindgen_test]
    fn numbers_add() {
        assert_eq!(1 + 1, 2);
    }
}

fn main() {}
