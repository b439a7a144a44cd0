//! A literal implementation of "Patterns" in the grammar's `spec.md`, without optimizations.

/// Returns whether any text matches a glob, in any of its forms.
pub(crate) fn any_matches(glob: &str, texts: &[&str]) -> bool {
    let glob = &lower_authority(glob);
    texts.iter().any(|text| match forms(text) {
        Some(forms) => forms.iter().flatten().any(|form| matches(glob, form)),
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

fn lower_authority(glob: &str) -> String {
    match split_url(glob) {
        Some((scheme, 2, rest)) if scheme != "file" && glob.starts_with(&format!("{scheme}://")) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            let authority = if authority.is_ascii() { authority.to_lowercase() } else { authority.to_owned() };
            format!("{scheme}://{authority}{path}")
        }
        _ => glob.to_owned(),
    }
}

/// Returns the forms before and after steps 5 and 6; `None` if the text matches every glob.
pub(crate) fn forms(text: &str) -> Option<[Vec<String>; 2]> {
    let rounds = rounds(text)?;
    let (mut forms, mut resolutions) = (vec![text.to_owned()], Vec::new());
    if rounds.iter().any(|round| has_dots(round)) {
        if is_disguised(text, &rounds) {
            return None;
        }
        for removed in ["", "\t\n\r", ALL_CONTROLS] {
            let kept = text.replace(|c| removed.contains(c), "");
            let decoded = String::from_utf8(unescaped(kept.as_bytes())).ok()?;
            for round in [kept, decoded] {
                for text in readings(&round) {
                    for separated in [text.to_owned(), text.replace('\\', "/")] {
                        resolutions.extend(url(&separated));
                        resolutions.push(resolved(&separated, false));
                        forms.push(separated);
                    }
                }
            }
        }
    } else {
        let clean = rounds.first().map_or("", |round| trimmed(round));
        let mut bases: Vec<String> = cuts(clean).into_iter().filter(|_| is_url(clean)).collect();
        bases = bases.iter().map(|cut| self::rounds(cut)).collect::<Option<Vec<_>>>()?.concat();
        for round in &rounds {
            bases.extend(readings(round).map(str::to_owned));
            let short = trimmed(round);
            bases.extend(cuts(short).into_iter().filter(|_| is_url(short)));
        }
        for base in bases {
            let separated = base.replace('\\', "/");
            let is_path =
                separated.split_once(':').is_none_or(|(_, rest)| !rest.starts_with("//")) || !is_url(&separated);
            resolutions.extend(url(&separated));
            resolutions.extend(Some(resolved(&separated, false)).filter(|_| is_path));
            forms.extend([base, separated]);
        }
    }
    let folders: Vec<_> = resolutions.iter().filter_map(|form| form.strip_suffix('/')).map(str::to_owned).collect();
    resolutions.extend(folders.into_iter().filter(|folder| !folder.is_empty()));
    Some([forms, resolutions])
}

const ALL_CONTROLS: &str = "\u{0}\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}\u{7}\u{8}\u{9}\u{a}\u{b}\u{c}\u{d}\u{e}\u{f}\u{10}\u{11}\u{12}\u{13}\u{14}\
    \u{15}\u{16}\u{17}\u{18}\u{19}\u{1a}\u{1b}\u{1c}\u{1d}\u{1e}\u{1f}\u{7f}";

/// Step 1. Returns the text without control characters, and after each round.
fn rounds(text: &str) -> Option<Vec<String>> {
    let mut text = text.to_owned();
    let mut rounds = Vec::new();
    for round in 0..=4 {
        if text.contains('\0') {
            return None;
        }
        let clean = text.replace(|c: char| c.is_ascii_control(), "");
        let next = String::from_utf8(unescaped(clean.as_bytes())).ok()?;
        rounds.push(clean);
        if next == text {
            return Some(rounds);
        }
        if round == 4 {
            return None;
        }
        text = next;
    }
    None
}

/// The property `White_Space` of Unicode, except for the characters below U+0080.
const WHITE_SPACE: &str = "\u{85}\u{a0}\u{1680}\u{2000}\u{2001}\u{2002}\u{2003}\u{2004}\u{2005}\u{2006}\u{2007}\u{2008}\u{2009}\u{200a}\
    \u{2028}\u{2029}\u{202f}\u{205f}\u{3000}";

/// Returns the text as it is, and without each kind of padding.
fn readings(text: &str) -> [&str; 4] {
    let [ascii, unicode, script] = ["", WHITE_SPACE, &format!("{WHITE_SPACE}\u{feff}")].map(|further| {
        let first = text.find(|c: char| c != ' ' && !ALL_CONTROLS.contains(c) && !further.contains(c));
        let from = text.get(first.unwrap_or(text.len())..).unwrap_or_default();
        from.trim_end_matches(|c: char| c == ' ' || ALL_CONTROLS.contains(c) || further.contains(c))
    });
    [text, ascii, unicode, script]
}

/// Returns the text without any padding.
fn trimmed(text: &str) -> &str {
    readings(text)[3]
}

fn has_dots(round: &str) -> bool {
    let text = trimmed(round);
    let ends: &[char] = if is_url(text) { &['/', '\\', '?', '#'] } else { &['/', '\\'] };
    text.split(ends).any(|segment| segment == "..")
}

fn is_disguised(text: &str, rounds: &[String]) -> bool {
    let hides = |round: &String| {
        let bytes = round.as_bytes();
        (0..bytes.len())
            .filter_map(|at| escaped(bytes.get(at..)?))
            .any(|byte| byte.is_ascii_control() || b"./\\%?#".contains(&byte))
    };
    let is_hidden_url = |round: &String| {
        let url = trimmed(round);
        let is_file = url.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("file:"));
        is_url(url) && (!is_file || url.contains(['\\', '?', '#']) || text.contains(|c: char| c.is_ascii_control()))
    };
    let decoding = rounds.iter().filter(|round| unescaped(round.as_bytes()) != round.as_bytes());
    decoding.count() > 1 || rounds.iter().any(hides) || rounds.iter().any(is_hidden_url)
}

fn cuts(url: &str) -> [String; 2] {
    [&['#'][..], &['?', '#']].map(|ends| url.split(ends).next().unwrap_or_default().to_owned())
}

fn escaped(bytes: &[u8]) -> Option<u8> {
    match bytes {
        [b'%', high, low, ..] if high.is_ascii_hexdigit() => {
            std::str::from_utf8(&[*high, *low]).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok())
        }
        _ => None,
    }
}

fn unescaped(bytes: &[u8]) -> Vec<u8> {
    match (escaped(bytes), bytes) {
        (Some(byte), [_, _, _, rest @ ..]) => [vec![byte], unescaped(rest)].concat(),
        (None, [byte, rest @ ..]) => [vec![*byte], unescaped(rest)].concat(),
        _ => Vec::new(),
    }
}

/// Splits a URL after its scheme and the slashes that follow, of which it returns the number.
fn split_url(text: &str) -> Option<(String, usize, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let letters = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if scheme.len() < 2 || !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(letters) {
        return None;
    }
    let scheme = scheme.to_lowercase();
    let path = rest.trim_start_matches(['/', '\\']);
    let slashes = rest.len() - path.len();
    let is_special = ["http", "https", "ws", "wss", "ftp", "file"].contains(&&*scheme);
    if !is_special {
        return (slashes >= 2).then(|| (scheme, 2, &rest[2..]));
    }
    Some((scheme, slashes, path))
}

fn is_url(text: &str) -> bool {
    split_url(text).is_some()
}

/// Steps 5 and 6 for a URL.
fn url(text: &str) -> Option<String> {
    let (scheme, slashes, rest) = split_url(text)?;
    if scheme == "file" {
        // Two slashes are followed by an authority.
        let path = if slashes == 2 { rest.find('/').map_or("", |at| &rest[at..]) } else { rest };
        return Some(resolved(&format!("/{path}"), false));
    }
    let at = rest.find('/').unwrap_or(rest.len());
    Some(format!("{scheme}://{}{}", rest[..at].to_lowercase(), resolved(&rest[at..], true)))
}

/// Step 6.
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
