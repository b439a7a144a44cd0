//! Facts that a configuration states in several places, such as an issuer in code and in the table's file.

use core::fmt;

use http::Uri;
use mcp_scopes_model::address::Shown;

use super::error::{ProblemKind, ProblemList};

/// The place of a fact in the table's file.
pub(super) const FILE: &str = "table";

/// A stated issuer or resource.
#[derive(Clone, Debug)]
pub(super) struct Fact {
    /// The method of the builder, or [`FILE`].
    pub(super) setting: &'static str,
    pub(super) text: String,
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.setting {
            FILE => write!(f, "{} in `mcp-scopes.toml`", Shown(&self.text)),
            setting => write!(f, "{} at `.{setting}(..)`", Shown(&self.text)),
        }
    }
}

/// Rejects facts that differ only in a detail that is easily overlooked. They are compared code point by code point
/// (RFC 9728 §6), so one of them would never match.
pub(super) fn reject_near_misses(facts: &[Fact], what: &str, problems: &mut ProblemList) {
    for (place, one) in facts.iter().enumerate() {
        for other in facts.iter().skip(place + 1) {
            if let Some(difference) = near_miss(&one.text, &other.text) {
                problems.add(
                    one.setting,
                    ProblemKind::NearMiss,
                    format!("the {what} {one} and {other} differ only in {difference}"),
                    "write the same text in both places, as the issuer's or this server's metadata states it",
                );
            }
        }
    }
}

/// Returns in what two facts differ, if that is easily overlooked.
pub(super) fn near_miss(one: &str, other: &str) -> Option<&'static str> {
    (one != other && normal_form(one) == normal_form(other)).then(|| difference(one, other))
}

/// Rejects an authorization server that is stated as an issuer as well.
pub(super) fn reject_duplicates(facts: &[Fact], problems: &mut ProblemList) {
    for server in facts.iter().filter(|fact| fact.setting == "authorization_server") {
        if let Some(issuer) = facts.iter().find(|fact| fact.setting == "issuer" && fact.text == server.text) {
            problems.add(
                server.setting,
                ProblemKind::Contradiction,
                format!("the metadata already names the issuer {issuer}"),
                "remove `.authorization_server(..)`",
            );
        }
    }
}

/// Returns an address in a form in which near misses are equal.
fn normal_form(text: &str) -> String {
    let Ok(address) = text.parse::<Uri>() else { return text.trim_end_matches('/').to_ascii_lowercase() };
    let default = match address.scheme_str() {
        Some("https") => Some(443),
        Some("http") => Some(80),
        _ => None,
    };
    let port = address.port_u16().filter(|port| Some(*port) != default);
    let host = address.host().unwrap_or_default().to_ascii_lowercase();
    format!("{host} {port:?} {}", address.path().trim_end_matches('/').to_ascii_lowercase())
}

/// Returns in what two near misses differ.
fn difference(one: &str, other: &str) -> &'static str {
    if one.trim_end_matches('/') == other.trim_end_matches('/') {
        "a trailing slash"
    } else if one.eq_ignore_ascii_case(other) {
        "upper and lower case"
    } else {
        "scheme, port, case or a trailing slash"
    }
}

#[cfg(test)]
mod tests {
    use super::{difference, normal_form};

    #[test]
    fn finds_near_misses() {
        for (one, other, in_what) in [
            ("https://as", "https://as/", "a trailing slash"),
            ("https://as/t", "https://as/t/", "a trailing slash"),
            ("https://as/t", "https://AS/t", "upper and lower case"),
            ("https://as/t", "https://as/T", "upper and lower case"),
            ("https://as", "https://as:443", "scheme, port, case or a trailing slash"),
            ("https://as", "http://as", "scheme, port, case or a trailing slash"),
        ] {
            assert_eq!(normal_form(one), normal_form(other), "{one} {other}");
            assert_eq!(difference(one, other), in_what);
        }
        for (one, other) in [
            ("https://as", "https://as2"),
            ("https://as/a", "https://as/b"),
            ("https://as", "https://as:8443"),
            ("http://localhost:1", "http://localhost:2"),
        ] {
            assert_ne!(normal_form(one), normal_form(other), "{one} {other}");
        }
    }
}
