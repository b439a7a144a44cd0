//! Opens a page in the browser of the user.

use std::{
    io,
    path::Path,
    process::{Command, Stdio},
};

/// Starts the program that opens files of this platform, and does not wait for the browser.
pub(super) fn open(path: &Path) -> io::Result<()> {
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    command.arg(path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().map(drop)
}
