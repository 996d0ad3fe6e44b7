//! The signature of a delivery: HMAC with SHA-256, as Svix and Standard Webhooks make it, verified
//! as Clerk's SDK verifies it.
//!
//! Stricter than the SDK in one place: the time is digits and nothing else. The names of Standard
//! Webhooks count where no header of Svix's is there.

use base64ct::{Base64, Encoding};
use clerk_edge_http::incoming::Incoming;
use hmac::digest::CtOutput;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::limits::WEBHOOK_TOLERANCE_SECONDS;
use crate::settings::webhooks::SigningSecret;

type HmacSha256 = Hmac<Sha256>;

/// The headers of a delivery, whose signatures are not verified.
#[derive(Debug)]
pub(super) struct Delivery {
    /// The same for each attempt to deliver an event.
    pub(super) id: String,
    timestamp: i64,
    signatures: Vec<[u8; 32]>,
}

impl Delivery {
    /// Reads the headers. `None` where one is missing, the time is not of now, or no signature has
    /// the form of one.
    pub(super) fn read<R: Incoming>(request: &R, now_seconds: i64) -> Option<Self> {
        let values = |names: [&str; 3]| names.map(|name| request.header(name));
        let svix = values(SVIX);
        let values =
            if svix.iter().any(Option::is_some) { svix } else { values(STANDARD_WEBHOOKS) };
        let values = values.map(|value| value.map(|value| value.trim().to_owned()));
        let [Some(id), Some(timestamp), Some(signatures)] = values else { return None };
        let timestamp = read_timestamp(&timestamp)?;
        let distance = now_seconds.checked_sub(timestamp)?.checked_abs()?;
        let signatures: Vec<[u8; 32]> = signatures.split(' ').filter_map(read_signature).collect();
        let is_plausible = !id.is_empty() && distance <= WEBHOOK_TOLERANCE_SECONDS;
        (is_plausible && !signatures.is_empty()).then_some(Self { id, timestamp, signatures })
    }

    /// Whether one of the signatures is one of these secrets'.
    pub(super) fn is_signed(&self, secrets: &[SigningSecret], body: &[u8]) -> bool {
        secrets.iter().any(|secret| {
            let Some(expected) = mac(secret, &self.id, self.timestamp, body) else { return false };
            // In constant time.
            self.signatures.iter().any(|signature| expected == CtOutput::new((*signature).into()))
        })
    }
}

/// The headers of a delivery that is signed with this secret.
pub(super) fn headers(
    secret: &SigningSecret,
    id: &str,
    timestamp: i64,
    body: &str,
) -> Option<Vec<(&'static str, String)>> {
    let mac = mac(secret, id, timestamp, body.as_bytes())?.into_bytes();
    let signature = format!("{VERSION},{}", Base64::encode_string(&mac));
    let [id_name, timestamp_name, signature_name] = SVIX;
    Some(vec![
        (id_name, id.to_owned()),
        (timestamp_name, timestamp.to_string()),
        (signature_name, signature),
    ])
}

/// What is signed is the time as a number, whatever its text was.
fn mac(
    secret: &SigningSecret,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Option<CtOutput<HmacSha256>> {
    let mut mac = HmacSha256::new_from_slice(secret.key()).ok()?;
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    Some(mac.finalize())
}

fn read_timestamp(text: &str) -> Option<i64> {
    let is_whole = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_whole)
}

/// The bytes of `v1,<base64>`; what follows a second comma is not read.
fn read_signature(text: &str) -> Option<[u8; 32]> {
    let mut parts = text.split(',');
    let base64 = parts.next().filter(|version| *version == VERSION).and(parts.next())?;
    let mut bytes = [0; 32];
    // Strict: padded, the standard alphabet, one text for each value.
    let decoded = Base64::decode(base64, &mut bytes).ok()?;
    decoded.try_into().ok()
}

const SVIX: [&str; 3] = ["svix-id", "svix-timestamp", "svix-signature"];
const STANDARD_WEBHOOKS: [&str; 3] = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const VERSION: &str = "v1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_standard_webhooks() {
        let secret = SigningSecret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        let body = r#"{"test": 2432232314}"#;
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        let headers = secret.and_then(|secret| headers(&secret, id, 1_614_265_330, body));
        let signature = headers.and_then(|headers| headers.into_iter().nth(2));
        let expected = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=".to_owned();
        assert_eq!(signature, Some(("svix-signature", expected)));
    }

    #[test]
    fn a_time_is_digits() {
        assert_eq!(read_timestamp("1750000000"), Some(1_750_000_000));
        assert_eq!(read_timestamp("01750000000"), Some(1_750_000_000));
        for text in ["", "+1", "-1", "1.0", "1x", "١", "1 ", "99999999999999999999"] {
            assert_eq!(read_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn a_signature_has_one_text() {
        let text = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        assert!(read_signature(text).is_some());
        assert!(read_signature(&format!("{text},more")).is_some());
        let base64 = "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        for other in [
            base64.to_owned(),
            format!("V1,{base64}"),
            format!("v1a,{base64}"),
            format!("v1, {base64}"),
            format!("v1,{}", base64.trim_end_matches('=')),
            format!("v1,{}", base64.replace('+', "-")),
            format!("v1,{}", base64.replace("OE=", "OF=")),
            "v1,".to_owned(),
            "v1".to_owned(),
            "v1,AAAA".to_owned(),
        ] {
            assert_eq!(read_signature(&other), None, "{other}");
        }
    }
}
