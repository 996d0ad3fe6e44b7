//! A strict reader for the part of DER (X.690) that public keys use: one encoding for each value,
//! and nothing after the last one.
//!
//! Indefinite lengths, needlessly long lengths, negative numbers and high tag numbers are refused.
//! What the values mean belongs in [`crate::key::pem`].

/// Tags of the values in a public key.
pub(super) const INTEGER: u8 = 0x02;
pub(super) const BIT_STRING: u8 = 0x03;
pub(super) const NULL: u8 = 0x05;
pub(super) const OBJECT_ID: u8 = 0x06;
pub(super) const SEQUENCE: u8 = 0x30;

/// The bytes are not the expected value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Malformed;

/// The bytes that are not read yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// The tag of the next value.
    pub(super) fn next_tag(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The contents of the next value, which must have this tag.
    pub(super) fn take(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let (found, rest) = self.0.split_first().ok_or(Malformed)?;
        if *found != tag {
            return Err(Malformed);
        }
        let (length, rest) = take_length(rest)?;
        let (contents, rest) = rest.split_at_checked(length).ok_or(Malformed)?;
        self.0 = rest;
        Ok(contents)
    }

    /// A reader for the contents of the next value.
    pub(super) fn enter(&mut self, tag: u8) -> Result<Self, Malformed> {
        self.take(tag).map(Self)
    }

    /// The next integer without its sign byte. It must not be negative.
    pub(super) fn take_unsigned(&mut self) -> Result<&'a [u8], Malformed> {
        match self.take(INTEGER)? {
            [0] => Ok(&[]),
            [0, rest @ ..] if rest.first().is_some_and(|first| first & 0x80 != 0) => Ok(rest),
            [first, ..] if *first == 0 || first & 0x80 != 0 => Err(Malformed),
            [] => Err(Malformed),
            number => Ok(number),
        }
    }

    /// Checks that nothing is left to read.
    pub(super) fn end(self) -> Result<(), Malformed> {
        if self.0.is_empty() { Ok(()) } else { Err(Malformed) }
    }
}

fn take_length(bytes: &[u8]) -> Result<(usize, &[u8]), Malformed> {
    let (first, rest) = bytes.split_first().ok_or(Malformed)?;
    match first {
        0..=0x7f => Ok((usize::from(*first), rest)),
        0x81 => match rest {
            [one, rest @ ..] if *one >= 0x80 => Ok((usize::from(*one), rest)),
            _ => Err(Malformed),
        },
        0x82 => match rest {
            [high, low, rest @ ..] if *high != 0 => {
                Ok((usize::from(u16::from_be_bytes([*high, *low])), rest))
            }
            _ => Err(Malformed),
        },
        // A length of three bytes would exceed the largest key.
        _ => Err(Malformed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn integer(bytes: &[u8]) -> Result<Vec<u8>, Malformed> {
        let mut reader = Reader::new(bytes);
        let number = reader.take_unsigned()?.to_vec();
        reader.end().map(|()| number)
    }

    #[test]
    fn a_number_has_one_encoding() {
        assert_eq!(integer(&[2, 1, 3]), Ok(vec![3]));
        assert_eq!(integer(&[2, 2, 0, 0x80]), Ok(vec![0x80]));
        assert_eq!(integer(&[2, 1, 0]), Ok(vec![]));
        assert_eq!(integer(&[2, 2, 0, 3]), Err(Malformed), "a needless zero");
        assert_eq!(integer(&[2, 1, 0x80]), Err(Malformed), "negative");
        assert_eq!(integer(&[2, 0]), Err(Malformed), "empty");
        assert_eq!(integer(&[2, 1, 3, 0]), Err(Malformed), "a byte too many");
        assert_eq!(integer(&[2, 2, 3]), Err(Malformed), "a byte too few");
        assert_eq!(integer(&[3, 1, 3]), Err(Malformed), "another tag");
    }

    #[test]
    fn a_length_has_one_encoding() {
        assert_eq!(integer(&[2, 0x81, 1, 3]), Err(Malformed));
        assert_eq!(integer(&[2, 0x82, 0, 1, 3]), Err(Malformed));
        assert_eq!(integer(&[2, 0x80, 3, 0, 0]), Err(Malformed));
        let long = |head: &[u8], count: usize| [head, &vec![1; count]].concat();
        assert_eq!(integer(&long(&[2, 0x81, 0x80], 128)), Ok(vec![1; 128]));
        assert_eq!(integer(&long(&[2, 0x82, 1, 0], 256)), Ok(vec![1; 256]));
        assert_eq!(integer(&long(&[2, 0x83, 1, 0, 0], 65_536)), Err(Malformed));
    }
}
