//! The configuration: the wrangler file, the rules file and the secrets beside them, as bindings
//! of the Worker.

pub mod bindings;
pub mod dev_vars;
pub mod file;
pub mod find;
pub mod load;
pub mod tree;
pub mod wrangler;
