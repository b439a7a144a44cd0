//! `[[diff.accept]]` and comments at tools: changes that are accepted with a reason, until a day.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use clap::Args;
use mcp_scopes_grammar::ir::{AcceptDecl, AcceptedSubject};
use mcp_scopes_lint::{
    acceptance::{self, Acceptance},
    config_file,
    day::Day,
};
use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{
    Error, ErrorKind, Report, Suppression, SuppressionKind,
    inventory::{Config, WorkspaceConfig},
    source::Place,
};

use super::{
    change::{Change, Kind},
    compare::escaped,
    source::DocumentSource,
};
use crate::output::diagnostic::Level;

const EXPIRED: &str = "expired-acceptance";
const DISTANT: &str = "distant-acceptance";
const OUTDATED: &str = "outdated-acceptance";
const UNKNOWN: &str = "unknown-change-kind";
const UNUSED: &str = "unused-acceptance";

/// What can be wrong with an acceptance: the id, and why it is reported.
pub(crate) const NOTICES: [(&str, &str); 5] = [
    (EXPIRED, "an acceptance is past its day, and accepts nothing"),
    (DISTANT, "an acceptance lasts longer than a year, so that no run would ask to review it again"),
    (OUTDATED, "an acceptance is for another change of the same kind and tool, which may be a lesser one"),
    (UNKNOWN, "an acceptance names a kind of change that does not exist"),
    (UNUSED, "an acceptance matches no change"),
];

/// The most days that an acceptance lasts.
const LONGEST: u32 = 366;

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
        let mut entries = Vec::new();
        let own = stated.as_ref().or_else(|| config_of(new));
        if let Some(config) = own {
            entries.extend(config.said.accept.iter().map(|entry| of_file(entry, config)));
        }
        if stated.is_none()
            && let Some(workspace) = workspace_of(new)
            && own.is_none_or(|own| own.file != workspace.config.file)
        {
            let WorkspaceConfig { config, findings, .. } = workspace;
            if findings.iter().any(|finding| finding.level == mcp_scopes_scan::Level::Error) {
                return Err(unusable(workspace));
            }
            let shared = config.said.accept.iter().map(|entry| of_file(entry, config));
            entries.extend(shared.map(|entry| Entry { is_shared: true, ..entry }));
        }
        entries.extend(of_comments(new));
        if entries.is_empty() {
            return Ok(Judged { changes, ..Judged::default() });
        }
        let today = self.today.as_deref().map_or_else(|| Ok(Day::today()), Day::parse)?;
        judge(changes, entries, today, unused)
    }
}

/// One acceptance, in the file or in a comment.
struct Entry {
    kind: String,
    change: String,
    subject: AcceptedSubject,
    reason: String,
    until: String,
    place: Place,
    /// Whether it is of the file of the workspace, so that it may be for another package.
    is_shared: bool,
}

fn of_file(entry: &AcceptDecl, config: &Config) -> Entry {
    Entry {
        kind: entry.kind.text.clone(),
        change: entry.change.clone(),
        subject: entry.subject.clone(),
        reason: entry.reason.clone(),
        until: entry.until.clone(),
        place: Place::point(&config.file, entry.kind.line, entry.kind.column),
        is_shared: false,
    }
}

/// Returns the acceptances in comments at the tools of the table.
fn of_comments(source: &DocumentSource) -> Vec<Entry> {
    let DocumentSource::Package(export) = source else { return Vec::new() };
    let Some((inventory, table)) = export.origin() else { return Vec::new() };
    let mut tools: BTreeMap<&Arc<str>, Vec<(u32, u32)>> = BTreeMap::new();
    let mut names = BTreeMap::new();
    for tool in inventory.tools_of(table).into_iter().filter_map(|tool| inventory.tools.get(tool)) {
        tools.entry(&tool.place.file).or_default().push(tool.lines);
        names.insert((&tool.place.file, tool.lines), &tool.name.value);
    }
    let mut found = Vec::new();
    for (file, lines) in tools {
        for (lines, said) in acceptance::in_file(&export.report.sources, file, &lines) {
            let Some(name) = names.get(&(file, lines)) else { continue };
            let Acceptance { kind, change, until, reason, place } = said;
            let subject = AcceptedSubject::Tool((*name).clone());
            found.push(Entry { kind, change, subject, reason, until, place, is_shared: false });
        }
    }
    found
}

/// Returns the file that the table names.
fn config_of(source: &DocumentSource) -> Option<&Config> {
    let DocumentSource::Package(export) = source else { return None };
    let (inventory, table) = export.origin()?;
    inventory.tables.get(table)?.config.as_ref()
}

/// Returns the file of the workspace.
fn workspace_of(source: &DocumentSource) -> Option<&WorkspaceConfig> {
    let DocumentSource::Package(export) = source else { return None };
    export.origin()?.0.workspace.as_ref()
}

/// Returns the error for a file of the workspace with errors. An entry that could not be read would accept nothing.
fn unusable(workspace: &WorkspaceConfig) -> Error {
    let mut report = Report::default();
    report.findings.clone_from(&workspace.findings);
    Error::new(ErrorKind::Findings, format!("`{}` cannot be used", workspace.config.file)).with(report)
}

fn judge(changes: Vec<Change>, entries: Vec<Entry>, today: Day, unused: bool) -> Result<Judged, Error> {
    let mut judged = Judged::default();
    let mut valid = Vec::new();
    let latest = today.after(LONGEST);
    for entry in entries {
        let until = Day::parse(&entry.until)?;
        match Kind::ALL.iter().find(|kind| kind.id() == entry.kind) {
            None => judged.notices.push(unknown(&entry)),
            Some(_) if until > latest => judged.notices.push(distant(&entry, until, latest)),
            Some(kind) => valid.push((entry, *kind, until, Use::None)),
        }
    }
    for change in changes {
        let mut accepted = None;
        // Every entry that matches counts as used.
        for (entry, kind, until, used) in &mut valid {
            if *kind != change.kind || !concerns(&entry.subject, &change.pointer) {
                continue;
            }
            if entry.change == change.digits {
                *used = Use::Matched;
                accepted = accepted.or((today <= *until).then(|| suppression(entry)));
            } else if *used == Use::None {
                *used = Use::Differs;
            }
        }
        match accepted {
            Some(why) => judged.accepted.push((change, why)),
            None => judged.changes.push(change),
        }
    }
    for (entry, kind, until, used) in valid {
        let shown = kind.id();
        let (id, message, help) = if today > until {
            let message = format!("the acceptance of `{shown}` ended on {until}");
            (EXPIRED, message, "remove it, or review the change again and write a later day")
        } else if used == Use::Differs && judged.changes.iter().any(|change| is_similar(&entry, kind, change)) {
            let message = format!("the acceptance of `{shown}` is for another change: {}", entry.change);
            (OUTDATED, message, "review the change again, and write the digits that are printed with it")
        } else if unused && !entry.is_shared && used != Use::Matched {
            (UNUSED, format!("the acceptance of `{shown}` matches no change"), "remove it")
        } else {
            continue;
        };
        let (place, help) = (entry.place, help.to_owned());
        judged.notices.push(Notice { id, level: Level::Warning, message, help, place });
    }
    Ok(judged)
}

/// What an entry matches.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    None,
    /// A change of the kind and the subject, with other values.
    Differs,
    Matched,
}

fn is_similar(entry: &Entry, kind: Kind, change: &Change) -> bool {
    kind == change.kind && concerns(&entry.subject, &change.pointer)
}

/// Returns whether the change at that pointer is about the tool, or at the stated pointer.
fn concerns(subject: &AcceptedSubject, pointer: &str) -> bool {
    let below = |at: &str| pointer.strip_prefix(at).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    match subject {
        AcceptedSubject::Pointer(at) => at == pointer,
        AcceptedSubject::Tool(name) => ["tool_scope_mapping", "tool_interaction_policies"]
            .iter()
            .any(|member| below(&format!("/mcp_extensions/{member}/{}", escaped(name)))),
    }
}

fn suppression(entry: &Entry) -> Suppression {
    Suppression { kind: SuppressionKind::Acceptance, reason: entry.reason.clone(), until: Some(entry.until.clone()) }
}

fn unknown(entry: &Entry) -> Notice {
    let kind = entry.kind.as_str();
    let near = Kind::ALL.iter().fold(Nearest::to(kind), |search, kind| search.or(kind.id())).found();
    let help = near.map_or_else(
        || "write the id that `mcp-scopes diff` prints in brackets".to_owned(),
        |near| format!("did you mean `{near}`?"),
    );
    // A CI log reads `::error::` at the start of a line as a command.
    let message = format!("unknown kind of change `{}`", kind.escape_debug());
    Notice { id: UNKNOWN, level: Level::Error, message, help, place: entry.place.clone() }
}

fn distant(entry: &Entry, until: Day, latest: Day) -> Notice {
    let message = format!("the acceptance of `{}` lasts until {until}, which is more than a year", entry.kind);
    let help = format!("write a day up to {latest}");
    Notice { id: DISTANT, level: Level::Error, message, help, place: entry.place.clone() }
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
        assert!(concerns(&pointer, "/scopes_supported") && !concerns(&pointer, "/scopes_supported/0"));
        assert!(!concerns(&pointer, "/scopes_supported_too") && !concerns(&pointer, "/resource"));
        // A pointer to a part of the document would accept what is below it.
        assert!(!concerns(&AcceptedSubject::Pointer("/mcp_extensions".to_owned()), "/mcp_extensions/sandbox"));
    }
}
