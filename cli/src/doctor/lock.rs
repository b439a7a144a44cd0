//! `--lock FILE`: the live server against the recorded access of a release.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use mcp_scopes_doctor::{Examination, Options, Skipped};
use mcp_scopes_lint::{find, fingerprint};
use mcp_scopes_prm::{Draft, Metadata, json::Json};
use mcp_scopes_scan::{Finding, Scan, source::Place};

use crate::diff::{
    change::Kind,
    compare::{self, escaped},
    side::{Reading, Unreadable},
};

const RULE: &str = "lock-differs";

/// Reads a lock file, or a metadata document.
pub(super) fn read(path: &Path) -> Result<Metadata, Unreadable> {
    let scan = |path: &Path| Scan::new(path);
    let reading = Reading { scan: &scan, loopback: true };
    Ok(reading.open(&path.display().to_string())?.metadata)
}

/// Adds a finding for each change from the lock file to the server.
pub(super) fn compare(locked: &Metadata, examination: &mut Examination, options: &Options) {
    let Some(rule) = find(RULE) else { return };
    let Some(level) = options.documents.level_of(rule) else { return };
    let mut skip = |what: &str, why: &str| {
        examination.skipped.push(Skipped { what: what.to_owned(), why: why.to_owned() });
    };
    let Some(published) = &examination.document else {
        skip("the document of the lock file", "the server has no metadata");
        return;
    };
    let url: Arc<str> = published.url.as_str().into();
    // What is not valid differs, too. The rules for documents report why it is not.
    let live = Draft::read(published.unredacted_text()).ok().filter(|draft| matches!(draft.json, Json::Object(_)));
    let Some(live) = live else {
        skip("the document of the lock file", "the metadata of the server is no JSON object");
        return;
    };
    // The hints of the live server are not in its metadata.
    let changes = compare::changes(locked.document(), &live.document, None);
    let is_tool = |kind: Kind| matches!(kind, Kind::ToolAdded | Kind::ToolRemoved);
    let tools = changes.iter().filter(|change| is_tool(change.kind)).map(|change| change.pointer.clone());
    // The document has the same difference.
    let known_tools: BTreeSet<String> = tools.collect();
    let mut found: Vec<(String, String, String)> =
        changes.into_iter().map(|change| (change.pointer, change.message, change.kind.why().to_owned())).collect();
    let known = locked.mcp_extensions().map(|extensions| &extensions.tool_scope_mapping);
    match (known, &examination.tools) {
        (Some(known), Some(tools)) => {
            let (known, listed): (BTreeSet<&str>, BTreeSet<&str>) = (
                known.keys().map(String::as_str).collect(),
                tools.unredacted_names().iter().map(String::as_str).collect(),
            );
            for (tool, what) in known
                .difference(&listed)
                .map(|tool| (*tool, "is in the lock file, and the server does not list it"))
                .chain(
                    listed.difference(&known).map(|tool| (*tool, "is listed by the server, and not in the lock file")),
                )
            {
                let pointer = format!("/mcp_extensions/tool_scope_mapping/{}", escaped(tool));
                if !known_tools.contains(&pointer) {
                    found.push((pointer, format!("the tool `{tool}` {what}"), "review the release".to_owned()));
                }
            }
        }
        (Some(_), None) if options.tokens.full.is_some() => {
            skip("the tools of the lock file", "the whole list of the token `full` is not known");
        }
        (Some(_), None) => skip("the tools of the lock file", "add `--token-file full=FILE`"),
        (None, _) => {}
    }
    // The document may repeat the query of the URL, or a token.
    let found = found.into_iter().map(|(pointer, message, why)| {
        (examination.redacted(&pointer), examination.redacted(&message), examination.redacted(&why))
    });
    let found: Vec<(String, String, String)> = found.collect();
    let findings = found.into_iter().map(|(pointer, message, why)| {
        let message = format!("differs from the lock file: {message}");
        let help = format!("{why}; deploy the reviewed release, or review this one");
        Finding::error(rule.id, message).help(help).at(Place::whole(&url)).about(pointer).at_level(level)
    });
    examination.report.findings.extend(findings);
    fingerprint::assign(&mut examination.report);
}
