//! Makes one call to the file server, from the command line.

use std::{
    error::Error,
    io::{self, Write as _},
    process::ExitCode,
};

use files::{TOOLS, call::Failure, server::FileServer};
use mcp_scopes::Challenge;

const USAGE: &str =
    "usage: files [--root FOLDER] [--scope SCOPES] (--list | TOOL [ARGUMENT]..)\n       files --metadata";

/// The command line. `--scope` states the scopes of an imaginary token. Without it, there is no token.
#[derive(Default)]
struct Request {
    root: Option<String>,
    scope: Option<String>,
    metadata: bool,
    list: bool,
    call: Vec<String>,
}

fn main() -> ExitCode {
    let Some(request) = parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&request) {
        Ok(text) => match io::stdout().write_all(text.as_bytes()) {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        },
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Options come before the tool. The words after the tool are its arguments.
fn parse(mut words: impl Iterator<Item = String>) -> Option<Request> {
    let mut request = Request::default();
    while let Some(word) = words.next() {
        match word.as_str() {
            "--root" => request.root = Some(words.next()?),
            "--scope" => request.scope = Some(words.next()?),
            "--metadata" => request.metadata = true,
            "--list" => request.list = true,
            option if option.starts_with('-') => return None,
            _ => {
                request.call.push(word);
                request.call.extend(words.by_ref());
            }
        }
    }
    let asked = [request.metadata, request.list, !request.call.is_empty()];
    (asked.iter().filter(|asked| **asked).count() == 1).then_some(request)
}

fn run(request: &Request) -> Result<String, Box<dyn Error>> {
    let metadata = TOOLS.metadata().build()?;
    if request.metadata {
        return Ok(metadata.to_json_pretty());
    }
    let grant = request.scope.as_deref().map_or_else(|| TOOLS.anonymous(), |scope| TOOLS.grant(scope));
    let Some((tool, arguments)) = request.call.split_first() else {
        let lines: Vec<String> = grant.visible().map(|tool| format!("{}: {}\n", tool.name, tool.description)).collect();
        return Ok(lines.concat());
    };
    let server = FileServer::new(request.root.as_deref().unwrap_or("."))?;
    server.call(&grant, tool, arguments).map_err(|failure| match &failure {
        Failure::Denied(denied) => {
            // The response of an HTTP server.
            let url = metadata.well_known_url();
            let challenge = Challenge::of(denied).resource_metadata(&url);
            format!("{failure}\nHTTP {}\nWWW-Authenticate: {challenge}", challenge.status()).into()
        }
        _ => failure.into(),
    })
}
