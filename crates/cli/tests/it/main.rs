//! The command over a double of its port: every command with its text, its JSON and its exit code.

mod arguments;
mod check;
mod claims;
mod dice;
mod double;
mod explain;
mod import;
mod proof;
mod routes;
mod schema;
mod tests;
mod token;
mod users;
