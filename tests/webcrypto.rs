//! The second ring: what touches WebCrypto, on Node's, without Workers.
//!
//! Keys and signatures are made by WebCrypto itself when the tests run. Natively there is nothing
//! here to run.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test that cannot go on should stop loudly"
)]

#[cfg(target_arch = "wasm32")]
mod wasm {
    use clerk_edge::edge::webcrypto::{covers, import};
    use clerk_edge::keys::{KeySet, PublicKey, SetEntry};
    use clerk_edge::token::Algorithm;
    use js_sys::{Array, Function, Promise, Uint8Array};
    use wasm_bindgen::{JsCast, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    const ALGORITHMS: [Algorithm; 3] = [Algorithm::Rs256, Algorithm::Rs384, Algorithm::Rs512];

    const MESSAGE: &[u8] = b"header.claims";

    #[wasm_bindgen_test]
    async fn a_signature_covers_its_message_and_no_other() {
        for algorithm in ALGORITHMS {
            let signed = Signed::make(algorithm).await;
            let key = import(&signed.key(), algorithm).await.expect("a key of its algorithm");
            assert_eq!(covers(&key, MESSAGE, &signed.signature).await, Ok(true), "{algorithm:?}");
            assert_eq!(covers(&key, b"header.claimz", &signed.signature).await, Ok(false));
            assert_eq!(covers(&key, b"", &signed.signature).await, Ok(false));
        }
    }

    #[wasm_bindgen_test]
    async fn a_signature_that_differs_anywhere_covers_nothing() {
        let signed = Signed::make(Algorithm::Rs256).await;
        let key = import(&signed.key(), Algorithm::Rs256).await.expect("a key of its algorithm");
        for at in [0, 100, signed.signature.len() - 1] {
            let mut other = signed.signature.clone();
            other[at] ^= 1;
            assert_eq!(covers(&key, MESSAGE, &other).await, Ok(false), "bit at {at}");
        }
        let (short, mut long) = (&signed.signature[1..], signed.signature.clone());
        long.push(0);
        assert_eq!(covers(&key, MESSAGE, short).await, Ok(false));
        assert_eq!(covers(&key, MESSAGE, &long).await, Ok(false));
        assert_eq!(covers(&key, MESSAGE, &[]).await, Ok(false));
    }

    #[wasm_bindgen_test]
    async fn another_key_covers_nothing() {
        let (signed, other) =
            (Signed::make(Algorithm::Rs256).await, Signed::make(Algorithm::Rs256).await);
        let key = import(&other.key(), Algorithm::Rs256).await.expect("a key of its algorithm");
        assert_eq!(covers(&key, MESSAGE, &other.signature).await, Ok(true));
        assert_eq!(covers(&key, MESSAGE, &signed.signature).await, Ok(false));
    }

    #[wasm_bindgen_test]
    async fn a_key_serves_the_algorithm_that_its_set_names() {
        let signed = Signed::make(Algorithm::Rs256).await;
        for algorithm in ALGORITHMS {
            let fits = import(&signed.key(), algorithm).await.is_ok();
            assert_eq!(fits, algorithm == Algorithm::Rs256, "{algorithm:?}");
        }
    }

    #[wasm_bindgen_test]
    async fn a_key_from_pem_is_the_same_key() {
        let signed = Signed::make(Algorithm::Rs256).await;
        let key = PublicKey::from_pem(&signed.pem).expect("a public key");
        let key = import(&key, Algorithm::Rs256).await.expect("a key of its algorithm");
        assert_eq!(covers(&key, MESSAGE, &signed.signature).await, Ok(true));
        assert_eq!(covers(&key, b"header.claimz", &signed.signature).await, Ok(false));
    }

    /// A key as its set and its PEM have it, and its signature over [`MESSAGE`].
    struct Signed {
        set: String,
        pem: String,
        signature: Vec<u8>,
    }

    impl Signed {
        async fn make(algorithm: Algorithm) -> Self {
            let made = Function::new_with_args("name, hash, message", MAKE)
                .call3(
                    &JsValue::NULL,
                    &algorithm.name().into(),
                    &algorithm.hash().into(),
                    &Uint8Array::from(MESSAGE),
                )
                .expect("the function runs");
            let made = JsFuture::from(made.unchecked_into::<Promise>()).await.expect("a key");
            let made: Array = made.unchecked_into();
            let text = |at| made.get(at).as_string().expect("a text");
            let signature = Uint8Array::new(&made.get(2)).to_vec();
            Self { set: text(0), pem: text(1), signature }
        }

        fn key(&self) -> PublicKey {
            let set = KeySet::parse(self.set.as_bytes()).expect("a usable set");
            match set.get("made") {
                Some(SetEntry::Usable(key)) => key.clone(),
                _ => panic!("the key is in its set"),
            }
        }
    }

    /// Makes a pair of keys and signs; returns the set, the PEM and the signature.
    const MAKE: &str = r#"return (async () => {
        const { subtle } = globalThis.crypto;
        const publicExponent = new Uint8Array([1, 0, 1]);
        const scheme = { name: "RSASSA-PKCS1-v1_5", hash, modulusLength: 2048, publicExponent };
        const { publicKey, privateKey } = await subtle.generateKey(scheme, true, ["sign", "verify"]);
        const { kty, n, e } = await subtle.exportKey("jwk", publicKey);
        const set = JSON.stringify({ keys: [{ kty, n, e, use: "sig", alg: name, kid: "made" }] });
        const spki = Buffer.from(await subtle.exportKey("spki", publicKey)).toString("base64");
        const pem = `-----BEGIN PUBLIC KEY-----\n${spki}\n-----END PUBLIC KEY-----`;
        return [set, pem, await subtle.sign(scheme.name, privateKey, message)];
    })()"#;
}

fn main() {}
