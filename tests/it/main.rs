//! The native tests: one binary, the core alone, with the clock as an argument.

mod answers;
mod settings;
mod double;
mod keys;
