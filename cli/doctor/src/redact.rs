//! Keeps secrets out of everything that is shown or written: given tokens, the ids of sessions, and the query of the given address.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use mcp_scopes_prm::json::Json;
use reqwest::Url;

use crate::token::Tokens;

/// What replaces a secret.
pub(crate) const HIDDEN: &str = "[hidden]";

/// The minimum length of a text that is hidden wherever it appears. A shorter one is part of words that are not secret.
const SHORTEST: usize = 8;
/// The length of a part of a secret that is hidden. The middle of a long message is left out, and may be that of a secret.
const PART: usize = 16;

/// The texts to hide. `Debug` does not show them.
#[derive(Clone, Default)]
pub(crate) struct Redaction(Vec<Secret>);

#[derive(Clone)]
struct Secret {
    text: String,
    shown: String,
    /// Whether it is hidden only if no letter or digit is beside it.
    is_word: bool,
}

impl Redaction {
    /// Hides the query of an address, and the given tokens.
    pub(crate) fn new(query: Option<&str>, tokens: &Tokens) -> Self {
        let mut redaction = Self::default();
        redaction.hide_query(query.unwrap_or_default());
        for (name, token) in tokens.all() {
            // A token that is the name of its place, as in an example, is no secret.
            if token.secret() != name {
                redaction.hide_forms(token.secret(), HIDDEN);
            }
        }
        redaction
    }

    /// Hides a text, unless it is short.
    pub(crate) fn hide(&mut self, secret: &str) {
        if secret.len() >= SHORTEST {
            self.hide_forms(secret, HIDDEN);
        }
    }

    /// Hides the whole query in addresses, and each long value alone.
    fn hide_query(&mut self, query: &str) {
        if query.is_empty() {
            return;
        }
        let pairs = || query.split('&').map(|pair| pair.split_once('=').unwrap_or(("", pair)));
        let hidden: Vec<String> = pairs()
            .map(|(name, _)| if name.is_empty() { HIDDEN.to_owned() } else { format!("{name}={HIDDEN}") })
            .collect();
        let shown = format!("?{}", hidden.join("&"));
        for form in [query.to_owned(), decoded(query)] {
            self.hide_forms(&format!("?{form}"), &shown);
        }
        for (_, value) in pairs() {
            for form in [value.to_owned(), decoded(value), decoded(&value.replace('+', " "))] {
                self.hide(&form);
            }
        }
    }

    /// Hides a text as it is, and as it is written in JSON and in a query.
    fn hide_forms(&mut self, secret: &str, shown: &str) {
        let quoted = Json::String(secret.to_owned()).to_string();
        let forms = [
            secret.to_owned(),
            quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned(),
            // Some serializers escape these, too.
            secret.replace('/', "\\/"),
            secret.replace('+', "\\u002B"),
            secret.replace('&', "\\u0026"),
            secret.replace('&', "&amp;"),
            encoded(secret),
        ];
        for text in forms {
            if !text.is_empty() && !self.0.iter().any(|known| known.text == text) {
                let is_word = shown == HIDDEN && text.len() < SHORTEST;
                self.0.push(Secret { text, shown: shown.to_owned(), is_word });
            }
        }
        // One may be a part of another.
        self.0.sort_by_key(|secret| std::cmp::Reverse(secret.text.len()));
    }

    /// Returns a text with `[hidden]` for each secret, and for everything that has the form of a JWT.
    pub(crate) fn apply(&self, text: &str) -> String {
        self.replaced(text, |_, shown| shown.to_owned())
    }

    /// Returns a text with an asterisk for each character of a secret, so that places in it stay the same.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.replaced(text, |found, _| "*".repeat(found.chars().count()))
    }

    fn replaced(&self, text: &str, shown: impl Fn(&str, &str) -> String) -> String {
        let mut text = text.to_owned();
        for secret in &self.0 {
            text = replace(&text, secret, &shown);
        }
        for secret in self.0.iter().filter(|secret| secret.text.len() >= 2 * PART && secret.text.is_ascii()) {
            for is_end in [false, true] {
                text = replace_part(&text, &secret.text, is_end, &shown);
            }
        }
        without_jwts(&text, &shown)
    }
}

impl fmt::Debug for Redaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Redaction(..)")
    }
}

/// Replaces a secret where it is whole.
fn replace(text: &str, secret: &Secret, shown: &impl Fn(&str, &str) -> String) -> String {
    let is_inner = |character: Option<char>| character.is_some_and(|one| one.is_alphanumeric() || "-_".contains(one));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (at, found) in text.match_indices(&secret.text) {
        let (before, after) = (text.get(..at).unwrap_or_default(), text.get(at + found.len()..).unwrap_or_default());
        out.push_str(text.get(from..at).unwrap_or_default());
        let is_part = is_inner(before.chars().next_back()) || is_inner(after.chars().next());
        if secret.is_word && is_part {
            out.push_str(found);
        } else {
            out.push_str(&shown(found, &secret.shown));
        }
        from = at + found.len();
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Replaces the beginning, or the end, of a long secret. It is ASCII.
fn replace_part(text: &str, secret: &str, is_end: bool, shown: &impl Fn(&str, &str) -> String) -> String {
    let needle = if is_end { secret.get(secret.len() - PART..) } else { secret.get(..PART) };
    let Some(needle) = needle else { return text.to_owned() };
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(needle)).map(|at| from + at) {
        let (mut first, mut last) = (at, at + needle.len());
        let (before, after) = (text.get(from..first).unwrap_or_default(), text.get(last..).unwrap_or_default());
        if is_end {
            first -= common(before.bytes().rev(), secret.bytes().rev().skip(PART));
        } else {
            last += common(after.bytes(), secret.bytes().skip(PART));
        }
        out.push_str(text.get(from..first).unwrap_or_default());
        out.push_str(&shown(text.get(first..last).unwrap_or_default(), HIDDEN));
        from = last;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Returns how many bytes are the same. They are ASCII.
fn common(text: impl Iterator<Item = u8>, secret: impl Iterator<Item = u8>) -> usize {
    text.zip(secret).take_while(|(a, b)| a == b).count()
}

/// Replaces everything that has the form of a JWT: a server may repeat one that was forged for it.
fn without_jwts(text: &str, shown: &impl Fn(&str, &str) -> String) -> String {
    let is_inner = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|character| !is_inner(character)).unwrap_or(rest.len());
        let (word, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (clear, jwt) = word.split_at_checked(jwt_start(word)).unwrap_or((word, ""));
        out.push_str(clear);
        if !jwt.is_empty() {
            out.push_str(&shown(jwt, HIDDEN));
        }
        let other = after.find(is_inner).unwrap_or(after.len());
        let (between, next) = after.split_at_checked(other).unwrap_or((after, ""));
        out.push_str(between);
        rest = next;
    }
    out
}

/// Returns where the first part begins that holds JSON in base64url, and that is long or followed by two others; else the length.
fn jwt_start(word: &str) -> usize {
    let mut start = 0;
    let mut left = word.split('.').count();
    for part in word.split('.') {
        if (part.len() >= PART || left >= 3) && opens_object(part) {
            return start;
        }
        left -= 1;
        start += part.len() + 1;
    }
    word.len()
}

/// Returns whether a text is the beginning of a JSON object in base64url.
fn opens_object(part: &str) -> bool {
    let bytes = part.get(..4).and_then(|head| BASE64_URL_SAFE_NO_PAD.decode(head).ok());
    bytes.is_some_and(|bytes| {
        bytes.starts_with(b"{") && bytes.get(1).is_some_and(|byte| *byte == b'"' || byte.is_ascii_whitespace())
    })
}

/// Returns a text without percent encoding.
fn decoded(text: &str) -> String {
    // As a pair without a name, in which only these two characters have a meaning.
    let text = text.replace('+', "%2B").replace('&', "%26");
    let url = Url::parse(&format!("http://h/?={text}")).ok();
    let pair = url.as_ref().and_then(|url| url.query_pairs().next());
    pair.map_or(text, |(_, value)| value.into_owned())
}

/// Returns a text with percent encoding, as the value of a query has it.
fn encoded(text: &str) -> String {
    let Ok(mut url) = Url::parse("http://h/") else { return String::new() };
    url.query_pairs_mut().append_key_only(text);
    url.query().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use mcp_scopes_scan::shortened;

    use super::{HIDDEN, Redaction};
    use crate::token::{Token, Tokens};

    fn of_query(query: &str) -> Redaction {
        Redaction::new(Some(query), &Tokens::default())
    }

    fn of_token(token: &str) -> Redaction {
        Redaction::new(None, &Tokens { full: Token::parse(token).ok(), ..Tokens::default() })
    }

    #[test]
    fn hides_values_and_keeps_names() {
        let redaction = of_query("api_key=sk-0123456789&tenant=1&x");
        for (text, shown) in [
            (
                "https://h/mcp?api_key=sk-0123456789&tenant=1&x",
                "https://h/mcp?api_key=[hidden]&tenant=[hidden]&[hidden]",
            ),
            (
                "?api_key=sk-0123456789&tenant=1&x&access_token=a",
                "?api_key=[hidden]&tenant=[hidden]&[hidden]&access_token=a",
            ),
            ("no key sk-0123456789, tenant=1, x", "no key [hidden], tenant=1, x"),
        ] {
            assert_eq!(redaction.apply(text), shown);
            assert_eq!(redaction.apply(shown), shown);
        }
        let two = of_query("api_key=sk-0123456789&tenant=1");
        assert_eq!(two.apply("?api_key=sk-0123456789&tenant=1"), "?api_key=[hidden]&tenant=[hidden]");
        assert_eq!(of_query("k=1").apply("https://h/mcp?k=1"), "https://h/mcp?k=[hidden]");
        assert_eq!(of_query("").apply("a?b"), "a?b");
        assert_eq!(Redaction::new(None, &Tokens::default()).apply("a?b"), "a?b");
    }

    #[test]
    fn hides_other_spellings_of_a_secret() {
        for (redaction, text, shown) in [
            (of_query("key=a%2Bb%2Fc123%3D"), "the key a+b/c123= is wrong", "the key [hidden] is wrong"),
            (of_query("key=abc"), "to=https%3A%2F%2Fh%2Fmcp%3Fkey%3Dabc", "to=https%3A%2F%2Fh%2Fmcp?key=[hidden]"),
            (of_token("ab/cd+0123"), r#"{"token":"ab\/cd+0123"}"#, r#"{"token":"[hidden]"}"#),
            (of_token("ab/cd+0123"), r#"{"token":"ab/cd\u002B0123"}"#, r#"{"token":"[hidden]"}"#),
            (of_token("ab/cd+0123"), "?token=ab%2Fcd%2B0123", "?token=[hidden]"),
            // `{ "alg":"none"}`, which is none of the given tokens.
            (of_query(""), "got eyAiYWxnIjoibm9uZSJ9.e30.: no", "got [hidden]: no"),
        ] {
            assert_eq!(redaction.apply(text), shown);
        }
    }

    #[test]
    fn hides_what_is_left_of_a_secret_in_a_shortened_text() {
        let letter = |n: u32| char::from(b'a' + u8::try_from((n.wrapping_mul(2_654_435_761) >> 20) % 26).unwrap());
        let random: String = (0..2_000).map(letter).collect();
        for text in [random.clone(), format!("tool `{random}`"), format!("{random}, {random}")] {
            let shown = of_token(&random).apply(&shortened(text.clone()));
            assert!(shown.len() < 100 && shown.contains(HIDDEN), "{shown}");
            assert_eq!(of_token(&random).mask(&text).len(), text.len());
        }
    }

    #[test]
    fn hides_everything_that_looks_like_a_jwt() {
        let redaction = of_query("");
        for (text, shown) in [
            ("a \"eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.\" eyJ é\n", "a \"[hidden]\" eyJ é\n"),
            ("https://h/eyJhbGciOiJub25lIn0.e30.AQ?x", "https://h/[hidden]?x"),
            // The claims alone.
            ("sub=eyJzdWIiOiJhZGEifQo", "sub=[hidden]"),
            ("files.read.all eyeglasses-and-more-glasses", "files.read.all eyeglasses-and-more-glasses"),
        ] {
            assert_eq!(redaction.apply(text), shown);
        }
        assert_eq!(redaction.mask("é eyJhbGciOiJub25lIn0.e30.AQ é"), format!("é {} é", "*".repeat(26)));
    }

    /// It may be a part of words that are not secret.
    #[test]
    fn hides_short_tokens_as_words() {
        assert_eq!(of_token("test").apply("`test` of test_x, a-test, latest"), "`[hidden]` of test_x, a-test, latest");
        assert_eq!(of_token("full").apply("with the token `full`"), "with the token `full`");
        let mut redaction = Redaction::default();
        redaction.hide("id");
        redaction.hide("session-0123456789");
        assert_eq!(redaction.apply("id session-0123456789"), "id [hidden]");
        assert_eq!(format!("{redaction:?}"), "Redaction(..)");
    }
}
