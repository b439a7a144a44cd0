//! Normal forms of arguments. The grammar's `spec.md`, "Which forms of an argument are compared", specifies them.
//!
//! An argument may be as long as a body. Therefore at most one copy of it and one form exist at a time: what needs another copy makes it from
//! the argument again. `resolve` has the forms of one text as a URL and as a path.

mod resolve;

use std::borrow::Cow;

use memchr::memchr_iter;

use self::resolve::{is_url, scheme, visit_reading};

/// The text has no normal form, or disguises its target, so it matches every glob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MatchesAll;

/// Calls `see` with each form of one argument that is compared. `argument` returns its text, each time it is called. Nothing is allocated if
/// that is borrowed and in normal form.
pub(crate) fn visit_forms<'t>(
    argument: &dyn Fn() -> Cow<'t, str>,
    see: &mut dyn FnMut(&str),
) -> Result<(), MatchesAll> {
    let text = argument();
    see(&text);
    let found = contents(&text);
    let is_padded = trimmed(&text).len() < text.len();
    if found == 0 && !is_padded {
        return Ok(());
    }
    if found & (CONTROL | PERCENT) == 0 {
        let is_dotted = has_dots(&text);
        if is_dotted && found & COLON != 0 && is_disguised_url(trimmed(&text), false) {
            return Err(MatchesAll);
        }
        return visit_round(&text, is_dotted, see);
    }
    let rounds = Rounds::of(text)?;
    if rounds.is_dotted {
        if rounds.hides || rounds.count > 1 {
            return Err(MatchesAll);
        }
        // The tool may remove all control characters, those that URL parsers remove, or none.
        let removals: [fn(u8) -> bool; 3] = [|_| false, is_removed_by_urls, is_control];
        for removes in removals.into_iter().take(if found & CONTROL == 0 { 1 } else { 3 }) {
            let mut kept = argument();
            remove(&mut kept, removes);
            visit_round(&kept, true, see)?;
            if decode(&mut kept)? {
                visit_round(&kept, true, see)?;
            }
        }
        return Ok(());
    }
    visit_rounds(argument(), true, see)?;
    // An escape can hide where the query begins.
    for ends in QUERIES {
        if let Some(cut) = clean_cut(argument(), ends) {
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
    fn of(text: Cow<'_, str>) -> Result<Self, MatchesAll> {
        let mut rounds = Self::default();
        let has_control = contents(&text) & CONTROL != 0;
        decode_rounds(text, &mut |clean| {
            rounds.is_dotted |= has_dots(clean);
            rounds.hides |= is_disguised_url(trimmed(clean), has_control);
            let next = escapes(clean).fold(None, |_, (_, byte)| {
                rounds.hides |= is_control(byte) || b"./\\%?#".contains(&byte);
                Some(())
            });
            rounds.count += u8::from(next.is_some());
            Ok(())
        })?;
        Ok(rounds)
    }
}

/// Step 1: removes control characters and decodes escapes until nothing changes. A borrowed text is copied once, whatever changes.
fn decode_rounds(text: Cow<'_, str>, see: &mut dyn FnMut(&str) -> Result<(), MatchesAll>) -> Result<(), MatchesAll> {
    let mut current = text;
    // Four rounds may change the text. The fifth must not.
    for _ in 0..=4 {
        if current.contains('\0') {
            return Err(MatchesAll);
        }
        let is_cleaned = remove(&mut current, is_control);
        see(&current)?;
        if !decode(&mut current)? && !is_cleaned {
            return Ok(());
        }
    }
    Err(MatchesAll)
}

/// Removes some control characters. Returns whether there were any of them.
fn remove(text: &mut Cow<'_, str>, is_removed: fn(u8) -> bool) -> bool {
    if contents(text) & CONTROL == 0 || !text.bytes().any(is_removed) {
        return false;
    }
    let removes = |character: char| u8::try_from(character).is_ok_and(is_removed);
    match text {
        Cow::Borrowed(borrowed) => {
            let mut kept = String::with_capacity(borrowed.len());
            borrowed.split(removes).for_each(|piece| kept.push_str(piece));
            *text = Cow::Owned(kept);
        }
        Cow::Owned(owned) => owned.retain(|character| !removes(character)),
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
fn visit_rounds(text: Cow<'_, str>, has_cuts: bool, see: &mut dyn FnMut(&str)) -> Result<(), MatchesAll> {
    decode_rounds(text, &mut |clean| {
        if has_cuts { visit_round(clean, false, see) } else { visit_reading(clean, false, see) }
    })
}

/// Visits the forms of one round: as it is, without each kind of padding, and without the query and the fragment of a URL.
fn visit_round(text: &str, is_dotted: bool, see: &mut dyn FnMut(&str)) -> Result<(), MatchesAll> {
    visit_reading(text, is_dotted, see)?;
    let mut short = text;
    for is_padding in PADDINGS {
        let trimmed = short.trim_matches(is_padding);
        if trimmed.len() < short.len() {
            visit_reading(trimmed, is_dotted, see)?;
        }
        short = trimmed;
    }
    if !is_dotted && is_url(short) {
        for ends in QUERIES {
            if let Some(cut) = short.find(ends).and_then(|at| short.get(..at)) {
                visit_reading(cut, false, see)?;
            }
        }
    }
    Ok(())
}

/// What ends a URL without its fragment, and without its query.
const QUERIES: [&[char]; 2] = [&['#'], &['?', '#']];

/// Returns a URL without control characters, up to the first of some characters. `None` if it has none of these.
fn clean_cut<'t>(text: Cow<'t, str>, ends: &[char]) -> Option<Cow<'t, str>> {
    let mut clean = text;
    remove(&mut clean, is_control);
    let url = trimmed(&clean);
    let len = url.find(ends).filter(|_| is_url(url))?;
    let begin = clean.find(|c: char| !is_around(c)).unwrap_or(0);
    Some(match clean {
        Cow::Borrowed(clean) => Cow::Borrowed(clean.get(begin..begin + len)?),
        Cow::Owned(mut clean) => {
            clean.truncate(begin + len);
            clean.drain(..begin);
            Cow::Owned(clean)
        }
    })
}

/// What tools remove around a text, each with what the one before it removes: URL parsers, most languages, and JavaScript.
const PADDINGS: [fn(char) -> bool; 3] =
    [|c| c == ' ' || c.is_ascii_control(), |c| c.is_whitespace() || c.is_ascii_control(), is_around];

/// Returns the text without all of its padding.
fn trimmed(text: &str) -> &str {
    text.trim_matches(is_around)
}

fn is_around(c: char) -> bool {
    c.is_whitespace() || c.is_ascii_control() || c == '\u{feff}'
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

const fn is_control(byte: u8) -> bool {
    byte < 0x20 || byte == 0x7f
}

/// Returns whether URL parsers remove a control character.
const fn is_removed_by_urls(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
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
