//! What is read of a request: method, URL and the few headers that are asked for by name.
//!
//! A header that nothing asks for is not read, because each costs a call into the host; neither is
//! a body. The body of a request that is forwarded is never read. What the values mean belongs in
//! the gate.

use std::borrow::Cow;

/// A request as it arrived. Its URL is absolute and in the form that the URL standard serialises,
/// as the runtime gives it.
#[expect(async_fn_in_trait, reason = "there is one thread, so no future is sent to another one")]
pub trait Incoming {
    /// The method as sent, unknown ones included.
    fn method(&self) -> &str;
    /// The absolute URL.
    fn url(&self) -> &str;
    /// The header with this lower-case name; several with one name are joined by `, `.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
    /// All header names, each on a line.
    fn header_names(&self) -> Cow<'_, str>;
    /// The whole body, empty where there is none. At most `max` bytes and a part of the stream are
    /// ever held. It can be read once, and a request whose body was read cannot be forwarded.
    ///
    /// # Errors
    /// [`BodyError`] where there is no whole body within the limit.
    async fn body(&self, max: usize) -> Result<Vec<u8>, BodyError>;
}

/// Why there is no body to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyError {
    /// It has more bytes than are wanted.
    TooLarge,
    /// It broke off, or was read before.
    Unreadable,
}
