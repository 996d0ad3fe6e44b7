//! Checks the two numbers of an RSA public key: the only maker of [`PublicKey`].
//!
//! Refused are short keys, keys so large that verification takes too long, and exponents with
//! which anybody could sign. Whether the modulus is a product of two primes is not checked.

use clerk_edge_jws::segment;

use crate::algorithm::Algorithm;
use crate::key::PublicKey;
use crate::limits::{RSA_BITS_MAX, RSA_BITS_MIN, RSA_EXPONENT_BYTES_MAX};

/// What is wrong with one of the two numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RsaError {
    /// Fewer bits than [`RSA_BITS_MIN`].
    TooShort,
    /// More bits than [`RSA_BITS_MAX`].
    TooLong,
    /// Even, or written with leading zeros.
    Modulus,
    /// Even, 1, too large, or written with leading zeros.
    Exponent,
}

impl PublicKey {
    /// Makes a key of two numbers. Both are unsigned, big-endian, in as few bytes
    /// as possible (RFC 7518, 6.3.1).
    pub(super) fn from_numbers(
        modulus: &[u8],
        exponent: &[u8],
        algorithm: Option<Algorithm>,
    ) -> Result<Self, RsaError> {
        check_modulus(modulus)?;
        check_exponent(exponent)?;
        Ok(Self { modulus: segment::text(modulus), exponent: segment::text(exponent), algorithm })
    }
}

fn check_modulus(modulus: &[u8]) -> Result<(), RsaError> {
    match bits(modulus) {
        Some(bits) if bits < RSA_BITS_MIN => return Err(RsaError::TooShort),
        Some(bits) if bits > RSA_BITS_MAX => return Err(RsaError::TooLong),
        Some(_) => {}
        None => return Err(RsaError::Modulus),
    }
    if is_odd(modulus) { Ok(()) } else { Err(RsaError::Modulus) }
}

fn check_exponent(exponent: &[u8]) -> Result<(), RsaError> {
    let fits = exponent.len() <= RSA_EXPONENT_BYTES_MAX
        && bits(exponent).is_some_and(|bits| bits > 1)
        && is_odd(exponent);
    if fits { Ok(()) } else { Err(RsaError::Exponent) }
}

/// The length of the number in bits; `None` for zero and for a number with leading zero bytes.
fn bits(number: &[u8]) -> Option<usize> {
    let first = *number.first().filter(|first| **first != 0)?;
    let spare = usize::try_from(first.leading_zeros()).ok()?;
    number.len().checked_mul(8)?.checked_sub(spare)
}

fn is_odd(number: &[u8]) -> bool {
    number.last().is_some_and(|last| last & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An odd number with this first byte and this number of bytes.
    fn odd(first: u8, bytes: usize) -> Vec<u8> {
        let mut number = vec![0xff; bytes];
        if let Some(byte) = number.first_mut() {
            *byte = first;
        }
        number
    }

    fn check(modulus: &[u8], exponent: &[u8]) -> Result<(), RsaError> {
        PublicKey::from_numbers(modulus, exponent, None).map(|_| ())
    }

    #[test]
    fn the_modulus_has_2048_to_8192_bits() {
        let e = [1, 0, 1];
        assert_eq!(check(&odd(0x7f, 256), &e), Err(RsaError::TooShort));
        assert_eq!(check(&odd(0x80, 256), &e), Ok(()));
        assert_eq!(check(&odd(0xff, 1_024), &e), Ok(()));
        assert_eq!(check(&odd(0x01, 1_025), &e), Err(RsaError::TooLong));
    }

    #[test]
    fn the_modulus_is_odd_and_has_no_leading_zeros() {
        let e = [1, 0, 1];
        let mut even = odd(0x80, 256);
        if let Some(last) = even.last_mut() {
            *last = 0xfe;
        }
        assert_eq!(check(&even, &e), Err(RsaError::Modulus));
        let padded: Vec<u8> = [0].into_iter().chain(odd(0x80, 256)).collect();
        assert_eq!(check(&padded, &e), Err(RsaError::Modulus));
        assert_eq!(check(&[], &e), Err(RsaError::Modulus));
        assert_eq!(check(&[0; 256], &e), Err(RsaError::Modulus));
    }

    #[test]
    fn the_exponent_is_odd_above_one_and_small() {
        let n = odd(0x80, 256);
        assert_eq!(check(&n, &[3]), Ok(()));
        assert_eq!(check(&n, &[1]), Err(RsaError::Exponent));
        assert_eq!(check(&n, &[2]), Err(RsaError::Exponent));
        assert_eq!(check(&n, &[]), Err(RsaError::Exponent));
        assert_eq!(check(&n, &[0, 1, 0, 1]), Err(RsaError::Exponent));
        assert_eq!(check(&n, &[0xff; 4]), Ok(()));
        assert_eq!(check(&n, &[0xff; 5]), Err(RsaError::Exponent));
    }
}
