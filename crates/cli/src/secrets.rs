//! What looks like a secret: refused as an argument, and taken out of everything that is written.
//!
//! The second is the last line of defence. Commands do not put secrets into their texts; this
//! holds where a value lands in a message by way of an input.

/// Whether a text holds something that no argument may be.
#[must_use]
pub fn looks_secret(text: &str) -> bool {
    redacted(text).is_some()
}

/// The text with every secret, signature and whole token cut off after its kind.
#[must_use]
pub fn redact(text: &str) -> String {
    redacted(text).unwrap_or_else(|| text.to_owned())
}

fn redacted(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    let mut before: Option<char> = None;
    while let Some(first) = rest.chars().next() {
        let starts = !before.is_some_and(is_word);
        if let Some((kept, length)) = starts.then(|| secret_at(rest)).flatten() {
            out.push_str(kept);
            out.push('…');
            rest = rest.get(length..).unwrap_or_default();
            before = Some('…');
            found = true;
            continue;
        }
        out.push(first);
        before = Some(first);
        rest = rest.get(first.len_utf8()..).unwrap_or_default();
    }
    found.then_some(out)
}

/// What stays of a secret that the text begins with, and how long the secret is.
fn secret_at(text: &str) -> Option<(&str, usize)> {
    if let Some((kept, length)) = private_key(text) {
        return Some((kept, length));
    }
    for prefix in PREFIXES {
        if let Some(body) = text.strip_prefix(prefix) {
            let length = word(body);
            if length >= SECRET_CHARS_MIN {
                return Some((prefix, prefix.len().saturating_add(length)));
            }
        }
    }
    token(text).map(|length| ("eyJ", length))
}

/// Three parts of base64url of which the first is a JSON object: a whole token.
fn token(text: &str) -> Option<usize> {
    text.starts_with("eyJ").then_some(())?;
    let mut length = 0_usize;
    for part in 0..3 {
        let rest = text.get(length..)?;
        let own = rest.bytes().take_while(|byte| is_base64url(*byte)).count();
        let is_last = part == 2;
        if own < PART_CHARS_MIN {
            return None;
        }
        length = length.saturating_add(own);
        if !is_last {
            text.get(length..)?.starts_with('.').then_some(())?;
            length = length.saturating_add(1);
        }
    }
    Some(length)
}

fn private_key(text: &str) -> Option<(&str, usize)> {
    let rest = text.strip_prefix("-----BEGIN ")?;
    let name = rest.split("-----").next().filter(|name| name.ends_with("PRIVATE KEY"))?;
    let head = "-----BEGIN ".len().saturating_add(name.len());
    let end = text.find("-----END").and_then(|at| {
        let tail = text.get(at.saturating_add("-----END".len())..)?;
        let close = tail.find("-----")?.saturating_add("-----".len());
        Some(at.saturating_add("-----END".len()).saturating_add(close))
    });
    Some((text.get(..head)?, end.unwrap_or(text.len())))
}

fn word(text: &str) -> usize {
    text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"_-+/=".contains(byte)).count()
}

const fn is_base64url(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// How secrets of Clerk's begin.
const PREFIXES: [&str; 8] =
    ["sk_test_", "sk_live_", "whsec_", "ak_", "mt_", "oat_", "plapi_", "dvb_"];
/// Shorter ones are placeholders or words of a sentence.
const SECRET_CHARS_MIN: usize = 10;
/// The shortest part that a token has.
const PART_CHARS_MIN: usize = 2;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_off_after_their_kind() {
        let key = format!("a {}{} b", "sk_live_", "abcdefghij123");
        assert_eq!(redact(&key), "a sk_live_… b");
        assert!(looks_secret(&key));
        assert_eq!(redact("eyJhbGciOiJ9.eyJzdWIiOiJ9.c2lnbmF0dXJl"), "eyJ…");
        assert_eq!(
            redact("-----BEGIN PRIVATE KEY-----\nAAA\n-----END PRIVATE KEY-----!"),
            "-----BEGIN PRIVATE KEY…!"
        );
    }

    #[test]
    fn what_only_resembles_one_stays() {
        for text in [
            "sk_live_…",
            "sk_test_",
            "task_live_abcdefghijkl",
            "eyJ.x",
            "pk_test_abcdefghijk",
            "-----BEGIN PUBLIC KEY-----",
        ] {
            assert_eq!(redact(text), text);
            assert!(!looks_secret(text), "{text}");
        }
    }
}
