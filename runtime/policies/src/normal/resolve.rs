//! The forms of one text as a URL and as a path: steps 2 and 4 to 6.

use std::borrow::Cow;

use memchr::{memchr, memrchr};

use super::MatchesAll;

/// The maximum size in bytes of an authority whose lowercase form takes a copy of it. Names of hosts have at most 253 characters.
const MAX_AUTHORITY: usize = 16 << 10;

/// Visits the forms of a text as a URL and as a path. Each of them is made from the text, and is gone before the next one is made.
///
/// # Errors
/// The authority of a URL is too long to be compared.
pub(super) fn visit_reading(text: &str, is_dotted: bool, see: &mut dyn FnMut(&str)) -> Result<(), MatchesAll> {
    see(text);
    let url = scheme(text);
    let is_path = is_dotted || url.is_none_or(|(_, rest)| separators(rest) < 2);
    let has_backslash = text.contains('\\');
    if !has_backslash || is_dotted {
        // For many tools `\` is part of a name.
        if let Some((scheme, rest)) = url {
            see_folder(&resolved_url(text, scheme, rest, false)?, see);
        }
        if is_path {
            see_folder(
                &if is_resolved(text) { Cow::Borrowed(text) } else { Cow::Owned(resolved(text.to_owned())) },
                see,
            );
        }
    }
    if has_backslash {
        if let Some((scheme, rest)) = url {
            see_folder(&resolved_url(text, scheme, rest, true)?, see);
        }
        let converted = text.replace('\\', "/");
        see(&converted);
        if is_path {
            see_folder(&resolved(converted), see);
        }
    }
    Ok(())
}

/// Sees a form, and without the `/` at its end.
fn see_folder(form: &str, see: &mut dyn FnMut(&str)) {
    see(form);
    if let Some(folder) = form.strip_suffix('/').filter(|folder| !folder.is_empty()) {
        see(folder);
    }
}

pub(super) fn is_url(text: &str) -> bool {
    scheme(text).is_some()
}

/// Splits a URL after the colon of its scheme.
pub(super) fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let valid = scheme.len() > 1 && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(known);
    (valid && (separators(rest) == 2 || is_special(scheme))).then_some((scheme, rest))
}

/// Returns how many separators a text begins with, at most two.
fn separators(text: &str) -> usize {
    text.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).take(2).count()
}

/// Returns whether URL parsers accept any number of slashes after a scheme.
fn is_special(scheme: &str) -> bool {
    ["http", "https", "ws", "wss", "ftp", "file"].iter().any(|special| scheme.eq_ignore_ascii_case(special))
}

/// Steps 5 and 6 for a URL. `rest` follows the colon. If it `converts`, then after step 4.
fn resolved_url<'t>(url: &'t str, scheme: &str, rest: &str, converts: bool) -> Result<Cow<'t, str>, MatchesAll> {
    let is_slash = |c: char| c == '/' || (converts && c == '\\');
    let behind = rest.trim_start_matches(is_slash);
    let slashes = rest.len() - behind.len();
    if scheme.eq_ignore_ascii_case("file") {
        // Exactly two slashes are followed by an authority.
        let path =
            if slashes == 2 { behind.find(is_slash).and_then(|at| behind.get(at..)).unwrap_or("") } else { rest };
        return Ok(Cow::Owned(resolved_behind("/", path, 0, converts)));
    }
    let behind = if is_special(scheme) { behind } else { rest.get(2..).unwrap_or(behind) };
    let at = behind.find(is_slash).unwrap_or(behind.len());
    let (authority, path) = behind.split_at_checked(at).unwrap_or((behind, ""));
    let is_lower = |text: &str| text.chars().all(|character| character.to_lowercase().eq([character]));
    if !converts && is_lower(scheme) && is_lower(authority) && is_resolved(path) && rest.len() == behind.len() + 2 {
        return Ok(Cow::Borrowed(url));
    }
    let lower = lower_but_ascii(authority)?;
    let mut front = String::with_capacity(scheme.len() + 3 + lower.len() + path.len() + 1);
    for part in [scheme, "://", &lower] {
        front.push_str(part);
    }
    front.make_ascii_lowercase();
    let from = front.len();
    Ok(Cow::Owned(resolved_behind(front, path, from, converts)))
}

/// Returns a text in lowercase, except for its ASCII letters. Few texts are copied for that.
///
/// # Errors
/// It is too long to be copied.
fn lower_but_ascii(text: &str) -> Result<Cow<'_, str>, MatchesAll> {
    if text.chars().all(|c| c.is_ascii() || c.to_lowercase().eq([c])) {
        return Ok(Cow::Borrowed(text));
    }
    if text.len() > MAX_AUTHORITY { Err(MatchesAll) } else { Ok(Cow::Owned(text.to_lowercase())) }
}

/// Returns whether step 6 leaves a path as it is.
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

/// Step 6 for a path.
fn resolved(path: String) -> String {
    let mut bytes = path.into_bytes();
    resolve(&mut bytes, 0);
    text_of(bytes)
}

/// Appends a path to what is before it, and resolves what is then behind `from`.
fn resolved_behind(front: impl Into<String>, path: &str, from: usize, converts: bool) -> String {
    let mut bytes = front.into().into_bytes();
    // Room for all of it, so that a long path is copied once.
    bytes.reserve_exact(path.len());
    bytes.extend_from_slice(path.as_bytes());
    if converts {
        let path = bytes.get_mut(from..).unwrap_or_default();
        path.iter_mut().filter(|byte| **byte == b'\\').for_each(|byte| *byte = b'/');
    }
    resolve(&mut bytes, from);
    text_of(bytes)
}

fn text_of(bytes: Vec<u8>) -> String {
    // INVARIANT: whole segments of a text, and slashes between them.
    String::from_utf8(bytes).unwrap_or_default()
}

/// Step 6: merges the slashes behind `from`, and resolves the segments `.` and `..`. It needs no memory beside the path: what is kept moves to
/// its begin, and is never longer than what was read. A path behind an authority begins with `/`, or is empty.
fn resolve(bytes: &mut Vec<u8>, from: usize) {
    let path = bytes.get(from..).unwrap_or_default();
    if !path.contains(&b'/') {
        return;
    }
    let (mut is_absolute, mut is_folder) = (path.starts_with(b"/"), false);
    let (mut read, mut kept) = (from, from);
    while let Some(rest) = bytes.get(read..) {
        let end = read + memchr(b'/', rest).unwrap_or(rest.len());
        let segment = bytes.get(read..end).unwrap_or_default();
        is_folder = matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => {
                is_absolute |= kept == from;
                kept = from + bytes.get(from..kept).and_then(|kept| memrchr(b'/', kept)).unwrap_or(0);
            }
            segment => {
                let len = segment.len();
                if let Some(slash) = bytes.get_mut(kept).filter(|_| kept > from) {
                    *slash = b'/';
                    kept += 1;
                }
                bytes.copy_within(read..end, kept);
                kept += len;
            }
        }
        read = end + 1;
    }
    bytes.truncate(kept);
    if kept == from || is_folder {
        bytes.push(b'/');
    }
    if is_absolute && bytes.get(from..) != Some(&b"/"[..]) {
        bytes.insert(from, b'/');
    }
}
