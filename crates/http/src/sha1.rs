//! SHA-1 (RFC 3174), where a name is made of it. Nothing may be trusted because of it.
//!
//! A loop of a few lines: a fresh isolate compiles what it calls, and the usual crates unroll the
//! rounds.

/// The hash of some bytes.
#[must_use]
pub fn sha1(bytes: &[u8]) -> [u8; 20] {
    let mut message = bytes.to_vec();
    message.push(0x80);
    while message.len() % BLOCK_BYTES != BLOCK_BYTES - 8 {
        message.push(0);
    }
    let bits = u64::try_from(bytes.len()).unwrap_or_default().wrapping_mul(8);
    message.extend_from_slice(&bits.to_be_bytes());
    let mut state = [0x6745_2301_u32, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];
    for block in message.chunks(BLOCK_BYTES) {
        add_block(&mut state, block);
    }
    let mut hash = [0; 20];
    for (place, byte) in hash.iter_mut().zip(state.into_iter().flat_map(u32::to_be_bytes)) {
        *place = byte;
    }
    hash
}

/// The same in hexadecimal digits.
#[must_use]
pub fn sha1_hex(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in sha1(bytes) {
        let digits = [byte >> 4, byte & 15].map(|digit| char::from_digit(u32::from(digit), 16));
        text.extend(digits.into_iter().flatten());
    }
    text
}

fn add_block(state: &mut [u32; 5], block: &[u8]) {
    let (words, _) = block.as_chunks::<4>();
    // The last sixteen words, the oldest first.
    let mut last = [0_u32; 16];
    for (place, word) in last.iter_mut().zip(words) {
        *place = u32::from_be_bytes(*word);
    }
    let [mut a, mut b, mut c, mut d, mut e] = *state;
    for round in 0..80 {
        let (mixed, constant) = match round {
            0..20 => ((b & c) | (!b & d), 0x5A82_7999),
            20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
            40..60 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
            _ => (b ^ c ^ d, 0xCA62_C1D6),
        };
        let [word, _, second, _, _, _, _, _, eighth, _, _, _, _, thirteenth, _, _] = last;
        last.rotate_left(1);
        let [.., newest] = &mut last;
        *newest = (word ^ second ^ eighth ^ thirteenth).rotate_left(1);
        let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e);
        let next = sum.wrapping_add(constant).wrapping_add(word);
        (a, b, c, d, e) = (next, a, b.rotate_left(30), c, d);
    }
    for (old, new) in state.iter_mut().zip([a, b, c, d, e]) {
        *old = old.wrapping_add(new);
    }
}

const BLOCK_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::{sha1, sha1_hex};

    #[test]
    fn every_length_is_hashed_as_another_implementation_hashes_it() {
        let bytes: Vec<u8> = (0..=255).cycle().take(200).collect();
        for length in 0..bytes.len() {
            let other = sha1_smol::Sha1::from(&bytes[..length]).digest();
            assert_eq!(sha1(&bytes[..length]), other.bytes(), "{length}");
            assert_eq!(sha1_hex(&bytes[..length]), other.to_string(), "{length}");
        }
    }
}
