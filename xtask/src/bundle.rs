//! The deployable bundle: the entry, the glue and the WASM, with their size.
//!
//! Three steps: Cargo compiles the crate as a `cdylib`, wasm-bindgen writes the glue, and the
//! glue is edited for Workers. Each edit must find its text exactly once, so the build fails with
//! a release of wasm-bindgen that writes another text.

use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use flate2::{Compression, write::GzEncoder};

use crate::{place, site, step, wasm::Wasm};

/// The largest size of a bundle, JavaScript and WASM together, `gzip -9`, in bytes.
///
/// Start-up and upload take longer with a larger bundle. This is today's size and a few percent
/// for other compilers, so that growth is noticed. It is raised only with the feature that pays for it.
const BUNDLE_BYTES_MAX: usize = 380_000;

/// Builds the bundle that is deployed, in `build/`, and the map of the site behind it.
pub(crate) fn shipped() -> Result<PathBuf> {
    site::mapped()?;
    let folder = place::root().join("build");
    let sizes = make(&folder, &[], Names::Stripped)?;
    println!("  {:<16} {:>9} {:>9}", "bytes", "raw", "gzip -9");
    for (name, raw, gzip) in &sizes {
        let name = name.rsplit('/').next().unwrap_or(name);
        println!("  {name:<16} {raw:>9} {gzip:>9}");
    }
    let total: usize = sizes.iter().map(|(_, _, gzip)| gzip).sum();
    println!("  {:<16} {:>9} {total:>9} of {BUNDLE_BYTES_MAX}", "together", "");
    if total > BUNDLE_BYTES_MAX {
        bail!("the bundle is {} bytes over its budget", total - BUNDLE_BYTES_MAX);
    }
    Ok(folder)
}

/// Builds the bundle with the routes that panic, for the test of recovery only.
pub(crate) fn panicking() -> Result<PathBuf> {
    let folder = place::target().join("panicking");
    make(&folder, &["--features", "panic-route"], Names::Stripped)?;
    Ok(folder)
}

/// Builds the example of the crate for Workers that are written in Rust, for its tests.
pub(crate) fn worker_crate() -> Result<PathBuf> {
    let folder = place::target().join("worker-crate");
    let what = ["--package", "worker-crate"];
    make_of(&folder, &what, Names::Stripped, &OF_WORKER_CRATE)?;
    Ok(folder)
}

/// Builds the same bundle with the names of its functions, for a profiler.
pub(crate) fn named() -> Result<PathBuf> {
    let folder = place::target().join("named");
    make(&folder, &[], Names::Kept)?;
    Ok(folder)
}

/// Whether a module keeps the names of its functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    /// As it is deployed.
    Stripped,
    /// For a profiler.
    Kept,
}

/// A file's name, its bytes, and its bytes gzipped.
type Size = (String, usize, usize);

fn make(folder: &Path, features: &[&str], names: Names) -> Result<Vec<Size>> {
    let what = [&["--package", "clerk-edge"], features].concat();
    make_of(folder, &what, names, &BY_HAND)
}

fn make_of(
    folder: &Path,
    what: &[&str],
    names: Names,
    by_hand: &[(&str, &str)],
) -> Result<Vec<Size>> {
    let tools = Wasm::find()?;
    let binary = step::step("cargo rustc, for WASM", || compile(&tools, what))?;
    step::step("wasm-bindgen", || {
        let work = place::target().join(format!("bundle-{}", std::process::id()));
        let files = glue(&binary, &work, names, by_hand).and_then(|()| read(&work));
        fs::remove_dir_all(&work).ok();
        let files = files?;
        for (name, bytes) in &files {
            replace(&folder.join(name), bytes)?;
        }
        files.into_iter().map(|(name, bytes)| Ok((name, bytes.len(), gzip(&bytes)?))).collect()
    })
}

/// Compiles a crate as a `cdylib` and asks Cargo where it is.
pub(crate) fn compile(tools: &Wasm, what: &[&str]) -> Result<PathBuf> {
    let mut cargo = tools.cargo("rustc")?;
    cargo.args(["--lib", "--crate-type", "cdylib", "--release"]);
    cargo.args(what).args(["--message-format", "json-render-diagnostics"]);
    let output = cargo.stderr(Stdio::inherit()).output().context("cargo could not be started")?;
    if !output.status.success() {
        bail!("`cargo rustc` failed; the lines above say why");
    }
    let messages = String::from_utf8_lossy(&output.stdout);
    // The last artefact is the crate itself; those before it are its dependencies.
    messages.lines().rev().find_map(wasm_file).context("Cargo reported no .wasm file")
}

/// The `.wasm` file that one of Cargo's messages names.
fn wasm_file(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let files = message.get("filenames")?.as_array()?;
    let mut files = files.iter().filter_map(|file| file.as_str()).map(PathBuf::from);
    files.find(|file| file.extension().is_some_and(|end| end == "wasm"))
}

/// Lets wasm-bindgen write the glue of a module for Workers.
pub(crate) fn bindgen(binary: &Path, work: &Path, names: Names) -> Result<()> {
    let mut arguments: Vec<OsString> = [
        "wasm-bindgen",
        "--target=module",
        "--out-name=gate",
        "--no-typescript",
        "--remove-producers-section",
        "--experimental-reset-state-function",
        "--force-enable-abort-handler",
    ]
    .map(Into::into)
    .into();
    arguments.extend((names == Names::Stripped).then(|| "--remove-name-section".into()));
    arguments.extend(["--out-dir".into(), work.into(), binary.into()]);
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(arguments)
}

/// Writes the glue of the product, with the edits for Workers, and the hand-written files beside it.
fn glue(binary: &Path, work: &Path, names: Names, by_hand: &[(&str, &str)]) -> Result<()> {
    bindgen(binary, work, names)?;
    let file = work.join(GLUE);
    let mut text = fs::read_to_string(&file)?;
    for (found, wanted) in GLUE_EDITS {
        if text.matches(found).count() != 1 {
            bail!("the glue of this wasm-bindgen does not contain exactly once: `{found}`");
        }
        text = text.replace(found, wanted);
    }
    fs::write(&file, text)?;
    for (source, name) in by_hand {
        let source = place::root().join(source);
        fs::copy(&source, work.join(name)).with_context(|| format!("{}", source.display()))?;
    }
    Ok(())
}

/// Every file below a folder, with its path from there: a crate may bring JavaScript of its own.
fn read(work: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let (mut files, mut folders) = (Vec::new(), vec![work.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(work)?.to_string_lossy().replace('\\', "/");
                files.push((name, fs::read(path)?));
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Writes a file if it differs, by a rename, so that `wrangler dev` never reads half of it.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(file).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let new = file.with_extension(format!("new-{}", std::process::id()));
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    fs::write(&new, bytes)?;
    fs::rename(&new, file).with_context(|| format!("{}", file.display()))
}

fn gzip(bytes: &[u8]) -> Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

/// The hand-written files, and their names in the bundle.
const BY_HAND: [(&str, &str); 5] = [
    ("src/worker.js", "index.js"),
    ("src/entry.js", "entry.js"),
    ("src/pending.js", "pending.js"),
    ("src/io.js", "io.js"),
    ("src/cookies.js", "cookies.js"),
];
/// The same of the example in `tests/worker-crate`.
const OF_WORKER_CRATE: [(&str, &str); 2] =
    [("tests/worker-crate/index.js", "index.js"), ("tests/program/recorded.js", "recorded.js")];
const GLUE: &str = "gate.js";

/// Edits of the generated glue: the text to find, and its replacement.
const GLUE_EDITS: [(&str, &str); 4] = [
    // workerd returns a module for a plain import and does not know source-phase imports.
    ("import source wasmModule from", "import wasmModule from"),
    // Whatever leaves the WASM as an exception, a trap above all, passes here: in a request, in a
    // promise's continuation, in a callback. The door wants to hear of it.
    (
        "function __wbg_handle_catch(e) {",
        "let listener = () => {};\n\
         export function onPanic(callback) { listener = callback; }\n\
         function __wbg_handle_catch(e) {\n    listener(e);",
    ),
    // A callback of an instance that has ended must not be the one that replaces it: it would go on
    // in the new one, with addresses of the old. The door replaces it, between two requests.
    ("            __wbg_reset_state();\n            return;\n", ""),
    // Letter by letter, a cookie header costs more than the whole decision. Nearly all that crosses
    // is ASCII and takes as many bytes as letters; what does not fit goes the generated way.
    (
        "    let offset = 0;\n\n    for (; offset < len; offset++) {",
        "    let offset = 0;\n\n    \
         if (len > 64) {\n        \
         const { read, written } = cachedTextEncoder.encodeInto(arg, mem.subarray(ptr, ptr + len));\n        \
         if (read === len) {\n            WASM_VECTOR_LEN = written;\n            return ptr;\n        }\n    \
         }\n    for (; offset < len; offset++) {",
    ),
];
