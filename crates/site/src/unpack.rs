//! What a file holds as text: what is compressed or base64 inside is opened, in layers.
//!
//! Search indexes are. How much is opened has a ceiling, and the caller is told where it was met.

use std::io::Read;

use base64ct::{Base64Unpadded, Base64UrlUnpadded, Encoding as _};

use crate::limits::{BASE64_LETTERS_MIN, BASE64_PIECES_MAX, LAYERS_MAX, UNPACKED_BYTES_MAX};
use crate::unescape::unescape;

/// Hands each text in a file to `see`: its own, and those inside it. `false` where a ceiling left
/// something unopened.
pub(crate) fn texts(name: &[u8], bytes: &[u8], see: &mut dyn FnMut(&str)) -> bool {
    texts_within(UNPACKED_BYTES_MAX, name, bytes, see)
}

fn texts_within(left: usize, name: &[u8], bytes: &[u8], see: &mut dyn FnMut(&str)) -> bool {
    let mut opened = Opened { see, left, pieces: BASE64_PIECES_MAX, whole: true };
    match compressed_by_name(name).and_then(|read| opened.inflate(bytes, read)) {
        Some(inside) => opened.layer(&inside, 1),
        None => opened.layer(bytes, 0),
    }
    opened.whole
}

struct Opened<'a> {
    see: &'a mut dyn FnMut(&str),
    /// Bytes that may yet be unpacked.
    left: usize,
    /// Pieces of base64 that may yet be decoded.
    pieces: usize,
    whole: bool,
}

type Decoder = fn(&[u8]) -> Box<dyn Read + '_>;

impl Opened<'_> {
    fn layer(&mut self, bytes: &[u8], depth: usize) {
        if is_media(bytes) {
            return;
        }
        if let Some(inside) = self.decompress(bytes) {
            if depth < LAYERS_MAX {
                self.layer(&inside, depth.saturating_add(1));
            } else {
                self.whole = false;
            }
            return;
        }
        if let Some(text) = utf16(bytes) {
            (self.see)(&text);
        }
        let text = String::from_utf8_lossy(bytes);
        (self.see)(&text);
        self.base64_in(&text, depth);
    }

    /// The inside of what is compressed. Formats without a mark are tried on what is no text.
    fn decompress(&mut self, bytes: &[u8]) -> Option<Vec<u8>> {
        match bytes {
            [0x1F, 0x8B, ..] => return self.inflate(bytes, gzip),
            [first, second, ..] if is_zlib(*first, *second) => {
                if let Some(inside) = self.inflate(bytes, zlib) {
                    return Some(inside);
                }
            }
            _ => {}
        }
        if std::str::from_utf8(bytes).is_ok() {
            return None;
        }
        let text = |inside: &Vec<u8>| inside.len() > 16 && std::str::from_utf8(inside).is_ok();
        let deflated = self.inflate(bytes, deflate).filter(text);
        deflated.or_else(|| self.inflate(bytes, brotli).filter(text))
    }

    /// `None` where the bytes are not of this format. What was read before a fault counts, where
    /// it is a fault of the end: trailers are often cut off.
    fn inflate(&mut self, bytes: &[u8], decoder: Decoder) -> Option<Vec<u8>> {
        let mut inside = Vec::new();
        let limit = u64::try_from(self.left).unwrap_or(u64::MAX);
        let read = decoder(bytes).take(limit).read_to_end(&mut inside);
        if read.is_err() && inside.len() < bytes.len() {
            return None;
        }
        self.left = self.left.saturating_sub(inside.len());
        self.whole &= self.left > 0;
        (!inside.is_empty()).then_some(inside)
    }

    fn base64_in(&mut self, text: &str, depth: usize) {
        if depth >= LAYERS_MAX || longest_run(text) < BASE64_LETTERS_MIN {
            return;
        }
        let text = unescape(text);
        for piece in runs(&text) {
            if self.pieces == 0 || piece.len() > self.left {
                self.whole = false;
                return;
            }
            if let Some(bytes) = decode(&piece).filter(|bytes| is_worth_a_look(bytes)) {
                self.pieces = self.pieces.saturating_sub(1);
                self.left = self.left.saturating_sub(bytes.len());
                self.layer(&bytes, depth.saturating_add(1));
            }
        }
    }
}

fn gzip(bytes: &[u8]) -> Box<dyn Read + '_> {
    Box::new(flate2::read::MultiGzDecoder::new(bytes))
}

fn zlib(bytes: &[u8]) -> Box<dyn Read + '_> {
    Box::new(flate2::read::ZlibDecoder::new(bytes))
}

fn deflate(bytes: &[u8]) -> Box<dyn Read + '_> {
    Box::new(flate2::read::DeflateDecoder::new(bytes))
}

fn brotli(bytes: &[u8]) -> Box<dyn Read + '_> {
    Box::new(brotli_decompressor::Decompressor::new(bytes, 4096))
}

/// Brotli has no mark of its own.
fn compressed_by_name(name: &[u8]) -> Option<Decoder> {
    name.ends_with(b".br").then_some(brotli as Decoder)
}

const fn is_zlib(first: u8, second: u8) -> bool {
    first & 15 == 8 && first >> 4 <= 7 && u16::from_be_bytes([first, second]).is_multiple_of(31)
}

/// Pictures, fonts, sound and film: large, compressed in their own way, and without text.
fn is_media(bytes: &[u8]) -> bool {
    const MARKS: [&[u8]; 14] = [
        b"\x89PNG",
        b"\xFF\xD8\xFF",
        b"GIF8",
        b"RIFF",
        b"wOFF",
        b"wOF2",
        b"OTTO",
        b"\0\x01\0\0",
        b"\0\0\x01\0",
        b"OggS",
        b"ID3",
        b"fLaC",
        b"\x1A\x45\xDF\xA3",
        b"%PDF",
    ];
    MARKS.iter().any(|mark| bytes.starts_with(mark)) || bytes.get(4..8) == Some(b"ftyp")
}

/// A text in UTF-16, told by its mark. A mark can mislead, so such bytes are read as UTF-8 as well.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text = char::decode_utf16(units);
    Some(text.map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// How long the longest row of base64 letters is: most texts need no further look.
fn longest_run(text: &str) -> usize {
    let (mut longest, mut current) = (0_usize, 0_usize);
    for byte in text.bytes() {
        current = if is_base64(byte) { current.saturating_add(1) } else { 0 };
        longest = longest.max(current);
    }
    longest
}

/// The long rows of base64 letters. Lines of 60 letters and more go on in the next one.
fn runs(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let begin = rest.bytes().position(is_base64)?;
            let mut run = String::new();
            rest = rest.get(begin..)?;
            loop {
                let length = rest.bytes().take_while(|byte| is_base64(*byte)).count();
                let (line, after) = rest.split_at_checked(length)?;
                run.push_str(line);
                let next = after.trim_start_matches(['\r', '\n', ' ']);
                rest = after;
                if length < 60 || next.len() == after.len() || after.starts_with("  ") {
                    break;
                }
                rest = next;
            }
            if run.len() >= BASE64_LETTERS_MIN {
                return Some(run);
            }
        }
    })
}

fn decode(piece: &str) -> Option<Vec<u8>> {
    // A last letter that stands alone carries no byte; the rest may.
    let whole = piece.len().saturating_sub(usize::from(piece.len() % 4 == 1));
    let piece = piece.get(..whole)?;
    Base64Unpadded::decode_vec(piece).or_else(|_| Base64UrlUnpadded::decode_vec(piece)).ok()
}

/// Whether decoded bytes may be text or compressed. Names and hashes in scripts are neither.
fn is_worth_a_look(bytes: &[u8]) -> bool {
    let marked = matches!(bytes, [0x1F, 0x8B, ..])
        || matches!(bytes, [first, second, ..] if is_zlib(*first, *second));
    marked || bytes.len() >= 256 || std::str::from_utf8(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    const SENTENCE: &str =
        "The invoices of March are kept in the blue cabinet upstairs, see there.";

    fn seen(name: &str, bytes: &[u8]) -> (Vec<String>, bool) {
        let mut texts_seen = Vec::new();
        let whole = texts(name.as_bytes(), bytes, &mut |text| texts_seen.push(text.to_owned()));
        (texts_seen, whole)
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn deflated(bytes: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn finds(name: &str, bytes: &[u8]) -> bool {
        seen(name, bytes).0.iter().any(|text| text.contains(SENTENCE))
    }

    #[test]
    fn every_wrapping_is_opened() {
        let plain = SENTENCE.as_bytes();
        assert!(finds("a.txt", plain));
        assert!(finds("a.pf_fragment", &gzipped(plain)));
        assert!(finds("a.bin", &deflated(plain)));
        // Brotli of the sentence, stored: what `brotli` writes with quality 0.
        let mut brotli = vec![0x0B, 0x23, 0x80];
        brotli.extend(plain);
        brotli.push(3);
        assert!(finds("index.html.br", &brotli));
        let base64 = Base64Unpadded::encode_string(&gzipped(plain));
        assert!(finds("a.js", format!("x=\"{base64}==\"").as_bytes()));
        let lines =
            base64.as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned());
        assert!(finds("a.js", lines.collect::<Vec<_>>().join("\\n").as_bytes()));
        let utf16: Vec<u8> = "\u{feff}"
            .encode_utf16()
            .chain(SENTENCE.encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(finds("a.txt", &utf16));
    }

    #[test]
    fn three_layers_and_no_more() {
        let mut bytes = SENTENCE.as_bytes().to_vec();
        for layer in 1..=4 {
            bytes = gzipped(&bytes);
            assert_eq!(finds("a", &bytes), layer <= LAYERS_MAX, "{layer} layers");
        }
        assert!(!seen("a", &bytes).1, "it says that something was left unopened");
    }

    #[test]
    fn a_bomb_is_cut_off_and_said() {
        for filling in [&b"a"[..], b". "] {
            let bomb = gzipped(&filling.repeat(100_000));
            let mut length = 0;
            assert!(!texts_within(10_000, b"a", &bomb, &mut |text| length += text.len()));
            assert_eq!(length, 10_000);
            assert!(texts_within(1_000_000, b"a", &bomb, &mut |_| ()));
        }
        let inside = Base64Unpadded::encode_string(&gzipped(&b".".repeat(100_000)));
        assert!(!texts_within(10_000, b"a.js", inside.as_bytes(), &mut |_| ()));
        assert!(texts_within(200_000, b"a.js", inside.as_bytes(), &mut |_| ()));
    }

    #[test]
    fn damaged_bytes_are_seen_as_far_as_they_go() {
        let whole = gzipped(SENTENCE.repeat(40).as_bytes());
        assert!(finds("a", whole.get(..whole.len() - 6).unwrap()));
        for bytes in
            [&b"\x1F\x8B"[..], b"\x1F\x8B\x08garbage", b"\x78\x9Cgarbage", b"\xFF\xFE\x00", b""]
        {
            assert!(!finds("a.br", bytes));
            assert!(!finds("a", bytes));
        }
    }

    #[test]
    fn pictures_are_not_read() {
        assert_eq!(seen("a.png", b"\x89PNG\r\n").0, [""; 0]);
        assert_eq!(seen("a.png", SENTENCE.as_bytes()).0, [SENTENCE], "a name decides nothing");
    }
}
