//! The size of files in arguments and answers.

/// Returns the size in bytes of the file that a string contains: a `data:` URL, or a member `blob` or `data` in base64. `name` is the innermost
/// member that holds the string. If it is both, the size is the larger one, since the tool may read it as either. `None` if it contains no file.
/// It is never greater than the length of the string.
///
/// ```
/// use mcp_scopes_policies::file_size;
/// assert_eq!(file_size("blob", "aGVsbG8="), Some(5));
/// assert_eq!(file_size("text", "aGVsbG8="), None);
/// ```
#[must_use]
pub fn file_size(name: &str, text: &str) -> Option<u64> {
    let member = matches!(name, "blob" | "data").then_some(text);
    let Some(data) = data_url(text) else { return member.map(base64_size) };
    let url = data.split_once(',').map_or(0, |(header, data)| {
        let is_base64 = header.rsplit(';').next().is_some_and(|last| last.trim().eq_ignore_ascii_case("base64"));
        if is_base64 { base64_size(data) } else { unescaped_size(data) }
    });
    // Some decoders skip what is not base64.
    let as_member =
        member.map_or(0, |text| if data.contains(',') { lenient_base64_size(text) } else { base64_size(text) });
    Some(url.max(as_member))
}

/// Returns what follows the scheme of a `data:` URL, without control characters. URL parsers remove some of these, and the spaces around a
/// URL.
fn data_url(text: &str) -> Option<String> {
    let is_kept = |c: &char| !c.is_ascii_control();
    let mut letters = text.chars().filter(is_kept).skip_while(|letter| *letter == ' ');
    let is_data = "data:".chars().all(|wanted| letters.next().is_some_and(|found| found.eq_ignore_ascii_case(&wanted)));
    is_data.then(|| letters.collect())
}

/// Returns the decoded size of the base64 digits in a text.
fn lenient_base64_size(text: &str) -> u64 {
    let digits = text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)).count();
    digits as u64 * 3 / 4
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
            ("data", "data:aGVsbG8=", Some(13)),
            ("blob", "DATA:aGVsbG8=aGVsbG8=", Some(21)),
            ("data", "data:,aGVsbG8=", Some(8)),
            ("data", "data:;base64,aGVsbG8=", Some(12)),
            ("url", " data:;base64,aGVsbG8=", Some(5)),
            ("url", "\n da\tta:;bas\re64,aGVsbG8=", Some(5)),
            ("url", "dätä", None),
        ] {
            assert_eq!(file_size(name, text), size, "{name} {text}");
        }
    }
}
