//! The address that a proof is for: `htu` (RFC 9449 §4.2).

use mcp_scopes_model::address::Address;

/// The public address of a resource, in its normal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target {
    origin: String,
    path: String,
}

impl Target {
    /// Returns the normal form of an address, without query and fragment (RFC 3986 §6.2.2 and §6.2.3): case of scheme and host, the
    /// default port, percent-encoding. Segments `.` and `..` are not resolved: no client sends them.
    pub(super) fn of(text: &str) -> Option<Self> {
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

    /// Returns whether `htu` is the address of a request for this resource that arrived with this path.
    ///
    /// A proxy may remove a prefix of the path, so the path of the resource counts unless the request's path is below it.
    pub(super) fn is_address(&self, htu: &Self, path: &str) -> bool {
        if self.origin != htu.origin {
            return false;
        }
        let path = normal_path(path);
        let below = path.strip_prefix(self.path.trim_end_matches('/'));
        match below {
            Some(below) if below.is_empty() || below.starts_with('/') => htu.path == path,
            _ => htu.path == self.path,
        }
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
    use super::Target;

    fn is_address(resource: &str, htu: &str, path: &str) -> bool {
        Target::of(htu).is_some_and(|htu| Target::of(resource).unwrap().is_address(&htu, path))
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
}
