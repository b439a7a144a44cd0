//! Suppression comments: `// mcp-scopes: allow(rule-id) reason`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{Finding, Lines, Suppression, SuppressionKind, source::Place};

use crate::{
    RULES, acceptance,
    comments::{self, Comment},
    find,
};

/// The marker at the start of a suppression comment.
const MARK: &str = "mcp-scopes:";
/// The rule for comments that suppress nothing.
pub(super) const UNUSED: &str = "unused-suppression";
/// The directive of a placeholder, which [`UNREVIEWED`] reports.
pub(super) const REVIEW: &str = "review(risk)";
/// The rule for placeholders.
const UNREVIEWED: &str = "unreviewed-risk";
/// The rule for malformed suppression comments.
pub(super) const MALFORMED: &str = "suppression-syntax";

/// The suppression comments of one file.
pub(super) struct Suppressions {
    list: Vec<Allowed>,
}

/// One rule that a comment allows.
struct Allowed {
    rule: &'static str,
    reason: String,
    /// The lines it covers.
    lines: (u32, u32),
    place: Place,
    used: bool,
}

impl Suppressions {
    /// Parses the comments of a file. `extents` are the first and last lines of its annotated functions.
    pub(super) fn read(file: &Arc<str>, text: &str, extents: &[(u32, u32)], findings: &mut Vec<Finding>) -> Self {
        let mut list = Vec::new();
        for Marked { said, place, covered } in marked(file, text, extents) {
            if said.trim_start().starts_with(REVIEW) {
                let help = "write the right `risk`, and remove the comment";
                let finding = Finding::warning(UNREVIEWED, "the risk below is a placeholder");
                findings.push(finding.help(help).at(place).about(REVIEW));
                continue;
            }
            // `diff` and `check` read acceptances.
            let acceptance = acceptance::parse(said).map(|read| read.and_then(|_| at_a_tool(covered, extents)));
            match acceptance.unwrap_or_else(|| directive(said)) {
                Ok((rules, reason)) => list.extend(rules.into_iter().map(|rule| Allowed {
                    rule,
                    reason: reason.to_owned(),
                    lines: covered,
                    place: place.clone(),
                    used: false,
                })),
                Err((message, help)) => {
                    findings.push(Finding::warning(MALFORMED, message).help(help).at(place).about(MARK));
                }
            }
        }
        Self { list }
    }

    /// Returns the suppression of a finding, if a comment allows it.
    pub(super) fn suppress(&mut self, finding: &Finding) -> Option<Suppression> {
        let line = finding.place.as_ref()?.start.line;
        let mut found = None;
        // Every comment that covers the finding counts as used, not only the nearest.
        for allowed in &mut self.list {
            if allowed.rule == finding.rule && (allowed.lines.0..=allowed.lines.1).contains(&line) {
                allowed.used = true;
                found.get_or_insert_with(|| Suppression {
                    kind: SuppressionKind::Comment,
                    reason: allowed.reason.clone(),
                    until: None,
                });
            }
        }
        found
    }

    /// Returns a finding for each comment that suppressed nothing, if its rule is on.
    pub(super) fn unused(&self, in_force: &BTreeSet<&str>) -> Vec<Finding> {
        let unused = self.list.iter().filter(|allowed| !allowed.used && in_force.contains(allowed.rule));
        unused
            .map(|allowed| {
                let message = format!("the comment suppresses no finding of `{}`", allowed.rule);
                let help = "remove it, or put it on the line above the finding";
                Finding::warning(UNUSED, message).help(help).at(allowed.place.clone()).about(allowed.rule)
            })
            .collect()
    }
}

/// A comment with the mark.
pub(super) struct Marked<'t> {
    /// The text behind the mark.
    pub(super) said: &'t str,
    pub(super) place: Place,
    /// The lines that it is about.
    pub(super) covered: (u32, u32),
}

/// Returns the comments of a file with the mark. `extents` are the first and last lines of its annotated functions.
pub(super) fn marked<'t>(file: &Arc<str>, text: &'t str, extents: &[(u32, u32)]) -> Vec<Marked<'t>> {
    // Most files have no such comment, so a search for the marker comes first.
    if memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let is_toml = Path::new(&**file).extension().is_some_and(|end| end == "toml");
    let (comments, mark) = if is_toml { (comments::in_toml(text), "#") } else { (comments::in_rust(text), "//") };
    let lines = Lines::of(text);
    let code: Vec<&str> = text.lines().collect();
    let next = lines_of_code(&code, mark);
    let comments = comments.into_iter().filter_map(|Comment { at, body }| {
        let said = body.trim_start().strip_prefix(MARK)?;
        let place = lines.place(file, &(at..at + mark.len() + body.trim_end().len()));
        let covered = extend(covered(&code, &next, &place, mark), extents);
        Some(Marked { said, place, covered })
    });
    comments.collect()
}

/// Returns nothing to allow for an acceptance at a tool, and an error for one elsewhere.
fn at_a_tool(
    covered: (u32, u32),
    extents: &[(u32, u32)],
) -> Result<(Vec<&'static str>, &'static str), (String, String)> {
    if extents.contains(&covered) {
        return Ok((Vec::new(), ""));
    }
    let help = "put it above the tool, or write `[[diff.accept]]` in `mcp-scopes.toml`";
    Err(("the `accept` comment is not at a tool".to_owned(), help.to_owned()))
}

/// The suppression comments of each file.
pub(super) type ByFile = BTreeMap<Arc<str>, Suppressions>;

/// Parses the rules and the reason of `allow(rule-id, ..) reason`.
fn directive(comment: &str) -> Result<(Vec<&'static str>, &str), (String, String)> {
    let form = || "write `mcp-scopes: allow(rule-id) reason`".to_owned();
    let inner = comment.trim_start().strip_prefix("allow").map(str::trim_start).and_then(|rest| rest.strip_prefix('('));
    let Some((ids, reason)) = inner.and_then(|inner| inner.split_once(')')) else {
        let message = format!("a `{MARK}` comment supports only `allow`");
        return Err((message, form()));
    };
    let mut rules = Vec::new();
    for id in ids.split(',').map(str::trim) {
        let Some(rule) = find(id) else {
            return Err(unknown_rule(id));
        };
        if rule.check.is_fixed() {
            let message = format!("`{id}` is also a compile error, which a comment cannot suppress");
            return Err((message, "remove the comment, and fix the error".to_owned()));
        }
        if [UNUSED, MALFORMED, UNREVIEWED].contains(&id) {
            return Err((format!("`{id}` reports suppression comments, so a comment cannot suppress it"), form()));
        }
        rules.push(rule.id);
    }
    // A colon or a dash before the reason is accepted.
    let reason = reason.trim_start_matches([' ', ':', '-', '–', '—']).trim();
    if reason.is_empty() {
        let message = format!("`allow({})` has no reason", ids.trim());
        return Err((message, "write the reason after the closing parenthesis".to_owned()));
    }
    Ok((rules, reason))
}

fn unknown_rule(id: &str) -> (String, String) {
    let near = RULES.iter().map(|rule| rule.id).fold(Nearest::to(id), Nearest::or).found();
    let help = near.map_or_else(|| "name a rule".to_owned(), |near| format!("did you mean `{near}`?"));
    (format!("unknown rule `{id}`"), help)
}

/// Returns for each line the first line with code from there on, as indexes from 0. Many comments in a row share one pass.
fn lines_of_code(code: &[&str], mark: &str) -> Vec<Option<usize>> {
    let mut next = vec![None; code.len()];
    let mut found = None;
    for (line, text) in code.iter().enumerate().rev() {
        if !(text.trim().is_empty() || text.trim_start().starts_with(mark)) {
            found = Some(line);
        }
        if let Some(next) = next.get_mut(line) {
            *next = found;
        }
    }
    next
}

/// Returns the line that a comment covers: its own, or the next line with code if the comment is alone.
fn covered(code: &[&str], next: &[Option<usize>], place: &Place, mark: &str) -> (u32, u32) {
    let line = place.start.line;
    let index = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
    let text = index.and_then(|index| code.get(index));
    if text.is_some_and(|text| !text.trim_start().starts_with(mark)) {
        return (line, line);
    }
    let below = index.and_then(|index| *next.get(index)?).and_then(|index| u32::try_from(index.checked_add(1)?).ok());
    below.map_or((line, line), |line| (line, line))
}

/// Extends a line within the attributes or the signature of an annotated function to all of them. Extents of sections of a file can
/// overlap: the one that begins last counts.
fn extend(covered: (u32, u32), extents: &[(u32, u32)]) -> (u32, u32) {
    let holding = extents.iter().filter(|(first, last)| (*first..=*last).contains(&covered.0));
    let around = holding.max_by_key(|(first, _)| *first);
    around.copied().unwrap_or(covered)
}
