//! Patterns of files.

/// Returns whether a pattern matches a file, or a folder around it.
///
/// `*` matches any characters but `/`, `**` any characters, `?` one. A pattern matches a file or a folder with all that it contains. Without
/// a slash it matches a name anywhere.
#[must_use]
pub fn is_match(pattern: &str, file: &str) -> bool {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let file = file.trim_start_matches("./");
    let ends = file.match_indices('/').map(|(at, _)| at).chain([file.len()]);
    if pattern.contains('/') {
        ends.filter_map(|end| file.get(..end)).any(|path| matches(pattern.as_bytes(), path.as_bytes()))
    } else {
        file.split('/').any(|name| matches(pattern.as_bytes(), name.as_bytes()))
    }
}

fn matches(pattern: &[u8], text: &[u8]) -> bool {
    match pattern {
        [] => text.is_empty(),
        [b'*', b'*', b'/', rest @ ..] if matches(rest, text) => true,
        [b'*', b'*', rest @ ..] => (0..=text.len()).any(|at| text.get(at..).is_some_and(|text| matches(rest, text))),
        [b'*', rest @ ..] => {
            let name = text.iter().position(|byte| *byte == b'/').unwrap_or(text.len());
            (0..=name).any(|at| text.get(at..).is_some_and(|text| matches(rest, text)))
        }
        [b'?', rest @ ..] => text.split_first().is_some_and(|(first, text)| *first != b'/' && matches(rest, text)),
        [byte, rest @ ..] => text.split_first().is_some_and(|(first, text)| first == byte && matches(rest, text)),
    }
}

#[cfg(test)]
mod tests {
    use super::is_match;

    #[test]
    fn patterns_match_files_and_folders() {
        for (pattern, file, excluded) in [
            ("examples", "examples/a/src/lib.rs", true),
            ("examples", "server/examples/a.rs", true),
            ("examples", "server/src/examples.rs", false),
            ("*.json", "docs/a.json", true),
            ("server/examples/", "server/examples/a.rs", true),
            ("./server/*", "server/src/lib.rs", true),
            ("server/*.rs", "server/src/lib.rs", false),
            ("**/generated/*.rs", "a/b/generated/c.rs", true),
            ("**/generated", "generated/c.rs", true),
            ("server/?.rs", "server/a.rs", true),
            ("examples", "", false),
        ] {
            assert_eq!(is_match(pattern, file), excluded, "{pattern} {file}");
        }
    }
}
