//! What has to be known once the upstream has answered, as one text: it crosses to JavaScript and
//! comes back, since the instance that wrote it may be gone by then. Takes no decision.

use crate::{clock, io};
use clerk_edge_gate::grant::Forward;
use clerk_edge_gate::log;
use clerk_edge_gate::plan::Plan;

/// What was noted; of an empty text, that nothing is to be done.
#[derive(Debug)]
pub(crate) struct Note<'a> {
    /// Whether the answer must be kept from shared caches.
    pub(crate) guarded: bool,
    /// The request's name.
    pub(crate) request_id: &'a str,
    /// Headers to append, names and values in turn.
    pub(crate) append: &'a str,
    began_us: u64,
    log: &'a str,
}

impl<'a> Note<'a> {
    /// As text; empty where the answer may go out as it comes, and nothing is logged.
    pub(crate) fn write(forward: &Forward<'_>, decision: &Plan<'_>, began_us: u64) -> String {
        let log = decision.log.as_deref().unwrap_or_default();
        if !forward.guarded && log.is_empty() {
            return String::new();
        }
        let guarded = if forward.guarded { GUARDED } else { "" };
        let append = io::text(&forward.append);
        [guarded, &decision.request_id, &began_us.to_string(), log, &append].join("\n")
    }

    /// From text.
    pub(crate) fn read(text: &'a str) -> Self {
        let mut parts = text.splitn(5, '\n');
        let mut part = || parts.next().unwrap_or_default();
        let (guarded, request_id, began, log, append) = (part(), part(), part(), part(), part());
        let began_us = began.parse().unwrap_or_default();
        Self { guarded: guarded == GUARDED, request_id, append, began_us, log }
    }

    /// Logs what came of the request.
    pub(crate) fn say(&self, status: u16) {
        if !self.log.is_empty() {
            crate::say(&log::finish(self.log, status, clock::micros_since(self.began_us)));
        }
    }
}

const GUARDED: &str = "guarded";
