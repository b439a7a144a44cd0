//! Collects the changes of a comparison.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::Value;

use super::texts::excerpts;
use crate::diff::change::{Change, Kind, Security};

/// The collected changes.
pub(super) struct Changes(Vec<Change>);

impl Changes {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn into_list(self) -> Vec<Change> {
        self.0
    }

    pub(super) fn add(&mut self, kind: Kind, security: Security, pointer: impl Into<String>, message: impl AsRef<str>) {
        self.add_between(kind, security, pointer, message, &());
    }

    /// Adds a change whose message does not state everything that changed. `values` are the old and the new state.
    pub(super) fn add_between(
        &mut self,
        kind: Kind,
        security: Security,
        pointer: impl Into<String>,
        message: impl AsRef<str>,
        values: &impl Serialize,
    ) {
        let values = serde_json::to_string(values).unwrap_or_default();
        self.0.push(Change::new(kind, security, pointer.into(), message.as_ref(), &values));
    }

    /// Compares two sets, and records added and removed members.
    pub(super) fn set(
        &mut self,
        pointer: &str,
        what: &str,
        (old, new): (&[String], &[String]),
        kinds: Coming,
        goes: Coming,
    ) {
        let (before, after): (BTreeSet<&String>, BTreeSet<&String>) = (old.iter().collect(), new.iter().collect());
        for added in after.difference(&before) {
            self.add(kinds.0, kinds.1, pointer, format!("{what} `{added}` is added"));
        }
        for removed in before.difference(&after) {
            self.add(goes.0, goes.1, pointer, format!("{what} `{removed}` is removed"));
        }
    }

    /// Compares a member whose change cannot be judged automatically, and shows both values.
    pub(super) fn member<T: Default + PartialEq + Serialize>(&mut self, kind: Kind, pointer: &str, old: &T, new: &T) {
        if old != new {
            let name = pointer.rsplit('/').next().unwrap_or(pointer).replace("~1", "/").replace("~0", "~");
            let none = T::default();
            let (before, after) = excerpts(&shown(old), &shown(new));
            let what = if *old == none {
                format!("is added: `{after}`")
            } else if *new == none {
                format!("is removed: it was `{before}`")
            } else {
                format!("was `{before}`, is `{after}`")
            };
            self.add_between(kind, Security::NEUTRAL, pointer, format!("`{name}` {what}"), &(old, new));
        }
    }
}

/// Returns a value as JSON, or a text without its quotes.
fn shown(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(_) => String::new(),
    }
}

/// A kind of change and its effect on access control.
pub(super) type Coming = (Kind, Security);

/// Escapes a name for a JSON Pointer (RFC 6901 §3).
pub(crate) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
