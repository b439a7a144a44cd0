//! `--record`: keeps requests and answers, without secrets.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use mcp_scopes_scan::file;

use crate::{
    answer::{Answer, Silence},
    link::Ask,
    redact::{HIDDEN, Redaction},
};

/// Headers whose values are secrets, or name a session.
const SECRET_HEADERS: [&str; 5] = ["authorization", "cookie", "set-cookie", "mcp-session-id", "proxy-authorization"];

/// Writes one file for each request.
pub(crate) struct Recorder {
    folder: PathBuf,
    number: usize,
    failure: Option<String>,
}

impl Recorder {
    /// Creates the folder. Records of an earlier run would be taken for those of this one, so it must be empty.
    ///
    /// # Errors
    /// Returns the reason if the folder cannot be created, or holds something.
    pub(crate) fn new(folder: &Path) -> Result<Self, String> {
        std::fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        if std::fs::read_dir(folder).map_err(|error| error.to_string())?.next().is_some() {
            return Err("it is not empty".to_owned());
        }
        Ok(Self { folder: folder.to_owned(), number: 0, failure: None })
    }

    pub(crate) fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Writes a request and its answer.
    pub(crate) fn record(&mut self, ask: &Ask, result: &Result<Answer, Silence>, redaction: &Redaction) {
        self.number += 1;
        let name = format!("{:04}-{}.txt", self.number, slug(&redaction.apply(&ask.what)));
        let text = redaction.apply(&text(ask, result));
        if let Err(error) = file::replace(&self.folder.join(name), &text) {
            self.failure.get_or_insert(error.to_string());
        }
    }
}

fn text(ask: &Ask, result: &Result<Answer, Silence>) -> String {
    let mut text = format!("# {}\n\n{} {}\n", ask.what, ask.method, ask.url);
    for (name, value) in &ask.headers {
        header(&mut text, name, value);
    }
    if let Some(value) = &ask.authorization {
        header(&mut text, "authorization", value);
    }
    if let Some(body) = &ask.body {
        let _ = write!(text, "\n{body}\n");
    }
    text.push_str("\n---\n\n");
    match result {
        Ok(answer) => {
            let _ = writeln!(text, "{}", answer.status);
            for (name, value) in answer.all_headers() {
                header(&mut text, name, &String::from_utf8_lossy(value));
            }
            let _ = write!(text, "\n{}\n", answer.body);
            if let Some(broken) = answer.broken {
                let _ = writeln!(text, "\n(the body {})", broken.as_str());
            }
        }
        Err(Silence::Unreachable(why)) => {
            let _ = writeln!(text, "no answer: {why}");
        }
        // The others are not recorded.
        Err(Silence::Slow | Silence::NotSent | Silence::Limited) => text.push_str("no answer within the time-out\n"),
    }
    text
}

fn header(text: &mut String, name: &str, value: &str) {
    let shown = if SECRET_HEADERS.contains(&name) { HIDDEN } else { value };
    // Writing to a string does not fail.
    let _ = writeln!(text, "{name}: {shown}");
}

fn slug(what: &str) -> String {
    let letters =
        what.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' });
    let mut slug: String = letters.take(50).collect();
    while slug.contains("--") {
        slug = slug.replace("--", "-");
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Recorder, slug};

    #[test]
    fn keeps_records_of_two_runs_apart() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("0001-a.txt"), "").unwrap();
        let error = Recorder::new(folder.path()).err();
        assert_eq!(error.as_deref(), Some("it is not empty"));
    }

    #[test]
    fn names_files_by_what_was_sent() {
        assert_eq!(slug("`tools/list` with the token `low`"), "tools-list-with-the-token-low");
    }
}
