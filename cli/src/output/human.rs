//! Findings for people: the source, with what is wrong under it.

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};
use mcp_scopes_build::{Finding, Level, Report};

use crate::output::escaped;

/// The findings of a report, each followed by an empty line. Styles are those of a terminal; whoever writes to
/// something else strips them.
pub(crate) fn render(report: &Report) -> String {
    let renderer = Renderer::styled();
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&one(&renderer, report, finding));
        text.push_str("\n\n");
    }
    text
}

fn one(renderer: &Renderer, report: &Report, finding: &Finding) -> String {
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let title = level.primary_title(escaped(&finding.message)).id(finding.rule);
    let file = escaped(finding.file());
    let group = match (&finding.place, snippet(report, finding)) {
        (_, Some((source, line, span))) => title.element(
            Snippet::source(source).path(file).line_start(line).annotation(AnnotationKind::Primary.span(span)),
        ),
        (Some(place), None) => {
            let line = usize::try_from(place.start.line).unwrap_or(1);
            let column = usize::try_from(place.start.column).unwrap_or(1);
            title.element(Origin::path(file).line(line).char_column(column))
        }
        (None, None) => Group::with_title(title),
    };
    let group =
        if finding.help.is_empty() { group } else { group.element(Shown::HELP.message(escaped(&finding.help))) };
    renderer.render(&[group])
}

/// The lines of the source that a finding is about: their text, the number of the first, and the place in the text.
fn snippet(report: &Report, finding: &Finding) -> Option<(String, usize, std::ops::Range<usize>)> {
    let place = finding.place.as_ref()?;
    let text = report.sources.text(&place.file)?;
    let range = report.sources.range(place)?;
    let (before, rest) = text.split_at_checked(range.start)?;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    // Of what spans several lines the first is enough to find it.
    let end = range.start + rest.find('\n').unwrap_or(rest.len());
    let line = text.get(start..end)?;
    let from = range.start - start;
    let to = range.end.min(end).saturating_sub(start).max(from);
    // The renderer shows control characters as pictures of them, so the places stay right.
    Some((line.to_owned(), usize::try_from(place.start.line).ok()?, from..to))
}
