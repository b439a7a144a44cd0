//! Finds line comments of Rust and TOML, and skips literals that contain comment markers.

/// A line comment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Comment<'t> {
    /// Byte offset of its start.
    pub(super) at: usize,
    /// The text after its marker.
    pub(super) body: &'t str,
}

/// Returns the comments `// ..` of a source file, without doc comments.
pub(super) fn in_rust(text: &str) -> Vec<Comment<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest.as_bytes() {
            [b'/', b'/', ..] => {
                let line = line(rest);
                let body = line.get(2..).unwrap_or("");
                if !body.starts_with(['/', '!']) {
                    found.push(Comment { at, body });
                }
                line.len()
            }
            [b'/', b'*', ..] => block(rest),
            [b'"', ..] => match hashes(text.get(..at).unwrap_or("")) {
                Some(hashes) => raw(rest, hashes),
                None => quoted(rest, '"'),
            },
            [b'\'', ..] => character(rest),
            _ => step(rest),
        };
    }
    found
}

/// Returns the comments `# ..` of a TOML file.
pub(super) fn in_toml(text: &str) -> Vec<Comment<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        at += match rest.as_bytes() {
            [b'#', ..] => {
                let line = line(rest);
                found.push(Comment { at, body: line.get(1..).unwrap_or("") });
                line.len()
            }
            [b'"', b'"', b'"', ..] => 3 + behind(rest.get(3..), "\"\"\""),
            [b'\'', b'\'', b'\'', ..] => 3 + behind(rest.get(3..), "'''"),
            [b'"', ..] => quoted(rest, '"'),
            [b'\'', ..] => 1 + behind(rest.get(1..), "'"),
            _ => step(rest),
        };
    }
    found
}

fn line(rest: &str) -> &str {
    rest.split('\n').next().unwrap_or(rest)
}

fn step(rest: &str) -> usize {
    rest.chars().next().map_or(1, char::len_utf8)
}

/// Returns the offset after the next `end`, or the length of the text without one.
fn behind(rest: Option<&str>, end: &str) -> usize {
    let rest = rest.unwrap_or("");
    rest.find(end).map_or(rest.len(), |at| at + end.len())
}

/// Returns the length of a literal with escapes.
fn quoted(rest: &str, end: char) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if character == end => return at + character.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// Returns the length of a character literal, or 1 for the quote of a lifetime.
fn character(rest: &str) -> usize {
    let mut characters = rest.chars().skip(1);
    match (characters.next(), characters.next()) {
        (Some('\\'), _) => quoted(rest, '\''),
        (Some(one), Some('\'')) => 2 + one.len_utf8(),
        _ => 1,
    }
}

/// Returns the number of hashes of a raw string whose quote comes next: `r`, `br##`. `None` for any other string.
fn hashes(before: &str) -> Option<usize> {
    let bare = before.trim_end_matches('#');
    let prefix = bare.strip_suffix('r')?;
    let prefix = prefix.strip_suffix(['b', 'c']).unwrap_or(prefix);
    let inside = prefix.ends_with(|last: char| last.is_alphanumeric() || last == '_');
    (!inside).then_some(before.len() - bare.len())
}

fn raw(rest: &str, hashes: usize) -> usize {
    1 + behind(rest.get(1..), &format!("\"{}", "#".repeat(hashes)))
}

/// Returns the length of a block comment, including nested ones.
fn block(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while let Some(inner) = rest.get(at..).filter(|inner| !inner.is_empty()) {
        match inner.as_bytes() {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth <= 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += step(inner),
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::{in_rust, in_toml};

    #[test]
    fn finds_comments_only() {
        let text = r##"// 1
/// no
//! no
let a = "// no \" // no"; // 2
let b = r#"// no " // no"#; // 3
let c = br"// no \"; // 4
let d = ('"', '\'', b'\\', 'é'); fn f<'a>(x: &'a str) {} // 5
/* // no /* // no */ // no */ // 6
let e = "
// no
"; // 7"##;
        let found: Vec<_> = in_rust(text).iter().map(|comment| comment.body.trim()).collect();
        assert_eq!(found, ["1", "2", "3", "4", "5", "6", "7"]);
        for text in ["\"", "'", "/*", "r#\"", "'\\", "/"] {
            assert!(in_rust(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn finds_comments_in_toml() {
        let text =
            "# 1\na = \"# no \\\" # no\" # 2\nb = '# no \\' # 3\nc = \"\"\"\n# no\n\"\"\" # 4\nd = '''# no''' # 5";
        let found: Vec<_> = in_toml(text).iter().map(|comment| comment.body.trim()).collect();
        assert_eq!(found, ["1", "2", "3", "4", "5"]);
    }
}
