//! Renders a Markdown page for a terminal.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};

/// Maximum width of a line of text, for readability.
const WIDTH: usize = 96;

/// Renders the page without its title. Sections are bold, code is colored, paragraphs and items of lists are wrapped to
/// the width, links show their addresses, columns of tables are aligned, and code blocks are indented.
pub(super) fn page(markdown: &str) -> String {
    let mut text = String::new();
    let mut lines = markdown.lines().peekable();
    while let Some(line) = lines.next() {
        if line.trim_start().starts_with("```") {
            for line in lines.by_ref().take_while(|line| !line.trim_start().starts_with("```")) {
                text.push_str(format!("    {line}").trim_end());
                text.push('\n');
            }
        } else if let Some(section) = line.strip_prefix("## ") {
            let bold = Style::new().bold();
            // Writing to a string does not fail.
            let _ = writeln!(text, "{bold}{section}{bold:#}");
        } else if line.starts_with('|') {
            let mut rows = vec![cells(line)];
            while let Some(row) = lines.next_if(|line| line.starts_with('|')) {
                rows.push(cells(row));
            }
            text.push_str(&styled(&table(&rows)));
        } else if line.is_empty() {
            // The title and the empty line below it are left out.
            if !text.is_empty() {
                text.push('\n');
            }
        } else if !line.starts_with("# ") {
            let mut paragraph = line.to_owned();
            let is_text = |line: &&str| {
                !line.is_empty()
                    && !line.starts_with(['#', '|'])
                    && !item(line)
                    && !line.trim_start().starts_with("```")
            };
            while let Some(more) = lines.next_if(is_text) {
                paragraph.push(' ');
                paragraph.push_str(more.trim_start());
            }
            let hanging = if item(&paragraph) { "  " } else { "" };
            let wrapped = wrapped(&links(&paragraph), WIDTH.saturating_sub(hanging.len()));
            text.push_str(&styled(&wrapped.join(&format!("\n{hanging}"))));
            text.push('\n');
        }
    }
    text
}

/// Returns whether the line starts an item of a list.
fn item(line: &str) -> bool {
    line.starts_with("- ") || line.starts_with("* ")
}

/// Splits a text into lines of at most that many characters, between words.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        let fits = |line: &&mut String| line.chars().count() + 1 + word.chars().count() <= width;
        match lines.last_mut().filter(fits) {
            Some(line) => {
                line.push(' ');
                line.push_str(word);
            }
            None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Replaces `[text](address)` by `text (address)`.
fn links(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some((before, link)) = rest.split_once('[') {
        let parts = link.split_once("](").and_then(|(name, rest)| Some((name, rest.split_once(')')?)));
        // Code contains brackets that are no links.
        let is_link = |name: &str| before.matches('`').count().is_multiple_of(2) && !name.contains(']');
        if let Some((name, (address, behind))) = parts.filter(|(name, _)| is_link(name)) {
            let _ = write!(shown, "{before}{name} ({address})");
            rest = behind;
        } else {
            shown.push_str(before);
            shown.push('[');
            rest = link;
        }
    }
    shown.push_str(rest);
    shown
}

/// Colors code and makes strong text bold.
fn styled(text: &str) -> String {
    let code = Style::new().fg_color(Some(AnsiColor::Cyan.into()));
    let bold = Style::new().bold();
    let mut shown = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place % 2 == 1 {
            let _ = write!(shown, "{code}`{part}`{code:#}");
            continue;
        }
        for (place, part) in part.split("**").enumerate() {
            let _ = if place % 2 == 1 { write!(shown, "{bold}{part}{bold:#}") } else { write!(shown, "{part}") };
        }
    }
    shown
}

fn cells(row: &str) -> Vec<String> {
    row.trim().trim_matches('|').split('|').map(|cell| links(cell.trim())).collect()
}

/// Aligns the columns. The line below the headings is left out.
fn table(rows: &[Vec<String>]) -> String {
    let is_rule = |row: &&Vec<String>| row.iter().all(|cell| cell.chars().all(|mark| mark == '-' || mark == ':'));
    let rows: Vec<&Vec<String>> = rows.iter().filter(|row| !is_rule(row)).collect();
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let mut text = String::new();
    for row in &rows {
        let cells: Vec<String> =
            row.iter().enumerate().map(|(column, cell)| format!("{cell:<width$}", width = width(column))).collect();
        let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, page, wrapped};

    fn plain(markdown: &str) -> String {
        anstream::adapter::strip_str(&page(markdown)).to_string()
    }

    #[test]
    fn renders_pages_as_text() {
        let markdown =
            format!("# id\n\none\ntwo {}\n\n- a\n- b\n\n```toml\n[lint]\n```\n\n## Section\n\nend\n", "x ".repeat(80));
        let text = plain(&markdown);
        assert!(text.starts_with("one two x x"), "{text}");
        assert!(text.ends_with("\n\n- a\n- b\n\n    [lint]\n\nSection\n\nend\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }

    #[test]
    fn renders_markup() {
        let text = page("see [the page](https://a.example/b) for `a[0](x)` and **more**\n");
        assert!(text.contains("\u{1b}[36m`a[0](x)`\u{1b}[0m") && text.contains("\u{1b}[1mmore\u{1b}[0m"), "{text:?}");
        assert!(text.starts_with("see the page (https://a.example/b) for "), "{text:?}");
        assert_eq!(plain("| a | b |\n|---|---|\n| long | c |\n"), "  a     b\n  long  c\n");
        let items = plain(&format!("- {}\n- b\n", "word ".repeat(30)));
        let lines: Vec<&str> = items.lines().collect();
        assert!(lines.len() == 3 && lines[1].starts_with("  word") && lines[2] == "- b", "{items}");
    }

    #[test]
    fn wraps_between_words() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("oneword", 3), ["oneword"]);
        assert_eq!(wrapped("", 3), [""; 0]);
    }
}
