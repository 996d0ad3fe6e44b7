//! The log line of a decision, as JSON, and the levels that decide which decisions are logged.
//!
//! A line contains user ids, but no token, cookie, secret, query or value of a claim. Text from a
//! client is cut, so that the length of a line is bounded. Timestamps belong in `timestamp`, what
//! is collected during a request in `record`.

pub mod record;
pub(crate) mod timestamp;

use crate::context::KeySource;
use crate::log::timestamp::push_timestamp;
use crate::settings::LogLevel;
use clerk_edge_rules::code::Code;

/// What happened to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was forwarded.
    Forward,
    /// A rule redirected it.
    Redirect,
    /// It was refused.
    Refuse,
    /// It was redirected to Clerk, which redirects it back.
    Handshake,
}

impl Outcome {
    /// The word in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Redirect => "redirect",
            Self::Refuse => "refuse",
            Self::Handshake => "handshake",
        }
    }
}

/// The members of a line that are known when the decision is made.
#[derive(Clone, Debug)]
pub struct LogLine<'a> {
    /// Milliseconds since 1970.
    pub time_ms: i64,
    /// `cf-ray`, or generated.
    pub request_id: &'a str,
    /// As sent.
    pub method: &'a str,
    /// The requested host.
    pub host: &'a str,
    /// The canonical path, without the query.
    pub path: &'a str,
    /// The path of the rule that decided, if there is one.
    pub rule: Option<&'a str>,
    /// What happened to the request.
    pub outcome: Outcome,
    /// What would have happened without `report_only`.
    pub would: Option<Outcome>,
    /// Why the request was refused.
    pub code: Option<Code>,
    /// Clerk's word for why the visitor is signed out.
    pub reason: Option<&'a str>,
    /// The user id of the session.
    pub user: Option<&'a str>,
    /// Where the role was found: the path of the claim, or `lookup`.
    pub role_source: Option<&'a str>,
    /// Where the key was found.
    pub key_source: Option<KeySource>,
    /// The number of calls for missing claims.
    pub lookups: u32,
}

impl LogLevel {
    /// Whether a decision is logged. `open`: the rule has `anyone`. With `refusals` a request is
    /// logged, too, that only `report_only` has forwarded.
    #[must_use]
    pub fn wants(self, outcome: Outcome, would: Option<Outcome>, open: bool) -> bool {
        match self {
            Self::All => true,
            Self::Decisions => !open || outcome != Outcome::Forward,
            Self::Refusals => outcome != Outcome::Forward || would.is_some(),
            Self::Off => false,
        }
    }
}

impl LogLine<'_> {
    /// The line as JSON, without a line break. Members that do not apply are left out; [`finish`]
    /// adds what is known after the answer.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut line = Writer::begin(self.time_ms);
        line.text(",\"request_id\":\"", Some(self.request_id), WORD_CHARS_MAX);
        line.text(",\"method\":\"", Some(self.method), METHOD_CHARS_MAX);
        line.text(",\"host\":\"", Some(self.host), HOST_CHARS_MAX);
        line.text(",\"path\":\"", Some(self.path), PATH_CHARS_MAX);
        line.text(",\"rule\":\"", self.rule, PATH_CHARS_MAX);
        line.word(",\"outcome\":\"", Some(self.outcome.as_str()));
        line.word(",\"would\":\"", self.would.map(Outcome::as_str));
        line.word(",\"code\":\"", self.code.map(Code::as_str));
        line.text(",\"reason\":\"", self.reason, WORD_CHARS_MAX);
        line.text(",\"user\":\"", self.user, WORD_CHARS_MAX);
        line.text(",\"role_source\":\"", self.role_source, WORD_CHARS_MAX);
        line.word(",\"key_source\":\"", self.key_source.map(KeySource::as_str));
        line.end(self.lookups)
    }
}

/// The line with the answer's status and the time that the request took. It works on the text,
/// because the WASM instance that made the line may no longer exist.
#[must_use]
pub fn finish(line: &str, status: u16, micros: u64) -> String {
    let open = line.strip_suffix('}').unwrap_or(line);
    [open, ",\"status\":", &status.to_string(), ",\"micros\":", &micros.to_string(), "}"].concat()
}

/// Writes the JSON of a line. A line is written for nearly every request, and this takes less than
/// half the time of a serialiser. Names are passed with the comma and quotes around them.
struct Writer(String);

impl Writer {
    fn begin(time_ms: i64) -> Self {
        let mut line = String::with_capacity(LINE_BYTES_USUAL);
        line.push_str("{\"time\":\"");
        push_timestamp(&mut line, time_ms);
        line.push('"');
        Self(line)
    }

    /// Adds a member whose value needs no escapes.
    fn word(&mut self, name: &str, word: Option<&str>) {
        let Some(word) = word else { return };
        self.0.push_str(name);
        self.0.push_str(word);
        self.0.push('"');
    }

    /// Adds a member with a text from a client: cut, and escaped where necessary.
    fn text(&mut self, name: &str, text: Option<&str>, chars_max: usize) {
        let text = text.map(|text| cut(text, chars_max));
        if text.is_none_or(is_plain) {
            return self.word(name, text);
        }
        let json = serde_json::Value::from(text).to_string();
        self.0.push_str(name.strip_suffix('"').unwrap_or(name));
        self.0.push_str(&json);
    }

    fn end(mut self, lookups: u32) -> String {
        self.0.push_str(",\"lookups\":");
        self.0.push_str(&lookups.to_string());
        self.0.push('}');
        self.0
    }
}

/// Whether a text needs no escapes in JSON.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'))
}

/// The first `chars_max` characters.
fn cut(text: &str, chars_max: usize) -> &str {
    if text.len() <= chars_max {
        return text;
    }
    let end = text.char_indices().nth(chars_max).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// The length of most lines, so that the text is rarely reallocated.
const LINE_BYTES_USUAL: usize = 512;
const METHOD_CHARS_MAX: usize = 32;
const WORD_CHARS_MAX: usize = 128;
const HOST_CHARS_MAX: usize = 253;
const PATH_CHARS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_where_necessary() {
        let mut line = Writer::begin(0);
        line.text(",\"path\":\"", Some("/a\"b\\c\nd\u{1}é"), 100);
        line.text(",\"rule\":\"", None, 100);
        line.word(",\"code\":\"", None);
        assert_eq!(
            line.end(1),
            r#"{"time":"1970-01-01T00:00:00.000Z","path":"/a\"b\\c\nd\u0001é","lookups":1}"#
        );
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("", 0), "");
    }
}
