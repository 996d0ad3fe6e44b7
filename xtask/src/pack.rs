//! `pack`: the npm package, `dist/clerk-edge-VERSION.tgz`.
//!
//! The same bytes from the same commit: entries are sorted, and times, owners and modes are fixed.
//! The Worker in it is the bundle of `build`, file by file. What must not be in a Worker (the
//! stand-in for Clerk, the command) stands in files that no Worker imports.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use flate2::{Compression, GzBuilder};

use crate::{bundle, command, node::Node, place, step};

/// The largest size of the package, in bytes.
const PACKAGE_BYTES_MAX: usize = 1_500_000;

/// The files of the package, by their path in it.
type Files = BTreeMap<String, Vec<u8>>;

/// Builds the Worker and packs the package.
pub(crate) fn run() -> Result<()> {
    let node = Node::ready()?;
    bundle::shipped()?;
    pack(&node).map(drop)
}

/// Packs the package with the Worker that was built last.
pub(crate) fn pack(node: &Node) -> Result<PathBuf> {
    let command = command::build()?;
    step::step("npm package", || {
        let files = files(node, &place::root().join("build"), &command)?;
        let package = archive(&files)?;
        if package.len() > PACKAGE_BYTES_MAX {
            bail!("the package has {} bytes, more than {PACKAGE_BYTES_MAX}", package.len());
        }
        let folder = place::root().join("dist");
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("clerk-edge-{}.tgz", version()?));
        fs::write(&file, &package)?;
        println!("  {} ({} files, {} bytes)", file.display(), files.len(), package.len());
        Ok(file)
    })
}

fn files(node: &Node, build: &Path, command: &Path) -> Result<Files> {
    let root = place::root();
    let mut files = Files::new();
    add(&mut files, &root.join("npm/clerk-edge"), "")?;
    add(&mut files, build, "edge/")?;
    // The demo's site is built beside the Worker.
    files.retain(|name, _| !name.starts_with("edge/site/"));
    add(&mut files, command, "command/")?;
    add(&mut files, &root.join("npm/schema"), "schema/")?;
    for name in ["README.md", "LICENSE"] {
        files.insert(name.to_owned(), fs::read(root.join(name)).context(name)?);
    }
    let types = fs::read(root.join("npm/testing/index.d.ts")).context("npm/testing")?;
    files.insert("testing/index.d.ts".to_owned(), types);
    files.insert("testing/index.js".to_owned(), testing(node)?);
    let manifest = files.get_mut("package.json").context("npm/clerk-edge/package.json")?;
    *manifest = with_version(manifest)?;
    Ok(files)
}

/// The files of a folder and of those below it.
fn add(files: &mut Files, folder: &Path, prefix: &str) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("{}", folder.display()))? {
        let path = entry?.path();
        let name = path.file_name().context("a file has a name")?.to_string_lossy();
        if path.is_dir() {
            add(files, &path, &format!("{prefix}{name}/"))?;
        } else {
            files.insert(format!("{prefix}{name}"), fs::read(&path)?);
        }
    }
    Ok(())
}

/// The stand-in for Clerk as one file: it is spread over the demo and `npm/testing`.
fn testing(node: &Node) -> Result<Vec<u8>> {
    let out = place::target().join("testing.js");
    let mut esbuild = node.command("esbuild");
    esbuild.args(["npm/testing/index.js", "--bundle", "--platform=node", "--format=esm"]);
    esbuild.args(["--target=node20", "--log-level=warning"]);
    esbuild.arg(format!("--outfile={}", out.display()));
    step::run(&mut esbuild, "its last lines say why")?;
    fs::read(&out).context("esbuild wrote no file")
}

/// The version is Cargo's, and stands in no other file.
fn with_version(manifest: &[u8]) -> Result<Vec<u8>> {
    let text = std::str::from_utf8(manifest)?;
    if text.matches(VERSION).count() != 1 {
        bail!("npm/clerk-edge/package.json does not contain exactly once: {VERSION}");
    }
    Ok(text.replace(VERSION, &format!("\"version\": \"{}\"", version()?)).into_bytes())
}

/// The workspace's version.
pub(crate) fn version() -> Result<String> {
    let text = fs::read_to_string(place::root().join("Cargo.toml"))?;
    let after = text.split("[workspace.package]\nversion = \"").nth(1);
    let version = after.and_then(|rest| rest.split('"').next());
    Ok(version.context("Cargo.toml begins [workspace.package] with the version")?.to_owned())
}

fn archive(files: &Files) -> Result<Vec<u8>> {
    let gzip = GzBuilder::new().mtime(0).operating_system(UNKNOWN_SYSTEM);
    let mut archive = tar::Builder::new(gzip.write(Vec::new(), Compression::best()));
    for (name, bytes) in files {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.set_mode(if is_program(bytes) { 0o755 } else { 0o644 });
        header.set_mtime(PACKED_SECONDS);
        archive.append_data(&mut header, format!("package/{name}"), bytes.as_slice())?;
    }
    Ok(archive.into_inner()?.finish()?)
}

/// Whether a file is started by its first line.
fn is_program(bytes: &[u8]) -> bool {
    bytes.starts_with(b"#!")
}

/// Installs the package into a folder with these files, as a user does, and without any script.
pub(crate) fn install(node: &Node, package: &Path, project: &Path, source: &str) -> Result<()> {
    if project.exists() {
        fs::remove_dir_all(project)?;
    }
    fs::create_dir_all(project)?;
    for entry in fs::read_dir(place::root().join(source)).context(source.to_owned())? {
        let path = entry?.path();
        fs::copy(&path, project.join(path.file_name().context("a file has a name")?))?;
    }
    let mut npm = Command::new("npm");
    npm.current_dir(project).env("PATH", node.path());
    npm.args(["install", "--ignore-scripts", "--offline", "--no-audit", "--no-fund"]);
    step::run(npm.arg("--loglevel=error").arg(package), "its last lines say why")
}

/// In `npm/clerk-edge/package.json`.
const VERSION: &str = "\"version\": \"0.0.0\"";
/// The time that npm gives to files in a package, in seconds since 1970: 1985-10-26, as tools that
/// refuse times before 1980 accept.
const PACKED_SECONDS: u64 = 499_162_500;
/// RFC 1952: the package is the same, whichever system made it.
const UNKNOWN_SYSTEM: u8 = 255;

#[cfg(test)]
mod tests {
    use super::{Files, archive, version};

    #[test]
    fn the_same_files_make_the_same_bytes_and_others_make_others() {
        let files = |text: &str| Files::from([("a.js".to_owned(), text.as_bytes().to_vec())]);
        let [one, again, other] = ["1", "1", "2"].map(|text| archive(&files(text)).ok());
        assert!(one.is_some());
        assert_eq!(one, again);
        assert_ne!(one, other);
    }

    #[test]
    fn the_version_is_cargos() {
        let version = version().unwrap_or_default();
        assert_eq!(version.split('.').count(), 3, "{version}");
    }
}
