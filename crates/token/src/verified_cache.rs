//! The tokens that this isolate has seen a key accept, found by their full text.
//!
//! People fetch dozens of files with one token, and its signature costs more than everything
//! else. Only what a key accepted is kept, so a flood of forgeries displaces nothing; a token is
//! dropped when its time is over, and all are when the set of keys changes. What is kept is the
//! [`VerifiedToken`] stage: time, party, audience and issuer are asked anew for every request.
//!
//! Two generations: the young one takes new tokens and, when it is full, becomes the old one,
//! whose predecessor is dropped whole. A hit in the old one moves the token to the young. So both
//! count and bytes stay bounded at constant cost.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use clerk_edge_jws::equal::bytes_equal;

use crate::limits::{REMEMBERED_BYTES_MAX, REMEMBERED_TOKENS_MAX};
use crate::verified::VerifiedToken;

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct VerifiedCache {
    kept: RefCell<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    keys_generation: u64,
    young: HashMap<Mark, VerifiedToken>,
    young_bytes: usize,
    old: HashMap<Mark, VerifiedToken>,
}

/// The end of a token, which is the end of a signature: nobody without the instance's key can
/// choose it for a token that gets in here, so the map cannot be made to collide; and it is short
/// where the token is long. The full text is compared on every hit.
type Mark = [u8; MARK_BYTES];

impl VerifiedCache {
    /// The signed token with exactly this text, if the same set of keys is still in force.
    #[must_use]
    pub fn find(&self, text: &str, keys_generation: u64) -> Option<VerifiedToken> {
        let place = mark(text);
        let mut kept = self.kept.borrow_mut();
        if kept.keys_generation != keys_generation {
            return None;
        }
        if let Some(found) = kept.young.get(&place) {
            return bytes_equal(found.text().as_bytes(), text.as_bytes()).then(|| found.clone());
        }
        let found = kept
            .old
            .get(&place)
            .filter(|found| bytes_equal(found.text().as_bytes(), text.as_bytes()))?
            .clone();
        kept.keep(place, found.clone());
        Some(found)
    }

    /// Keeps a token that was just verified with a key of this generation, unless other keys
    /// came into force meanwhile.
    pub fn keep(&self, signed: &VerifiedToken, keys_generation: u64) {
        let mut kept = self.kept.borrow_mut();
        match keys_generation.cmp(&kept.keys_generation) {
            Ordering::Less => return,
            Ordering::Equal => {}
            Ordering::Greater => *kept = Generations { keys_generation, ..Generations::default() },
        }
        kept.keep(mark(signed.text()), signed.clone());
    }

    /// Forgets a token whose time is over.
    pub fn forget(&self, signed: &VerifiedToken) {
        let place = mark(signed.text());
        let mut kept = self.kept.borrow_mut();
        if let Some(gone) = kept.young.remove(&place) {
            kept.young_bytes = kept.young_bytes.saturating_sub(cost(&gone));
        }
        kept.old.remove(&place);
    }

    /// How many are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        let kept = self.kept.borrow();
        kept.young.len().saturating_add(kept.old.len())
    }
}

impl Generations {
    fn keep(&mut self, place: Mark, signed: VerifiedToken) {
        let bytes = cost(&signed);
        let full = self.young.len() >= REMEMBERED_TOKENS_MAX / 2
            || self.young_bytes.saturating_add(bytes) > REMEMBERED_BYTES_MAX / 2;
        if full {
            self.old = std::mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        self.old.remove(&place);
        self.young_bytes = self.young_bytes.saturating_add(bytes);
        if let Some(gone) = self.young.insert(place, signed) {
            self.young_bytes = self.young_bytes.saturating_sub(cost(&gone));
        }
    }
}

/// What a token takes in memory: its text, its claims as a tree, roughly twice the text, and once
/// more as the header that they are sent in.
fn cost(signed: &VerifiedToken) -> usize {
    signed.text().len().saturating_mul(4)
}

fn mark(text: &str) -> Mark {
    let mut mark = [0; MARK_BYTES];
    for (slot, byte) in mark.iter_mut().zip(text.trim_end_matches('=').bytes().rev()) {
        *slot = byte;
    }
    mark
}

const MARK_BYTES: usize = 24;

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "small numbers")]
mod tests {
    use super::*;
    use crate::algorithm::Algorithm;
    use crate::claims::Claims;
    use crate::signature_accepted::SignatureAccepted;
    use std::rc::Rc;

    /// A token of this many letters, different for each number; jwt-compact has no opinion on it.
    fn token(number: usize, length: usize) -> VerifiedToken {
        signed(format!("{}{number:024}", "a".repeat(length - MARK_BYTES)))
    }

    fn signed(text: String) -> VerifiedToken {
        let claims = Rc::new(Claims::new(serde_json::Map::new()));
        let evidence = SignatureAccepted::assertion(b"", b"");
        let signed = VerifiedToken::attested(text.into(), Algorithm::Rs256, &evidence, claims);
        signed.unwrap_or_else(|flaw| unreachable!("{flaw:?}"))
    }

    fn found(remembered: &VerifiedCache, signed: &VerifiedToken) -> bool {
        remembered.find(signed.text(), 0).is_some_and(|found| found.text() == signed.text())
    }

    #[test]
    fn a_token_is_found_by_its_full_text_alone() {
        let remembered = VerifiedCache::default();
        let kept = token(1, 100);
        remembered.keep(&kept, 0);
        assert!(found(&remembered, &kept));
        let same_end = token(1, 101);
        let none = |text: &str| remembered.find(text, 0).is_none();
        assert!(none(same_end.text()) && none(token(2, 100).text()));
        remembered.keep(&same_end, 0);
        assert!(found(&remembered, &same_end) && none(kept.text()));
        assert_eq!(remembered.count(), 1);
        // Nor by less once it belongs to the old generation.
        for number in 2..2 + REMEMBERED_TOKENS_MAX / 2 {
            remembered.keep(&token(number, 100), 0);
        }
        assert!(remembered.kept.borrow().old.contains_key(&mark(same_end.text())));
        assert!(none(kept.text()) && found(&remembered, &same_end));
    }

    #[test]
    fn one_token_takes_one_place_however_it_is_padded() {
        // Else whoever has one token could push out everybody's.
        let remembered = VerifiedCache::default();
        for padding in 0..2 * MARK_BYTES {
            let padded = signed(token(1, 100).text().to_owned() + &"=".repeat(padding));
            remembered.keep(&padded, 0);
            assert!(found(&remembered, &padded));
            assert_eq!(remembered.count(), 1, "{padding}");
            assert_eq!(remembered.kept.borrow().young_bytes, cost(&padded), "{padding}");
        }
        remembered.keep(&token(2, 100), 0);
        assert_eq!(remembered.count(), 2);
    }

    #[test]
    fn other_keys_forget_everything_and_older_ones_add_nothing() {
        let remembered = VerifiedCache::default();
        remembered.keep(&token(1, 100), 0);
        assert!(remembered.find(token(1, 100).text(), 1).is_none());
        remembered.keep(&token(2, 100), 1);
        assert_eq!(remembered.count(), 1);
        assert!(remembered.find(token(2, 100).text(), 1).is_some());
        remembered.keep(&token(3, 100), 0);
        assert_eq!(remembered.count(), 1);
        assert!(remembered.find(token(1, 100).text(), 0).is_none());
    }

    #[test]
    fn number_and_bytes_are_bounded_and_the_latest_stay() {
        // The second fills its half to the last byte.
        for length in [100, 16_384] {
            let remembered = VerifiedCache::default();
            let half_bytes = REMEMBERED_BYTES_MAX / 2 / (4 * length);
            let half = half_bytes.min(REMEMBERED_TOKENS_MAX / 2);
            let mut most = 0;
            for number in 0..5 * half {
                remembered.keep(&token(number, length), 0);
                most = most.max(remembered.count());
            }
            assert_eq!(most, 2 * half, "{length}");
            let latest =
                (4 * half..5 * half).all(|number| found(&remembered, &token(number, length)));
            assert!(latest && !found(&remembered, &token(0, length)), "{length}");
        }
    }

    #[test]
    fn what_is_asked_for_stays() {
        let remembered = VerifiedCache::default();
        let asked = token(0, 100);
        remembered.keep(&asked, 0);
        for number in 1..3 * REMEMBERED_TOKENS_MAX {
            remembered.keep(&token(number, 100), 0);
            assert!(found(&remembered, &asked), "{number}");
            assert!(remembered.count() <= number + 1, "{number}: one is kept twice");
        }
    }

    #[test]
    fn what_is_forgotten_makes_room() {
        let remembered = VerifiedCache::default();
        for number in 0..10 * REMEMBERED_TOKENS_MAX {
            remembered.keep(&token(number, 16_000), 0);
            remembered.forget(&token(number, 16_000));
            assert_eq!(remembered.count(), 0);
        }
        let kept = token(0, 100);
        let half = REMEMBERED_TOKENS_MAX / 2;
        remembered.keep(&kept, 0);
        for number in 1..=half {
            remembered.keep(&token(number, 100), 0);
        }
        remembered.forget(&kept);
        assert_eq!(remembered.count(), half);
        assert!(!found(&remembered, &kept));
        remembered.forget(&token(half, 100));
        assert_eq!(remembered.kept.borrow().young_bytes, 0);
    }
}
