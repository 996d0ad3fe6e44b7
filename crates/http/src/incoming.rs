//! What is read of a request: method, URL and the few headers that are asked for by name.
//!
//! A header that nothing asks for is not read, because each costs a call into the host. The body is
//! never read. What the values mean belongs in the gate.

use std::borrow::Cow;

/// A request as it arrived. Its URL is absolute and in the form that the URL standard serialises,
/// as the runtime gives it.
pub trait Incoming {
    /// The method as sent, unknown ones included.
    fn method(&self) -> &str;
    /// The absolute URL.
    fn url(&self) -> &str;
    /// The header with this lower-case name; several with one name are joined by `, `.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
    /// All header names, each on a line.
    fn header_names(&self) -> Cow<'_, str>;
}
