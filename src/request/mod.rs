//! What the gate sees of a request: method, address and the few headers that it asks for by name.
//!
//! No header is read that nobody asks for, because each costs; the body is never looked at.

pub mod address;
pub(crate) mod assets;
pub mod cookies;
pub mod credentials;
pub mod form;
mod id;
mod kind;
mod oddities;
pub(crate) mod path;
pub(crate) mod percent;
pub(crate) mod readings;
pub mod url;

use std::borrow::Cow;

pub use id::request_id;
pub use kind::{Kind, is_preflight};
pub use path::{PathRefused, RequestPath};

/// A request as it came in. The address is absolute and in the standard's serialised form, as
/// the runtime gives it.
pub trait Incoming {
    /// The method as sent, unknown ones included.
    fn method(&self) -> &str;
    /// The absolute address.
    fn url(&self) -> &str;
    /// One header by its lower-case name; several of one name come joined by `, `.
    fn header(&self, name: &str) -> Option<Cow<'_, str>>;
}
