//! Scans a folder and prints its map, then what else was found: `cargo run --features fs --example
//! scan -- DIR [--leaks]`. With `--write` the map is written into the folder.
#![allow(clippy::print_stdout, reason = "it is a command")]

use std::path::Path;

use clerk_edge_site::{Folder, MAP_NAME, Purpose, Site};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_set = |flag: &str| arguments.iter().any(|argument| argument == flag);
    let folder = arguments.first().ok_or("which folder?")?;
    let purpose = if is_set("--leaks") { Purpose::Leaks } else { Purpose::Map };
    let site = Site::read(&mut Folder::new(folder), purpose, &mut |_| {})?;
    let map = site.map()?;
    print!("{map}");
    for finding in site.report().findings {
        println!("# {finding:?}");
    }
    for held in site.held() {
        println!("# {held:?}");
    }
    if is_set("--write") {
        std::fs::write(Path::new(folder).join(MAP_NAME), map)?;
    }
    Ok(())
}
