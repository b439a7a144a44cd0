//! All rules. Each rule has a folder, named by its id, with `rule.rs`, `docs.md` and fixtures. `build.rs` lists them.
//!
#![doc = include_str!("coverage.md")]

use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{Error, ErrorKind};

use crate::rule::Rule;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Returns the rule of that id.
///
/// # Errors
/// Returns an error if there is no such rule. It suggests the nearest id.
pub fn named(id: &str) -> Result<&'static Rule, Error> {
    find(id).ok_or_else(|| {
        let nearest = RULES.iter().fold(Nearest::to(id), |search, rule| search.or(rule.id)).found();
        let help = nearest
            .map_or_else(|| "`mcp-scopes rules` lists them".to_owned(), |rule| format!("did you mean `{rule}`?"));
        Error::new(ErrorKind::Usage, format!("there is no rule `{id}`")).help(help)
    })
}

/// Returns the rule of that id, if there is one.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
