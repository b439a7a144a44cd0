//! Findings as text for a terminal: source snippets with messages below.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level as Shown, Origin, Renderer, Snippet};
use mcp_scopes_scan::{Finding, Level, Report, source::Place};

use crate::{
    escape::{escaped, is_hidden},
    output::finding::page,
};

/// Whether rules and files are hyperlinks (OSC 8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// Plain text.
    None,
    /// Rules link to their pages, and places link to their files.
    Shown,
}

impl Links {
    /// Returns the support of the terminal on standard output. No other target gets links.
    pub(crate) fn of_terminal() -> Self {
        if supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout) { Self::Shown } else { Self::None }
    }
}

/// Renders the findings of a report, each followed by an empty line. The text has terminal styles. A caller that writes
/// to another target strips them.
pub(crate) fn render(report: &Report, links: Links) -> String {
    let renderer = Renderer::styled().hyperlink(links == Links::Shown);
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&one(&renderer, report, finding, links));
        text.push_str("\n\n");
    }
    text
}

fn one(renderer: &Renderer, report: &Report, finding: &Finding, links: Links) -> String {
    let level = match finding.level {
        Level::Error => Shown::ERROR,
        Level::Warning => Shown::WARNING,
    };
    let title = level.primary_title(escaped(&finding.message)).id(finding.rule);
    let title = match page(finding.rule) {
        Some(page) => title.id_url(page),
        None => title,
    };
    let file = file(finding.file(), links);
    let group = match (&finding.place, snippet(report, finding)) {
        (Some(place), Some(Excerpt { text, span, cut: true })) => {
            let (line, column) = numbers(place);
            // The renderer would count columns in the truncated line.
            let origin = Origin::path(file).line(line).char_column(column);
            let snippet = Snippet::source(text).line_start(line).annotation(AnnotationKind::Primary.span(span));
            title.element(origin).element(snippet)
        }
        (Some(place), Some(Excerpt { text, span, cut: false })) => {
            let snippet = Snippet::source(text).path(file).line_start(numbers(place).0);
            title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
        }
        (Some(place), None) => {
            let (line, column) = numbers(place);
            title.element(Origin::path(file).line(line).char_column(column))
        }
        (None, _) => Group::with_title(title),
    };
    let group =
        if finding.help.is_empty() { group } else { group.element(Shown::HELP.message(escaped(&finding.help))) };
    renderer.render(&[group])
}

/// Returns the name of a file, as a hyperlink if links are shown.
pub(crate) fn file(file: &str, links: Links) -> String {
    let shown = escaped(file);
    let url = || {
        let path = std::path::absolute(file).ok().filter(|path| path.exists())?;
        url::Url::from_file_path(path).ok()
    };
    // A URL contains no character that ends the escape sequence, since it encodes control characters as `%1B`.
    match (links, (links == Links::Shown).then(url).flatten()) {
        (Links::Shown, Some(url)) => format!("\u{1b}]8;;{url}\u{1b}\\{shown}\u{1b}]8;;\u{1b}\\"),
        _ => shown,
    }
}

fn numbers(place: &Place) -> (usize, usize) {
    let number = |number: u32| usize::try_from(number).unwrap_or(1);
    (number(place.start.line), number(place.start.column))
}

/// Maximum length of a displayed line in bytes. A longer line is cut around the place, since a document may be one
/// line.
const LONGEST: usize = 1_000;
/// Length of the part before the place, and of the part from the place on.
const AROUND: (usize, usize) = (100, 300);

/// The source line of a finding.
struct Excerpt {
    text: String,
    /// The range of the place in that text.
    span: Range<usize>,
    /// Whether the text is only a part of its line.
    cut: bool,
}

fn snippet(report: &Report, finding: &Finding) -> Option<Excerpt> {
    let place = finding.place.as_ref()?;
    let text = report.sources.text(&place.file)?;
    let range = report.sources.range(place)?;
    // Only the surroundings of the place are checked. Its line may be megabytes long, for each of many findings.
    let first = text.floor_char_boundary(range.start.saturating_sub(LONGEST + 1));
    let last = text.ceil_char_boundary(range.start.saturating_add(LONGEST + 1));
    let start = text.get(first..range.start)?.rfind('\n').map_or(first, |at| first + at + 1);
    // For a place on several lines, the first line is enough.
    let end = text.get(range.start..last)?.find('\n').map_or(last, |at| range.start + at);
    let cut = end - start > LONGEST;
    let (from, to) = if cut {
        let from = text.floor_char_boundary(range.start.saturating_sub(AROUND.0).max(start));
        (from, text.ceil_char_boundary(range.start.saturating_add(AROUND.1).min(end)))
    } else {
        (start, end)
    };
    let line = text.get(from..to)?;
    let dots = |cut: bool| if cut { "..." } else { "" };
    let (head, tail) = (dots(from > start), dots(to < end));
    let at = |byte: usize| line.get(..byte.min(to) - from).map(|before| head.len() + drawn(before).len());
    let span = at(range.start)?..at(range.end.max(range.start)).unwrap_or(head.len() + drawn(line).len());
    Some(Excerpt { text: format!("{head}{}{tail}", drawn(line)), span, cut })
}

/// Escapes a source line, so that no character controls the terminal or changes the text direction. The renderer
/// escapes the other control characters itself, but neither those of Latin-1 nor invisible characters.
fn drawn(line: &str) -> String {
    let speaks = |character: char| ('\u{80}'..='\u{9f}').contains(&character) || is_hidden(character);
    line.chars().map(|character| if speaks(character) { char::REPLACEMENT_CHARACTER } else { character }).collect()
}

#[cfg(test)]
mod tests {
    use super::{Links, render};
    use mcp_scopes_lint::{Documents, Overrides, lint};
    use mcp_scopes_scan::Scan;

    #[test]
    fn of_an_endless_line_a_part_is_shown() {
        let scopes = "\"é:read\", ".repeat(5_000);
        let document = format!("{{\"scopes_supported\": [{scopes}\"bad scope\", {scopes}\"x\"]}}");
        let report = Documents::new().lint("a.json", document.as_bytes());
        let broken = report.findings.iter().filter(|finding| finding.rule == "scope-syntax");
        let finding = broken.into_iter().find(|finding| finding.message.contains("`bad scope`")).unwrap();
        let column = document[..document.find("\"bad").unwrap()].chars().count() + 1;
        let mut one = report.clone();
        one.findings = vec![finding.clone()];
        let text = anstream::adapter::strip_str(&render(&one, Links::None)).to_string();
        assert!(text.len() < 2_000 && text.contains(&format!("a.json:1:{column}\n")), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let source = lines.iter().position(|line| line.starts_with("1 |")).unwrap();
        let marks = lines[source + 1].chars().position(|mark| mark == '^').unwrap();
        assert!(lines[source].chars().skip(marks).collect::<String>().starts_with("\"bad scope\""), "{text}");
    }

    #[test]
    fn source_cannot_speak_to_the_terminal() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        let manifest = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\n";
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        let source = "#[mcp_scopes::mcp_tool(risk = \"low\", scope = \"a\u{1b}]0;b\u{7}\")]\nfn f() {}\n";
        std::fs::write(folder.path().join("src/lib.rs"), source).unwrap();
        let report = lint(&Scan::new(folder.path()), &Overrides::new()).unwrap();
        let text = render(&report, Links::None);
        assert!(text.contains("\u{1b}["), "it is styled: {text:?}");
        assert!(!text.contains("\u{1b}]") && !text.contains('\u{7}'), "{text:?}");
        // With links, the escape sequences are only our own, and the remaining text is the same.
        let linked = render(&report, Links::Shown);
        assert!(linked.contains("\u{1b}]8;;https://") && linked.contains("\u{1b}]8;;file://"), "{linked:?}");
        assert_eq!(linked.matches("\u{1b}]").count(), linked.matches("\u{1b}]8;;").count(), "{linked:?}");
        assert!(!linked.contains("\u{1b}]0") && !linked.contains('\u{7}'), "{linked:?}");
        let strip = |text: &str| anstream::adapter::strip_str(text).to_string();
        assert_eq!(strip(&linked), strip(&text));
    }
}
