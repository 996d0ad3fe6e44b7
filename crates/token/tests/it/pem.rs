//! PEM texts: every shape in which people paste a key, and the texts that are refused.

use base64ct::{Base64, Base64UrlUnpadded, Encoding};
use clerk_edge_token::algorithm::Algorithm;
use clerk_edge_token::key::PublicKey;
use clerk_edge_token::key::pem::PemError;

#[track_caller]
fn check(text: &str, expected: Result<&str, PemError>) {
    let found = PublicKey::from_pem(text);
    assert_eq!(found.as_ref().map(PublicKey::modulus).map_err(|error| *error), expected);
}

#[test]
fn every_shape_of_a_pasted_key_is_the_same_key() {
    let body: Vec<&str> = RSA_2048.lines().filter(|line| !line.starts_with('-')).collect();
    check(RSA_2048, Ok(MODULUS_2048));
    check(&RSA_2048.replace('\n', "\\n"), Ok(MODULUS_2048));
    check(&RSA_2048.replace('\n', "\\r\\n"), Ok(MODULUS_2048));
    check(&RSA_2048.replace('\n', "\r\n"), Ok(MODULUS_2048));
    check(&RSA_2048.replace('\n', " "), Ok(MODULUS_2048));
    check(&format!("\n\t {RSA_2048} \n"), Ok(MODULUS_2048));
    check(&body.concat(), Ok(MODULUS_2048));
    check(&body.join("\n"), Ok(MODULUS_2048));
    check(&body.join("\\n"), Ok(MODULUS_2048));
}

#[test]
fn size_and_exponent_are_those_of_the_key() {
    let of = |text: &str| PublicKey::from_pem(text).map(|key| key.exponent().to_owned());
    assert_eq!(of(RSA_2048), Ok("AQAB".to_owned()));
    assert_eq!(of(RSA_2048_EXPONENT_3), Ok("Aw".to_owned()));
    check(RSA_3072, Ok(MODULUS_3072));
    check(RSA_1024, Err(PemError::TooShort));
    assert_eq!(PublicKey::from_pem(RSA_3072).unwrap().algorithm(), Some(Algorithm::Rs256));
}

#[test]
fn a_key_of_another_kind_is_refused_with_its_reason() {
    check(EC_P256, Err(PemError::NotRsa));
    check(RSA_PSS, Err(PemError::NotRsa));
    check(PKCS1, Err(PemError::Pkcs1));
    let body: Vec<&str> = PKCS1.lines().filter(|line| !line.starts_with('-')).collect();
    check(&body.concat(), Err(PemError::Pkcs1));
    check(&RSA_2048.replace("PUBLIC KEY", "CERTIFICATE"), Err(PemError::Certificate));
    check(&RSA_2048.replace("PUBLIC KEY", "SSH KEY"), Err(PemError::NotRsa));
}

#[test]
fn a_private_key_is_recognised() {
    for label in ["PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY"] {
        check(&RSA_2048.replace("PUBLIC KEY", label), Err(PemError::Private));
    }
    // As the base64 body alone: version 0 or 1, then another value.
    check(&Base64::encode_string(&[0x30, 5, 2, 1, 0, 2, 0]), Err(PemError::Private));
    check(&Base64::encode_string(&[0x30, 5, 2, 1, 1, 4, 0]), Err(PemError::Private));
}

#[test]
fn a_text_that_is_not_exactly_one_block_is_refused() {
    check("", Err(PemError::NotPem));
    check("not a key", Err(PemError::NotPem));
    check("pk_test_Y2xlcms", Err(PemError::NotPem));
    check(&RSA_2048.replace("-----END PUBLIC KEY-----", ""), Err(PemError::NotPem));
    check(&RSA_2048.replace("END PUBLIC KEY", "END RSA PUBLIC KEY"), Err(PemError::NotPem));
    check(&RSA_2048.replace("END PUBLIC KEY-----", "END PUBLIC KEY"), Err(PemError::NotPem));
    check(&format!("{RSA_2048}{RSA_2048}"), Err(PemError::NotAlone));
    check(&format!("{RSA_2048}{RSA_3072}"), Err(PemError::NotAlone));
    check(&format!("mine: {RSA_2048}"), Err(PemError::NotAlone));
    check(&" ".repeat(16 * 1024), Err(PemError::NotPem));
    check(&format!("{RSA_2048}{}", " ".repeat(16 * 1024)), Err(PemError::NotPem));
}

#[test]
fn a_damaged_key_is_refused() {
    let body: String = RSA_2048.lines().filter(|line| !line.starts_with('-')).collect();
    let whole = Base64::decode_vec(&body).unwrap();
    for length in 0..whole.len() {
        let short = whole.get(..length).unwrap();
        assert!(PublicKey::from_pem(&Base64::encode_string(short)).is_err(), "{length} bytes");
    }
    let long = [whole.as_slice(), &[0]].concat();
    check(&Base64::encode_string(&long), Err(PemError::Malformed));
    // Every bit before the modulus counts, and so do tag and length of the exponent after it.
    let counts = (0..32).chain(whole.len() - 5..whole.len() - 3);
    for (place, bit) in counts.flat_map(|place| (0..8).map(move |bit| (place, bit))) {
        let mut flipped = whole.clone();
        *flipped.get_mut(place).unwrap() ^= 1 << bit;
        let found = PublicKey::from_pem(&Base64::encode_string(&flipped));
        assert!(found.is_err(), "byte {place}, bit {bit}");
    }
}

/// A value of DER: its tag, the length in two bytes, the contents.
fn value(tag: u8, contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let length = u16::try_from(contents.len()).unwrap().to_be_bytes();
    match length {
        [0, low @ 0..=127] => [&[tag, low], contents.as_slice()].concat(),
        [0, low] => [&[tag, 0x81, low], contents.as_slice()].concat(),
        [high, low] => [&[tag, 0x82, high, low], contents.as_slice()].concat(),
    }
}

#[test]
fn an_additional_value_is_refused_everywhere() {
    let number = Base64UrlUnpadded::decode_vec(MODULUS_2048).unwrap();
    let rsa = value(6, &[&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]]);
    let with = |in_algorithm: &[u8], unused: u8, in_key: &[u8], in_info: &[u8]| {
        let algorithm = value(0x30, &[&rsa, in_algorithm]);
        let modulus = value(2, &[&[0], &number]);
        let key = value(0x30, &[&modulus, &[2, 3, 1, 0, 1], in_key]);
        let bits = value(3, &[&[unused], &key]);
        Base64::encode_string(&value(0x30, &[&algorithm, &bits, in_info]))
    };
    check(&with(&[5, 0], 0, &[], &[]), Ok(MODULUS_2048));
    check(&with(&[5, 0, 5, 0], 0, &[], &[]), Err(PemError::Malformed));
    check(&with(&[5, 1, 0], 0, &[], &[]), Err(PemError::Malformed));
    check(&with(&[], 0, &[], &[]), Err(PemError::Malformed));
    check(&with(&[5, 0], 1, &[], &[]), Err(PemError::Malformed));
    check(&with(&[5, 0], 0, &[2, 1, 3], &[]), Err(PemError::Malformed));
    check(&with(&[5, 0], 0, &[], &[5, 0]), Err(PemError::Malformed));
}

#[test]
fn the_message_repeats_nothing_of_the_text() {
    let texts = [EC_P256, PKCS1, RSA_1024, RSA_PSS, "secretsecret", "c2VjcmV0"];
    for text in texts {
        let message = PublicKey::from_pem(text).unwrap_err().to_string();
        assert!(message.len() > 20, "{message}");
        for part in text.split_whitespace().filter(|part| part.len() > 7) {
            assert!(!message.contains(part), "{message}");
        }
    }
    let message = PublicKey::from_pem(PKCS1).unwrap_err().to_string();
    assert!(message.contains("openssl rsa -RSAPublicKey_in"), "{message}");
}

const RSA_2048: &str = include_str!("../../../../tests/vectors/rsa-2048.pem");
const RSA_3072: &str = concat!(
    "-----BEGIN PUBLIC KEY-----\n",
    "MIIBojANBgkqhkiG9w0BAQEFAAOCAY8AMIIBigKCAYEAk5bu9+Tq4KSiCBCwCoja\n",
    "VnLPGgK/UoTu4X4SzkeLYKY8d6gYieO7qZhBOV0Zaw/MNlSxzcYbmVwkXEdpFr20\n",
    "NLH8qS5UO1lXVaZ5qYO0wr8y1nNy2seHfi7JiLR799k9oCSB9eyh26GtqiG5mMDw\n",
    "vaD/kYq18JrxRvMuBr+2UFHwK9fTvaQd+Bt/xtkIuhKKo3N6g6nymo7IQ9ToX0Oi\n",
    "enwtomcKhO5zxm01CrF7nehZMqWdGnh7AKTWxtPpp7Ug7OT3F5/nkjgnv3roTGgr\n",
    "+OXO2yZw1/fBewyVX2xVtsrw0BABrndaKAlLBkPd27AJOg7rEgXJoBxfyYlZVIMJ\n",
    "VdhnSmr5dSvf8NecIDXBoY2HSxYv2vpfiojv5qDztJgJC1avFjDBXd337muyD5dX\n",
    "njPF56spJR8W0bI1AM21wpFoIrm94R+yDHNHlU/soAvxXriytXo7ijl6cDW6BLV0\n",
    "mUVdNST2eOt4Z4pNOE/2c8YRJXuAe+Y1xliGRpk03o+5AgMBAAE=\n",
    "-----END PUBLIC KEY-----\n",
);
const RSA_2048_EXPONENT_3: &str = concat!(
    "-----BEGIN PUBLIC KEY-----\n",
    "MIIBIDANBgkqhkiG9w0BAQEFAAOCAQ0AMIIBCAKCAQEAz+tURmE2+m0ysiYJEfo/\n",
    "m2sphq+uuIDvICLlb90G4WeCeSUAoKfJuJ8WCCkkP7xbLbEsjrNi/axdQB0P58Lp\n",
    "kC20GSdCdz8sAQJL66kCrqdYEyKuZaEKvkyxjRYj+8/SmKcsprVs3kJpuTXEt6Gz\n",
    "w4GyItmamsfOSa70jpcB5s9A3FbEFysgN4sU8jNbGsXu4+6pIEsmFF8hpN7TmDz9\n",
    "uJDt5mydV/rWzkTQPyCd+GIJgqomMjouQoNswWJz7hM+LgDA2scGn3eeDfl+Bbjw\n",
    "jF7EL0XqtzaxrX8RCV+6i6oqvSFkDZba+hJJ4MuvZk37mCbCoKd/p4TOtsBOWBCL\n",
    "VwIBAw==\n",
    "-----END PUBLIC KEY-----\n",
);
const RSA_1024: &str = concat!(
    "-----BEGIN PUBLIC KEY-----\n",
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDFoZmysLzvVhkHmWTtzBz1UrWQ\n",
    "F3TSB63z9T+ppfSwJ0jl/2DLW3iNxEUoi/eQOjkfIGC5QlqmaJ1uGOTsEW+T3kDw\n",
    "RBp/AF3dDEFJkYROXgU42PPXu5owoNivudnq2IHzoj25jZT63ndK86vwdPwPsQDo\n",
    "dZRiZ5ShF2+4GOfgBQIDAQAB\n",
    "-----END PUBLIC KEY-----\n",
);
const PKCS1: &str = concat!(
    "-----BEGIN RSA PUBLIC KEY-----\n",
    "MIIBCgKCAQEAwtfbq5zc0LP3VE5kPxNZO34N0DDPx2rtI2QBHQnG5VieQY73PJOD\n",
    "PMR8eyVttYwv/vfY++i3vp0+OjZOgjG3KImhY5aWxhw+D12Y/MKEqMfjF+pTnA/Q\n",
    "U2Q4oZ81AB9lx9vsgnWA/pKttUGfowiCu9jVq0ouQjuZcfM7rfBEOKtFCEixzvL6\n",
    "wjX924WdTWARbnid3bhnns9fiFEM1d4ckWkJEkv7Ht2CyzolE+KmuMX+TeirB4+v\n",
    "bClgKIE90FwT/quQZGn0GxsJoq6FXModdiX1FHhCK9lY6MLMItLAb4sxYJxFVPLf\n",
    "Xbw9L8FK06XtIf4qMyO29vdB3yt8SbQI2QIDAQAB\n",
    "-----END RSA PUBLIC KEY-----\n",
);
const EC_P256: &str = concat!(
    "-----BEGIN PUBLIC KEY-----\n",
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEp1Q8OSjbIhDfPFyZs7xU0n5yHHrl\n",
    "u9MbNGnw0yk1mWbe7bURXU3uYTFUNiyEAq7kV9gro2T6MCSFhKsKzF+GaA==\n",
    "-----END PUBLIC KEY-----\n",
);
const RSA_PSS: &str = concat!(
    "-----BEGIN PUBLIC KEY-----\n",
    "MIIBIDALBgkqhkiG9w0BAQoDggEPADCCAQoCggEBAKQ0BDrNH1Iky7y3ihXaf0hO\n",
    "Oxi70RXX2EzhoHS31LEVmUahVPEJybW4FLniyIX4eL/1uQhqOtaQI32HtcCcqL3t\n",
    "Qg/yxNGWFSgX9M9LzY5JC3tdORSPdiN22tuCErJoZ+p/lntxwgrzvky/Zle9TfTx\n",
    "B45tQN+Awa0yL+upV/jNnrMzHbTLBjW/B+uxyISNY4gq33+psrEHKZzrMSsOzaty\n",
    "ygCgZT2tlDRPQGVm36g8iG5CosjZGY//C7u9XfS0OBNv7c2DHO4k371MGfGjIoph\n",
    "Snftvwup6HrrZoq0kH8OvEJQsP5PMaSSA+ZUpYGKjl9hj2Dndy0Zufe0+kYhNukC\n",
    "AwEAAQ==\n",
    "-----END PUBLIC KEY-----\n",
);
const MODULUS_2048: &str = concat!(
    "wtfbq5zc0LP3VE5kPxNZO34N0DDPx2rtI2QBHQnG5VieQY73PJODPMR8eyVttYwv_vfY--i3vp0-OjZO",
    "gjG3KImhY5aWxhw-D12Y_MKEqMfjF-pTnA_QU2Q4oZ81AB9lx9vsgnWA_pKttUGfowiCu9jVq0ouQjuZ",
    "cfM7rfBEOKtFCEixzvL6wjX924WdTWARbnid3bhnns9fiFEM1d4ckWkJEkv7Ht2CyzolE-KmuMX-Teir",
    "B4-vbClgKIE90FwT_quQZGn0GxsJoq6FXModdiX1FHhCK9lY6MLMItLAb4sxYJxFVPLfXbw9L8FK06Xt",
    "If4qMyO29vdB3yt8SbQI2Q",
);
const MODULUS_3072: &str = concat!(
    "k5bu9-Tq4KSiCBCwCojaVnLPGgK_UoTu4X4SzkeLYKY8d6gYieO7qZhBOV0Zaw_MNlSxzcYbmVwkXEdp",
    "Fr20NLH8qS5UO1lXVaZ5qYO0wr8y1nNy2seHfi7JiLR799k9oCSB9eyh26GtqiG5mMDwvaD_kYq18Jrx",
    "RvMuBr-2UFHwK9fTvaQd-Bt_xtkIuhKKo3N6g6nymo7IQ9ToX0OienwtomcKhO5zxm01CrF7nehZMqWd",
    "Gnh7AKTWxtPpp7Ug7OT3F5_nkjgnv3roTGgr-OXO2yZw1_fBewyVX2xVtsrw0BABrndaKAlLBkPd27AJ",
    "Og7rEgXJoBxfyYlZVIMJVdhnSmr5dSvf8NecIDXBoY2HSxYv2vpfiojv5qDztJgJC1avFjDBXd337muy",
    "D5dXnjPF56spJR8W0bI1AM21wpFoIrm94R-yDHNHlU_soAvxXriytXo7ijl6cDW6BLV0mUVdNST2eOt4",
    "Z4pNOE_2c8YRJXuAe-Y1xliGRpk03o-5",
);
