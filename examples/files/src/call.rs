//! Executes a call, or denies it.

use std::{error, fmt, io};

use mcp_scopes::{Denied, Grant, ToolHandle};

use crate::server::FileServer;

/// The reason why a call has no result.
#[derive(Debug)]
#[non_exhaustive]
pub enum Failure {
    /// The token does not open the tool.
    Denied(Denied),
    /// The arguments do not match the tool's parameters.
    Arguments(String),
    /// The tool itself failed.
    Tool(io::Error),
}

impl FileServer {
    /// Makes one call for a caller with that grant. The arguments are in the tool's own order.
    ///
    /// ```
    /// # use files::{TOOLS, server::FileServer};
    /// let server = FileServer::new(".")?;
    /// assert_eq!(server.call(&TOOLS.grant("health_check"), "health_check", &[]).unwrap(), "ok\n");
    /// assert!(server.call(&TOOLS.grant("health_check"), "list_files", &[".".to_owned()]).is_err());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns a [`Failure`]. A call that the token does not open is denied before anything else is checked.
    pub fn call(&self, grant: &Grant, tool: &str, arguments: &[String]) -> Result<String, Failure> {
        let tool = grant.authorize(tool)?;
        let result = match (tool.name, bind(tool, arguments)?.as_slice()) {
            ("list_files", [Some(directory)]) => self.list_files(directory),
            ("execute_command", [Some(command), folder]) => self.execute_command(command, *folder),
            ("health_check", []) => self.health_check(),
            ("read_file", [Some(path)]) => self.read_file(path),
            (name, _) => return Err(Failure::Arguments(format!("tool `{name}` is not implemented"))),
        };
        result.map_err(Failure::Tool)
    }
}

/// Returns one slot for each parameter of the tool. The slot of an optional parameter may be empty.
fn bind(tool: ToolHandle, arguments: &[String]) -> Result<Vec<Option<&str>>, Failure> {
    let mut given = arguments.iter().map(String::as_str);
    let (mut bound, mut missing) = (Vec::new(), Vec::new());
    tool.parameters.for_each(&mut |parameter| {
        let argument = given.next();
        if argument.is_none() && parameter.required {
            missing.push(format!("`{}`", parameter.name));
        }
        bound.push(argument);
    });
    if !missing.is_empty() {
        return Err(Failure::Arguments(format!("tool `{}` needs {}", tool.name, missing.join(", "))));
    }
    match given.next() {
        Some(extra) => Err(Failure::Arguments(format!("tool `{}` takes no argument `{extra}`", tool.name))),
        None => Ok(bound),
    }
}

impl From<Denied> for Failure {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Denied(denied) => write!(f, "denied: {denied}"),
            Self::Arguments(message) => f.write_str(message),
            Self::Tool(error) => write!(f, "the tool failed: {error}"),
        }
    }
}

impl error::Error for Failure {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        match self {
            Self::Denied(denied) => Some(denied),
            Self::Arguments(_) => None,
            Self::Tool(error) => Some(error),
        }
    }
}
