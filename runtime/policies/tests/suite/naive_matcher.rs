//! A literal implementation of "Patterns" in the grammar's `spec.md`, without optimizations.

/// Returns whether any text matches a glob, in any of its forms.
pub(crate) fn any_matches(glob: &str, texts: &[&str]) -> bool {
    texts.iter().any(|text| match normal_forms(text) {
        Some(forms) => matches(glob, text) || forms.iter().any(|form| matches(glob, form)),
        None => true,
    })
}

fn matches(glob: &str, text: &str) -> bool {
    fn rest(glob: &[char], text: &[char]) -> bool {
        match (glob, text) {
            ([], []) => true,
            (['*', glob_rest @ ..], _) => {
                rest(glob_rest, text) || text.split_first().is_some_and(|(_, text)| rest(glob, text))
            }
            (['?', glob @ ..], [_, text @ ..]) => rest(glob, text),
            ([one, glob @ ..], [other, text @ ..]) => one == other && rest(glob, text),
            _ => false,
        }
    }
    rest(&glob.chars().collect::<Vec<_>>(), &text.chars().collect::<Vec<_>>())
}

fn normal_forms(text: &str) -> Option<Vec<String>> {
    let text = decoded(text)?.replace('\\', "/");
    let (root, path) = split_scheme(&text);
    let normal = format!("{root}{}", resolved(&path, !root.is_empty()));
    let without = normal.strip_suffix('/').filter(|without| !without.is_empty()).map(str::to_owned);
    Some([Some(normal), without].into_iter().flatten().collect())
}

/// Step 1.
fn decoded(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for round in 0..=4 {
        if text.contains('\0') {
            return None;
        }
        let clean = text.replace(|c: char| c.is_ascii_control(), "");
        let next = String::from_utf8(unescaped(clean.as_bytes())).ok()?;
        if next == text {
            return Some(text);
        }
        if round == 4 {
            return None;
        }
        text = next;
    }
    None
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let escape = match bytes {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() => {
            std::str::from_utf8(&[*high, *low]).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
        }
        _ => None,
    };
    match (escape, bytes) {
        (Some(byte), [_, _, _, rest @ ..]) => [vec![byte], unescaped(rest)].concat(),
        (None, [byte, rest @ ..]) => [vec![*byte], unescaped(rest)].concat(),
        _ => Vec::new(),
    }
}

/// Step 3: returns the scheme with the authority, which the later steps skip, and the path.
fn split_scheme(text: &str) -> (String, String) {
    let Some((scheme, rest)) = text.split_once(':') else { return (String::new(), text.to_owned()) };
    let letters = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if scheme.len() < 2 || !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(letters) {
        return (String::new(), text.to_owned());
    }
    let slashes = rest.len() - rest.trim_start_matches('/').len();
    if scheme.eq_ignore_ascii_case("file") && slashes > 0 {
        let path = if slashes == 2 { rest[2..].find('/').map_or("", |at| &rest[2 + at..]) } else { rest };
        return (String::new(), format!("/{path}"));
    }
    if slashes < 2 {
        return (String::new(), text.to_owned());
    }
    let end = rest[2..].find('/').map_or(rest.len(), |at| at + 2);
    (format!("{scheme}:{}", &rest[..end]).to_lowercase(), rest[end..].to_owned())
}

/// Steps 4 and 5.
fn resolved(path: &str, url: bool) -> String {
    if !path.contains('/') {
        return path.to_owned();
    }
    let mut absolute = url || path.starts_with('/');
    let (mut kept, mut directory) = (Vec::new(), false);
    for segment in path.split('/') {
        directory = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => absolute |= kept.pop().is_none(),
            segment => kept.push(segment),
        }
    }
    if kept.is_empty() {
        return "/".to_owned();
    }
    let (front, back) = (if absolute { "/" } else { "" }, if directory { "/" } else { "" });
    format!("{front}{}{back}", kept.join("/"))
}
