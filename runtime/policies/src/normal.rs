//! Normal forms of arguments. The grammar's `spec.md`, "Which forms of an argument are compared", specifies them.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter, memrchr};

/// The text has no normal form, or disguises its target, so it matches every glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MatchesAll;

/// Calls `see` with each form of one argument that is compared. Nothing is allocated if the text is in normal form.
pub(crate) fn visit_forms(text: &str, see: &mut dyn FnMut(&str)) -> Result<(), MatchesAll> {
    see(text);
    let found = contents(text);
    let is_padded = trimmed(text).len() < text.len();
    if found == 0 && !is_padded {
        return Ok(());
    }
    if found & (CONTROL | PERCENT) == 0 {
        let is_dotted = has_dots(text);
        if is_dotted && found & COLON != 0 && is_disguised_url(trimmed(text), false) {
            return Err(MatchesAll);
        }
        visit_round(text, is_dotted, see);
        return Ok(());
    }
    let rounds = Rounds::of(text)?;
    if rounds.is_dotted {
        if rounds.hides || rounds.count > 1 {
            return Err(MatchesAll);
        }
        // The tool may remove all control characters, those that URL parsers remove, or none.
        let removals: [fn(u8) -> bool; 3] = [|_| false, is_removed_by_urls, is_control];
        for removes in removals.into_iter().take(if found & CONTROL == 0 { 1 } else { 3 }) {
            let mut kept = without(text, removes).map_or(Cow::Borrowed(text), Cow::Owned);
            visit_round(&kept, true, see);
            if decode(&mut kept)? {
                visit_round(&kept, true, see);
            }
        }
        return Ok(());
    }
    visit_rounds(text, true, see)?;
    let clean = without(text, is_control).map_or(Cow::Borrowed(text), Cow::Owned);
    let clean = trimmed(&clean);
    if is_url(clean) {
        // An escape can hide where the query begins.
        for cut in cuts(clean).into_iter().filter(|cut| cut.len() < clean.len()) {
            visit_rounds(cut, false, see)?;
        }
    }
    Ok(())
}

/// What a text contains, one bit each.
const CONTROL: u8 = 1;
const PERCENT: u8 = 2;
const BACKSLASH: u8 = 4;
const SLASH: u8 = 8;
const COLON: u8 = 16;

/// Returns what a text contains. Without a branch per byte, so that the compiler uses vector instructions.
fn contents(text: &str) -> u8 {
    text.bytes().fold(0, |found, byte| {
        let control = u8::from(byte < 0x20) | u8::from(byte == 0x7f);
        let percent = u8::from(byte == b'%') * PERCENT;
        let backslash = u8::from(byte == b'\\') * BACKSLASH;
        let slash = u8::from(byte == b'/') * SLASH;
        let colon = u8::from(byte == b':') * COLON;
        found | control | percent | backslash | slash | colon
    })
}

/// What the rounds of step 1 show.
#[derive(Default)]
struct Rounds {
    /// How many of them decode an escape.
    count: u8,
    /// Whether a round has a segment `..`.
    is_dotted: bool,
    /// Whether an escape or a URL hides what `..` removes.
    hides: bool,
}

impl Rounds {
    fn of(text: &str) -> Result<Self, MatchesAll> {
        let mut rounds = Self::default();
        let has_control = contents(text) & CONTROL != 0;
        decode_rounds(text, &mut |clean| {
            rounds.is_dotted |= has_dots(clean);
            rounds.hides |= is_disguised_url(trimmed(clean), has_control);
            let next = escapes(clean).fold(None, |_, (_, byte)| {
                rounds.hides |= is_control(byte) || b"./\\%?#".contains(&byte);
                Some(())
            });
            rounds.count += u8::from(next.is_some());
        })?;
        Ok(rounds)
    }
}

/// Step 1: removes control characters and decodes escapes until nothing changes. The text is copied once, whatever changes.
fn decode_rounds(text: &str, see: &mut dyn FnMut(&str)) -> Result<(), MatchesAll> {
    let mut current = Cow::Borrowed(text);
    // Four rounds may change the text. The fifth must not.
    for _ in 0..=4 {
        if current.contains('\0') {
            return Err(MatchesAll);
        }
        let is_cleaned = clean(&mut current);
        see(&current);
        if !decode(&mut current)? && !is_cleaned {
            return Ok(());
        }
    }
    Err(MatchesAll)
}

/// Removes control characters. Returns whether there were any.
fn clean(text: &mut Cow<'_, str>) -> bool {
    if contents(text) & CONTROL == 0 {
        return false;
    }
    match text {
        Cow::Borrowed(borrowed) => *text = without(borrowed, is_control).map_or(Cow::Borrowed(*borrowed), Cow::Owned),
        Cow::Owned(owned) => owned.retain(|character| !u8::try_from(character).is_ok_and(is_control)),
    }
    true
}

/// Decodes every escape once. Returns whether there were any.
///
/// # Errors
/// The result is not UTF-8. It has no normal form, even if a later round could hide that.
fn decode(text: &mut Cow<'_, str>) -> Result<bool, MatchesAll> {
    if escapes(text).next().is_none() {
        return Ok(false);
    }
    let mut bytes = core::mem::take(text).into_owned().into_bytes();
    let (mut read, mut written) = (0, 0);
    while let Some(byte) = bytes.get(read).copied() {
        let decoded = bytes.get(read..read + 3).and_then(escape);
        if let Some(place) = bytes.get_mut(written) {
            *place = decoded.unwrap_or(byte);
        }
        written += 1;
        read += if decoded.is_some() { 3 } else { 1 };
    }
    bytes.truncate(written);
    *text = Cow::Owned(String::from_utf8(bytes).map_err(|_| MatchesAll)?);
    Ok(true)
}

/// Visits the forms of each round of a text without a segment `..`.
fn visit_rounds(text: &str, is_cut: bool, see: &mut dyn FnMut(&str)) -> Result<(), MatchesAll> {
    decode_rounds(text, &mut |clean| {
        if is_cut {
            visit_round(clean, false, see);
        } else {
            visit_reading(clean, false, see);
        }
    })
}

/// Visits the forms of one round: as it is, without spaces around it, and without the query and the fragment of a URL.
fn visit_round(text: &str, is_dotted: bool, see: &mut dyn FnMut(&str)) {
    visit_reading(text, is_dotted, see);
    let short = trimmed(text);
    if short.len() < text.len() {
        visit_reading(short, is_dotted, see);
    }
    if !is_dotted && is_url(short) {
        cuts(short).into_iter().filter(|cut| cut.len() < short.len()).for_each(|cut| visit_reading(cut, false, see));
    }
}

/// Visits the forms of a text as a URL and as a path.
fn visit_reading(text: &str, is_dotted: bool, see: &mut dyn FnMut(&str)) {
    see(text);
    if !text.contains('\\') {
        return visit_resolved(Cow::Borrowed(text), is_dotted, see);
    }
    if is_dotted {
        // For many tools `\` is part of a name.
        visit_resolved(Cow::Borrowed(text), is_dotted, see);
    }
    let converted = text.replace('\\', "/");
    see(&converted);
    visit_resolved(Cow::Owned(converted), is_dotted, see);
}

fn visit_resolved(text: Cow<'_, str>, is_dotted: bool, see: &mut dyn FnMut(&str)) {
    let mut see_both = |form: &str| {
        see(form);
        if let Some(folder) = form.strip_suffix('/').filter(|folder| !folder.is_empty()) {
            see(folder);
        }
    };
    let parts = scheme(&text);
    let is_path = is_dotted || parts.is_none_or(|(_, rest)| !rest.starts_with("//"));
    if let Some((scheme, rest)) = parts {
        see_both(&resolved_url(&text, scheme, rest));
    }
    if is_path {
        see_both(&if is_resolved(&text) { text } else { Cow::Owned(resolved(text.into_owned(), false)) });
    }
}

/// Returns a URL without its fragment, and without its query.
fn cuts(url: &str) -> [&str; 2] {
    let until = |ends: &[char]| url.find(ends).and_then(|at| url.get(..at)).unwrap_or(url);
    [until(&['#']), until(&['?', '#'])]
}

/// Returns the text without spaces and control characters around it.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c == ' ' || c.is_ascii_control())
}

/// Returns whether a text has a segment `..`.
fn has_dots(text: &str) -> bool {
    let text = trimmed(text);
    let is_url = is_url(text);
    let ends = |c: char| matches!(c, '/' | '\\') || (is_url && matches!(c, '?' | '#'));
    text.contains("..") && text.split(ends).any(|segment| segment == "..")
}

/// Returns whether a text is a URL of which it is not obvious what its segments `..` remove.
fn is_disguised_url(text: &str, has_control: bool) -> bool {
    scheme(text).is_some_and(|(scheme, rest)| {
        !scheme.eq_ignore_ascii_case("file") || has_control || rest.contains(['\\', '?', '#'])
    })
}

fn is_url(text: &str) -> bool {
    scheme(text).is_some()
}

const fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}

/// Returns whether URL parsers remove a control character.
const fn is_removed_by_urls(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Returns the text without some control characters, if it has any of them.
fn without(text: &str, is_removed: fn(u8) -> bool) -> Option<String> {
    if contents(text) & CONTROL == 0 || !text.bytes().any(is_removed) {
        return None;
    }
    let mut clean = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.bytes().position(is_removed) {
        let (before, behind) = rest.split_at_checked(at)?;
        clean.push_str(before);
        rest = behind.get(1..)?;
    }
    clean.push_str(rest);
    Some(clean)
}

/// Returns where the escapes of a text are, and the bytes that they encode. Digits are no `%`, so they do not overlap.
fn escapes(text: &str) -> impl Iterator<Item = (usize, u8)> {
    let bytes = text.as_bytes();
    memchr_iter(b'%', bytes).filter_map(|at| Some((at, escape(bytes.get(at..at + 3)?)?)))
}

/// Returns the byte that an escape encodes.
fn escape(bytes: &[u8]) -> Option<u8> {
    let [b'%', high, low] = bytes else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(*high)? << 4 | digit(*low)?)
}

/// Steps 5 and 6 for a URL. `rest` follows the colon.
fn resolved_url<'t>(url: &'t str, scheme: &str, rest: &str) -> Cow<'t, str> {
    let behind = rest.trim_start_matches('/');
    let slashes = rest.len() - behind.len();
    if scheme.eq_ignore_ascii_case("file") {
        return Cow::Owned(resolved(file_path(rest, slashes), false));
    }
    let behind = if is_special(scheme) { behind } else { rest.get(2..).unwrap_or(behind) };
    let at = behind.find('/').unwrap_or(behind.len());
    let (authority, path) = behind.split_at_checked(at).unwrap_or((behind, ""));
    let is_lower = |text: &str| text.chars().all(|character| character.to_lowercase().eq([character]));
    if is_lower(scheme) && is_lower(authority) && is_resolved(path) && rest.len() == behind.len() + 2 {
        return Cow::Borrowed(url);
    }
    let front = format!("{}://{}", scheme.to_lowercase(), authority.to_lowercase());
    // Room for all of it, so that a long path is copied once.
    let mut whole = String::with_capacity(front.len() + path.len() + 2);
    whole.push_str(path);
    let mut whole = resolved(whole, true);
    whole.insert_str(0, &front);
    Cow::Owned(whole)
}

/// Splits a URL after the colon of its scheme.
fn scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let valid = scheme.len() > 1 && scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.bytes().all(known);
    let slashes = rest.bytes().take_while(|byte| matches!(byte, b'/' | b'\\')).take(2).count();
    (valid && (slashes == 2 || is_special(scheme))).then_some((scheme, rest))
}

/// Returns whether URL parsers accept any number of slashes after a scheme.
fn is_special(scheme: &str) -> bool {
    ["http", "https", "ws", "wss", "ftp", "file"].iter().any(|special| scheme.eq_ignore_ascii_case(special))
}

/// Returns the path of a `file:` URL. Exactly two slashes are followed by an authority.
fn file_path(rest: &str, slashes: usize) -> String {
    let path = match rest.get(2..) {
        Some(behind) if slashes == 2 => behind.find('/').and_then(|at| behind.get(at..)).unwrap_or(""),
        _ => rest,
    };
    format!("/{path}")
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

/// Step 6: merges slashes, and resolves the segments `.` and `..`. It needs no memory beside the path: what is kept moves to its begin,
/// and is never longer than what was read.
fn resolved(path: String, is_url: bool) -> String {
    if !path.contains('/') {
        return path;
    }
    let (mut is_absolute, mut is_folder) = (is_url || path.starts_with('/'), false);
    let mut bytes = path.into_bytes();
    let (mut read, mut kept) = (0, 0);
    while let Some(rest) = bytes.get(read..) {
        let end = read + memchr(b'/', rest).unwrap_or(rest.len());
        let segment = bytes.get(read..end).unwrap_or_default();
        is_folder = matches!(segment, b"" | b"." | b"..");
        match segment {
            b"" | b"." => {}
            b".." => {
                is_absolute |= kept == 0;
                kept = bytes.get(..kept).and_then(|kept| memrchr(b'/', kept)).unwrap_or(0);
            }
            segment => {
                let len = segment.len();
                if let Some(slash) = bytes.get_mut(kept).filter(|_| kept > 0) {
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
    if bytes.is_empty() || is_folder {
        bytes.push(b'/');
    }
    if is_absolute && bytes != b"/" {
        bytes.insert(0, b'/');
    }
    // INVARIANT: whole segments of a text, and slashes between them.
    String::from_utf8(bytes).unwrap_or_default()
}
