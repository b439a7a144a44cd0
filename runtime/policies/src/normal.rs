//! Normal forms of arguments. The grammar's `spec.md`, "Which forms of an argument are compared", specifies them.

use std::borrow::Cow;

use memchr::memchr_iter;

use crate::glob::Glob;

/// The forms of one argument that are compared.
#[derive(Debug)]
pub(crate) enum Forms<'t> {
    /// The text as sent, and its normal form, which is usually the same.
    Some(&'t str, Cow<'t, str>),
    /// The text has no normal form, so it matches every glob.
    None,
}

impl<'t> Forms<'t> {
    pub(crate) fn of(text: &'t str) -> Self {
        normal_form(text).map_or(Self::None, |normal| Self::Some(text, normal))
    }

    /// Returns whether any of the forms matches.
    pub(crate) fn match_glob(&self, glob: &Glob) -> bool {
        let Self::Some(sent, normal) = self else { return true };
        let changed = matches!(normal, Cow::Owned(_));
        glob.matches(sent)
            || (changed && glob.matches(normal))
            || normal.strip_suffix('/').is_some_and(|trimmed| !trimmed.is_empty() && glob.matches(trimmed))
    }
}

/// What a text contains, one bit each.
const CONTROL: u8 = 1;
const PERCENT: u8 = 2;
const BACKSLASH: u8 = 4;
const SLASH: u8 = 8;

/// Returns what a text contains. Without a branch per byte, so that the compiler uses vector instructions.
fn contents(text: &str) -> u8 {
    text.bytes().fold(0, |found, byte| {
        let control = u8::from(byte < 0x20) | u8::from(byte == 0x7f);
        let percent = u8::from(byte == b'%') * PERCENT;
        let backslash = u8::from(byte == b'\\') * BACKSLASH;
        let slash = u8::from(byte == b'/') * SLASH;
        found | control | percent | backslash | slash
    })
}

/// Returns the normal form. It is borrowed if it is the text itself.
fn normal_form(text: &str) -> Option<Cow<'_, str>> {
    let found = contents(text);
    if found == 0 {
        return Some(Cow::Borrowed(text));
    }
    let mut normal = if found & (CONTROL | PERCENT) == 0 { Cow::Borrowed(text) } else { decoded(text)? };
    if normal.contains('\\') {
        normal = Cow::Owned(normal.replace('\\', "/"));
    }
    if let Some(resolved) = resolved_url(&normal) {
        normal = Cow::Owned(resolved);
    }
    Some(normal)
}

/// Step 1: removes control characters and decodes escapes until nothing changes.
fn decoded(text: &str) -> Option<Cow<'_, str>> {
    let mut current = Cow::Borrowed(text);
    // Four rounds may change the text. The fifth must not.
    for _ in 0..=4 {
        if current.contains('\0') {
            return None;
        }
        let clean = without_controls(&current);
        let next = match unescaped(clean.as_deref().unwrap_or(&current)) {
            // Invalid UTF-8 has no normal form, even if a later round could hide it.
            Some(bytes) => Some(String::from_utf8(bytes).ok()?),
            None => clean,
        };
        match next {
            Some(next) => current = Cow::Owned(next),
            None => return Some(current),
        }
    }
    None
}

const fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}

/// Returns the text without control characters, if it has any.
fn without_controls(text: &str) -> Option<String> {
    if contents(text) & CONTROL == 0 {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_control) {
        let (before, behind) = rest.split_at_checked(at)?;
        clean.push_str(before);
        rest = behind.get(1..)?;
    }
    clean.push_str(rest);
    Some(clean)
}

/// Returns the bytes of a text with every escape decoded once, if it has any.
fn unescaped(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::new();
    let mut copied = 0;
    for at in memchr_iter(b'%', bytes) {
        // A sign inside the last escape is not read again.
        let escape = bytes.get(at..at + 3).filter(|_| at >= copied).and_then(escape);
        if let Some(byte) = escape {
            decoded.extend(bytes.get(copied..at)?);
            decoded.push(byte);
            copied = at + 3;
        }
    }
    decoded.extend(bytes.get(copied..).filter(|_| copied > 0)?);
    Some(decoded)
}

/// Returns the byte that an escape encodes.
fn escape(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// Steps 3 to 5. Returns `None` if they change nothing.
fn resolved_url(text: &str) -> Option<String> {
    let (root, path) = match scheme(text) {
        Some((scheme, rest)) => {
            let slashes = rest.len() - rest.trim_start_matches('/').len();
            if slashes > 0 && scheme.eq_ignore_ascii_case("file") {
                return Some(resolved(&file_path(rest, slashes), false));
            }
            if slashes < 2 { ("", text) } else { split_authority(text, rest) }
        }
        None => ("", text),
    };
    let is_lower = root.chars().all(|character| character.to_lowercase().eq([character]));
    if is_lower && is_resolved(path) {
        return None;
    }
    Some(format!("{}{}", root.to_lowercase(), resolved(path, !root.is_empty())))
}

/// Splits a text after the colon of its scheme.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let valid = scheme.len() > 1 && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(known);
    valid.then_some((scheme, rest))
}

/// Returns the path of a `file:` URL. Exactly two slashes are followed by an authority.
fn file_path(rest: &str, slashes: usize) -> String {
    let path = match rest.get(2..) {
        Some(behind) if slashes == 2 => behind.find('/').and_then(|at| behind.get(at..)).unwrap_or(""),
        _ => rest,
    };
    format!("/{path}")
}

/// Splits a URL behind its authority. `rest` follows the colon.
fn split_authority<'t>(text: &'t str, rest: &'t str) -> (&'t str, &'t str) {
    let authority = rest.get(2..).unwrap_or("");
    let path = authority.find('/').map_or(0, |at| authority.len() - at);
    text.split_at_checked(text.len() - path).unwrap_or((text, ""))
}

/// Returns whether steps 4 and 5 leave a path as it is.
fn is_resolved(path: &str) -> bool {
    if !path.contains('/') {
        return true;
    }
    let mut segments = path.split('/').peekable();
    let mut is_first = true;
    while let Some(segment) = segments.next() {
        let is_edge = core::mem::take(&mut is_first) || segments.peek().is_none();
        if matches!(segment, "." | "..") || (segment.is_empty() && !is_edge) {
            return false;
        }
    }
    true
}

/// Steps 4 and 5: merges slashes, and resolves the segments `.` and `..`. It needs no more memory than the path, however many segments
/// that has.
fn resolved(path: &str, is_url: bool) -> String {
    if !path.contains('/') {
        return path.to_owned();
    }
    let (mut is_absolute, mut is_folder) = (is_url || path.starts_with('/'), false);
    let mut kept = String::with_capacity(path.len() + 1);
    for segment in path.split('/') {
        is_folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                is_absolute |= kept.is_empty();
                kept.truncate(kept.rfind('/').unwrap_or(0));
            }
            segment => {
                if !kept.is_empty() {
                    kept.push('/');
                }
                kept.push_str(segment);
            }
        }
    }
    if kept.is_empty() || is_folder {
        kept.push('/');
    }
    if is_absolute && kept != "/" {
        kept.insert(0, '/');
    }
    kept
}
