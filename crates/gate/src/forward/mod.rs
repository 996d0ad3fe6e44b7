//! What goes on to the upstream, and what may be said of its answer.
//!
//! Pure data: which headers are taken away, which are set, and how the answer must be kept from
//! caches. It refuses to look at bodies and to decide whether a request may go on at all.

pub mod cache_guard;
pub mod headers;
