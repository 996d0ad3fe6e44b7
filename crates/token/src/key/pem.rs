//! `CLERK_JWT_KEY`: a public key as PEM text, in the shapes in which people paste it.
//!
//! Line breaks may be real, written as `\n`, or Windows', and the base64 body alone is enough. The
//! contents are read strictly (RFC 7468, RFC 5280 4.1.2.7, RFC 3279 2.3.1). Private keys, other
//! kinds of keys and certificates are refused with a message that says what to do instead and
//! repeats nothing of the text. Key sets are read by [`crate::key::jwks`].

use clerk_edge_jws::segment::bytes_of_base64;

use crate::algorithm::Algorithm;
use crate::key::PublicKey;
use crate::key::der::{BIT_STRING, INTEGER, Malformed, NULL, OBJECT_ID, Reader, SEQUENCE};
use crate::key::rsa::RsaError;
use crate::limits::PEM_BYTES_MAX;

/// Why a text holds no usable key. Its `Display` completes a sentence that begins with the name of
/// the setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PemError {
    /// Neither a PEM block nor the base64 of one.
    NotPem,
    /// More than one block, or text around it.
    NotAlone,
    /// A private key. Only the public key belongs here.
    Private,
    /// A PKCS#1 key: the two numbers without the name of the algorithm.
    Pkcs1,
    /// A certificate.
    Certificate,
    /// A public key of another kind than RSA.
    NotRsa,
    /// The block does not hold what its label names.
    Malformed,
    /// Fewer than 2048 bits.
    TooShort,
    /// More than 8192 bits.
    TooLong,
    /// Numbers that are not an RSA key.
    Numbers,
}

impl PublicKey {
    /// Reads an RSA public key from PEM text. It is used with RS256 only, as Clerk's keys are.
    ///
    /// # Errors
    /// [`PemError`] if the text holds no usable key.
    pub fn from_pem(text: &str) -> Result<Self, PemError> {
        if text.len() > PEM_BYTES_MAX {
            return Err(PemError::NotPem);
        }
        let written;
        let text = if text.contains('\\') {
            written = with_line_breaks(text);
            &written
        } else {
            text
        };
        let body = body_of(text.trim())?;
        let compact: String = body.split_ascii_whitespace().collect();
        let bytes = padded(&compact).filter(|bytes| !bytes.is_empty()).ok_or(PemError::NotPem)?;
        let (modulus, exponent) = read_key_info(&bytes)?;
        Ok(Self::from_numbers(modulus, exponent, Some(Algorithm::Rs256))?)
    }
}

impl std::fmt::Display for PemError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NotPem => "is neither PEM nor the base64 body of a PEM public key",
            Self::NotAlone => "must hold one PEM block and nothing around it",
            Self::Private => {
                "is a private key; replace it by the public one, and treat it as leaked"
            }
            Self::Pkcs1 => {
                "is a PKCS#1 key; convert it with \
                 `openssl rsa -RSAPublicKey_in -in key.pem -pubout`"
            }
            Self::Certificate => {
                "is a certificate; take its key with `openssl x509 -in cert.pem -pubkey -noout`"
            }
            Self::NotRsa => "is a key of another kind; Clerk signs sessions with RSA",
            Self::Malformed => "is damaged: the block does not hold a public key",
            Self::TooShort => "has fewer than 2048 bits",
            Self::TooLong => "has more than 8192 bits",
            Self::Numbers => "holds numbers that are not an RSA key",
        })
    }
}

impl From<RsaError> for PemError {
    fn from(error: RsaError) -> Self {
        match error {
            RsaError::TooShort => Self::TooShort,
            RsaError::TooLong => Self::TooLong,
            RsaError::Modulus | RsaError::Exponent => Self::Numbers,
        }
    }
}

impl From<Malformed> for PemError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

#[cold]
#[inline(never)]
fn with_line_breaks(text: &str) -> String {
    text.replace("\\r", "").replace("\\n", "\n")
}

/// The texts before and after a mark. The library's search is long code for a text this short.
fn cut<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let place = text.as_bytes().windows(mark.len()).position(|it| it == mark.as_bytes())?;
    let (before, rest) = text.split_at_checked(place)?;
    Some((before, rest.strip_prefix(mark)?))
}

/// The bytes of base64 with its padding.
fn padded(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    text.len().is_multiple_of(4).then(|| bytes_of_base64(digits))?
}

/// The text between the lines that begin and end a block, or all of it if there are no such lines.
fn body_of(text: &str) -> Result<&str, PemError> {
    let Some((before, rest)) = cut(text, BEGIN) else {
        return if text.contains('-') { Err(PemError::NotPem) } else { Ok(text) };
    };
    let (label, rest) = cut(rest, DASHES).ok_or(PemError::NotPem)?;
    check_label(label)?;
    let (body, rest) = cut(rest, END).ok_or(PemError::NotPem)?;
    let after = rest.strip_prefix(label).and_then(|rest| rest.strip_prefix(DASHES));
    match after {
        Some("") if before.is_empty() => Ok(body),
        Some(_) => Err(PemError::NotAlone),
        None => Err(PemError::NotPem),
    }
}

fn check_label(label: &str) -> Result<(), PemError> {
    match label {
        "PUBLIC KEY" => Ok(()),
        "RSA PUBLIC KEY" => Err(PemError::Pkcs1),
        "CERTIFICATE" => Err(PemError::Certificate),
        label if label.ends_with("PRIVATE KEY") => Err(PemError::Private),
        _ => Err(PemError::NotRsa),
    }
}

/// Modulus and exponent of a `SubjectPublicKeyInfo`: the algorithm, and the key as bits.
fn read_key_info(bytes: &[u8]) -> Result<(&[u8], &[u8]), PemError> {
    let mut outer = Reader::new(bytes);
    let mut info = outer.enter(SEQUENCE)?;
    outer.end()?;
    if info.next_tag() == Some(INTEGER) {
        return Err(error_for_numbers(info));
    }
    let mut algorithm = info.enter(SEQUENCE)?;
    if algorithm.take(OBJECT_ID)? != RSA_ENCRYPTION {
        return Err(PemError::NotRsa);
    }
    if !algorithm.take(NULL)?.is_empty() {
        return Err(PemError::Malformed);
    }
    algorithm.end()?;
    let bits = info.take(BIT_STRING)?;
    info.end()?;
    // The first byte is the number of unused bits in the last one; a key uses them all.
    read_numbers(bits.strip_prefix(&[0]).ok_or(PemError::Malformed)?)
}

/// Modulus and exponent of an `RSAPublicKey`.
fn read_numbers(bytes: &[u8]) -> Result<(&[u8], &[u8]), PemError> {
    let mut outer = Reader::new(bytes);
    let mut key = outer.enter(SEQUENCE)?;
    outer.end()?;
    let modulus = key.take_unsigned()?;
    let exponent = key.take_unsigned()?;
    key.end()?;
    Ok((modulus, exponent))
}

/// What a body is that begins with a number: a private key begins with its version (0 or 1), a
/// PKCS#1 public key with the modulus.
fn error_for_numbers(mut key: Reader<'_>) -> PemError {
    match key.take_unsigned() {
        Ok(version) if version.len() <= 1 => PemError::Private,
        Ok(_) => PemError::Pkcs1,
        Err(Malformed) => PemError::Malformed,
    }
}

const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";
const DASHES: &str = "-----";
/// The object id 1.2.840.113549.1.1.1.
const RSA_ENCRYPTION: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];
