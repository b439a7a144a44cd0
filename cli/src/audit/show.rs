//! `mcp-scopes audit show`.

use std::{fmt::Write as _, path::PathBuf};

use clap::{Args, ValueEnum};
use mcp_scopes_audit::{Line, Lines};

use super::{
    filter::Filter,
    open,
    record::{Field, Record},
};
use crate::{
    escape::escaped,
    outcome::Outcome,
    terminal::{complain, print, print_note},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes audit show audit.jsonl
  mcp-scopes audit show audit.jsonl --risk high --outcome abandoned --since 2026-11-30
  mcp-scopes audit show audit.jsonl --decision deny --format json | jq -r '.\"mcp_scopes.reason\"' | sort | uniq -c

Exit codes:
  0  success
  2  wrong usage, or a line that is not an event";

/// The text that is collected before it is printed.
const CHUNK: usize = 64 << 10;
/// The number of lines that are no events after which the rest of a file is not read.
const MAX_BROKEN: u32 = 1000;
/// The columns: titles and widths. A longer cell moves the ones after it.
const COLUMNS: [(&str, usize); 9] = [
    ("TIME", 20),
    ("DECISION", 9),
    ("OUTCOME", 10),
    ("RISK", 8),
    ("TOOL", 24),
    ("MS", 8),
    ("CLIENT", 16),
    ("SUBJECT", 32),
    ("REASON", 0),
];
/// The maximum number of characters in a cell.
const CELL: usize = 60;

#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The file, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    filter: Filter,
}

/// How events are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A table
    #[default]
    Human,
    /// The lines as they are in the file: one JSON object for each event
    Json,
}

impl Show {
    pub(crate) fn run(&self) -> Outcome {
        let shown = self.file.display().to_string();
        let mut lines = match open(&self.file) {
            Ok(reader) => Lines::new(reader),
            Err(error) => return unreadable(&format!("cannot read `{shown}`: {error}")),
        };
        let (mut text, mut events, mut broken, mut left) = (String::new(), 0_u64, None, MAX_BROKEN);
        loop {
            let line = match lines.next_line() {
                Ok(None) => break,
                Ok(Some(Line::Complete(line) | Line::Incomplete(line))) => line,
                Ok(Some(Line::TooLong)) => {
                    // The rest of it may have no end.
                    broken = broken.or(Some(lines.number()));
                    break;
                }
                Err(error) => return unreadable(&format!("cannot read `{shown}`: {error}")),
            };
            if let (Some(record), Ok(line)) = (Record::read(line), str::from_utf8(line)) {
                if self.filter.matches(&record) {
                    self.add(&record, line, events == 0, &mut text);
                    events += 1;
                }
            } else {
                broken = broken.or(Some(lines.number()));
                left -= 1;
                if left == 0 {
                    break;
                }
            }
            if text.len() > CHUNK {
                if print(&text) != Outcome::Clean {
                    return Outcome::Failed;
                }
                text.clear();
            }
        }
        let printed = print(&text);
        if events == 0 {
            print_note("no events match");
        }
        match broken {
            Some(line) => unreadable(&format!("line {line} of `{shown}` is not an event of an audit file")),
            None => printed,
        }
    }

    /// Adds an event to the text.
    fn add(&self, record: &Record, line: &str, is_first: bool, text: &mut String) {
        match self.format {
            Format::Json => {
                text.push_str(line);
                text.push('\n');
            }
            Format::Human => {
                let widths = COLUMNS.map(|(_, width)| width);
                if is_first {
                    add_row(text, &widths, &COLUMNS.map(|(title, _)| title.to_owned()));
                }
                add_row(text, &widths, &cells(record));
            }
        }
    }
}

/// Returns the cells of a row.
fn cells(record: &Record) -> [String; COLUMNS.len()] {
    let cell = |field| record.text(field).map_or_else(|| "-".to_owned(), cell);
    let time = record.time().map(|time| format!("{time:.0}")).unwrap_or_default();
    let tool = if record.text(Field::Tool).is_some() { cell(Field::Tool) } else { cell(Field::Method) };
    let mut reason = cell(Field::Reason);
    // In OCSF the reason takes the place of a rule that is absent.
    if record.text(Field::Rule).is_some() && record.text(Field::Rule) != record.text(Field::Reason) {
        let _ = write!(reason, ": {}", cell(Field::Rule));
    }
    if let Some(count) = record.count() {
        let _ = write!(reason, " ({count} times)");
    }
    let duration = record.milliseconds().map_or_else(|| "-".to_owned(), |duration| format!("{duration:.1}"));
    let [decision, outcome, risk, client, subject] =
        [Field::Decision, Field::Outcome, Field::Risk, Field::Client, Field::Subject].map(cell);
    [time, decision, outcome, risk, tool, duration, client, subject, reason]
}

/// Returns a text on one line, without control characters, and not too long.
pub(crate) fn cell(text: &str) -> String {
    let mut cell: String = text.chars().take(CELL).collect();
    if cell.len() < text.len() {
        cell.push('…');
    }
    escaped(&cell).replace('\n', "\\n")
}

/// Adds a line of a table whose columns have these widths.
pub(crate) fn add_row<const N: usize>(text: &mut String, widths: &[usize; N], cells: &[String; N]) {
    let start = text.len();
    for (cell, width) in cells.iter().zip(widths) {
        // A write to a string does not fail.
        let _ = write!(text, "{cell:<width$} ");
    }
    let len = text.trim_end().len().max(start);
    text.truncate(len);
    text.push('\n');
}

fn unreadable(message: &str) -> Outcome {
    complain(message, Some("name a file that an audit sink has written"));
    Outcome::Failed
}
