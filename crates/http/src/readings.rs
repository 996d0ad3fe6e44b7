//! Every way an upstream may read a path: the closure of what servers are known to do to one.
//!
//! A server may decode escapes once or again, take `%2F`, `%5C` and `\` for separators, cut
//! parameters at `;`, merge empty segments, resolve dots after decoding, or stop at NUL, `#` or
//! `?`; it may cut blanks off a segment, leave out a session in the path, read overlong UTF-8, or
//! take what follows two slashes for a host ([`super::oddities`]). Which of these steps a server
//! takes, and in which order, is not known here; so every form that any of them produces, in any
//! order, is a reading. Decoding inside a segment and splitting afterwards are separate steps,
//! because some servers do only the first.
//!
//! There is no answer (`None`) if a path has more layers of escapes than [`DECODE_ROUNDS_MAX`], or
//! more forms than [`READINGS_MAX`] or [`READINGS_BYTES_MAX`] allow.

use crate::limits::{DECODE_ROUNDS_MAX, READINGS_BYTES_MAX, READINGS_MAX};
use crate::{oddities, percent};

/// One reading: its decoded segments, which may hold any byte, `/` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Reading {
    /// Whether `..` leads above the root, so that a base path before it does not contain it.
    pub(crate) fn climbs(&self) -> bool {
        let depths = self.segments().scan(0_isize, |depth, segment| {
            *depth = depth.saturating_add(match segment {
                b"" | b"." => 0,
                b".." => -1,
                _ => 1,
            });
            Some(*depth)
        });
        depths.into_iter().any(|depth| depth < 0)
    }

    /// The segments in order.
    pub fn segments(&self) -> impl Iterator<Item = &[u8]> + Clone {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| self.bytes.get(start..*end).unwrap_or_default())
    }

    fn of(form: &[Unit]) -> Self {
        let form = form.strip_suffix(&[SEPARATOR]).unwrap_or(form);
        let mut reading = Self { bytes: Vec::with_capacity(form.len()), ends: Vec::new() };
        if form.is_empty() {
            return reading;
        }
        for segment in form.split(is_separator) {
            reading.bytes.extend(segment.iter().filter_map(|unit| u8::try_from(*unit).ok()));
            reading.ends.push(reading.bytes.len());
        }
        reading
    }
}

/// All readings of a canonical path; `None` if there are too many.
pub(crate) fn of(canonical: &str) -> Option<Vec<Reading>> {
    if let Some(only) = only_reading(canonical) {
        return Some(vec![only]);
    }
    if layers(canonical.as_bytes()) > DECODE_ROUNDS_MAX {
        return None;
    }
    let sent = canonical.bytes().skip(1).map(|byte| match byte {
        b'/' => SEPARATOR,
        other => Unit::from(other),
    });
    // Steps before decoding see only the raw characters of the path.
    let encoded = closure(vec![sent.collect()], &BEFORE_DECODING)?;
    let decoded: Vec<DecodedForm> =
        encoded.into_iter().map(|form| decode(&form).unwrap_or(form)).collect();
    let forms = closure(decoded, &AFTER_DECODING)?;
    let mut readings: Vec<Reading> = Vec::with_capacity(forms.len());
    for form in &forms {
        let reading = Reading::of(form);
        if !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    Some(readings)
}

/// A path after some steps: bytes and separators. A separator is not a byte, so that it differs
/// from a `/` that was decoded inside a segment.
pub(super) type DecodedForm = Vec<Unit>;
pub(super) type Unit = u16;
pub(super) type Step = fn(&[Unit]) -> Option<DecodedForm>;

/// The reading of a path whose escapes hide nothing that a step would change. This is faster than
/// the steps, which would find the same.
fn only_reading(canonical: &str) -> Option<Reading> {
    if canonical.contains("//") {
        return None;
    }
    let mut form = DecodedForm::with_capacity(canonical.len());
    for segment in canonical.as_bytes().split(|byte| *byte == b'/').skip(1) {
        let decoded = percent::decode_once(segment);
        if decoded.iter().any(|byte| b"%/\\;#?\0".contains(byte)) {
            return None;
        }
        form.extend(decoded.into_iter().map(Unit::from));
        form.push(SEPARATOR);
    }
    form.pop();
    let odd = oddities::STEPS.iter().any(|step| step(&form).is_some());
    (!odd).then(|| Reading::of(&form))
}

/// How often the path can be decoded until nothing changes, at most one more than the limit.
fn layers(path: &[u8]) -> usize {
    let mut text = path.to_vec();
    for round in 0..=DECODE_ROUNDS_MAX {
        let decoded = percent::decode_once(&text);
        if decoded.len() == text.len() {
            return round;
        }
        text = decoded;
    }
    DECODE_ROUNDS_MAX.saturating_add(1)
}

/// All forms that the steps produce, in any order and any number of times.
fn closure(mut forms: Vec<DecodedForm>, steps: &[Step]) -> Option<Vec<DecodedForm>> {
    let mut next = 0_usize;
    while let Some(form) = forms.get(next).cloned() {
        for step in steps {
            if let Some(changed) = step(&form).filter(|changed| !forms.contains(changed)) {
                forms.push(changed);
            }
        }
        let units = forms.iter().map(Vec::len).fold(0, usize::saturating_add);
        if forms.len() > READINGS_MAX || units > READINGS_BYTES_MAX {
            return None;
        }
        next = next.saturating_add(1);
    }
    Some(forms)
}

/// Each step returns `None` if it changes nothing.
const BEFORE_DECODING: [Step; 5] =
    [without_parameters, merged, without_dots, oddities::without_host, oddities::without_sessions];
const AFTER_DECODING: [Step; 13] = [
    decode,
    oddities::without_host,
    oddities::without_sessions,
    oddities::trimmed,
    oddities::unfolded,
    |form| split_at(form, b'/'),
    |form| split_at(form, b'\\'),
    without_parameters,
    merged,
    without_dots,
    |form| cut_at(form, 0),
    |form| cut_at(form, b'#'),
    |form| cut_at(form, b'?'),
];

fn decode(form: &[Unit]) -> Option<DecodedForm> {
    form.contains(&Unit::from(b'%')).then_some(())?;
    let byte = |at: usize| form.get(at).and_then(|unit| u8::try_from(*unit).ok());
    let mut decoded = DecodedForm::with_capacity(form.len());
    let mut at = 0_usize;
    while let Some(unit) = form.get(at) {
        let [first, second] = [1, 2].map(|step| byte(at.saturating_add(step)).unwrap_or_default());
        let escaped = byte(at).and_then(|percent| percent::escaped_byte(&[percent, first, second]));
        decoded.push(escaped.map_or(*unit, Unit::from));
        at = at.saturating_add(if escaped.is_some() { 3 } else { 1 });
    }
    (decoded.len() != form.len()).then_some(decoded)
}

fn split_at(form: &[Unit], byte: u8) -> Option<DecodedForm> {
    let wanted = Unit::from(byte);
    form.contains(&wanted).then(|| {
        let split = |unit: &Unit| if *unit == wanted { SEPARATOR } else { *unit };
        form.iter().map(split).collect()
    })
}

fn without_parameters(form: &[Unit]) -> Option<DecodedForm> {
    form.contains(&SEMICOLON).then_some(())?;
    let mut inside = false;
    let outside = form.iter().copied().filter(|unit| {
        inside = *unit != SEPARATOR && (inside || *unit == SEMICOLON);
        !inside
    });
    Some(outside.collect())
}

fn merged(form: &[Unit]) -> Option<DecodedForm> {
    let mut before = SEPARATOR; // the leading slash, which a form does not hold
    let kept: DecodedForm = form
        .iter()
        .copied()
        .filter(|unit| {
            let doubled = *unit == SEPARATOR && before == SEPARATOR;
            before = *unit;
            !doubled
        })
        .collect();
    (kept.len() != form.len()).then_some(kept)
}

fn without_dots(form: &[Unit]) -> Option<DecodedForm> {
    form.split(is_separator).any(|segment| dots(segment) > 0).then_some(())?;
    let mut kept: Vec<&[Unit]> = Vec::new();
    let mut segments = form.split(is_separator).peekable();
    while let Some(segment) = segments.next() {
        match dots(segment) {
            0 => kept.push(segment),
            1 => {}
            _ => {
                kept.pop();
            }
        }
        if dots(segment) > 0 && segments.peek().is_none() {
            kept.push(&[]);
        }
    }
    Some(kept.join(&SEPARATOR))
}

fn cut_at(form: &[Unit], byte: u8) -> Option<DecodedForm> {
    let at = form.iter().position(|unit| *unit == Unit::from(byte))?;
    form.get(..at).map(<[Unit]>::to_vec)
}

/// 1 for `.`, 2 for `..`, 0 for any other segment.
fn dots(segment: &[Unit]) -> usize {
    let all = segment.iter().all(|unit| *unit == Unit::from(b'.'));
    if all && segment.len() <= 2 { segment.len() } else { 0 }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that `split` takes")]
pub(super) fn is_separator(unit: &Unit) -> bool {
    *unit == SEPARATOR
}

/// Not a byte, so that no escape decodes to it.
pub(super) const SEPARATOR: Unit = 256;
const SEMICOLON: Unit = b';' as Unit;

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn readings(canonical: &str, expected: &[&str]) {
        let all = of(canonical).unwrap_or_default();
        let mut shown: Vec<String> = all
            .iter()
            .map(|reading| {
                let segments = reading.segments().map(String::from_utf8_lossy);
                segments.fold(String::new(), |shown, segment| format!("{shown}[{segment}]"))
            })
            .collect();
        shown.sort();
        assert_eq!(shown, expected, "{canonical}");
    }

    #[test]
    fn a_plain_path_has_one_reading_also_with_harmless_escapes() {
        readings("/", &[""]);
        readings("/a/b", &["[a][b]"]);
        readings("/a/b/", &["[a][b]"]);
        readings("/a%20b/%C3%A9", &["[a b][é]"]);
        readings("/100%25", &["[100%]"]);
    }

    #[test]
    fn an_ambiguous_path_has_several_readings() {
        readings("/a%2Fb", &["[a/b]", "[a][b]"]);
        readings("//a", &["", "[][a]", "[a]"]);
        readings("/a;x=1/b", &["[a;x=1][b]", "[a][b]"]);
        readings("/a%3Bb;c", &["[a;b;c]", "[a;b]", "[a]"]);
        readings("/p/..;/a", &["[a]", "[p][..;][a]", "[p][..][a]"]);
        readings("/p%2F..%2Fa", &["[a]", "[p/../a]", "[p][..][a]"]);
        readings("/a%00b/c", &["[a\0b][c]", "[a]"]);
        readings("/a%252Fb", &["[a%2Fb]", "[a/b]", "[a][b]"]);
        readings(
            "/a%2Fb/%252E%252E/c",
            &[
                "[a/b][%2E%2E][c]",
                "[a/b][..][c]",
                "[a][b][%2E%2E][c]",
                "[a][b][..][c]",
                "[a][c]",
                "[c]",
            ],
        );
    }

    #[test]
    fn rarer_steps_of_real_servers_have_readings() {
        readings("/adm%20", &["[adm ]", "[adm]"]);
        readings("/adm%0A/x", &["[adm\n][x]", "[adm][x]"]);
        readings("/a%20b/%20c", &["[a b][ c]"]);
        readings("/(S(a))/adm", &["[(S(a))][adm]", "[adm]"]);
        readings("/(a)/(b", &["[(a)][(b]"]);
        readings(
            "/p/%C0%AE%C0%AE/adm",
            &["[adm]", "[p][..][adm]", "[p][\u{fffd}\u{fffd}\u{fffd}\u{fffd}][adm]"],
        );
        readings("/%C3%A9%E0%A4%85", &["[éअ]"]);
        readings("//h/adm", &["[][h][adm]", "[adm]", "[h][adm]"]);
        readings("/p/..%20/adm", &["[adm]", "[p][.. ][adm]", "[p][..][adm]"]);
    }

    #[test]
    fn a_reading_climbs_only_if_dots_lead_above_the_root() {
        let climbs = |path: &str| of(path).unwrap_or_default().iter().any(Reading::climbs);
        for path in ["/..;/x", "/..%2Fx", "/a/..%5C..%5Cx", "/..%20/x", "/%C0%AE./x", "/;/..;/x"] {
            assert!(climbs(path), "{path}");
        }
        for path in ["/a/..;/x", "/a%2F..%2Fx", "/a/..%5Cx", "/...;/x", "/..a%2Fx", "/a%20b"] {
            assert!(!climbs(path), "{path}");
        }
    }

    #[test]
    fn three_layers_of_escapes_are_decoded_and_a_fourth_is_refused() {
        assert!(of("/%252561").is_some());
        assert!(of("/%25252561").is_none());
        assert!(of(&format!("/{}61dmin", "%25".repeat(11))).is_some(), "one layer, eleven times");
        assert!(of("/%2525252561").is_none());
    }

    #[test]
    fn layers_are_counted() {
        assert_eq!(layers(b"/a"), 0);
        assert_eq!(layers(b"/%41"), 1);
        assert_eq!(layers(b"/%2541"), 2);
    }
}
