//! The size of files in arguments.

/// Returns the size of the file that an argument contains: a `data:` URL, or a member `blob` or `data` in base64. `name` is the innermost
/// member that holds the text.
pub(crate) fn file_size(name: &str, text: &str) -> Option<u64> {
    if let Some(rest) = text.get(..5).filter(|start| start.eq_ignore_ascii_case("data:")).and_then(|_| text.get(5..)) {
        let Some((header, data)) = rest.split_once(',') else { return Some(0) };
        let is_base64 = header.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
        return Some(if is_base64 { base64_size(data) } else { unescaped_size(data) });
    }
    matches!(name, "blob" | "data").then(|| base64_size(text))
}

/// Returns the decoded size of base64, or the length of a text that is none.
fn base64_size(text: &str) -> u64 {
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'+' | b'/' | b'-' | b'_' => digits += 1,
            // Escapes in a URL and padding: their digits are few.
            b'=' | b' ' | b'\n' | b'\r' | b'\t' => {}
            _ => return text.len() as u64,
        }
    }
    digits * 3 / 4
}

/// Returns the size of a text with percent escapes.
fn unescaped_size(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let escapes = bytes
        .windows(3)
        .filter(|window| matches!(window, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()));
    (bytes.len() - 2 * escapes.count()) as u64
}

#[cfg(test)]
mod tests {
    use super::file_size;

    #[test]
    fn returns_the_decoded_size_of_files() {
        for (name, text, size) in [
            ("path", "/etc/passwd", None),
            ("blob", "aGVsbG8=", Some(5)),
            ("data", "aGVs\nbG8", Some(5)),
            ("data", "not base64!", Some(11)),
            ("url", "data:text/plain;base64,aGVsbG8=", Some(5)),
            ("url", "DATA:text/plain;BASE64,aGVsbG8=", Some(5)),
            ("url", "data:,a%20b", Some(3)),
            ("url", "data:", Some(0)),
            ("url", "dätä", None),
        ] {
            assert_eq!(file_size(name, text), size, "{name} {text}");
        }
    }
}
