//! Every way an upstream may read a path: the closure of what servers are known to do to one.
//!
//! A server may decode escapes once or again, take `%2F`, `%5C` and `\` for separators, cut
//! parameters at `;`, merge empty segments, resolve dots after decoding, or stop at NUL, `#` or
//! `?`; it may cut blanks off a segment, leave out a session in the path, read overlong UTF-8, or
//! take what follows two slashes for a host ([`super::oddities`]). Which of them, and in which
//! order, is its own affair; so all that any of these steps can make of the path, in any order, is
//! a reading. Decoding inside a segment and splitting afterwards are steps of their own, because
//! some servers do only the first.
//!
//! It refuses to go on for ever: more layers of escapes than [`DECODE_ROUNDS_MAX`], or more forms
//! than [`READINGS_MAX`] or [`READINGS_BYTES_MAX`] allow, and there is no answer.

use crate::limits::{DECODE_ROUNDS_MAX, READINGS_BYTES_MAX, READINGS_MAX};
use crate::{oddities, percent};

/// One reading: its segments, decoded, which may hold any byte, `/` included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Reading {
    /// Whether `..` leads above the root: then a base path before it is no boundary.
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

    fn of(form: &[Symbol]) -> Self {
        let form = form.strip_suffix(&[SEPARATOR]).unwrap_or(form);
        let mut reading = Self { bytes: Vec::with_capacity(form.len()), ends: Vec::new() };
        if form.is_empty() {
            return reading;
        }
        for segment in form.split(is_separator) {
            reading.bytes.extend(segment.iter().filter_map(|symbol| u8::try_from(*symbol).ok()));
            reading.ends.push(reading.bytes.len());
        }
        reading
    }
}

/// All readings of a canonical path, or nothing where there are too many.
pub(crate) fn of(canonical: &str) -> Option<Vec<Reading>> {
    if let Some(only) = unmistakable(canonical) {
        return Some(vec![only]);
    }
    if layers(canonical.as_bytes()) > DECODE_ROUNDS_MAX {
        return None;
    }
    let sent = canonical.bytes().skip(1).map(|byte| match byte {
        b'/' => SEPARATOR,
        other => Symbol::from(other),
    });
    // As sent, a path is read encoded: what is done before decoding sees raw characters alone.
    let encoded = closure(vec![sent.collect()], &BEFORE_DECODING)?;
    let decoded: Vec<Form> =
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

/// A path in the making: bytes, and separators that are not to be confused with a `/` that came
/// out of an escape inside a segment.
pub(super) type Form = Vec<Symbol>;
pub(super) type Symbol = u16;
pub(super) type Step = fn(&[Symbol]) -> Option<Form>;

/// The reading of a path whose escapes hide nothing that any step would act on. A short cut: the
/// steps would find the same.
fn unmistakable(canonical: &str) -> Option<Reading> {
    if canonical.contains("//") {
        return None;
    }
    let mut form = Form::with_capacity(canonical.len());
    for segment in canonical.as_bytes().split(|byte| *byte == b'/').skip(1) {
        let decoded = percent::decode_once(segment);
        if decoded.iter().any(|byte| b"%/\\;#?\0".contains(byte)) {
            return None;
        }
        form.extend(decoded.into_iter().map(Symbol::from));
        form.push(SEPARATOR);
    }
    form.pop();
    let odd = oddities::STEPS.iter().any(|step| step(&form).is_some());
    (!odd).then(|| Reading::of(&form))
}

/// How often the path can be decoded before nothing changes any more (one too many at most).
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

/// All forms that can be reached by any of the steps, in any order, as often as one likes.
fn closure(mut forms: Vec<Form>, steps: &[Step]) -> Option<Vec<Form>> {
    let mut next = 0_usize;
    while let Some(form) = forms.get(next).cloned() {
        for step in steps {
            if let Some(changed) = step(&form).filter(|changed| !forms.contains(changed)) {
                forms.push(changed);
            }
        }
        let symbols = forms.iter().map(Vec::len).fold(0, usize::saturating_add);
        if forms.len() > READINGS_MAX || symbols > READINGS_BYTES_MAX {
            return None;
        }
        next = next.saturating_add(1);
    }
    Some(forms)
}

/// Each step gives nothing where it changes nothing.
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

fn decode(form: &[Symbol]) -> Option<Form> {
    form.contains(&Symbol::from(b'%')).then_some(())?;
    let byte = |at: usize| form.get(at).and_then(|symbol| u8::try_from(*symbol).ok());
    let mut decoded = Form::with_capacity(form.len());
    let mut at = 0_usize;
    while let Some(symbol) = form.get(at) {
        let [first, second] = [1, 2].map(|step| byte(at.saturating_add(step)).unwrap_or_default());
        let escaped = byte(at).and_then(|percent| percent::escape(&[percent, first, second]));
        decoded.push(escaped.map_or(*symbol, Symbol::from));
        at = at.saturating_add(if escaped.is_some() { 3 } else { 1 });
    }
    (decoded.len() != form.len()).then_some(decoded)
}

fn split_at(form: &[Symbol], byte: u8) -> Option<Form> {
    let wanted = Symbol::from(byte);
    form.contains(&wanted).then(|| {
        let split = |symbol: &Symbol| if *symbol == wanted { SEPARATOR } else { *symbol };
        form.iter().map(split).collect()
    })
}

fn without_parameters(form: &[Symbol]) -> Option<Form> {
    form.contains(&SEMICOLON).then_some(())?;
    let mut inside = false;
    let outside = form.iter().copied().filter(|symbol| {
        inside = *symbol != SEPARATOR && (inside || *symbol == SEMICOLON);
        !inside
    });
    Some(outside.collect())
}

fn merged(form: &[Symbol]) -> Option<Form> {
    let mut before = SEPARATOR; // the leading slash, which no form holds
    let kept: Form = form
        .iter()
        .copied()
        .filter(|symbol| {
            let doubled = *symbol == SEPARATOR && before == SEPARATOR;
            before = *symbol;
            !doubled
        })
        .collect();
    (kept.len() != form.len()).then_some(kept)
}

fn without_dots(form: &[Symbol]) -> Option<Form> {
    form.split(is_separator).any(|segment| dots(segment) > 0).then_some(())?;
    let mut kept: Vec<&[Symbol]> = Vec::new();
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

fn cut_at(form: &[Symbol], byte: u8) -> Option<Form> {
    let at = form.iter().position(|symbol| *symbol == Symbol::from(byte))?;
    form.get(..at).map(<[Symbol]>::to_vec)
}

/// One for `.`, two for `..`, else none.
fn dots(segment: &[Symbol]) -> usize {
    let all = segment.iter().all(|symbol| *symbol == Symbol::from(b'.'));
    if all && segment.len() <= 2 { segment.len() } else { 0 }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "as `split` wants it")]
pub(super) fn is_separator(symbol: &Symbol) -> bool {
    *symbol == SEPARATOR
}

/// Beyond every byte, so that no escape can make one.
pub(super) const SEPARATOR: Symbol = 256;
const SEMICOLON: Symbol = b';' as Symbol;

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
    fn a_plain_path_has_one_reading_and_so_has_one_with_harmless_escapes() {
        readings("/", &[""]);
        readings("/a/b", &["[a][b]"]);
        readings("/a/b/", &["[a][b]"]);
        readings("/a%20b/%C3%A9", &["[a b][é]"]);
        readings("/100%25", &["[100%]"]);
    }

    #[test]
    fn a_doubtful_path_has_several() {
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
    fn what_real_servers_do_besides_has_readings_too() {
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
    fn some_reading_climbs_only_where_dots_lead_out() {
        let climbs = |path: &str| of(path).unwrap_or_default().iter().any(Reading::climbs);
        for path in ["/..;/x", "/..%2Fx", "/a/..%5C..%5Cx", "/..%20/x", "/%C0%AE./x", "/;/..;/x"] {
            assert!(climbs(path), "{path}");
        }
        for path in ["/a/..;/x", "/a%2F..%2Fx", "/a/..%5Cx", "/...;/x", "/..a%2Fx", "/a%20b"] {
            assert!(!climbs(path), "{path}");
        }
    }

    #[test]
    fn three_layers_of_escapes_are_read_and_a_fourth_is_refused() {
        assert!(of("/%252561").is_some());
        assert!(of("/%25252561").is_none());
        assert!(of(&format!("/{}61dmin", "%25".repeat(11))).is_some(), "one layer, eleven times");
        assert!(of("/%2525252561").is_none());
    }

    #[test]
    fn an_empty_escape_hides_no_layer() {
        assert_eq!(layers(b"/a"), 0);
        assert_eq!(layers(b"/%41"), 1);
        assert_eq!(layers(b"/%2541"), 2);
    }
}
