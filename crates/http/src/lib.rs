//! The texts of HTTP: URLs, hosts, paths and their readings, queries, percent-encoding.
//!
//! Which path needs which session belongs in the rules, what a request means in the gate.

pub mod asset_names;
pub mod host;
pub mod incoming;
pub mod kind;
pub mod limits;
pub mod oddities;
pub mod path;
pub mod percent;
pub mod plain_id;
pub mod query;
pub mod readings;
pub mod request_id;
pub mod sha1;
pub mod url;
pub mod url_parts;
