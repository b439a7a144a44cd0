//! Compares resources and prompts.

use std::collections::BTreeSet;

use indexmap::IndexMap;
use mcp_scopes_model::content::is_template;
use mcp_scopes_prm::{ContentEntry, McpExtensions, ToolEntry};

use super::{
    changes::{Changes, escaped},
    tools,
};
use crate::{
    access::{Access, Requirement},
    diff::change::{Kind, Security},
};

type Entries = IndexMap<String, ContentEntry>;

/// Compares all resources and prompts. Returns the changes in who can read them.
pub(super) fn compare(
    before: &McpExtensions,
    after: &McpExtensions,
    here: &Access<'_>,
    there: &Access<'_>,
    changes: &mut Changes,
) -> Security {
    let resources = Comparison {
        what: "resource",
        member: "resource_scope_mapping",
        kinds: (Kind::ResourceAdded, Kind::ResourceRemoved),
        entries: (&before.resource_scope_mapping, &after.resource_scope_mapping),
        may_overlap: |a, b| !is_template(a) && !is_template(b) && is_prefix_shared(a, b),
    };
    let prompts = Comparison {
        what: "prompt",
        member: "prompt_scope_mapping",
        kinds: (Kind::PromptAdded, Kind::PromptRemoved),
        entries: (&before.prompt_scope_mapping, &after.prompt_scope_mapping),
        may_overlap: |_, _| false,
    };
    resources.compare(here, there, changes).and(prompts.compare(here, there, changes))
}

struct Comparison<'d> {
    what: &'static str,
    member: &'static str,
    kinds: (Kind, Kind),
    entries: (&'d Entries, &'d Entries),
    /// Whether one URI can match both entries, and so need what both require.
    may_overlap: fn(&str, &str) -> bool,
}

impl Comparison<'_> {
    fn compare(&self, here: &Access<'_>, there: &Access<'_>, changes: &mut Changes) -> Security {
        let (before, after) = self.entries;
        let mut reached = Security::NEUTRAL;
        for (name, entry) in after {
            let pointer = format!("/mcp_extensions/{}/{}", self.member, escaped(name));
            let new = as_tool(entry);
            let Some(old) = before.get(name) else {
                reached = reached.and(self.added(name, pointer, &new, here, there, changes));
                continue;
            };
            let old = as_tool(old);
            reached = reached.and(tools::access(name, &pointer, (&old, there), (&new, here), changes));
            tools::risk(name, &pointer, &old, &new, changes);
            changes.member(Kind::TextChanged, &format!("{pointer}/description"), &old.description, &new.description);
            let names: BTreeSet<&String> = old.other.keys().chain(new.other.keys()).collect();
            for member in names {
                let at = format!("{pointer}/{}", escaped(member));
                changes.member(Kind::MemberChanged, &at, &old.other.get(member), &new.other.get(member));
            }
        }
        for (name, entry) in before.iter().filter(|(name, _)| !after.contains_key(*name)) {
            let old = as_tool(entry);
            let closes = there.opens_beyond(&Requirement::of(&old), here, &Requirement::Unstated, None);
            // A URI that matches another entry no longer needs what this one requires.
            let loosens = after.keys().any(|other| (self.may_overlap)(name, other));
            let security = Security { weakens: loosens, tightens: closes, ..Security::NEUTRAL };
            let pointer = format!("/mcp_extensions/{}/{}", self.member, escaped(name));
            let more = if loosens { ", and what else matches its URIs opens them alone" } else { "" };
            let message = format!("{} `{name}` is removed{more}", self.what);
            let state = (tools::state_of(&old), there.canonical(&Requirement::of(&old)));
            changes.add_between(self.kinds.1, security, pointer, message, &(state, ()));
            reached = reached.and(security);
        }
        reached
    }

    /// A new entry weakens access if existing tokens open it, and tightens it for URIs that other entries match too.
    fn added(
        &self,
        name: &str,
        pointer: String,
        new: &ToolEntry,
        here: &Access<'_>,
        there: &Access<'_>,
        changes: &mut Changes,
    ) -> Security {
        let tokens: BTreeSet<&str> = there.known().iter().copied().collect();
        let weakens = here.opens_beyond(&Requirement::of(new), there, &Requirement::Unstated, Some(&tokens));
        let tightens = self.entries.0.keys().any(|other| (self.may_overlap)(name, other));
        let security = Security { weakens, tightens, ..Security::NEUTRAL };
        let how = tools::describe_requirement(new);
        let message = format!("{} `{name}` is added, opened by {how}", self.what);
        let state = (tools::state_of(new), here.canonical(&Requirement::of(new)));
        changes.add_between(self.kinds.0, security, pointer, message, &((), state));
        security
    }
}

/// Returns an entry in the form whose access is compared.
fn as_tool(entry: &ContentEntry) -> ToolEntry {
    ToolEntry {
        description: entry.description.clone(),
        risk_level: entry.risk_level,
        required_scopes: entry.required_scopes.clone(),
        public: entry.public,
        authenticated: entry.authenticated,
        other: entry.other.clone(),
        ..ToolEntry::default()
    }
}

/// Returns whether the texts before the first wildcards agree, except in letter case, which scheme and host ignore. If they do not, no
/// text matches both globs.
fn is_prefix_shared(a: &str, b: &str) -> bool {
    let literal = |glob: &str| glob.split(['*', '?']).next().unwrap_or_default().to_ascii_lowercase();
    let (a, b) = (literal(a), literal(b));
    a.starts_with(&b) || b.starts_with(&a)
}
