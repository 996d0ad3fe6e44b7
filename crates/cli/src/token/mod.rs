//! `token`: decodes a session token, verifies it as the gate does, and says what is wrong with it.

pub mod text;
pub mod verify;

use base64ct::{Base64UrlUnpadded, Encoding};
use clerk_edge_gate::explain::token_size::TokenSize;
use clerk_edge_token::unverified::UnverifiedToken;
use serde_json::{Value, json};

use crate::arguments::Arguments;
use crate::config::find;
use crate::config::load::Configuration;
use crate::explain::moment;
use crate::host::Host;
use crate::look::Look;
use crate::online::Network;
use crate::people::flags::bare;
use crate::report::{Exit, Failure, Report};
use crate::token::verify::Verdict;

/// A token, decoded.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The header.
    pub header: Value,
    /// The claims.
    pub claims: Value,
    /// The length of the text.
    pub bytes: usize,
}

/// Runs the command.
///
/// # Errors
/// Where the token cannot be read, the configuration is faulty, or no key can be had.
pub async fn command<H: Host>(
    host: &H,
    arguments: &Arguments,
    look: Look,
) -> Result<Report, Failure> {
    let source = match arguments.operands() {
        [] => "-",
        _ => arguments.operand("the file")?,
    };
    let now_ms = moment(host, arguments)?;
    let typed = find::text(host, source)?;
    let token = bare(&typed);
    if token.is_empty() {
        return Err(Failure::input(source, "there is no token"));
    }
    let decoded = decode(token);
    let verdict = if arguments.has("no-verify") {
        None
    } else {
        let configuration = Configuration::read(host, arguments)?;
        configuration.settings()?;
        let jwks = arguments.value("jwks").map(|path| find::text(host, path)).transpose()?;
        let network = Network::new(host, arguments);
        Some(verify::ask(&network, &configuration, token, jwks, now_ms).await?)
    };
    let is_good = verdict.as_ref().map_or(decoded.is_some(), |it| it.is_valid);
    Ok(Report {
        result: result(decoded.as_ref(), verdict.as_ref(), now_ms),
        out: text::of(decoded.as_ref(), verdict.as_ref(), now_ms, look),
        exit: if is_good { Exit::Done } else { Exit::No },
        ..Report::default()
    })
}

/// Header and claims of a token; none where it is not even that.
#[must_use]
pub fn decode(token: &str) -> Option<Decoded> {
    let read = UnverifiedToken::read(token).ok()?;
    let header = json_part(token.split('.').next()?)?;
    Some(Decoded { header, claims: read.claims().all().clone(), bytes: token.len() })
}

/// The JSON of one part.
fn json_part(part: &str) -> Option<Value> {
    serde_json::from_slice(&Base64UrlUnpadded::decode_vec(part).ok()?).ok()
}

fn result(decoded: Option<&Decoded>, verdict: Option<&Verdict>, now_ms: i64) -> Value {
    let expires = decoded.and_then(|it| it.claims.get("exp")?.as_i64());
    let left = expires.map(|it| it.saturating_sub(now_ms.div_euclid(1_000)));
    let report = verdict.map(|it| &it.report);
    json!({
        "valid": verdict.map(|it| it.is_valid),
        "verified": verdict.is_some_and(|it| it.is_verified),
        "reason": verdict.and_then(|it| it.reason.clone()),
        "header": decoded.map(|it| &it.header),
        "claims": decoded.map(|it| &it.claims),
        "role": report.and_then(|it| it.pointer("/session/role")),
        "expires_in_seconds": left,
        "size": decoded.map(|it| it.size()),
    })
}

impl Decoded {
    /// The size, as `/debug-role` tells it.
    #[must_use]
    pub fn size(&self) -> TokenSize {
        TokenSize::of_claims(&self.claims, self.bytes)
    }
}
