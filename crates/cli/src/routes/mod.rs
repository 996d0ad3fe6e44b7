//! `routes`: the rules in their order, who reaches what, and what a change lets in.

pub mod against;
pub mod files;
pub mod list;
pub mod matrix;

use serde_json::{Map, Value, json};

use crate::arguments::Arguments;
use crate::config::load::Configuration;
use crate::host::Host;
use crate::look::Look;
use crate::report::{Failure, Report};
use crate::world::World;

/// Runs the command.
///
/// # Errors
/// Where the configuration or a named file is faulty.
pub fn command<H: Host>(host: &H, arguments: &Arguments, look: Look) -> Result<Report, Failure> {
    if let Some(stray) = arguments.operands().first() {
        return Err(arguments.wrong(format!("`{stray}` is one argument too many")));
    }
    let markdown = arguments.word("format", &["table", "markdown"])? == "markdown";
    let configuration = Configuration::read(host, arguments)?;
    let settings = configuration.settings()?;
    let world = World::open(&configuration, settings, host.now_ms(), false);
    let mut report = Report::default();
    let mut result = Map::new();
    result.insert("rules".to_owned(), Value::Array(list::json(&world, &configuration)));
    if let Some(file) = arguments.value("against") {
        result.insert("changes".to_owned(), against::run(host, &world, file, look, &mut report)?);
    } else if let Some(folder) = arguments.value("files") {
        let files = files::run(host, &world, folder, markdown, look, &mut report)?;
        result.insert("files".to_owned(), files);
    } else if arguments.has("matrix") {
        let matrix = matrix::Matrix::of(host, &world, &configuration, arguments)?;
        report.out.push_str(&matrix.text(markdown));
        result.insert("people".to_owned(), json!(matrix.people()));
        result.insert("matrix".to_owned(), matrix.json());
    } else {
        report.out.push_str(&list::text(&world, &configuration, markdown));
    }
    report.result = Value::Object(result);
    Ok(report)
}
