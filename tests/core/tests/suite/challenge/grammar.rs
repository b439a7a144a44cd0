//! A parser of `WWW-Authenticate` for the grammar of RFC 9110. It accepts everything that the grammar allows, so that
//! it finds a second challenge wherever another client could.

use core::str::Chars;

/// One challenge: the scheme and its unescaped parameters, in order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parsed {
    pub(crate) scheme: String,
    pub(crate) parameters: Vec<(String, String)>,
}

/// Parses `#challenge` (RFC 9110 §11.6.1). The error is the rest that the grammar does not allow.
pub(crate) fn challenges(value: &str) -> Result<Vec<Parsed>, &str> {
    let mut found = Vec::<Parsed>::new();
    let mut rest = value;
    loop {
        // RFC 9110 §5.6.1.2: recipients accept empty list elements.
        rest = rest.trim_start_matches([' ', '\t', ',']);
        if rest.is_empty() {
            return Ok(found);
        }
        // An element with `=` continues the previous challenge (RFC 9110 §11.6.1).
        let after = if let (Some((pair, after)), Some(challenge)) = (parameter(rest), found.last_mut()) {
            challenge.parameters.push(pair);
            after
        } else {
            let (scheme, after) = token(rest).ok_or(rest)?;
            let mut challenge = Parsed { scheme: scheme.to_owned(), parameters: Vec::new() };
            let inner = after.trim_start_matches(' ');
            let after = match parameter(inner) {
                Some((pair, more)) if inner != after => {
                    challenge.parameters.push(pair);
                    more
                }
                _ => after,
            };
            found.push(challenge);
            after
        };
        rest = after.trim_start_matches([' ', '\t']);
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(rest);
        }
    }
}

/// `auth-param = token BWS "=" BWS ( token / quoted-string )` (RFC 9110 §11.2).
fn parameter(text: &str) -> Option<((String, String), &str)> {
    let (name, rest) = token(text)?;
    let value = rest.trim_start_matches([' ', '\t']).strip_prefix('=')?.trim_start_matches([' ', '\t']);
    let (value, rest) = match value.strip_prefix('"') {
        Some(quoted) => quoted_string(quoted.chars())?,
        None => token(value).map(|(value, rest)| (value.to_owned(), rest))?,
    };
    // Names are case-insensitive.
    Some(((name.to_ascii_lowercase(), value), rest))
}

/// `token` (RFC 9110 §5.6.2).
fn token(text: &str) -> Option<(&str, &str)> {
    let is_tchar = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    let (token, rest) = text.split_at(text.find(|c| !is_tchar(c)).unwrap_or(text.len()));
    (!token.is_empty()).then_some((token, rest))
}

/// `quoted-string` (RFC 9110 §5.6.4), after its first quote.
fn quoted_string(mut chars: Chars<'_>) -> Option<(String, &str)> {
    let mut text = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((text, chars.as_str())),
            // `quoted-pair`. `obs-text` is rejected, since fields are ASCII (RFC 9110 §5.5).
            '\\' => text.push(chars.next().filter(|c| matches!(c, '\t' | ' '..='~'))?),
            c @ ('\t' | ' '..='~') => text.push(c),
            _ => return None,
        }
    }
}

#[test]
fn parses_the_examples_of_the_standards() {
    let parsed = |scheme: &str, pairs: &[(&str, &str)]| Parsed {
        scheme: scheme.to_owned(),
        parameters: pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
    };
    // RFC 9110 §11.6.1.
    assert_eq!(
        challenges(r#"Basic realm="simple", Newauth realm="apps", type=1, title="Login to \"apps\"""#),
        Ok(vec![
            parsed("Basic", &[("realm", "simple")]),
            parsed("Newauth", &[("realm", "apps"), ("type", "1"), ("title", "Login to \"apps\"")]),
        ])
    );
    // RFC 6750 §3.
    assert_eq!(
        challenges(r#"Bearer realm="example", error="invalid_token", error_description="The access token expired""#),
        Ok(vec![parsed(
            "Bearer",
            &[("realm", "example"), ("error", "invalid_token"), ("error_description", "The access token expired")]
        )])
    );
    assert_eq!(challenges("Bearer"), Ok(vec![parsed("Bearer", &[])]));
    assert_eq!(challenges(", Bearer , ,Basic"), Ok(vec![parsed("Bearer", &[]), parsed("Basic", &[])]));
    assert_eq!(challenges("Bearer REALM = x"), Ok(vec![parsed("Bearer", &[("realm", "x")])]));
    for malformed in ["Bearer realm=\"open", "Bearer realm=\"\u{e4}\"", "Bearer realm=\"a\" scope=\"b\"", "\"Bearer\""]
    {
        assert!(challenges(malformed).is_err(), "{malformed}");
    }
}
