//! `test`: the expectations of `clerk-edge.test.json`, and its promises.

pub mod coverage;
pub mod expectation;
pub mod file;
pub mod run;

use clerk_edge_gate::settings::Settings;

use crate::config::load::Configuration;
use crate::host::Host;
use crate::people::{Person, words};
use crate::report::Failure;
use crate::tests::file::TestFile;

pub use run::command;

/// A person of the test file beside the configuration, or of a word.
///
/// # Errors
/// Where the file cannot be read or has no such person.
pub fn person_named<H: Host>(
    host: &H,
    configuration: &Configuration,
    settings: &Settings,
    name: &str,
) -> Result<Person, Failure> {
    if let Some(person) = words::person(name, &settings.role_claims) {
        return Ok(person);
    }
    let file = TestFile::read(host, &TestFile::beside(host, configuration), settings)?;
    file.person(name).ok_or_else(|| file.unknown(name))
}
