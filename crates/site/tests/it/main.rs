//! The scanner as its users call it: small sites with one question each, hostile ones, and parts of
//! real frameworks' outputs.

#![allow(clippy::expect_used, reason = "a test that cannot go on should stop loudly")]

mod folder;
mod frameworks;
mod hostile;
mod map;

use clerk_edge_site::{Memory, Purpose, Site};

/// A site of these files.
fn memory(files: &[(&str, &str)]) -> Memory {
    let mut memory = Memory::new();
    for (name, content) in files {
        memory.insert(*name, *content);
    }
    memory
}

#[track_caller]
fn read(files: &mut Memory) -> Site {
    Site::read(files, Purpose::Leaks, &mut |_| {}).expect("a site in memory is read")
}

/// The map's lines, without the first and the last.
#[track_caller]
fn lines(files: &mut Memory) -> Vec<String> {
    let map = read(files).map().expect("a small map");
    let mut lines: Vec<String> = map.lines().map(str::to_owned).collect();
    let first = lines.remove(0);
    assert_eq!(lines.pop().as_deref(), Some("end"));
    assert_eq!(first, format!("clerk-edge-site 1 {}", lines.len()));
    lines
}
