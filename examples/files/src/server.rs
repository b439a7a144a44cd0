//! The annotated tools.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use mcp_scopes::{mcp_tool, mcp_tools};

/// The maximum length of a text that `read_file` returns, in bytes.
const LONGEST: u64 = 1_000_000;

/// The commands of `execute_command`, by name. A scope determines who may call the tool. The tool determines which
/// commands are harmless, so a caller cannot choose a program or its arguments.
const COMMANDS: [(&str, &str, &[&str]); 3] =
    [("date", "date", &["-u"]), ("disk", "df", &["-k", "."]), ("uptime", "uptime", &[])];

/// Serves one folder.
#[derive(Clone, Debug)]
pub struct FileServer {
    root: PathBuf,
}

impl FileServer {
    /// Creates a server of that folder.
    ///
    /// # Errors
    /// Returns an error if there is no such folder.
    pub fn new(root: impl AsRef<Path>) -> io::Result<Self> {
        Ok(Self { root: root.as_ref().canonicalize()? })
    }

    /// Resolves a path in the served folder. Links are followed before the comparison, so that none leads out of it.
    fn inside(&self, path: &str) -> io::Result<PathBuf> {
        let path = self.root.join(path).canonicalize()?;
        if path.starts_with(&self.root) {
            return Ok(path);
        }
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "the path leads out of the folder that is served"))
    }
}

#[mcp_tools]
impl FileServer {
    /// List directory contents
    #[mcp_tool(risk = "low", grouped_with("read_file"))]
    pub fn list_files(&self, directory: &str) -> io::Result<String> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.inside(directory)?)? {
            let entry = entry?;
            let slash = if entry.file_type()?.is_dir() { "/" } else { "" };
            names.push(format!("{}{slash}\n", entry.file_name().to_string_lossy()));
        }
        names.sort_unstable();
        Ok(names.concat())
    }

    /// Execute system commands
    ///
    /// `command` is one of `date`, `disk` and `uptime`.
    #[mcp_tool(risk = "high", prerequisites("health_check"), examples("execute_command uptime"))]
    pub fn execute_command(&self, command: &str, working_directory: Option<&str>) -> io::Result<String> {
        let Some((_, program, arguments)) = COMMANDS.iter().find(|(name, ..)| *name == command) else {
            let known = COMMANDS.map(|(name, ..)| format!("`{name}`")).join(", ");
            let message = format!("`{command}` is not an allowed command; these are: {known}");
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, message));
        };
        let folder = self.inside(working_directory.unwrap_or("."))?;
        let output = Command::new(program).args(*arguments).current_dir(folder).stdin(Stdio::null()).output()?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        Err(io::Error::other(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
    }

    /// Check server health status
    #[mcp_tool(risk = "minimal")]
    pub fn health_check(&self) -> io::Result<String> {
        fs::read_dir(&self.root).map(|_| "ok\n".to_owned())
    }

    /// Read a text file
    #[mcp_tool(risk = "low", grouped_with("list_files"))]
    pub fn read_file(&self, path: &str) -> io::Result<String> {
        let mut text = String::new();
        File::open(self.inside(path)?)?.take(LONGEST + 1).read_to_string(&mut text)?;
        if text.len() as u64 > LONGEST {
            let message = format!("the file is longer than {LONGEST} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
        }
        Ok(text)
    }
}
