//! `[[diff.accept]]`: changes that are accepted with a reason, until a day.

use std::path::PathBuf;

use clap::Args;
use mcp_scopes_grammar::ir::{AcceptDecl, AcceptedSubject};
use mcp_scopes_lint::{config_file, day::Day};
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{Error, Suppression, SuppressionKind, inventory::Config, source::Place};

use super::{
    change::{Change, Kind},
    compare::escaped,
    source::DocumentSource,
};
use crate::output::diagnostic::Level;

const EXPIRED: &str = "expired-acceptance";
const UNKNOWN: &str = "unknown-change-kind";
const UNUSED: &str = "unused-acceptance";

/// What can be wrong with an entry: the id, and why it is reported.
pub(crate) const NOTICES: [(&str, &str); 3] = [
    (EXPIRED, "an entry of `[[diff.accept]]` is past its day, and accepts nothing"),
    (UNKNOWN, "an entry of `[[diff.accept]]` names a kind of change that does not exist"),
    (UNUSED, "an entry of `[[diff.accept]]` matches no change, and would accept the next one"),
];

/// Where accepted changes are read from.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Acceptances {
    /// A file such as mcp-scopes.toml, whose `[[diff.accept]]` applies [default: the file that the table of the new side
    /// names]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Today, for tests
    #[arg(long, value_name = "DAY", hide = true)]
    today: Option<String>,
}

/// Changes after they were compared with the entries.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The changes that are not accepted.
    pub(crate) changes: Vec<Change>,
    /// The accepted changes, each with its reason and day.
    pub(crate) accepted: Vec<(Change, Suppression)>,
    pub(crate) notices: Vec<Notice>,
}

/// What is wrong with an entry.
#[derive(Clone, Debug)]
pub(crate) struct Notice {
    pub(crate) id: &'static str,
    pub(crate) level: Level,
    pub(crate) message: String,
    pub(crate) help: String,
    pub(crate) place: Place,
}

impl Acceptances {
    /// Separates the accepted changes. `new` is the source of the new side. With `unused`, an entry without a change is
    /// reported.
    pub(crate) fn apply(&self, changes: Vec<Change>, new: &DocumentSource, unused: bool) -> Result<Judged, Error> {
        let stated = self.config.as_deref().map(config_file).transpose()?;
        let Some(config) = stated.as_ref().or_else(|| config_of(new)) else {
            return Ok(Judged { changes, ..Judged::default() });
        };
        let today = self.today.as_deref().map_or_else(Day::today, Day::parse)?;
        judge(changes, config, today, unused)
    }
}

/// Returns the file that the table names.
fn config_of(source: &DocumentSource) -> Option<&Config> {
    let DocumentSource::Package(export) = source else { return None };
    let (inventory, table) = export.origin()?;
    inventory.tables.get(table)?.config.as_ref()
}

fn judge(changes: Vec<Change>, config: &Config, today: Day, unused: bool) -> Result<Judged, Error> {
    let mut judged = Judged::default();
    let mut entries = Vec::new();
    for entry in &config.said.accept {
        match Kind::ALL.iter().find(|kind| kind.id() == entry.kind.text) {
            Some(kind) => entries.push((entry, *kind, Day::parse(&entry.until)?, false)),
            None => judged.notices.push(unknown(entry, config)),
        }
    }
    for change in changes {
        let mut accepted = None;
        // Every entry that matches counts as used.
        for (entry, kind, until, used) in &mut entries {
            if *kind == change.kind && concerns(&entry.subject, &change.pointer) {
                *used = true;
                accepted = accepted.or((today <= *until).then_some(&**entry));
            }
        }
        match accepted {
            Some(entry) => judged.accepted.push((change, suppression(entry))),
            None => judged.changes.push(change),
        }
    }
    for (entry, _, until, used) in entries {
        let (id, message, help) = if today > until {
            let message = format!("the acceptance of `{}` ended on {until}", entry.kind.text);
            (EXPIRED, message, "remove it, or review the change again and write a later day")
        } else if unused && !used {
            let message = format!("the acceptance of `{}` matches no change", entry.kind.text);
            (UNUSED, message, "remove it")
        } else {
            continue;
        };
        let (place, help) = (place(entry, config), help.to_owned());
        judged.notices.push(Notice { id, level: Level::Warning, message, help, place });
    }
    Ok(judged)
}

/// Returns whether the change at that pointer is about the tool, or at the stated pointer or below it.
fn concerns(subject: &AcceptedSubject, pointer: &str) -> bool {
    let below = |at: &str| pointer.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match subject {
        AcceptedSubject::Pointer(at) => below(at),
        AcceptedSubject::Tool(name) => ["tool_scope_mapping", "tool_interaction_policies"]
            .iter()
            .any(|member| below(&format!("/mcp_extensions/{member}/{}", escaped(name)))),
    }
}

fn suppression(entry: &AcceptDecl) -> Suppression {
    Suppression { kind: SuppressionKind::Acceptance, reason: entry.reason.clone(), until: Some(entry.until.clone()) }
}

fn unknown(entry: &AcceptDecl, config: &Config) -> Notice {
    let kind = entry.kind.text.as_str();
    let near = Kind::ALL.iter().fold(Nearest::to(kind), |search, kind| search.or(kind.id())).found();
    let help = near.map_or_else(
        || "write the id that `mcp-scopes diff` prints in brackets".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    // A CI log reads `::error::` at the start of a line as a command.
    let message = format!("unknown kind of change `{}`", kind.escape_debug());
    Notice { id: UNKNOWN, level: Level::Error, message, help, place: place(entry, config) }
}

fn place(entry: &AcceptDecl, config: &Config) -> Place {
    Place::point(&config.file, entry.kind.line, entry.kind.column)
}

#[cfg(test)]
mod tests {
    use super::{AcceptedSubject, concerns};

    #[test]
    fn a_tool_has_its_mapping_and_its_limits() {
        let tool = |name: &str| AcceptedSubject::Tool(name.to_owned());
        assert!(concerns(&tool("a"), "/mcp_extensions/tool_scope_mapping/a"));
        assert!(concerns(&tool("a"), "/mcp_extensions/tool_interaction_policies/a/blocked_after"));
        assert!(concerns(&tool("a/b"), "/mcp_extensions/tool_scope_mapping/a~1b/required_scopes"));
        assert!(!concerns(&tool("a"), "/mcp_extensions/tool_scope_mapping/ab"));
        assert!(!concerns(&tool("a"), "/mcp_extensions/scope_hierarchy/a"));
        let pointer = AcceptedSubject::Pointer("/scopes_supported".to_owned());
        assert!(concerns(&pointer, "/scopes_supported") && concerns(&pointer, "/scopes_supported/0"));
        assert!(!concerns(&pointer, "/scopes_supported_too") && !concerns(&pointer, "/resource"));
    }
}
