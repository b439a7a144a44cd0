//! Every rule. Each is a folder here, named by its id: `rule.rs`, `docs.md`, fixtures. `build.rs` lists them.
//!
#![doc = include_str!("coverage.md")]

use mcp_scopes_model::nearest::Nearest;
use mcp_scopes_scan::{Error, ErrorKind};

use crate::rule::Rule;

include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// The rule of that id.
///
/// # Errors
/// There is none; the nearest one is offered.
pub fn named(id: &str) -> Result<&'static Rule, Error> {
    find(id).ok_or_else(|| {
        let nearest = RULES.iter().fold(Nearest::to(id), |search, rule| search.or(rule.id)).found();
        let help = nearest
            .map_or_else(|| "`mcp-scopes rules` lists them".to_owned(), |rule| format!("did you mean `{rule}`?"));
        Error::new(ErrorKind::Usage, format!("there is no rule `{id}`")).help(help)
    })
}

/// The rule of that id, if there is one.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == id)
}
