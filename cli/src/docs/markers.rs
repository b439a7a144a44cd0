//! The markers that delimit the text in a file: two lines that Markdown does not display.

use std::{fmt, ops::Range};

pub(super) const BEGIN: &str = "<!-- mcp-scopes docs begin -->";
pub(super) const END: &str = "<!-- mcp-scopes docs end -->";

/// The reason why a file has no valid markers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Misplaced {
    Missing(&'static str),
    Twice(&'static str),
    Reversed,
}

impl Misplaced {
    pub(super) fn help(self) -> String {
        match self {
            Self::Missing(_) => {
                format!("write `{BEGIN}` and `{END}` on separate lines, where the text belongs")
            }
            Self::Twice(marker) => format!("keep one line `{marker}`; lines in code blocks do not count"),
            Self::Reversed => format!("write `{BEGIN}` above `{END}`"),
        }
    }
}

impl fmt::Display for Misplaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(marker) => write!(f, "there is no line `{marker}`"),
            Self::Twice(marker) => write!(f, "the line `{marker}` occurs twice"),
            Self::Reversed => f.write_str("the markers are in the wrong order"),
        }
    }
}

/// Replaces the text between the markers of a file. Everything else stays the same, and line breaks follow the file.
pub(super) fn replace(file: &str, text: &str) -> Result<String, Misplaced> {
    let (begin, end) = (find(file, BEGIN)?, find(file, END)?);
    let (Some(before), Some(after)) = (file.get(..begin.end), file.get(end.start..)) else {
        return Err(Misplaced::Reversed);
    };
    if begin.end > end.start {
        return Err(Misplaced::Reversed);
    }
    let text = format!("\n{}\n\n", text.trim_end());
    let text = if before.ends_with("\r\n") { text.replace('\n', "\r\n") } else { text };
    Ok(format!("{before}{text}{after}"))
}

/// Returns the range of the one line with the marker, including its line break. Lines in code blocks do not count.
fn find(file: &str, marker: &'static str) -> Result<Range<usize>, Misplaced> {
    let mut found = None;
    let mut open: Option<Fence> = None;
    let mut start = 0;
    for line in file.split_inclusive('\n') {
        let range = start..start + line.len();
        start = range.end;
        let line = line.trim_end();
        let text = line.trim_start_matches(' ');
        // An indentation of more than three spaces also makes code.
        if line.len() - text.len() > 3 {
            continue;
        }
        let fence = Fence::of(text);
        match (&open, fence) {
            (None, Some(fence)) => open = Some(fence),
            (Some(opened), Some(fence)) if fence.ends(opened) => open = None,
            (None, None) if text == marker && found.replace(range).is_some() => return Err(Misplaced::Twice(marker)),
            _ => {}
        }
    }
    found.ok_or(Misplaced::Missing(marker))
}

/// The opening or closing line of a code block.
struct Fence {
    sign: char,
    length: usize,
    /// Whether the line has no info string.
    bare: bool,
}

impl Fence {
    fn of(line: &str) -> Option<Self> {
        let sign = line.chars().next().filter(|sign| ['`', '~'].contains(sign))?;
        let rest = line.trim_start_matches(sign);
        let length = line.len() - rest.len();
        (length > 2 && !(sign == '`' && rest.contains('`'))).then_some(Self { sign, length, bare: rest.is_empty() })
    }

    fn ends(&self, opened: &Self) -> bool {
        self.bare && self.sign == opened.sign && self.length >= opened.length
    }
}

#[cfg(test)]
mod tests {
    use super::{BEGIN, END, Misplaced, replace};

    #[test]
    fn keeps_the_text_around_the_markers() {
        let file = format!("# A\n\n{BEGIN}\nold\n{END}\ntail");
        let new = replace(&file, "new\n").unwrap();
        assert_eq!(new, format!("# A\n\n{BEGIN}\n\nnew\n\n{END}\ntail"));
        assert_eq!(replace(&new, "new\n").unwrap(), new);
        let windows = replace(&file.replace('\n', "\r\n"), "a\nb\n").unwrap();
        assert_eq!(windows, format!("# A\r\n\r\n{BEGIN}\r\n\r\na\r\nb\r\n\r\n{END}\r\ntail"));
    }

    #[test]
    fn rejects_missing_and_repeated_markers() {
        assert_eq!(replace("", "x"), Err(Misplaced::Missing(BEGIN)));
        assert_eq!(replace(&format!("{BEGIN}\n"), "x"), Err(Misplaced::Missing(END)));
        assert_eq!(replace(&format!("{END}\n{BEGIN}\n"), "x"), Err(Misplaced::Reversed));
        assert_eq!(replace(&format!("{BEGIN}\n{BEGIN}\n{END}\n"), "x"), Err(Misplaced::Twice(BEGIN)));
        let shown = format!("```md\n{BEGIN}\n{END}\n```\n{BEGIN}\n{END}\n");
        assert!(replace(&shown, "x").unwrap().ends_with(&format!("{BEGIN}\n\nx\n\n{END}\n")));
        // A shorter fence inside of a longer one does not close it, and neither does a fence with an info string.
        for inside in ["```", "~~~~", "````rust", "    ````"] {
            let shown = format!("````md\n{inside}\n{BEGIN}\n````\n{BEGIN}\n{END}\n");
            assert!(replace(&shown, "x").is_ok_and(|new| new.contains(&format!("\n````\n{BEGIN}\n\nx"))), "{inside}");
        }
        assert!(replace(&format!("    {BEGIN}\n   {BEGIN}\n ```inline``` \n{END}\n"), "x").is_ok());
        // The markers are in a code block of an example, so they do not count.
        assert!(replace(&format!("~~~\n{BEGIN}\n{END}\n~~~\n"), "x").is_err());
    }
}
