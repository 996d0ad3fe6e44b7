//! Cookie headers that were read before, by the number that the host has given them.
//!
//! A number is believed only together with the end of the token's signature as the request's own
//! header has it, which nobody can choose without the instance's key. So a wrong number leads to a
//! fresh reading, and never to another person's session. When a number is used belongs in
//! [`crate::session`].

use std::cell::RefCell;

use crate::limits::{NUMBERED_BYTES_MAX, NUMBERED_COOKIES_MAX};
use clerk_edge_token::verified::VerifiedToken;

/// The cookie headers that one isolate has read.
#[derive(Debug, Default)]
pub struct NumberedCookies {
    kept: RefCell<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    keys_generation: u64,
    /// By number, ascending, as the host gives them.
    by_number: Vec<(u32, NumberedCookie)>,
    bytes: usize,
}

/// What one header says.
#[derive(Clone, Debug)]
pub(crate) struct NumberedCookie {
    /// The session token that counts.
    pub(crate) token: VerifiedToken,
    /// `__client_uat`.
    pub(crate) client_uat: f64,
}

impl NumberedCookies {
    /// What a number stands for, if the token's end is the one that came with it, and the same keys
    /// are in force.
    pub(crate) fn find(
        &self,
        number: u32,
        token_end: &str,
        keys_generation: u64,
    ) -> Option<NumberedCookie> {
        let kept = self.kept.borrow();
        let place = kept.by_number.binary_search_by_key(&number, |(known, _)| *known).ok()?;
        let (_, found) = kept.by_number.get(place)?;
        let is_same = token_end.len() == MARK_BYTES && found.token.text().ends_with(token_end);
        (kept.keys_generation == keys_generation && is_same).then(|| found.clone())
    }

    /// Keeps what a header says, under its number.
    pub(crate) fn keep(&self, number: u32, cookie: NumberedCookie, keys_generation: u64) {
        let mut kept = self.kept.borrow_mut();
        let bytes = cookie.token.text().len();
        let is_next = kept.by_number.last().is_none_or(|(last, _)| *last < number);
        let is_full = kept.by_number.len() >= NUMBERED_COOKIES_MAX
            || kept.bytes.saturating_add(bytes) > NUMBERED_BYTES_MAX;
        if is_full || !is_next || kept.keys_generation != keys_generation {
            *kept = Kept { keys_generation, ..Kept::default() };
        }
        kept.bytes = kept.bytes.saturating_add(bytes);
        kept.by_number.push((number, cookie));
    }
}

const MARK_BYTES: usize = 24;
