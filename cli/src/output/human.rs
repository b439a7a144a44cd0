//! Text for a terminal. The text has terminal styles; a caller that writes to another target strips them.

mod excerpt;

use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level as SnippetLevel, Origin, Renderer, Snippet};
use anstyle::{AnsiColor, Style};
use excerpt::{Excerpt, excerpt};
use mcp_scopes_scan::source::{Place, Sources};

use super::{
    diagnostic::{Diagnostic, Level},
    diagnostics::{Contents, Diagnostics},
    links::Links,
};
use crate::escape::{escaped, escaped_line};

/// Renders findings with snippets of the source, or changes as a list with a summary. The summary of findings is not
/// part of the text, since it goes to standard error.
pub(crate) fn render(diagnostics: &Diagnostics<'_>, links: Links) -> String {
    let mut text = String::new();
    match diagnostics.contents {
        Contents::Findings => {
            let renderer = Renderer::styled().hyperlink(links == Links::Shown);
            for diagnostic in diagnostics.active.iter().filter(|diagnostic| !diagnostic.is_failure()) {
                text.push_str(&with_snippet(&renderer, diagnostics.sources, diagnostic, links));
                text.push_str("\n\n");
            }
        }
        // Standard error has the reason.
        Contents::Changes if diagnostics.has_failed() => {}
        Contents::Changes => {
            for diagnostic in diagnostics.all() {
                list_item(&mut text, diagnostic, links);
            }
            let _ = writeln!(text, "{}", diagnostics.summary);
        }
    }
    text
}

/// Renders the message and the help of an error on a line each, without a place.
pub(crate) fn brief(diagnostic: &Diagnostic<'_>) -> String {
    let (level, name) = (style(diagnostic.level), diagnostic.level.as_str());
    let mut text = format!("{level}{name}{level:#}: {}\n", escaped(diagnostic.message));
    if !diagnostic.help.is_empty() {
        let cyan = bold(AnsiColor::Cyan);
        let _ = writeln!(text, " {cyan}help{cyan:#}: {}", escaped(diagnostic.help));
    }
    text
}

fn with_snippet(renderer: &Renderer, sources: Option<&Sources>, diagnostic: &Diagnostic<'_>, links: Links) -> String {
    let level = match diagnostic.level {
        Level::Error => SnippetLevel::ERROR,
        Level::Warning => SnippetLevel::WARNING,
        Level::Note => SnippetLevel::NOTE,
    };
    let title = level.primary_title(escaped(diagnostic.message)).id(diagnostic.id);
    let title = match &diagnostic.url {
        Some(url) => title.id_url(url.as_str()),
        None => title,
    };
    let group = match &diagnostic.place {
        Some(place) => {
            let file = links.file(&place.file);
            let (line, column) = numbers(place);
            match sources.filter(|_| !place.is_whole()).and_then(|sources| excerpt(sources, place)) {
                Some(Excerpt { text, span, cut: true }) => {
                    // The renderer would count columns in the truncated line.
                    let origin = Origin::path(file).line(line).char_column(column);
                    let snippet = Snippet::source(text).line_start(line).annotation(AnnotationKind::Primary.span(span));
                    title.element(origin).element(snippet)
                }
                Some(Excerpt { text, span, cut: false }) => {
                    let snippet = Snippet::source(text).path(file).line_start(line);
                    title.element(snippet.annotation(AnnotationKind::Primary.span(span)))
                }
                None if diagnostic.text_place().is_none() => title.element(Origin::path(file)),
                None => title.element(Origin::path(file).line(line).char_column(column)),
            }
        }
        None => Group::with_title(title),
    };
    let group = match diagnostic.help {
        "" => group,
        help => group.element(SnippetLevel::HELP.message(escaped(help))),
    };
    renderer.render(&[group])
}

fn numbers(place: &Place) -> (usize, usize) {
    let number = |number: u32| usize::try_from(number).unwrap_or(1);
    (number(place.start.line), number(place.start.column))
}

/// Writes a line each for the change, its place, its meaning, the reason why it is accepted, and a help.
fn list_item(text: &mut String, diagnostic: &Diagnostic<'_>, links: Links) {
    let level = style(diagnostic.level);
    let verdict =
        diagnostic.verdict.map_or_else(|| diagnostic.level.as_str().to_owned(), |verdict| verdict.to_string());
    let accepted = diagnostic.accepted().map(|accepted| format!("{accepted}: ")).unwrap_or_default();
    let _ =
        writeln!(text, "{accepted}{level}{verdict}{level:#}: {} [{}]", escaped_line(diagnostic.message), diagnostic.id);
    if let Some(Place { file, start, .. }) = diagnostic.text_place() {
        let _ = writeln!(text, "  at {}:{}:{}", links.file(file), start.line, start.column);
    }
    if let (None, Some(location)) = (diagnostic.text_place(), diagnostic.location()) {
        let _ = writeln!(text, "  at {location}");
    }
    if let Some(explanation) = diagnostic.explanation() {
        let _ = writeln!(text, "  {explanation}");
    }
    if let (Some(change), None) = (diagnostic.change, diagnostic.suppression) {
        let _ = writeln!(text, "  change: {change}");
    }
    if let Some(why) = diagnostic.suppression {
        let _ = writeln!(text, "  reason: {}", escaped_line(&why.reason));
    }
    if !diagnostic.help.is_empty() {
        let _ = writeln!(text, "  help: {}", escaped_line(diagnostic.help));
    }
}

fn style(level: Level) -> Style {
    bold(match level {
        Level::Note => AnsiColor::Cyan,
        Level::Warning => AnsiColor::Yellow,
        Level::Error => AnsiColor::Red,
    })
}

fn bold(colour: AnsiColor) -> Style {
    Style::new().bold().fg_color(Some(colour.into()))
}

#[cfg(test)]
mod tests {
    use super::{super::links::Links, render};
    use crate::findings;
    use mcp_scopes_lint::{Documents, Overrides, lint};
    use mcp_scopes_scan::Scan;

    #[test]
    fn shows_a_part_of_an_endless_line() {
        let scopes = "\"é:read\", ".repeat(5_000);
        let document = format!("{{\"scopes_supported\": [{scopes}\"bad scope\", {scopes}\"x\"]}}");
        let report = Documents::new().lint("a.json", document.as_bytes());
        let broken = report.findings.iter().filter(|finding| finding.rule == "scope-syntax");
        let finding = broken.into_iter().find(|finding| finding.message.contains("`bad scope`")).unwrap();
        let column = document[..document.find("\"bad").unwrap()].chars().count() + 1;
        let mut one = report.clone();
        one.findings = vec![finding.clone()];
        let text = anstream::adapter::strip_str(&render(&findings::diagnostics(&one, false), Links::None)).to_string();
        assert!(text.len() < 2_000 && text.contains(&format!("a.json:1:{column}\n")), "{text}");
        let lines: Vec<&str> = text.lines().collect();
        let source = lines.iter().position(|line| line.starts_with("1 |")).unwrap();
        let marks = lines[source + 1].chars().position(|mark| mark == '^').unwrap();
        assert!(lines[source].chars().skip(marks).collect::<String>().starts_with("\"bad scope\""), "{text}");
    }

    /// A CI log reads `::error::` at the start of a line as a command.
    #[test]
    fn a_listed_change_is_on_one_line() {
        let diagnostic = super::Diagnostic::error("a\n::error::b", "c\n::error::d");
        let mut text = String::new();
        super::list_item(&mut text, &diagnostic, Links::None);
        assert!(!text.contains("\n::error::"), "{text:?}");
    }

    #[test]
    fn escapes_control_characters_of_the_source() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        let manifest = "[package]\nname = \"demo\"\nversion = \"0.1.0\"\n";
        std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
        let source = "#[mcp_scopes::mcp_tool(risk = \"low\", scope = \"a\u{1b}]0;b\u{7}\")]\nfn f() {}\n";
        std::fs::write(folder.path().join("src/lib.rs"), source).unwrap();
        let report = lint(&Scan::new(folder.path()), &Overrides::new()).unwrap();
        let text = render(&findings::diagnostics(&report, false), Links::None);
        assert!(text.contains("\u{1b}["), "it is styled: {text:?}");
        assert!(!text.contains("\u{1b}]") && !text.contains('\u{7}'), "{text:?}");
        // With links, the escape sequences are only our own, and the remaining text is the same.
        let linked = render(&findings::diagnostics(&report, false), Links::Shown);
        assert!(linked.contains("\u{1b}]8;;https://") && linked.contains("\u{1b}]8;;file://"), "{linked:?}");
        assert_eq!(linked.matches("\u{1b}]").count(), linked.matches("\u{1b}]8;;").count(), "{linked:?}");
        assert!(!linked.contains("\u{1b}]0") && !linked.contains('\u{7}'), "{linked:?}");
        let strip = |text: &str| anstream::adapter::strip_str(text).to_string();
        assert_eq!(strip(&linked), strip(&text));
    }
}
