//! Renders a Markdown page for a terminal.

use std::fmt::Write as _;

use anstyle::Style;

/// Maximum width of a line of text, for readability.
const WIDTH: usize = 96;

/// Renders the page without its title. Sections are bold, paragraphs are wrapped to the width, and the rest is
/// unchanged.
pub(super) fn page(markdown: &str) -> String {
    let bold = Style::new().bold();
    let mut text = String::new();
    let mut paragraph = Vec::new();
    let mut verbatim = false;
    for line in markdown.lines() {
        let fence = line.trim_start().starts_with("```");
        let other = verbatim || fence || line.starts_with([' ', '#', '|', '-', '*']) || line.is_empty();
        if !other {
            paragraph.push(line);
            continue;
        }
        flush(&mut paragraph, &mut text);
        if fence {
            verbatim = !verbatim;
        } else if verbatim {
            text.push_str(format!("    {line}").trim_end());
            text.push('\n');
        } else if let Some(section) = line.strip_prefix("## ") {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{bold}{section}{bold:#}");
        } else if !(line.starts_with("# ") || (line.is_empty() && text.is_empty())) {
            text.push_str(line);
            text.push('\n');
        }
    }
    flush(&mut paragraph, &mut text);
    text
}

fn flush(paragraph: &mut Vec<&str>, text: &mut String) {
    let mut width = 0;
    for word in paragraph.drain(..).flat_map(str::split_whitespace) {
        let long = word.chars().count();
        if width > 0 && width + 1 + long > WIDTH {
            text.push('\n');
            width = 0;
        } else if width > 0 {
            text.push(' ');
            width += 1;
        }
        text.push_str(word);
        width += long;
    }
    if width > 0 {
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, page};

    #[test]
    fn renders_pages_as_text() {
        let markdown =
            format!("# id\n\none\ntwo {}\n\n- a\n- b\n\n```toml\n[lint]\n```\n\n## Section\n\nend\n", "x ".repeat(80));
        let text = anstream::adapter::strip_str(&page(&markdown)).to_string();
        assert!(text.starts_with("one two x x"), "{text}");
        assert!(text.ends_with("\n\n- a\n- b\n\n    [lint]\n\nSection\n\nend\n"), "{text}");
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }
}
