//! The network: only the hosts that the settings and `--url` name, `https:` but on loopback, and
//! nothing with `--offline`.

pub mod backend;
pub mod platform;

use crate::arguments::Arguments;
use crate::host::{Call, Host, NoReply, Reply};
use crate::report::Failure;

/// Makes calls for one run of the command.
pub struct Network<'h, H> {
    /// The port.
    pub host: &'h H,
    is_offline: bool,
}

/// Why a call brought nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// `--offline` forbids it.
    Offline,
    /// The address is neither `https:` nor on loopback.
    InTheClear,
    /// The host gave none.
    Host(NoReply),
    /// Clerk asks to wait for longer than a minute.
    RateLimited(u32),
}

impl NoAnswer {
    /// In words.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Offline => "--offline forbids it".to_owned(),
            Self::InTheClear => "the address is neither `https:` nor on this machine".to_owned(),
            Self::Host(NoReply::Unreachable) => "it cannot be reached".to_owned(),
            Self::Host(NoReply::TimedOut) => "it did not answer within 10 s".to_owned(),
            Self::Host(NoReply::TooLarge) => "its answer is too large".to_owned(),
            Self::RateLimited(seconds) => format!("it asks to wait {seconds} s"),
        }
    }

    /// As the failure of a command.
    #[must_use]
    pub fn failure(self, place: &str) -> Failure {
        match self {
            Self::Offline => Failure::usage(format!("{place} needs the network"), self.words()),
            _ => Failure::outside("unavailable", place, self.words()),
        }
    }
}

impl<'h, H: Host> Network<'h, H> {
    /// For these arguments.
    pub fn new(host: &'h H, arguments: &Arguments) -> Self {
        Self { host, is_offline: arguments.has("offline") }
    }

    /// Makes a call. A `429` is waited for, up to a minute, and then asked again once.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn call(&self, call: &Call) -> Result<Reply, NoAnswer> {
        if self.is_offline {
            return Err(NoAnswer::Offline);
        }
        if !is_safe(&call.url) {
            return Err(NoAnswer::InTheClear);
        }
        let reply = self.host.fetch(call).await.map_err(NoAnswer::Host)?;
        if reply.status != 429 {
            return Ok(reply);
        }
        let wait = reply.header("retry-after").and_then(|it| it.trim().parse::<u32>().ok());
        match wait {
            Some(seconds) if seconds <= WAIT_SECONDS_MAX => {
                self.host.err(&format!("Clerk asks to wait {seconds} s.\n"));
                self.host.wait(seconds.saturating_mul(1_000)).await;
                self.host.fetch(call).await.map_err(NoAnswer::Host)
            }
            Some(seconds) => Err(NoAnswer::RateLimited(seconds)),
            None => Ok(reply),
        }
    }
}

/// A call with the usual limits.
#[must_use]
pub fn get(url: String) -> Call {
    Call {
        method: "GET",
        url,
        headers: Vec::new(),
        body: None,
        timeout_ms: TIMEOUT_MS,
        bytes_max: BYTES_MAX,
    }
}

/// Whether nobody on the way can read along.
#[must_use]
pub fn is_safe(url: &str) -> bool {
    if url.starts_with("https://") {
        return true;
    }
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]") || host.ends_with(".localhost")
}

/// A call is given up after this.
const TIMEOUT_MS: u32 = 10_000;
/// Beyond this an answer is none.
const BYTES_MAX: usize = 1_048_576;
/// `Retry-After` is honoured up to this.
const WAIT_SECONDS_MAX: u32 = 60;

#[cfg(test)]
mod tests {
    use super::is_safe;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for url in
            ["https://a.test/x", "http://localhost:8787/", "http://127.0.0.1", "http://[::1]:1/"]
        {
            assert!(is_safe(url), "{url}");
        }
        for url in
            ["http://a.test/", "http://localhost.a.test/", "ftp://localhost/", "http://x@a.test:1/"]
        {
            assert!(!is_safe(url), "{url}");
        }
    }
}
