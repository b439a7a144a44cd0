//! Parses the baseline file.

use std::{path::Path, sync::Arc};

use mcp_scopes_prm::json::{Json, Located, Spot};
use mcp_scopes_scan::{
    Error, ErrorKind, Lines, shown,
    source::{Place, read_as_is},
};

use super::{Baseline, BaselineEntry};
use crate::{day::Day, fingerprint::VERSION};

const ENTRY: [&str; 5] = ["rule", "subject", "fingerprint", "reason", "expires"];

pub(super) fn file(path: &Path) -> Result<Baseline, Error> {
    let file = shown(path);
    let text: Arc<str> = match read_as_is(path, &file) {
        Ok(text) => text.into(),
        Err(finding) => {
            let help = "write it with `--update-baseline`";
            return Err(Error::new(ErrorKind::Unreadable, finding.message).help(help));
        }
    };
    let reading = |line: usize, column: usize, message: &str| {
        let message = format!("{file}:{line}:{column}: {message}");
        Error::new(ErrorKind::Baseline, message).help("fix the file, or write it again with `--update-baseline`")
    };
    let located = Json::locate(&text).map_err(|error| reading(error.line(), error.column(), error.message()))?;
    let look = Look { file: &file, located: &located, lines: Lines::of(&text) };
    let wrong = |(pointer, message): (String, String)| {
        let start = look.place(&pointer).start;
        reading(start.line as usize, start.column as usize, &message)
    };
    if let Some(twice) = located.duplicates.first() {
        let start = look.lines.position(twice.spot.whole().start);
        let message = format!("duplicate member `{}`", twice.name.escape_debug());
        return Err(reading(start.line as usize, start.column as usize, &message));
    }
    let entries = look.entries().map_err(wrong)?;
    Ok(Baseline { file: file.clone(), text: text.clone(), entries, config: None })
}

struct Look<'a> {
    file: &'a Arc<str>,
    located: &'a Located,
    lines: Lines<'a>,
}

/// A JSON Pointer and the error there.
type Wrong = (String, String);

impl Look<'_> {
    fn place(&self, pointer: &str) -> Place {
        let spot = self.located.places.nearest(&self.located.json, pointer);
        self.lines.place(self.file, &spot.map(Spot::whole).unwrap_or_default())
    }

    fn entries(&self) -> Result<Vec<BaselineEntry>, Wrong> {
        let json = &self.located.json;
        if !matches!(json.get("version"), Some(Json::Number(number)) if number.as_u32() == Some(1)) {
            return Err(("/version".to_owned(), "expected `\"version\": 1`".to_owned()));
        }
        if json.get("fingerprints").and_then(Json::as_str) != Some(VERSION) {
            let message = format!("the fingerprints are not of version `{VERSION}`");
            return Err(("/fingerprints".to_owned(), message));
        }
        let Some(Json::Array(entries)) = json.get("entries") else {
            return Err(("/entries".to_owned(), "expected an array `entries`".to_owned()));
        };
        (0..entries.len()).map(|number| self.entry(&format!("/entries/{number}"))).collect()
    }

    fn entry(&self, at: &str) -> Result<BaselineEntry, Wrong> {
        let Some(Json::Object(members)) = self.located.json.at(at) else {
            return Err((at.to_owned(), "expected an object".to_owned()));
        };
        // A misspelt key would otherwise be ignored silently.
        if let Some(unknown) = members.keys().find(|name| !ENTRY.contains(&name.as_str())) {
            let message = format!("unknown member `{}`; expected `{}`", unknown.escape_debug(), ENTRY.join("`, `"));
            return Err((format!("{at}/{}", unknown.replace('~', "~0").replace('/', "~1")), message));
        }
        let text = |name: &str| match members.get(name) {
            Some(Json::String(text)) => Ok(text.clone()),
            // A rule reports a missing reason.
            None if name == "reason" => Ok(String::new()),
            _ => Err((format!("{at}/{name}"), format!("expected a string `{name}`"))),
        };
        let expires = text("expires")?;
        let wrong = |error: Error| (format!("{at}/expires"), error.to_string());
        Ok(BaselineEntry {
            rule: text("rule")?,
            subject: text("subject")?,
            fingerprint: text("fingerprint")?,
            reason: text("reason")?,
            expires: Day::parse(&expires).map_err(wrong)?,
            place: Place::point(self.file, self.place(at).start.line, self.place(at).start.column),
            expires_place: self.place(&format!("{at}/expires")),
            reason_place: self.place(&format!("{at}/reason")),
        })
    }
}
