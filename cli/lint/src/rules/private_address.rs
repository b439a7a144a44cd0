use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    addresses::{StatedAddress, Use, of_document, of_table},
    lint_model::{ParsedDocument, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "private-address",
    category: Document,
    level: Warn,
    summary: "address in a private network",
    reason: "clients refuse to fetch internal addresses, because an attacker could use them for server-side request forgery",
    section: "RFC 9728 §7.7",
    check: table(table) and document(document),
};

/// Suffixes of host names in private networks (RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`).
const INTERNAL: [&str; 7] = [".localhost", ".local", ".internal", ".home.arpa", ".lan", ".intranet", ".corp"];

fn table(table: &Table, reporter: &mut Reporter<'_>) {
    report(&of_table(table), reporter);
}

fn document(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    report(&of_document(document), reporter);
}

fn report(all: &[StatedAddress<'_>], reporter: &mut Reporter<'_>) {
    for stated in all.iter().filter(|stated| stated.is != Use::Page && is_internal(stated.parts.host)) {
        let message = format!("`{}` is an address in a private network or of the local machine", stated.parts.host);
        let help = "publish the address that clients use; for development, set it when the server starts";
        reporter.report(message).at(&stated.place).about(&*stated.subject).help(help);
    }
}

fn is_internal(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    if let Some(host) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return host.parse::<Ipv6Addr>().is_ok_and(|ip| match ip.to_ipv4_mapped() {
            Some(ip) => is_private(ip),
            None => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
        });
    }
    if let Ok(ip) = host.parse::<Ipv4Addr>() {
        return is_private(ip);
    }
    host == "localhost" || INTERNAL.iter().any(|end| host.ends_with(end))
}

fn is_private(ip: Ipv4Addr) -> bool {
    ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_unspecified()
}

#[cfg(test)]
mod tests {
    #[test]
    fn recognizes_internal_hosts() {
        for (host, internal) in [
            ("localhost", true),
            ("LOCALHOST.", true),
            ("auth.corp", true),
            ("10.1.2.3", true),
            ("169.254.169.254", true),
            ("[::1]", true),
            ("[fd00::1]", true),
            ("[::ffff:192.168.0.1]", true),
            ("[2001:db8::1]", false),
            ("192.0.2.1", false),
            ("auth.example.com", false),
            ("local", false),
        ] {
            assert_eq!(super::is_internal(host), internal, "{host}");
        }
    }
}
