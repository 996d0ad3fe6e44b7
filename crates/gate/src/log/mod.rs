//! One line of JSON per decision, for whoever searches the log.
//!
//! It names people by their id and never carries a token, a cookie, a secret, a query or the value
//! of a claim. What a client chose is cut to a length, so that nobody can fill the log with one
//! request.

pub mod record;

use crate::context::KeySource;
use crate::settings::LogLevel;
use clerk_edge_rules::code::Code;

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It went on.
    Forward,
    /// It was sent elsewhere.
    Redirect,
    /// It was denied.
    Refuse,
    /// It was sent to Clerk, which sends it back.
    Handshake,
}

impl Outcome {
    /// The name in the log.
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

/// A decision, as the log tells it.
#[derive(Clone, Debug)]
pub struct LogLine<'a> {
    /// Milliseconds since 1970.
    pub time_ms: i64,
    /// `cf-ray`, or one of our own.
    pub request_id: &'a str,
    /// As sent.
    pub method: &'a str,
    /// The host that was asked.
    pub host: &'a str,
    /// The canonical path, without the query.
    pub path: &'a str,
    /// The path of the rule that decided; `None` where none was reached.
    pub rule: Option<&'a str>,
    /// What became of the request.
    pub outcome: Outcome,
    /// What `report_only` held back.
    pub would: Option<Outcome>,
    /// Why the gate itself answered.
    pub code: Option<Code>,
    /// Clerk's word for why nobody is signed in.
    pub reason: Option<&'a str>,
    /// Whose session it was.
    pub user: Option<&'a str>,
    /// Where the role came from: the claim's path, or `lookup`.
    pub role_source: Option<&'a str>,
    /// Where the key came from.
    pub key_source: Option<KeySource>,
    /// Calls for missing claims.
    pub lookups: u32,
}

impl LogLevel {
    /// Whether a decision is logged. `open` says that a rule with `anyone` forwarded it. What
    /// `report_only` held back counts as a refusal: it is there to be seen.
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
    /// The line as JSON, without a line break, as it stands when the decision is made. What does
    /// not apply is left out; what is known only once the answer is, [`finish`] adds.
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

/// The line with the answer's status and the time that all of it took. Text is added to text,
/// since the instance that wrote the line may be gone by then.
#[must_use]
pub fn finish(line: &str, status: u16, micros: u64) -> String {
    let open = line.strip_suffix('}').unwrap_or(line);
    [open, ",\"status\":", &status.to_string(), ",\"micros\":", &micros.to_string(), "}"].concat()
}

/// Writes members by hand: a line is written for nearly every request, and this is less than
/// half of what a serialiser takes. So names come with all that stands before their value.
struct Writer(String);

impl Writer {
    fn begin(time_ms: i64) -> Self {
        let mut line = String::with_capacity(LINE_BYTES_USUAL);
        line.push_str("{\"time\":\"");
        push_timestamp(&mut line, time_ms);
        line.push('"');
        Self(line)
    }

    /// A word of ours, which needs no escapes.
    fn word(&mut self, name: &str, word: Option<&str>) {
        let Some(word) = word else { return };
        self.0.push_str(name);
        self.0.push_str(word);
        self.0.push('"');
    }

    /// Text from elsewhere: cut, and escaped where it has to be.
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

/// Whether a text stands in JSON as it is.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte >= b' ' && !matches!(byte, b'"' | b'\\'))
}

/// The first so many characters.
fn cut(text: &str, chars_max: usize) -> &str {
    if text.len() <= chars_max {
        return text;
    }
    let end = text.char_indices().nth(chars_max).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// `2026-11-20T23:15:00.000Z`: RFC 3339, in UTC.
fn push_timestamp(text: &mut String, time_ms: i64) {
    // Numbers of 32 bits: checked arithmetic on wider ones is a call each on WASM.
    let days = i32::try_from(time_ms.div_euclid(DAY_MS)).unwrap_or(i32::MAX);
    let ms = i32::try_from(time_ms.rem_euclid(DAY_MS)).unwrap_or_default();
    let (year, month, day) = date(days);
    let (hour, minute) = (ms.div_euclid(3_600_000), ms.div_euclid(60_000).rem_euclid(60));
    let (second, milli) = (ms.div_euclid(1_000).rem_euclid(60), ms.rem_euclid(1_000));
    let parts = [
        (year, 4, '-'),
        (month, 2, '-'),
        (day, 2, 'T'),
        (hour, 2, ':'),
        (minute, 2, ':'),
        (second, 2, '.'),
        (milli, 3, 'Z'),
    ];
    for (number, digits, after) in parts {
        push_digits(text, number, digits);
        text.push(after);
    }
}

/// The last so many digits.
fn push_digits(text: &mut String, number: i32, digits: usize) {
    let mut places = [b'0'; 4];
    let mut rest = number;
    for place in places.iter_mut().rev().take(digits) {
        *place = b'0'.saturating_add(u8::try_from(rest.rem_euclid(10)).unwrap_or_default());
        rest = rest.div_euclid(10);
    }
    let written = places.get(places.len().saturating_sub(digits)..).unwrap_or_default();
    text.extend(written.iter().copied().map(char::from));
}

/// Year, month and day of a number of days since 1970, by counting eras of 400 years that begin
/// in March, so that the leap day is the last of its year.
fn date(days: i32) -> (i32, i32, i32) {
    let days = days.saturating_add(DAYS_TO_1970);
    let era = days.div_euclid(ERA_DAYS);
    let of_era = days.rem_euclid(ERA_DAYS);
    let leap_days = of_era
        .div_euclid(1_460)
        .saturating_sub(of_era.div_euclid(36_524))
        .saturating_add(of_era.div_euclid(146_096));
    let year_of_era = of_era.saturating_sub(leap_days).div_euclid(365);
    let before = year_of_era
        .saturating_mul(365)
        .saturating_add(year_of_era.div_euclid(4))
        .saturating_sub(year_of_era.div_euclid(100));
    let of_year = of_era.saturating_sub(before);
    let from_march = of_year.saturating_mul(5).saturating_add(2).div_euclid(153);
    let first = from_march.saturating_mul(153).saturating_add(2).div_euclid(5);
    let day = of_year.saturating_sub(first).saturating_add(1);
    let month = from_march.saturating_add(2).rem_euclid(12).saturating_add(1);
    let year = era.saturating_mul(400).saturating_add(year_of_era);
    (year.saturating_add(i32::from(month <= 2)), month, day)
}

const DAY_MS: i64 = 86_400_000;
/// From the first of March of the year 0 to 1970.
const DAYS_TO_1970: i32 = 719_468;
const ERA_DAYS: i32 = 146_097;
/// Enough for most, so that the text is not moved while it grows.
const LINE_BYTES_USUAL: usize = 512;
const METHOD_CHARS_MAX: usize = 32;
const WORD_CHARS_MAX: usize = 128;
const HOST_CHARS_MAX: usize = 253;
const PATH_CHARS_MAX: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;

    fn timestamp(time_ms: i64) -> String {
        let mut text = String::new();
        push_timestamp(&mut text, time_ms);
        text
    }

    #[test]
    fn times_are_written_as_everybody_writes_them() {
        assert_eq!(timestamp(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(timestamp(951_782_399_999), "2000-02-28T23:59:59.999Z");
        assert_eq!(timestamp(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(timestamp(951_868_800_000), "2000-03-01T00:00:00.000Z");
        assert_eq!(timestamp(1_795_216_500_123), "2026-11-20T23:15:00.123Z");
        assert_eq!(timestamp(4_107_542_400_000), "2100-03-01T00:00:00.000Z");
        assert_eq!(timestamp(-1), "1969-12-31T23:59:59.999Z");
        assert!(timestamp(i64::MIN).ends_with('Z') && timestamp(i64::MAX).ends_with('Z'));
    }

    #[test]
    fn what_is_not_plain_is_escaped() {
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
    fn what_is_too_long_is_cut_between_characters() {
        assert_eq!(cut("äöü", 2), "äö");
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("", 0), "");
    }
}
