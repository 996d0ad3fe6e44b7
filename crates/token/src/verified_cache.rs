//! The tokens that this isolate has verified, found by their full text.
//!
//! A page makes dozens of requests with one token, and verifying it costs more than all the rest.
//! Only verified tokens are kept, so a flood of forged ones displaces nothing. An expired token is
//! dropped, and all are when the key set changes. The cache holds the [`VerifiedToken`] stage:
//! time, party, audience and issuer are checked again for every request.
//!
//! There are two generations. New tokens go into the current one; when that is full it becomes the
//! previous one, and the previous one before it is dropped whole. A hit in the previous generation
//! moves the token into the current one. So count and bytes stay bounded at constant cost.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use clerk_edge_jws::equal::bytes_equal;

use crate::limits::{VERIFIED_BYTES_MAX, VERIFIED_TOKENS_MAX};
use crate::verified::VerifiedToken;

/// The cache of one isolate.
#[derive(Debug, Default)]
pub struct VerifiedCache {
    generations: RefCell<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    keys_generation: u64,
    current: HashMap<SignatureEnd, VerifiedToken>,
    current_bytes: usize,
    previous: HashMap<SignatureEnd, VerifiedToken>,
}

/// The last characters of a token, which are the end of its signature: a short key for the map.
/// Only the instance's private key makes signatures that get into the cache, so a client cannot
/// produce collisions. The full text is compared on every hit.
type SignatureEnd = [u8; SIGNATURE_END_BYTES];

impl VerifiedCache {
    /// The verified token with exactly this text, if the key set is still the same.
    #[must_use]
    pub fn find(&self, text: &str, keys_generation: u64) -> Option<VerifiedToken> {
        let end = signature_end(text);
        let mut generations = self.generations.borrow_mut();
        if generations.keys_generation != keys_generation {
            return None;
        }
        if let Some(found) = generations.current.get(&end) {
            return bytes_equal(found.text().as_bytes(), text.as_bytes()).then(|| found.clone());
        }
        let found = generations
            .previous
            .get(&end)
            .filter(|found| bytes_equal(found.text().as_bytes(), text.as_bytes()))?
            .clone();
        generations.keep(end, found.clone());
        Some(found)
    }

    /// Adds a token that was verified with a key of this generation, unless the key set has
    /// changed in the meantime.
    pub fn keep(&self, token: &VerifiedToken, keys_generation: u64) {
        let mut generations = self.generations.borrow_mut();
        match keys_generation.cmp(&generations.keys_generation) {
            Ordering::Less => return,
            Ordering::Equal => {}
            Ordering::Greater => {
                *generations = Generations { keys_generation, ..Generations::default() }
            }
        }
        generations.keep(signature_end(token.text()), token.clone());
    }

    /// Removes an expired token.
    pub fn forget(&self, token: &VerifiedToken) {
        let end = signature_end(token.text());
        let mut generations = self.generations.borrow_mut();
        if let Some(removed) = generations.current.remove(&end) {
            generations.current_bytes = generations.current_bytes.saturating_sub(cost(&removed));
        }
        generations.previous.remove(&end);
    }

    /// The number of cached tokens.
    #[must_use]
    pub fn count(&self) -> usize {
        let generations = self.generations.borrow();
        generations.current.len().saturating_add(generations.previous.len())
    }
}

impl Generations {
    fn keep(&mut self, end: SignatureEnd, token: VerifiedToken) {
        let bytes = cost(&token);
        let is_full = self.current.len() >= VERIFIED_TOKENS_MAX / 2
            || self.current_bytes.saturating_add(bytes) > VERIFIED_BYTES_MAX / 2;
        if is_full {
            self.previous = std::mem::take(&mut self.current);
            self.current_bytes = 0;
        }
        self.previous.remove(&end);
        self.current_bytes = self.current_bytes.saturating_add(bytes);
        if let Some(replaced) = self.current.insert(end, token) {
            self.current_bytes = self.current_bytes.saturating_sub(cost(&replaced));
        }
    }
}

/// The bytes that a token takes in memory: its text, its claims as a tree (about twice the text)
/// and its claims as a header.
fn cost(token: &VerifiedToken) -> usize {
    token.text().len().saturating_mul(4)
}

fn signature_end(text: &str) -> SignatureEnd {
    let mut end = [0; SIGNATURE_END_BYTES];
    for (slot, byte) in end.iter_mut().zip(text.trim_end_matches('=').bytes().rev()) {
        *slot = byte;
    }
    end
}

const SIGNATURE_END_BYTES: usize = 24;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use super::*;
    use crate::algorithm::Algorithm;
    use crate::claims::Claims;
    use crate::verified::SignatureAccepted;
    use std::rc::Rc;

    /// A token with this many letters, different for each number. jwt-compact cannot parse it.
    fn token(number: usize, length: usize) -> VerifiedToken {
        verified(format!("{}{number:024}", "a".repeat(length - SIGNATURE_END_BYTES)))
    }

    fn verified(text: String) -> VerifiedToken {
        let claims = Rc::new(Claims::new(serde_json::Map::new()));
        let accepted = SignatureAccepted::new(b"", b"");
        let token = VerifiedToken::new(text.into(), Algorithm::Rs256, &accepted, claims);
        token.unwrap_or_else(|error| unreachable!("{error:?}"))
    }

    fn found(cache: &VerifiedCache, token: &VerifiedToken) -> bool {
        cache.find(token.text(), 0).is_some_and(|found| found.text() == token.text())
    }

    #[test]
    fn a_token_is_found_by_its_full_text_alone() {
        let cache = VerifiedCache::default();
        let kept = token(1, 100);
        cache.keep(&kept, 0);
        assert!(found(&cache, &kept));
        let same_end = token(1, 101);
        let none = |text: &str| cache.find(text, 0).is_none();
        assert!(none(same_end.text()) && none(token(2, 100).text()));
        cache.keep(&same_end, 0);
        assert!(found(&cache, &same_end) && none(kept.text()));
        assert_eq!(cache.count(), 1);
        // Nor by less once it is in the previous generation.
        for number in 2..2 + VERIFIED_TOKENS_MAX / 2 {
            cache.keep(&token(number, 100), 0);
        }
        assert!(cache.generations.borrow().previous.contains_key(&signature_end(same_end.text())));
        assert!(none(kept.text()) && found(&cache, &same_end));
    }

    #[test]
    fn one_token_takes_one_place_with_any_padding() {
        // Otherwise a client could displace all other tokens with one of its own.
        let cache = VerifiedCache::default();
        for padding in 0..2 * SIGNATURE_END_BYTES {
            let padded = verified(token(1, 100).text().to_owned() + &"=".repeat(padding));
            cache.keep(&padded, 0);
            assert!(found(&cache, &padded));
            assert_eq!(cache.count(), 1, "{padding}");
            assert_eq!(cache.generations.borrow().current_bytes, cost(&padded), "{padding}");
        }
        cache.keep(&token(2, 100), 0);
        assert_eq!(cache.count(), 2);
    }

    #[test]
    fn new_keys_empty_the_cache_and_tokens_of_older_keys_are_not_added() {
        let cache = VerifiedCache::default();
        cache.keep(&token(1, 100), 0);
        assert!(cache.find(token(1, 100).text(), 1).is_none());
        cache.keep(&token(2, 100), 1);
        assert_eq!(cache.count(), 1);
        assert!(cache.find(token(2, 100).text(), 1).is_some());
        cache.keep(&token(3, 100), 0);
        assert_eq!(cache.count(), 1);
        assert!(cache.find(token(1, 100).text(), 0).is_none());
    }

    #[test]
    fn count_and_bytes_are_bounded_and_the_latest_tokens_stay() {
        // The second length fills a generation to the last byte.
        for length in [100, 16_384] {
            let cache = VerifiedCache::default();
            let half_bytes = VERIFIED_BYTES_MAX / 2 / (4 * length);
            let half = half_bytes.min(VERIFIED_TOKENS_MAX / 2);
            let mut most = 0;
            for number in 0..5 * half {
                cache.keep(&token(number, length), 0);
                most = most.max(cache.count());
            }
            assert_eq!(most, 2 * half, "{length}");
            let latest = (4 * half..5 * half).all(|number| found(&cache, &token(number, length)));
            assert!(latest && !found(&cache, &token(0, length)), "{length}");
        }
    }

    #[test]
    fn a_token_in_use_stays() {
        let cache = VerifiedCache::default();
        let asked = token(0, 100);
        cache.keep(&asked, 0);
        for number in 1..3 * VERIFIED_TOKENS_MAX {
            cache.keep(&token(number, 100), 0);
            assert!(found(&cache, &asked), "{number}");
            assert!(cache.count() <= number + 1, "{number}: one token is kept twice");
        }
    }

    #[test]
    fn a_removed_token_makes_room() {
        let cache = VerifiedCache::default();
        for number in 0..10 * VERIFIED_TOKENS_MAX {
            cache.keep(&token(number, 16_000), 0);
            cache.forget(&token(number, 16_000));
            assert_eq!(cache.count(), 0);
        }
        let kept = token(0, 100);
        let half = VERIFIED_TOKENS_MAX / 2;
        cache.keep(&kept, 0);
        for number in 1..=half {
            cache.keep(&token(number, 100), 0);
        }
        cache.forget(&kept);
        assert_eq!(cache.count(), half);
        assert!(!found(&cache, &kept));
        cache.forget(&token(half, 100));
        assert_eq!(cache.generations.borrow().current_bytes, 0);
    }
}
