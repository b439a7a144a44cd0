//! The changes of a comparison as diagnostics, and their summary. A change that makes the run exit with 1 is an error,
//! another that weakens access or that models read is a warning, the rest are notes. The place is that in the new side.

use mcp_scopes_lint::fingerprint;
use mcp_scopes_scan::Suppression;

use super::{
    accept::{Judged, NOTICES, Notice},
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

/// The page about changes.
const PAGE: &str = concat!(env!("CARGO_PKG_REPOSITORY"), "/blob/main/docs/review-a-release.md");

/// Returns the changes as diagnostics. `fails` decides which changes make the run exit with 1.
pub(crate) fn diagnostics<'a>(
    judged: &'a Judged,
    places: &Places<'_>,
    fails: impl Fn(&Change) -> bool,
) -> Diagnostics<'a> {
    let describe_change = |change: &'a Change| {
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
            change: Some(&change.digits),
            ..Diagnostic::error(&change.message, "")
        }
    };
    // An accepted change never makes the run exit with 1.
    let accepted = |(change, why): &'a (Change, Suppression)| {
        let level = Level::Note;
        Diagnostic { level, suppression: Some(why), ..describe_change(change) }
    };
    let active: Vec<_> = judged.changes.iter().map(describe_change).chain(judged.notices.iter().map(notice)).collect();
    let accepted: Vec<_> = judged.accepted.iter().map(accepted).collect();
    let summary = summary(&active, accepted.len());
    diagnostics_of(active, accepted, summary)
}

/// Returns the diagnostics of several comparisons as those of one run.
pub(crate) fn merged<'a>(runs: impl IntoIterator<Item = Diagnostics<'a>>) -> Diagnostics<'a> {
    let (mut active, mut accepted) = (Vec::new(), Vec::new());
    for run in runs {
        active.extend(run.active);
        accepted.extend(run.suppressed);
    }
    let summary = summary(&active, accepted.len());
    diagnostics_of(active, accepted, summary)
}

/// Returns the report of a comparison whose input could not be read.
pub(super) fn failed<'a>(message: &'a str, help: &'a str) -> Diagnostics<'a> {
    let mut diagnostics = diagnostics_of(Vec::new(), Vec::new(), "not compared".to_owned());
    diagnostics.active.push(Diagnostic::failure(message, help));
    diagnostics
}

fn diagnostics_of<'a>(
    active: Vec<Diagnostic<'a>>,
    suppressed: Vec<Diagnostic<'a>>,
    summary: String,
) -> Diagnostics<'a> {
    Diagnostics {
        contents: Contents::Changes,
        active,
        suppressed,
        summary,
        sources: None,
        has_baseline: false,
        examined: None,
        rules: || {
            let kinds = Kind::ALL.iter().map(|kind| describe(*kind));
            kinds.chain(NOTICES.iter().map(|(id, why)| describe_notice(id, why))).collect()
        },
    }
}

fn notice(notice: &Notice) -> Diagnostic<'_> {
    Diagnostic {
        id: notice.id,
        level: notice.level,
        place: Some(notice.place.clone()),
        fingerprint: Fingerprint {
            version: FINGERPRINT,
            digits: fingerprint::digits(&[notice.id, "", &notice.message]),
        },
        url: Some(PAGE.to_owned()),
        ..Diagnostic::error(&notice.message, &notice.help)
    }
}

/// Returns the summary: `2 changes: minor, weakens and tightens; 1 accepted`.
fn summary(active: &[Diagnostic<'_>], accepted: usize) -> String {
    let verdicts: Vec<Verdict> = active.iter().filter_map(|diagnostic| diagnostic.verdict).collect();
    let found = match Verdict::over(verdicts.iter().copied()) {
        Some(verdict) => format!("{}: {verdict}", counted(verdicts.len(), "change")),
        None if accepted == 0 => Contents::Changes.none().to_owned(),
        None => "no other changes".to_owned(),
    };
    if accepted == 0 { found } else { format!("{found}; {accepted} accepted") }
}

fn describe_notice(id: &'static str, why: &'static str) -> RuleDescription {
    RuleDescription {
        id,
        summary: why,
        property: ("section", "mcp-scopes.toml"),
        tag: "release",
        help: why.into(),
        help_markdown: why.into(),
        url: PAGE.to_owned(),
        enabled: true,
        level: Level::Warning,
    }
}

/// Returns the verdicts that a change of this kind can have, in Markdown.
pub(crate) fn kind_text(kind: Kind) -> String {
    let effect = match kind.compatibility() {
        Compatibility::Major => "something no longer works",
        Compatibility::Minor => "something new can be used",
        Compatibility::Patch => "everything that worked still works",
    };
    let compatibility = kind.compatibility().as_str();
    format!("It is **{compatibility}**: {effect}.\n\n{VERDICTS}")
}

const VERDICTS: &str = "Each change also has a security verdict. It weakens access if some token opens a tool that it did not \
                        open, or if a limit is laxer; it tightens access in the reverse case. It is reworded if models \
                        read another text. `[[diff.accept]]` in `mcp-scopes.toml` accepts one change until a day, \
                        `mcp-scopes lock` all of them.";

fn describe(kind: Kind) -> RuleDescription {
    let (why, compatibility) = (kind.why(), kind.compatibility().as_str());
    let markdown = format!("A change of this kind: {why}.\n\n{}", kind_text(kind));
    RuleDescription {
        id: kind.id(),
        summary: why,
        property: ("compatibility", compatibility),
        tag: "release",
        help: markdown.replace("**", "").replace("\n\n", " ").into(),
        help_markdown: markdown.into(),
        url: PAGE.to_owned(),
        enabled: true,
        level: Level::Note,
    }
}
