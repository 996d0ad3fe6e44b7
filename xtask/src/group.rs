//! A program and everything it starts, ended together.
//!
//! The program gets a process group of its own and a pipe as its standard input. Ctrl-C, an error
//! or the end of this process ends the group. If this process is killed, the pipe closes, and the
//! program ends by itself.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// A running program. Dropping this ends the program and all that it started.
pub(crate) struct Group {
    child: Child,
}

impl Group {
    /// Starts a program as the head of its own group.
    pub(crate) fn start(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.stdin(Stdio::piped()).spawn().context("could not be started")?;
        Ok(Self { child })
    }

    /// Waits for the program's end or for Ctrl-C, calling `meanwhile` a few times a second.
    ///
    /// Returns whether the program ended by itself and well, or was asked to end.
    pub(crate) fn wait(&mut self, mut meanwhile: impl FnMut()) -> Result<bool> {
        while !interrupted() {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status.success());
            }
            meanwhile();
            thread::sleep(PAUSE);
        }
        Ok(true)
    }

    fn signal(&self, name: &str) {
        if cfg!(unix) {
            let group = format!("-{}", self.child.id());
            let mut kill = Command::new("kill");
            kill.args([name, "--", &group]).stderr(Stdio::null()).status().ok();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("-INT");
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE && matches!(self.child.try_wait(), Ok(None)) {
            thread::sleep(PAUSE);
        }
        // Also if the program has ended: what it started may still run.
        self.signal("-KILL");
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// From here on Ctrl-C, hang-up and termination do not end this process: they are noted, and
/// [`Group::wait`] returns.
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("Ctrl-C")
}

/// Whether Ctrl-C was pressed, or the terminal hung up, since [`listen`].
pub(crate) fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

const PAUSE: Duration = Duration::from_millis(200);

/// How long a program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);
