//! Places in SARIF. Lines and columns count from 1, columns in code points. Files are relative references, or `file:`
//! URLs for absolute paths outside of the repository.

use std::fmt::Write as _;

use super::super::repository;
use mcp_scopes_scan::source::Place;
use serde_sarif::sarif::{ArtifactLocation, PhysicalLocation, Region};

/// Returns the location of a place.
pub(super) fn physical(place: &Place) -> PhysicalLocation {
    PhysicalLocation::builder().artifact_location(artifact(&place.file)).region(region(place)).build()
}

fn region(place: &Place) -> Region {
    Region::builder()
        .start_line(i64::from(place.start.line))
        .start_column(i64::from(place.start.column))
        .end_line(i64::from(place.end.line))
        .end_column(i64::from(place.end.column))
        .build()
}

/// Returns the location of a file.
pub(super) fn artifact(file: &str) -> ArtifactLocation {
    ArtifactLocation::builder().uri(uri(&repository::path(file))).build()
}

/// Converts a path to a URI reference (RFC 3986 §4.1).
fn uri(file: &str) -> String {
    let is_address = repository::is_address(file);
    let mut uri = String::new();
    let drive = file.as_bytes().get(1) == Some(&b':') && file.as_bytes().get(2) == Some(&b'/');
    if drive {
        uri.push_str("file:///");
    } else if file.starts_with('/') {
        uri.push_str("file://");
    }
    for (place, byte) in file.bytes().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            b':' if drive && place == 1 => uri.push(':'),
            // Its reserved characters and escapes have their meaning (RFC 3986 §2). A server can state the others, too.
            b'!'..=b'~' if is_address && !b"\"<>\\^`{|}".contains(&byte) => uri.push(char::from(byte)),
            // Writing to a string does not fail.
            _ => drop(write!(uri, "%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("src/main.rs"), "src/main.rs");
        assert_eq!(uri("../a b/ü#?%.rs"), "../a%20b/%C3%BC%23%3F%25.rs");
        assert_eq!(uri("/tmp/a:b.json"), "file:///tmp/a%3Ab.json");
        assert_eq!(uri("C:/x.rs"), "file:///C:/x.rs");
        assert_eq!(uri("<stdin>"), "%3Cstdin%3E");
        assert_eq!(uri("https://h:8443/mcp?a=b%20[c]#d"), "https://h:8443/mcp?a=b%20[c]#d");
        assert_eq!(uri("https://h/\u{0}ü <\"\\>"), "https://h/%00%C3%BC%20%3C%22%5C%3E");
    }
}
