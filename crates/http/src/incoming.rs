//! What the gate sees of a request: method, address and the few headers that it asks for by name.
//!
//! No header is read that nobody asks for, because each costs; the body is never looked at.

use std::borrow::Cow;

/// A request as it came in. The address is absolute and in the standard's serialised form, as
/// the runtime gives it.
pub trait Incoming {
    /// The method as sent, unknown ones included.
    fn method(&self) -> &str;
    /// The absolute address.
    fn url(&self) -> &str;
    /// One header by its lower-case name; several of one name come joined by `, `.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
    /// All header names, each on a line.
    fn header_names(&self) -> Cow<'_, str>;
}
