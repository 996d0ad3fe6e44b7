//! The native tests: one binary, the core alone, with the clock as an argument.

mod conditions;
mod cycles;
mod dice;
mod paths;
mod readings;
mod redirects;
mod rules;
mod rules_find;
