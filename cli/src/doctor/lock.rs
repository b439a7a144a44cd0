//! `--lock FILE`: the live server against the recorded access of a release.

use std::{collections::BTreeSet, path::Path, sync::Arc};

use mcp_scopes_doctor::{Examination, Skipped};
use mcp_scopes_lint::{Documents, find, fingerprint};
use mcp_scopes_prm::Metadata;
use mcp_scopes_scan::{Finding, Scan, source::Place};

use crate::diff::{
    compare,
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
pub(super) fn compare(locked: &Metadata, examination: &mut Examination, documents: &Documents) {
    let Some(rule) = find(RULE) else { return };
    let Some(level) = documents.level_of(rule) else { return };
    let mut skip = |what: &str, why: &str| {
        examination.skipped.push(Skipped { what: what.to_owned(), why: why.to_owned() });
    };
    let Some(published) = &examination.document else {
        skip("the document of the lock file", "the server has no metadata");
        return;
    };
    let url: Arc<str> = published.url.as_str().into();
    let Ok(live) = Metadata::from_json_allowing_loopback_http(published.unredacted_text()) else {
        skip("the document of the lock file", "the metadata of the server is not valid");
        return;
    };
    // The hints of the live server are not in its metadata.
    let changes = compare::changes(locked.document(), live.document(), None);
    let mut found: Vec<(String, String, String)> =
        changes.into_iter().map(|change| (change.pointer, change.message, change.kind.why().to_owned())).collect();
    let known = locked.mcp_extensions().map(|extensions| &extensions.tool_scope_mapping);
    match (known, &examination.tools) {
        (Some(known), Some(tools)) => {
            let (known, listed): (BTreeSet<&str>, BTreeSet<&str>) =
                (known.keys().map(String::as_str).collect(), tools.iter().map(String::as_str).collect());
            let named = |pointer: &str, tool: &str| pointer.ends_with(&format!("/{tool}"));
            for (tool, what) in known
                .difference(&listed)
                .map(|tool| (*tool, "is in the lock file, and the server does not list it"))
                .chain(
                    listed.difference(&known).map(|tool| (*tool, "is listed by the server, and not in the lock file")),
                )
            {
                let pointer = format!("/mcp_extensions/tool_scope_mapping/{tool}");
                // The document has the same difference.
                if !found.iter().any(|(known, ..)| named(known, tool)) {
                    found.push((pointer, format!("the tool `{tool}` {what}"), "review the release".to_owned()));
                }
            }
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
