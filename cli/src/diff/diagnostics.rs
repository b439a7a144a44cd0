//! The changes of a comparison as diagnostics, and their summary. A change that makes the run exit with 1 is an error,
//! another that weakens access or that models read is a warning, the rest are notes. The place is that in the new side.

use mcp_scopes_lint::fingerprint;

use super::{
    change::{Change, Kind},
    source::Places,
};
use crate::{
    output::{
        count::counted,
        diagnostic::{Diagnostic, Fingerprint, Level, Subject},
        diagnostics::{Contents, Diagnostics, RuleDescription},
    },
    verdict::{Compatibility, Verdict},
};

/// The version of the fingerprint algorithm. It hashes the kind, the pointer and the message, each followed by a zero
/// byte.
const FINGERPRINT: &str = "mcp-scopes-diff/v1";

/// Returns the changes as diagnostics. `fails` decides which changes make the run exit with 1.
pub(crate) fn diagnostics<'a>(
    changes: &'a [Change],
    places: &Places<'_>,
    fails: impl Fn(&Change) -> bool,
) -> Diagnostics<'a> {
    let diagnostic = |change: &'a Change| {
        let level = match (fails(change), change.security.weakens || change.security.reworded) {
            (true, _) => Level::Error,
            (false, true) => Level::Warning,
            (false, false) => Level::Note,
        };
        Diagnostic {
            id: change.kind.id(),
            level,
            verdict: Some(change.verdict()),
            meaning: change.kind.why(),
            place: places.find(&change.pointer),
            subject: Subject::Pointer(&change.pointer),
            fingerprint: Fingerprint {
                version: FINGERPRINT,
                digits: fingerprint::digits(&[change.kind.id(), &change.pointer, &change.message]),
            },
            ..Diagnostic::error(&change.message, "")
        }
    };
    Diagnostics {
        contents: Contents::Changes,
        active: changes.iter().map(diagnostic).collect(),
        suppressed: Vec::new(),
        summary: summary(changes),
        sources: None,
        has_baseline: false,
        rules: || Kind::ALL.iter().map(|kind| describe(*kind)).collect(),
    }
}

/// Returns the summary: `2 changes: minor, weakens and tightens`.
fn summary(changes: &[Change]) -> String {
    match Verdict::over(changes.iter().map(Change::verdict)) {
        Some(verdict) => format!("{}: {verdict}", counted(changes.len(), "change")),
        None => Contents::Changes.none().to_owned(),
    }
}

fn describe(kind: Kind) -> RuleDescription {
    let effect = match kind.compatibility() {
        Compatibility::Major => "something no longer works",
        Compatibility::Minor => "something new can be used",
        Compatibility::Patch => "everything that worked still works",
    };
    let (why, compatibility) = (kind.why(), kind.compatibility().as_str());
    let rest = "Each change also has a security verdict. It weakens access if some token opens a tool that it did not \
                open, or if a limit is laxer; it tightens access in the reverse case. It is reworded if models read \
                another text. `mcp-scopes lock` accepts all \
                changes.";
    RuleDescription {
        id: kind.id(),
        summary: why,
        property: ("compatibility", compatibility),
        tag: "release",
        help: format!("A change of this kind: {why}. It is {compatibility}: {effect}. {rest}").into(),
        help_markdown: format!("A change of this kind: {why}.\n\nIt is **{compatibility}**: {effect}.\n\n{rest}")
            .into(),
        url: concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/review-a-release.md").to_owned(),
        enabled: true,
        level: Level::Note,
    }
}
