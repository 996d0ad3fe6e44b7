//! The tokens that this isolate has seen a key accept, found by their full text.
//!
//! People fetch dozens of files with one token, and its signature costs more than everything
//! else. Only what a key accepted is kept, so a flood of forgeries displaces nothing; a token is
//! dropped when its time is over, and all are when the set of keys changes. What is kept is the
//! [`Signed`] stage: time, party, audience and issuer are asked anew for every request.
//!
//! Two generations: the young one takes new tokens and, when it is full, becomes the old one,
//! whose predecessor is dropped whole. A hit in the old one moves the token to the young. So both
//! count and bytes stay bounded at constant cost.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::HashMap;

use super::Signed;
use crate::limits::{REMEMBERED_BYTES_MAX, REMEMBERED_TOKENS_MAX};

/// The memory of one isolate.
#[derive(Debug, Default)]
pub struct Remembered {
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    keys_generation: u64,
    young: HashMap<Mark, Signed>,
    young_bytes: usize,
    old: HashMap<Mark, Signed>,
}

/// The end of a token, which is the end of a signature: nobody without the instance's key can
/// choose it for a token that gets in here, so the map cannot be made to collide; and it is short
/// where the token is long. The full text is compared on every hit.
type Mark = [u8; MARK_BYTES];

impl Remembered {
    /// The signed token with exactly this text, if the same set of keys is still in force.
    #[must_use]
    pub fn find(&self, text: &str, keys_generation: u64) -> Option<Signed> {
        let place = mark(text);
        let mut kept = self.kept.borrow_mut();
        if kept.keys_generation != keys_generation {
            return None;
        }
        if let Some(found) = kept.young.get(&place) {
            return (found.text() == text).then(|| found.clone());
        }
        let found = kept.old.get(&place).filter(|found| found.text() == text)?.clone();
        kept.old.remove(&place);
        kept.keep(place, found.clone());
        Some(found)
    }

    /// Keeps a token that was just verified with a key of this generation, unless other keys
    /// came into force meanwhile.
    pub fn keep(&self, signed: &Signed, keys_generation: u64) {
        let mut kept = self.kept.borrow_mut();
        match keys_generation.cmp(&kept.keys_generation) {
            Ordering::Less => return,
            Ordering::Equal => {}
            Ordering::Greater => *kept = Kept { keys_generation, ..Kept::default() },
        }
        kept.keep(mark(signed.text()), signed.clone());
    }

    /// Forgets a token whose time is over.
    pub fn forget(&self, signed: &Signed) {
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

impl Kept {
    fn keep(&mut self, place: Mark, signed: Signed) {
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

/// What a token takes in memory: its text, and its claims as a tree, roughly twice the text.
fn cost(signed: &Signed) -> usize {
    signed.text().len().saturating_mul(3)
}

fn mark(text: &str) -> Mark {
    let mut mark = [0; MARK_BYTES];
    for (slot, byte) in mark.iter_mut().zip(text.trim_end_matches('=').bytes().rev()) {
        *slot = byte;
    }
    mark
}

const MARK_BYTES: usize = 24;
