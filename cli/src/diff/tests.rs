//! Tests of comparisons.
//!
//! | module | holds |
//! |---|---|
//! | `access` | who can call what |
//! | `kinds` | an example of each kind of change, with its verdict |
//! | `calls` | conditional scopes compared with an exhaustive search over calls |
//! | `search` | the verdict compared with an exhaustive search |
//! | `values` | what a change shows, and its digits |

mod access;
mod calls;
mod kinds;
mod search;
mod values;

use mcp_scopes_prm::{Document, Metadata};

use super::{change::Change, compare};

/// Compares two documents whose hints are not known.
fn changes(old: &Document, new: &Document) -> Vec<Change> {
    compare::changes(old, new, None)
}

fn document(extensions: &str) -> Document {
    whole(&format!(r#""mcp_extensions": {{{extensions}}}"#))
}

fn whole(members: &str) -> Document {
    let comma = if members.is_empty() { "" } else { ", " };
    let text = format!(r#"{{"resource": "https://a.example.com/mcp"{comma}{members}}}"#);
    Metadata::from_json(text).unwrap().into_document()
}

/// Returns a document with one tool `t` with these alternatives.
fn opened_by(required: &str, hierarchy: &str) -> Document {
    document(&format!(
        r#""tool_scope_mapping": {{"t": {{"risk_level": "low", "required_scopes": {required}, "parameters": []}}}},
           "scope_hierarchy": {{"unused": ["unused-too"]{hierarchy}}}"#
    ))
}

fn ids(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|change| change.kind.id()).collect()
}
