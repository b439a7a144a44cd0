//! The address that a proof is for: `htu` (RFC 9449 §4.2).

use mcp_scopes_model::address::Address;

use super::ProofError;
use crate::reason::reason;

const OTHER_ADDRESS: ProofError = ProofError::Invalid(reason!("`htu` is not the address of this request"));
const OTHER_RESOURCE: ProofError =
    ProofError::Invalid(reason!("`htu` is an address of another resource of this server than that of the token"));

/// The resources of a server.
pub(super) struct Targets(Vec<(Box<str>, Target)>);

impl Targets {
    pub(super) fn new<'r>(resources: impl Iterator<Item = &'r str>) -> Self {
        Self(resources.filter_map(|resource| Some((resource.into(), Target::of(resource)?))).collect())
    }

    /// Checks that `htu` is the address of a request that arrived with this path and a token for these resources.
    ///
    /// A proxy may remove a prefix of the path, so the path of the resource counts unless the request's path is below it.
    ///
    /// # Errors
    /// `htu` is another address.
    pub(super) fn check(&self, htu: &str, path: &str, resources: &[String]) -> Result<(), ProofError> {
        let htu = Target::of(htu).ok_or(OTHER_ADDRESS)?;
        // If one resource is below another one, the proof is for the inner one.
        let named = self.0.iter().filter(|(_, target)| target.origin == htu.origin && target.contains(&htu.path));
        let (name, target) = named.max_by_key(|(_, target)| target.path.len()).ok_or(OTHER_ADDRESS)?;
        if resources.iter().all(|resource| **name != **resource) {
            return Err(OTHER_RESOURCE);
        }
        let path = normal_path(path);
        let is_address = if target.contains(&path) {
            htu.path == path
        } else {
            // The path of another resource is no shortened path of this one.
            let is_other = self.0.iter().any(|(_, other)| other.contains(&path));
            htu.path == target.path && (!is_other || target.path.ends_with(path.trim_end_matches('/')))
        };
        if is_address { Ok(()) } else { Err(OTHER_ADDRESS) }
    }
}

/// An address in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Target {
    origin: String,
    path: String,
}

impl Target {
    /// Returns the normal form of an address, without query and fragment (RFC 3986 §6.2.2 and §6.2.3): case of scheme and host, the
    /// default port, percent-encoding. Segments `.` and `..` are not resolved: no client sends them.
    fn of(text: &str) -> Option<Self> {
        let address = Address::parse(text).ok()?;
        if address.host.is_empty() || address.has_user() {
            return None;
        }
        let scheme = address.scheme.to_ascii_lowercase();
        let default = match scheme.as_str() {
            "https" => 443,
            "http" => 80,
            _ => return None,
        };
        let after_host = address.origin.get(scheme.len() + "://".len() + address.host.len()..)?;
        let port = match after_host.trim_start_matches(':') {
            "" => default,
            digits => digits.parse::<u16>().ok()?,
        };
        let host = address.host.to_ascii_lowercase();
        let origin = if port == default { format!("{scheme}://{host}") } else { format!("{scheme}://{host}:{port}") };
        Some(Self { origin, path: normal_path(address.path) })
    }

    /// Returns whether a path in normal form is that of the resource, or below it.
    fn contains(&self, path: &str) -> bool {
        let below = path.strip_prefix(self.path.trim_end_matches('/'));
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }
}

/// Returns a path with its percent-encoding in the normal form: none of unreserved characters, others in upper case.
fn normal_path(path: &str) -> String {
    let mut normal = String::with_capacity(path.len() + 1);
    if !path.starts_with('/') {
        normal.push('/');
    }
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('%') {
        normal.push_str(before);
        let escaped = after.get(..2).and_then(|digits| Some((digits, u8::from_str_radix(digits, 16).ok()?)));
        match escaped {
            Some((digits, byte)) if digits.bytes().all(|digit| digit.is_ascii_hexdigit()) => {
                if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                    normal.push(char::from(byte));
                } else {
                    normal.push('%');
                    normal.push_str(&digits.to_ascii_uppercase());
                }
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                normal.push('%');
                rest = after;
            }
        }
    }
    normal.push_str(rest);
    normal
}

#[cfg(test)]
mod tests {
    use super::{OTHER_ADDRESS, OTHER_RESOURCE, Target, Targets};

    fn is_address(resource: &str, htu: &str, path: &str) -> bool {
        Targets::new([resource].into_iter()).check(htu, path, &[resource.to_owned()]).is_ok()
    }

    #[test]
    fn compares_normal_forms() {
        for htu in [
            "https://files.example.com/mcp",
            "HTTPS://Files.Example.COM/mcp",
            "https://files.example.com:443/mcp",
            "https://files.example.com:/mcp",
            "https://files.example.com/%6dcp",
            "https://files.example.com/mcp?a=b",
            "https://files.example.com/mcp#a",
        ] {
            assert!(is_address("https://files.example.com/mcp", htu, "/mcp"), "{htu}");
        }
        for htu in [
            "http://files.example.com/mcp",
            "https://files.example.com:8443/mcp",
            "https://files.example.com/MCP",
            "https://files.example.com/mcp/",
            "https://files.example.com//mcp",
            "https://files.example.com/./mcp",
            "https://files.example.com/a/../mcp",
            "https://files.example.com/mcp%2F",
            "https://files.example.com",
            "https://ada@files.example.com/mcp",
            "https://files.example.com.evil.example/mcp",
            "https://files.example.com\\mcp",
            "https:///mcp",
            "//files.example.com/mcp",
            "/mcp",
            "mcp://files.example.com/mcp",
            "",
        ] {
            assert!(!is_address("https://files.example.com/mcp", htu, "/mcp"), "{htu}");
        }
        for (resource, htu) in [
            ("https://h", "https://h/"),
            ("https://h/", "https://h"),
            ("http://[::1]:80/mcp", "http://[::1]/mcp"),
            ("http://127.0.0.1:3000/a%2fb", "http://127.0.0.1:3000/a%2Fb"),
            ("https://h/mcp?tenant=1", "https://h/mcp"),
        ] {
            let path = Target::of(resource).unwrap().path;
            assert!(is_address(resource, htu, &path), "{resource} {htu}");
        }
    }

    #[test]
    fn reads_the_path_below_the_resource_and_ignores_removed_prefixes() {
        for (resource, path, htu, is_accepted) in [
            // A proxy has removed the prefix.
            ("https://h/a/mcp", "/mcp", "https://h/a/mcp", true),
            ("https://h/a/mcp", "/mcp", "https://h/mcp", false),
            ("https://h/mcp", "/", "https://h/mcp", true),
            ("https://h/mcp", "/", "https://h/", false),
            ("https://h/mcp", "/mcpx", "https://h/mcpx", false),
            // The resource is the origin.
            ("https://h", "/mcp", "https://h/mcp", true),
            ("https://h", "/mcp", "https://h", false),
            ("https://h/mcp", "/mcp/messages", "https://h/mcp/messages", true),
            ("https://h/mcp", "/mcp/messages", "https://h/mcp", false),
            ("https://h/mcp/", "/mcp/", "https://h/mcp/", true),
            ("https://h/mcp", "/%6Dcp", "https://h/mcp", true),
            ("https://h", "/a%", "https://h/a%25", false),
            ("https://h", "/%+1", "https://h/%01", false),
        ] {
            assert_eq!(is_address(resource, htu, path), is_accepted, "{resource} {path} {htu}");
        }
    }

    #[test]
    fn separates_the_resources_of_a_server() {
        let (ok, address, resource) = (Ok(()), Err(OTHER_ADDRESS), Err(OTHER_RESOURCE));
        let (hosts, paths) = (["https://h/mcp", "https://s/mcp"], ["https://h/live/mcp", "https://h/test/mcp"]);
        let root = ["https://h/a/mcp", "https://s"];
        let (prefixed, nested) = (["https://h/mcp", "https://h/test/mcp"], ["https://h/mcp", "https://h/mcp/test"]);
        for (resources, path, token, htu, expected) in [
            (hosts, "/mcp", 0, "https://h/mcp", &ok),
            (hosts, "/mcp", 1, "https://s/mcp", &ok),
            (hosts, "/mcp", 0, "https://s/mcp", &resource),
            (hosts, "/mcp", 1, "https://h/mcp", &resource),
            (hosts, "/mcp/a", 1, "https://s/mcp/a", &ok),
            (hosts, "/mcp/a", 1, "https://s/mcp", &address),
            (hosts, "/mcp", 0, "https://o/mcp", &address),
            (paths, "/live/mcp", 0, "https://h/live/mcp", &ok),
            (paths, "/test/mcp", 1, "https://h/test/mcp", &ok),
            (paths, "/live/mcp", 0, "https://h/test/mcp", &resource),
            (paths, "/test/mcp", 0, "https://h/test/mcp", &resource),
            // The path decides, whatever the token is for.
            (paths, "/test/mcp", 0, "https://h/live/mcp", &address),
            (paths, "/live/mcp", 1, "https://h/test/mcp", &address),
            // A proxy has removed the prefix of both.
            (paths, "/mcp", 0, "https://h/live/mcp", &ok),
            (paths, "/mcp", 1, "https://h/test/mcp", &ok),
            (paths, "/mcp", 0, "https://h/test/mcp", &resource),
            // A proxy has removed `/test`, which looks like the other path.
            (prefixed, "/mcp", 1, "https://h/test/mcp", &ok),
            (prefixed, "/mcp", 1, "https://h/mcp", &resource),
            (prefixed, "/test/mcp", 0, "https://h/mcp", &address),
            // A proxy has removed the whole path, which looks like that of a resource without one.
            (root, "/", 0, "https://h/a/mcp", &ok),
            (root, "/mcp", 0, "https://h/a/mcp", &ok),
            (root, "/mcp", 1, "https://s/mcp", &ok),
            (root, "/mcp", 1, "https://h/a/mcp", &resource),
            (root, "/other", 0, "https://h/a/mcp", &address),
            (nested, "/mcp", 0, "https://h/mcp", &ok),
            (nested, "/mcp/test", 1, "https://h/mcp/test", &ok),
            (nested, "/mcp/test", 0, "https://h/mcp/test", &resource),
            (nested, "/mcp", 1, "https://h/mcp/test", &address),
            (nested, "/mcp/other", 0, "https://h/mcp/other", &ok),
        ] {
            let targets = Targets::new(resources.into_iter());
            assert_eq!(
                targets.check(htu, path, &[resources[token].to_owned()]),
                *expected,
                "{resources:?} {path} {token} {htu}"
            );
        }
    }

    #[test]
    fn accepts_each_public_name_at_its_own_path() {
        let names = ["https://h/mcp", "https://o/mcp", "https://h/files"];
        let opened = names.map(str::to_owned);
        let targets = Targets::new(names.into_iter());
        for (htu, path, is_accepted) in [
            ("https://h/mcp", "/mcp", true),
            ("https://o/mcp", "/mcp", true),
            ("https://h/files", "/files", true),
            ("https://h/files", "/mcp", false),
            ("https://h/mcp", "/files", false),
            ("https://o/files", "/files", false),
            ("https://p/mcp", "/mcp", false),
        ] {
            assert_eq!(targets.check(htu, path, &opened).is_ok(), is_accepted, "{htu} {path}");
        }
    }
}
