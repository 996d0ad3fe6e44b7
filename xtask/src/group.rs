//! A program and everything it starts, ended together.
//!
//! The program gets a process group of its own and a pipe as its standard input. Ctrl-C, an end of
//! this process or an error ends the group; should this process be killed outright, the pipe
//! closes, which a well-behaved child takes as its end.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// Holding one means that a program runs; dropping it ends the program and all it started.
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
        // Also where the head has ended: what it started may not have.
        self.signal("-KILL");
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Takes over Ctrl-C, hang-up and termination: from here on they are seen by [`Group::wait`].
pub(crate) fn listen() -> Result<()> {
    ctrlc::set_handler(|| INTERRUPTED.store(true, Ordering::SeqCst)).context("Ctrl-C")
}

fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

const PAUSE: Duration = Duration::from_millis(200);

/// How long a program may take to end by itself.
const PATIENCE: Duration = Duration::from_secs(5);
