//! The size of files in arguments and answers. A text is read letter by letter, and not copied.

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
    let Some(mut data) = data_url(text) else { return member.map(|text| base64_size(text.chars())) };
    let encoding = read_encoding(&mut data);
    let url = match encoding {
        Some(Encoding::Base64) => base64_size(data),
        Some(Encoding::Percent) => unescaped_size(data),
        None => 0,
    };
    // Some decoders skip what is not base64.
    let as_member =
        member.map_or(0, |text| if encoding.is_some() { lenient_base64_size(text) } else { base64_size(text.chars()) });
    Some(url.max(as_member))
}

/// Returns what follows the scheme of a `data:` URL, without control characters. URL parsers remove some of these, and the spaces around a
/// URL.
fn data_url(text: &str) -> Option<impl Iterator<Item = char> + Clone> {
    let is_kept = |c: &char| !c.is_ascii_control();
    let mut letters = text.chars().filter(is_kept).skip_while(|letter| *letter == ' ');
    let is_data = "data:".chars().all(|wanted| letters.next().is_some_and(|found| found.eq_ignore_ascii_case(&wanted)));
    is_data.then_some(letters)
}

#[derive(Clone, Copy)]
enum Encoding {
    Base64,
    Percent,
}

/// Reads up to the first comma. Its last parameter may be `base64`. Returns `None` without a comma.
fn read_encoding(letters: &mut impl Iterator<Item = char>) -> Option<Encoding> {
    const WORD: &[u8] = b"base64";
    // How many letters of the word the last parameter has; `None` if it is another one.
    let mut found = Some(0);
    for letter in letters {
        found = match letter {
            ',' => return Some(if found == Some(WORD.len()) { Encoding::Base64 } else { Encoding::Percent }),
            ';' => Some(0),
            // Around the word.
            space if space.is_whitespace() => found.filter(|found| [0, WORD.len()].contains(found)),
            letter => found
                .filter(|found| {
                    WORD.get(*found).is_some_and(|wanted| letter.eq_ignore_ascii_case(&char::from(*wanted)))
                })
                .map(|found| found + 1),
        };
    }
    None
}

/// Returns the decoded size of the base64 digits in a text.
fn lenient_base64_size(text: &str) -> u64 {
    let digits = text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(byte)).count();
    digits as u64 * 3 / 4
}

/// Returns the decoded size of base64, or the length of a text that is none.
fn base64_size(letters: impl Iterator<Item = char> + Clone) -> u64 {
    let mut digits = 0;
    for letter in letters.clone() {
        match letter {
            'A'..='Z' | 'a'..='z' | '0'..='9' | '+' | '/' | '-' | '_' => digits += 1,
            // Escapes in a URL and padding: their digits are few.
            '=' | ' ' | '\n' | '\r' | '\t' => {}
            _ => return letters.map(len).sum(),
        }
    }
    digits * 3 / 4
}

/// Returns the size of a text with percent escapes.
fn unescaped_size(letters: impl Iterator<Item = char>) -> u64 {
    let mut size = 0;
    let mut before = ['\0'; 2];
    for letter in letters {
        let [percent, high] = before;
        size += len(letter);
        if percent == '%' && high.is_ascii_hexdigit() && letter.is_ascii_hexdigit() {
            size -= 2;
        }
        before = [high, letter];
    }
    size
}

const fn len(letter: char) -> u64 {
    letter.len_utf8() as u64
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
            ("url", "data:text/plain; BASE64 ,aGVsbG8=", Some(5)),
            ("url", "data:;base64;x=y,aGVsbG8=", Some(8)),
            ("url", "data:;base64x,aGVsbG8=", Some(8)),
            ("url", "data:;ba se64,aGVsbG8=", Some(8)),
            ("url", "data:;base64 x,aGVsbG8=", Some(8)),
            ("url", "data:base64,aGVsbG8=", Some(5)),
            ("url", "data:;base64,not base64!,é", Some(14)),
            ("url", "data:,%41%%41%4%4g%é", Some(11)),
            ("data", "data:;base64,aGVsbG8=", Some(12)),
            ("url", " data:;base64,aGVsbG8=", Some(5)),
            ("url", "\n da\tta:;bas\re64,aGVsbG8=", Some(5)),
            ("url", "dätä", None),
        ] {
            assert_eq!(file_size(name, text), size, "{name} {text}");
        }
    }
}
