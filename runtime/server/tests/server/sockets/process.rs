//! Runs a test in another process, for tests that may abort it or that measure its peak memory.

use std::process::Command;

/// Set in a process that runs one test.
const MARK: &str = "MCP_SCOPES_TEST_PROCESS";

/// Returns whether this process runs only that test. If not, starts such a process, and panics if the test fails there.
///
/// `module` is `module_path!()` of the test.
pub(super) fn is_for_one_test(module: &str, test: &str) -> bool {
    if std::env::var_os(MARK).is_some() {
        return true;
    }
    let (_, module) = module.split_once("::").unwrap();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let output =
        command.arg("--exact").arg(format!("{module}::{test}")).arg("--nocapture").env(MARK, "1").output().unwrap();
    let (printed, errors) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{}:\n{printed}\n{errors}", output.status);
    assert!(printed.contains("1 passed"), "the process ran another test:\n{printed}");
    false
}

/// Returns the peak memory of this process, in bytes.
#[cfg(target_os = "linux")]
pub(super) fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    1024 * line.trim().trim_end_matches(" kB").parse::<usize>().unwrap()
}

/// Returns how many files and sockets this process may open.
pub(super) fn open_files() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(1024)
}
