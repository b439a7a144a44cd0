//! A strict reader of one `WWW-Authenticate` value (RFC 9110 §11.2 and §5.6), and the behavior of common clients.

/// The parameters of a single `Bearer` challenge, in order, unescaped.
pub(crate) fn parameters(value: &str) -> Result<Vec<(String, String)>, String> {
    let mut rest = value.strip_prefix("Bearer").ok_or("another scheme")?;
    let mut found = Vec::<(String, String)>::new();
    if rest.is_empty() {
        return Ok(found);
    }
    rest = rest.strip_prefix(' ').ok_or("no space after the scheme")?;
    loop {
        let end = rest.find(|c: char| !is_token(c)).ok_or("a parameter without a value")?;
        let (name, tail) = rest.split_at(end);
        let mut text = String::new();
        let mut chars = tail.strip_prefix("=\"").ok_or_else(|| format!("`{tail}` is not a quoted value"))?.chars();
        loop {
            match chars.next().ok_or("a quote is never closed")? {
                '"' => break,
                '\\' => text.push(chars.next().filter(char::is_ascii).ok_or("a backslash before nothing")?),
                // `qdtext`. A tab is allowed too, but not used.
                c @ (' '..='~') => text.push(c),
                c => return Err(format!("{c:?} in a quoted value")),
            }
        }
        if name.is_empty() || found.iter().any(|(other, _)| other == name) {
            return Err(format!("`{name}` is empty or repeated"));
        }
        found.push((name.to_owned(), text));
        match chars.as_str() {
            "" => return Ok(found),
            more => rest = more.strip_prefix(", ").ok_or_else(|| format!("`{more}` after a parameter"))?,
        }
    }
}

const fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

/// A client that uses the first `scope=` at any position.
pub(crate) fn first_scope(value: &str) -> Option<&str> {
    let (_, after) = value.split_once("scope=")?;
    Some(after.strip_prefix('"').map_or(after, |quoted| quoted.split('"').next().unwrap_or_default()))
}

/// A client that splits at commas, also inside quotes. The last `scope` counts.
pub(crate) fn scope_between_commas(value: &str) -> Option<&str> {
    let parts = value.strip_prefix("Bearer").unwrap_or(value).split(',');
    let named = parts.filter_map(|part| part.trim().split_once('='));
    named.rev().find(|(name, _)| *name == "scope").map(|(_, value)| value.trim_matches('"'))
}
