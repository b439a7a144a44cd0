//! The URIs of resources that entries can open, and the comparison with globs (`spec.md`, "Resources and prompts").
//!
//! A match opens a resource, so a URI that two readers could take for different resources opens nothing: dot segments, empty
//! segments, encoded delimiters, backslashes, a user, a default port. What is left has one reading, apart from query and fragment.

use mcp_scopes_model::{
    content::{insensitive_prefix, is_template},
    glob,
};

/// The maximum length of a URI in bytes. The comparison with globs takes time that grows with it.
const MAX_LEN: usize = 8 << 10;
/// The delimiters behind the path.
const BEHIND_PATH: [char; 2] = ['?', '#'];
/// Schemes whose URLs readers normalize (WHATWG URL, "special scheme"), and their default ports.
const SPECIAL: [(&str, &str); 5] = [("http", "80"), ("https", "443"), ("ws", "80"), ("wss", "443"), ("ftp", "21")];

/// Returns the entries that match any form of a URI, if entries cover each of its forms; else none. Templates match no URI.
pub fn deciding<'e, E>(entries: &'e [E], glob: impl Fn(&'e E) -> &'e str, uri: &str) -> Vec<&'e E> {
    let Ok(uri) = ResourceUri::of(uri) else { return Vec::new() };
    let forms = uri.forms();
    let globs = || entries.iter().map(|entry| (entry, glob(entry))).filter(|(_, glob)| !is_template(glob));
    if !forms.iter().all(|form| globs().any(|(_, glob)| covers(glob, form))) {
        return Vec::new();
    }
    let matches = |glob: &str| forms.iter().any(|form| covers(glob, form) || covers_other_end(glob, form));
    globs().filter(|(_, glob)| matches(glob)).map(|(entry, _)| entry).collect()
}

/// A URI with one reading: scheme and authority in lowercase, escapes decoded.
#[derive(Debug, PartialEq, Eq)]
struct ResourceUri {
    text: String,
}

impl ResourceUri {
    /// Reads a URI.
    ///
    /// # Errors
    /// Returns the reason why it opens nothing, as a predicate.
    fn of(uri: &str) -> Result<Self, &'static str> {
        if uri.len() > MAX_LEN {
            return Err("is longer than 8192 bytes");
        }
        if uri.bytes().any(|byte| byte <= b' ' || byte == 0x7f || b"\"<>\\^`{|}".contains(&byte)) {
            return Err("contains a character that a URI does not contain (RFC 3986 §2)");
        }
        let (scheme, rest) = uri.split_once(':').filter(|(scheme, _)| is_scheme(scheme)).ok_or("has no scheme")?;
        let scheme = scheme.to_ascii_lowercase();
        let special = SPECIAL.iter().find(|(name, _)| *name == scheme);
        let (authority, path) = match rest.strip_prefix("//") {
            Some(rest) => {
                let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
                (Some(authority), path)
            }
            None => (None, rest),
        };
        check_authority(authority, &scheme, special.map(|(_, port)| *port))?;
        check_port(authority.unwrap_or_default())?;
        let (authority, path) = (authority.map(decoded).transpose()?, decoded(path)?);
        if authority.as_ref().is_some_and(|authority| authority.contains('@')) {
            return Err("has a user");
        }
        let prefix = authority.map(|authority| ["//", &authority.to_ascii_lowercase()].concat()).unwrap_or_default();
        check_segments(&path)?;
        Ok(Self { text: [&scheme, ":", &prefix, &path].concat() })
    }

    /// Returns the forms that entries have to cover: the URI, without its fragment, and without its query too. Readers ignore both.
    fn forms(&self) -> [&str; 3] {
        let before = |text: &'_ str, behind: &[char]| text.find(behind).unwrap_or(text.len());
        let text = self.text.as_str();
        let without = |behind: &[char]| text.get(..before(text, behind)).unwrap_or_default();
        [text, without(&['#']), without(&BEHIND_PATH)]
    }
}

/// Returns whether a glob matches a form. Scheme and authority are compared case-insensitively.
fn covers(glob: &str, form: &str) -> bool {
    let Some((prefix, path)) = glob.split_at_checked(insensitive_prefix(glob)) else { return false };
    if !prefix.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return glob::matches(glob, form);
    }
    glob::matches(&[&prefix.to_ascii_lowercase(), path].concat(), form)
}

/// Returns whether a glob matches a form with another end: without its trailing slash, or with one. Readers may ignore the slash, so such
/// an entry decides too.
fn covers_other_end(glob: &str, form: &str) -> bool {
    match form.strip_suffix('/') {
        Some(form) => covers(glob, form),
        None => covers(glob, &[form, "/"].concat()),
    }
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
}

fn check_authority(authority: Option<&str>, scheme: &str, default_port: Option<&str>) -> Result<(), &'static str> {
    if scheme == "file" {
        return match authority {
            Some("") => Ok(()),
            _ => Err("is a file on a host; write `file:///`"),
        };
    }
    let Some(default_port) = default_port else { return Ok(()) };
    let authority = authority.filter(|authority| !authority.is_empty()).ok_or("has no host")?;
    let port = authority.rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    if port.is_some_and(|port| port.is_empty() || port == default_port) {
        return Err("states the default port");
    }
    if !authority.is_ascii() || authority.contains('%') {
        return Err("has a host that is not written in ASCII");
    }
    Ok(())
}

/// Checks the digits of a port: readers compare the number, and drop an empty one.
fn check_port(authority: &str) -> Result<(), &'static str> {
    match authority.rsplit_once(':').map(|(_, port)| port) {
        Some("") => Err("has an empty port"),
        Some(port) if port.starts_with('0') && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err("has a port that begins with a zero")
        }
        _ => Ok(()),
    }
}

/// Decodes each percent escape once.
fn decoded(text: &str) -> Result<String, &'static str> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let [first, tail @ ..] = rest {
        if *first != b'%' {
            out.push(*first);
            rest = tail;
            continue;
        }
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let [high, low, behind @ ..] = tail else { return Err("contains an incomplete escape") };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else { return Err("contains an incomplete escape") };
        let byte = high << 4 | low;
        if byte < b' ' || byte == 0x7f || b"/?#%\\".contains(&byte) {
            return Err("contains an escape of a delimiter or a control character");
        }
        out.push(byte);
        rest = behind;
    }
    String::from_utf8(out).map_err(|_| "contains escapes that are not UTF-8")
}

/// Checks the path, with query and fragment: a reader may take them for a part of it.
fn check_segments(path: &str) -> Result<(), &'static str> {
    if path.split(['/', '?', '#']).any(|segment| matches!(segment, "." | "..")) {
        return Err("contains `.` or `..`");
    }
    let path = path.split(BEHIND_PATH).next().unwrap_or_default();
    let mut segments = path.strip_prefix('/').unwrap_or(path).split('/');
    // A path may end with a slash.
    let _: Option<&str> = segments.next_back();
    if segments.any(str::is_empty) {
        return Err("contains an empty segment");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{ResourceUri, covers, covers_other_end};

    #[test]
    fn reads_uris_with_one_reading() {
        for (uri, forms) in [
            ("logs://2026-11-30", ["logs://2026-11-30"; 3]),
            ("app:settings", ["app:settings"; 3]),
            ("app://h/a/b/", ["app://h/a/b/"; 3]),
            ("APP://Host/A%20b", ["app://host/A b"; 3]),
            ("app://h/%61dmin", ["app://h/admin"; 3]),
            ("app://h/a?x=https://y/", ["app://h/a?x=https://y/", "app://h/a?x=https://y/", "app://h/a"]),
            ("app://h/a?x=1#y", ["app://h/a?x=1#y", "app://h/a?x=1", "app://h/a"]),
            ("app://h#x?y", ["app://h#x?y", "app://h", "app://h"]),
            ("app:///a", ["app:///a"; 3]),
            ("file:///etc/hosts", ["file:///etc/hosts"; 3]),
            ("https://example.com:8443/a", ["https://example.com:8443/a"; 3]),
            ("https://[::1]/a", ["https://[::1]/a"; 3]),
            ("db://main:orders/a", ["db://main:orders/a"; 3]),
            ("note://caf%C3%A9", ["note://café"; 3]),
        ] {
            assert_eq!(ResourceUri::of(uri).as_ref().map(ResourceUri::forms), Ok(forms), "{uri}");
        }
    }

    /// Each of these is another resource to some reader: the `url` crate, WHATWG URL of Node.js, a reader that joins paths, one that
    /// decodes twice, one that ignores what is behind the path.
    #[test]
    fn rejects_uris_with_several_readings() {
        for uri in [
            "",
            "*",
            "/var/log/syslog",
            "app://h/public/../logs/secret?/../../../public/x",
            "app://h/public/../logs/secret#/../../../public/x",
            "app://h/a?/../b",
            "app://h/a?..",
            "app://h/a#.",
            "app://h/admin//../keys",
            "app://h/admin//keys",
            "app://h//admin/keys",
            "app:////admin",
            "app:a//b",
            "app://h/public/./x",
            "app://h/public/..",
            "app://h/%2e%2e/keys",
            "app://h/%2E./keys",
            "app://h/%252e%252e/keys",
            "app://h/a%2fb",
            "app://h/a%3Fb",
            "app://h/a%23b",
            "app://h/a%5cb",
            "app://h/a%00",
            "app://h/a%0a",
            "app://h/a%",
            "app://h/a%4",
            "app://h/a%zz",
            "app://h/a%c0%af",
            "app://h/admin/keys ",
            " app://h/admin/keys",
            "app://h/admin\\keys",
            "app://h/ad\tmin",
            "app://h/\0",
            "app://h/{a}",
            "app://user@h/a",
            "app://user%40h/a",
            "https://user:password@h/a",
            "https://h:443/a",
            "https://h:/a",
            "https://h:0443/a",
            "https://h:08443/a",
            "app://h:/admin/keys",
            "app://h:080/a",
            "http://h:80",
            "https:///internal/x",
            "https:/internal/x",
            "https:internal/x",
            "https://%65xample.com/",
            "https://ｅxample.com/",
            "file:/etc/hosts",
            "file:etc/hosts",
            "file://localhost/etc/hosts",
            "file:////etc/hosts",
            "file:///srv/public/../../etc/shadow",
        ] {
            assert!(ResourceUri::of(uri).is_err(), "{uri}");
        }
        assert!(ResourceUri::of(&format!("app://h/{}", "a".repeat(9000))).is_err());
    }

    #[test]
    fn compares_scheme_and_authority_case_insensitively() {
        assert!(covers("note://Inbox/*", "note://inbox/a") && !covers("note://inbox/A", "note://inbox/a"));
        assert!(covers("config://App", "config://app") && covers("*", "config://app") && covers("App:a", "app:a"));
        assert!(covers_other_end("app://h/admin", "app://h/admin/") && !covers("app://h/admin", "app://h/admin/"));
        assert!(covers_other_end("app://h/admin/*", "app://h/admin") && covers_other_end("https://h/", "https://h"));
    }
}
