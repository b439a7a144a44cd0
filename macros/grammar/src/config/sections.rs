//! The sections of the file, one function each.

use super::{
    accept::{ACCEPT, DIFF},
    address::Address,
    limits_of_calls::{RISK_KEYS, SESSION_KEYS},
    reader::{Key, TomlReader, Value, entries},
};
use crate::{
    catalogue::{BAD_HEADER, BAD_PATTERN, BAD_PREFIX, BAD_SCOPE, BAD_URL, CONVENTION_PATTERN},
    ir::{ConfigDecl, FlowDecl, SandboxServerDecl, ScopeDecl},
};
use mcp_scopes_model::{address::Shown, scope::scope_token};
use toml::de::{DeTable, DeValue};

/// The values of `[convention] scope`.
pub const CONVENTIONS: [&str; 5] = ["tool-name", "action:resource", "resource:action", "dotted", "pattern"];

const SERVER: [&str; 7] = [
    "resource",
    "resource_name",
    "resource_documentation",
    "authorization_servers",
    "namespace",
    "scope_prefix",
    "baseline",
];
const SCOPE_PREFIX: [&str; 2] = ["outside", "inside"];
const CONVENTION: [&str; 2] = ["scope", "pattern"];
const SCOPE: [&str; 2] = ["description", "implies"];
const SANDBOX: [&str; 3] = ["header", "resource", "authorization_servers"];

/// The keys of the sections with fixed keys: server, its scope prefix, convention, a scope, session, a risk, sandbox, diff and
/// an accepted change.
pub const KEYS: [&[&str]; 9] =
    [&SERVER, &SCOPE_PREFIX, &CONVENTION, &SCOPE, &SESSION_KEYS, &RISK_KEYS, &SANDBOX, &DIFF, &ACCEPT];

/// The reason for rejecting an empty array that would be published.
const DROPPED: &str = "; RFC 9728 §3.2 omits empty members, so the list would have no effect";

pub(super) fn server(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        match key.text {
            "resource" => {
                config.resource = address(reader, key, value, Address::Resource);
                config.places.resource = reader.place(value.span().start);
            }
            "resource_documentation" => config.resource_documentation = address(reader, key, value, Address::Page),
            "resource_name" => config.resource_name = reader.string(key.text, value).map(str::to_owned),
            "authorization_servers" => {
                let list = issuers(reader, key, value);
                config.places.authorization_servers = list.iter().map(|(_, at)| reader.place(*at)).collect();
                config.authorization_servers = list.into_iter().map(|(issuer, _)| issuer).collect();
            }
            "namespace" => config.namespace = prefix(reader, key, value).unwrap_or_default(),
            "scope_prefix" => {
                if let Some(table) = reader.table("server.scope_prefix", value) {
                    scope_prefix(reader, table, config);
                }
            }
            "baseline" => config.baseline = reader.scopes(key.text, value, DROPPED),
            _ => reader.unknown_key(key, "server", &SERVER),
        }
    }
}

fn scope_prefix(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        let place = match key.text {
            "outside" => &mut config.scope_prefix.outside,
            "inside" => &mut config.scope_prefix.inside,
            _ => {
                reader.unknown_key(key, "server.scope_prefix", &SCOPE_PREFIX);
                continue;
            }
        };
        *place = prefix(reader, key, value).unwrap_or_default();
    }
}

pub(super) fn convention(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    let (mut stated, mut pattern_at) = (None, None);
    for (key, value) in entries(table) {
        match key.text {
            "scope" => {
                stated = Some(key.at);
                config.convention = reader.word(key.text, value, &CONVENTIONS);
            }
            "pattern" => {
                pattern_at = Some(key.at);
                let Some(text) = reader.string(key.text, value) else { continue };
                let at = value.span().start;
                // Scopes and patterns have the same syntax: `*` and `?` are scope characters too.
                match scope_token(text) {
                    Ok(()) => config.convention_pattern = Some(reader.stated(text, at)),
                    Err(error) => {
                        reader.error(&BAD_PATTERN, at, format!("the pattern `{text}` {}", error.reason()));
                        reader.help("write a scope with `*` for any run of characters and `?` for one".to_owned());
                    }
                }
            }
            _ => reader.unknown_key(key, "convention", &CONVENTION),
        }
    }
    let by_pattern = config.convention.as_ref().is_some_and(|convention| convention.text == "pattern");
    match (by_pattern, pattern_at) {
        (true, None) => {
            let message = "the convention `pattern` requires the key `pattern`".to_owned();
            reader.error(&CONVENTION_PATTERN, stated.unwrap_or_default(), message);
        }
        // An unknown convention has already been reported.
        (false, Some(at)) if config.convention.is_some() || stated.is_none() => {
            let message = "the key `pattern` requires the convention `pattern`".to_owned();
            reader.error(&CONVENTION_PATTERN, at, message);
        }
        _ => {}
    }
}

pub(super) fn scopes(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    let mut scopes = Vec::new();
    for (key, value) in entries(table) {
        let name = reader.scope(key.text, key.at);
        let (mut description, mut implies) = (None, None);
        if let DeValue::Table(table) = value.get_ref() {
            for (key, value) in entries(table) {
                match key.text {
                    "description" => description = reader.string(key.text, value),
                    "implies" => implies = reader.scopes(key.text, value, ""),
                    _ => {
                        reader.unknown_key(key, "scopes", &SCOPE);
                        // In TOML, `files.read = ..` is a table `files`.
                        reader.help(format!(
                            "write `description` or `implies`; quote a scope that contains a dot or colon: \
                             `\"files.{}\" = \"..\"`",
                            key.text
                        ));
                    }
                }
            }
        } else {
            description = reader.string(key.text, value);
        }
        let (description, implies) = (description.unwrap_or_default().to_owned(), implies.unwrap_or_default());
        scopes.extend(name.map(|name| ScopeDecl { name, description, implies }));
    }
    config.scopes = Some(scopes);
}

pub(super) fn flows(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        if let Some(scopes) = reader.scopes(key.text, value, DROPPED) {
            config.flows.push(FlowDecl { role: key.text.to_owned(), scopes });
        }
    }
}

pub(super) fn sandbox(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    let mut sandbox = SandboxServerDecl::default();
    for (key, value) in entries(table) {
        match key.text {
            "header" => sandbox.header = header(reader, key, value),
            "resource" => sandbox.resource = address(reader, key, value, Address::Resource),
            "authorization_servers" => {
                let list = issuers(reader, key, value);
                sandbox.authorization_servers = list.into_iter().map(|(issuer, _)| issuer).collect();
            }
            _ => reader.unknown_key(key, "sandbox", &SANDBOX),
        }
    }
    // Empty sections are not published (RFC 9728 §3.2).
    config.sandbox = (!table.is_empty()).then_some(sandbox);
}

fn address(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>, kind: Address) -> Option<String> {
    let text = reader.string(key.text, value)?;
    checked(reader, key, text, value.span().start, kind)
}

/// Reads the issuers of a list, each with its byte offset.
fn issuers(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Vec<(String, usize)> {
    let list = reader.strings(key.text, value, DROPPED).unwrap_or_default();
    let read = |(text, at): &(String, usize)| Some((checked(reader, key, text, *at, Address::Issuer)?, *at));
    list.iter().filter_map(read).collect()
}

fn checked(reader: &mut TomlReader<'_>, key: Key<'_>, text: &str, at: usize, kind: Address) -> Option<String> {
    let Err(reason) = kind.check(text) else { return Some(text.to_owned()) };
    reader.error(&BAD_URL, at, format!("`{}`: {} {reason}", key.text, Shown(text)));
    reader.help(match kind {
        Address::Resource => "write the server's address, such as `https://files.example.com/mcp`".to_owned(),
        Address::Issuer => "write an issuer identifier, such as `https://auth.example.com`, not an endpoint".to_owned(),
        Address::Page => "write the address of a page, such as `https://docs.example.com/mcp`".to_owned(),
    });
    None
}

/// Checks a prefix of every scope. Without a separator, `dev` would also match `developer:x`.
fn prefix(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<String> {
    let (name, text) = (key.text, reader.string(key.text, value)?);
    let at = value.span().start;
    if let Err(error) = scope_token(text) {
        reader.error(&BAD_SCOPE, at, format!("`{name}`: the prefix `{text}` {}", error.reason()));
        return None;
    }
    if text.ends_with(|last: char| last.is_ascii_alphanumeric()) {
        let message =
            format!("`{name}`: the prefix `{text}` ends in a letter or digit, so it also matches other names");
        reader.error(&BAD_PREFIX, at, message);
        let example = if name == "namespace" { ':' } else { '/' };
        reader.help(format!("write the prefix with its separator, such as `{text}{example}`"));
        return None;
    }
    Some(text.to_owned())
}

/// Checks a `field-name` (RFC 9110 §5.1) that HTTP does not define.
fn header(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<String> {
    const TAKEN: [&str; 8] = [
        "accept",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "transfer-encoding",
    ];
    let text = reader.string(key.text, value)?;
    let at = value.span().start;
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if !text.bytes().all(token) {
        reader.error(&BAD_HEADER, at, format!("`{text}` is not a header name: it contains a blank or a separator"));
        return None;
    }
    let lower = text.to_ascii_lowercase();
    if TAKEN.contains(&lower.as_str()) || matches!(lower.as_str(), "mcp-method" | "mcp-name" | "mcp-session-id") {
        reader.error(&BAD_HEADER, at, format!("the header `{text}` is reserved by HTTP or MCP"));
        return None;
    }
    Some(text.to_owned())
}
