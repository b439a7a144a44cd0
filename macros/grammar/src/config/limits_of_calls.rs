//! `[session]` and `[risk]`: limits on all calls of one caller.

use super::reader::{Key, TomlReader, Value, entries};
use crate::{
    catalogue::{BAD_SERVER_NAME, CONFLICTING_LIMITS, EMPTY_LIST, INCOMPLETE_SESSION},
    ir::{ConfigDecl, RiskRuleDecl},
};
use mcp_scopes_model::{
    Risk,
    policy::{Session, defaults},
    tool::tool_name,
};
use toml::de::DeTable;

/// The keys of `[session]`.
pub const SESSION_KEYS: [&str; 9] = [
    "idle_minutes",
    "max_minutes",
    "max_refused_calls",
    "max_high_risk_calls",
    "require_reauth_after_minutes",
    "block_rapid_escalation",
    "escalation_seconds",
    "domain",
    "server",
];

/// The keys of `[risk.high]` and the like.
pub const RISK_KEYS: [&str; 2] = ["max_auth_age_minutes", "acr_values"];

pub(super) fn session(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    let session = &mut config.session;
    let written = entries(table);
    for (key, value) in &written {
        match key.text {
            "idle_minutes" => session.idle_minutes = reader.limit(key.text, value),
            "max_minutes" => session.max_minutes = reader.limit(key.text, value),
            "max_refused_calls" => session.max_refused_calls = reader.limit(key.text, value),
            "max_high_risk_calls" => session.max_high_risk_calls = reader.limit(key.text, value),
            "require_reauth_after_minutes" => session.require_reauth_after_minutes = reader.limit(key.text, value),
            "block_rapid_escalation" => {
                session.block_rapid_escalation = reader.boolean(key.text, value).unwrap_or_default();
            }
            "escalation_seconds" => session.escalation_seconds = reader.limit(key.text, value),
            "domain" => session.domain = reader.string(key.text, value).map(str::to_owned),
            "server" => session.server = server_name(reader, *key, value),
            _ => reader.unknown_key(*key, "session", &SESSION_KEYS),
        }
    }
    let at = |name: &str| written.iter().find(|(key, _)| key.text == name).map(|(key, _)| key.at);
    check_ends(reader, session, at);
    for (key, other, help) in [
        ("domain", "server", "name this server in the domain: `server = \"..\"`"),
        ("server", "domain", "name what the servers that share sessions have in common: `domain = \"..\"`"),
    ] {
        if let (Some(at), None) = (at(key), at(other)) {
            reader.error(&INCOMPLETE_SESSION, at, format!("`{key}` requires the key `{other}`"));
            reader.help(help.to_owned());
        }
    }
    if let Some(at) = at("escalation_seconds").filter(|_| !session.block_rapid_escalation) {
        let message = "`escalation_seconds` has no effect without `block_rapid_escalation = true`";
        reader.error(&INCOMPLETE_SESSION, at, message.to_owned());
        reader.help("write `block_rapid_escalation = true`, or remove `escalation_seconds`".to_owned());
    }
}

/// Reports a session that would always end before it is idle for long enough.
fn check_ends(reader: &mut TomlReader<'_>, session: &Session<String>, at: impl Fn(&str) -> Option<usize>) {
    let is_malformed = |key, stated: Option<u32>| at(key).is_some() && stated.is_none();
    if is_malformed("idle_minutes", session.idle_minutes) || is_malformed("max_minutes", session.max_minutes) {
        return;
    }
    let idle = session.idle_minutes.unwrap_or(defaults::IDLE_MINUTES);
    let max = session.max_minutes.unwrap_or(defaults::MAX_MINUTES);
    let Some(at) = at("idle_minutes").or_else(|| at("max_minutes")).filter(|_| idle > max) else { return };
    let by_default = |stated: Option<u32>| if stated.is_none() { " (the default)" } else { "" };
    let message = format!(
        "`idle_minutes` of {idle}{} is more than `max_minutes` of {max}{}",
        by_default(session.idle_minutes),
        by_default(session.max_minutes)
    );
    reader.error(&CONFLICTING_LIMITS, at, message);
    reader.help("raise `max_minutes`, or lower `idle_minutes`".to_owned());
}

fn server_name(reader: &mut TomlReader<'_>, key: Key<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string(key.text, value)?;
    if let Err(error) = tool_name(text) {
        reader.error(&BAD_SERVER_NAME, value.span().start, format!("the server name `{text}` {}", error.reason()));
        return None;
    }
    Some(text.to_owned())
}

pub(super) fn risk(reader: &mut TomlReader<'_>, table: &DeTable<'_>, config: &mut ConfigDecl) {
    for (key, value) in entries(table) {
        let Some(risk) = Risk::parse(key.text) else {
            reader.unknown_key(key, "risk", &Risk::NAMES);
            continue;
        };
        let section = format!("risk.{}", key.text);
        let Some(table) = reader.table(&section, value) else { continue };
        if table.is_empty() {
            reader.error(&EMPTY_LIST, key.at, format!("`[{section}]` must not be empty"));
            reader
                .help("write `max_auth_age_minutes = 15` or `acr_values = [\"..\"]`, or remove the section".to_owned());
        }
        let mut rule =
            RiskRuleDecl { risk, max_auth_age_minutes: None, acr_values: Vec::new(), place: reader.place(key.at) };
        for (key, value) in entries(table) {
            match key.text {
                "max_auth_age_minutes" => rule.max_auth_age_minutes = reader.limit(key.text, value),
                "acr_values" => {
                    let values = reader.strings(key.text, value, "").unwrap_or_default();
                    rule.acr_values = values.into_iter().map(|(text, _)| text).collect();
                }
                _ => reader.unknown_key(key, &section, &RISK_KEYS),
            }
        }
        config.risks.push(rule);
    }
}
