//! The flattened tools of one table.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use crate::{Config, Requirement, Scope, Tool};

/// An entry of a table's list: the tools that it adds. An entry that `#[cfg]` removes is an empty group, so that the index of
/// an entry is its place in the source.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are tools, and nothing could be allocated")]
pub enum Entry<'a> {
    /// `list_files`: one annotated function.
    Tool(Tool<'a>),
    /// `FileServer::*`: all tools of an impl or inline module under `#[mcp_tools]`.
    Group(&'a [&'a Tool<'a>]),
    /// `..shell::TOOLS`: all tools of another table. Its scope declarations apply if this table has none.
    Table(&'a Outline<'a>),
}

/// A tool of a table.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The tool.
    pub tool: &'a Tool<'a>,
    /// The namespace of the scope that is named like the tool: that of the innermost table with a namespace.
    pub namespace: &'a str,
    /// The scope of [`Requirement::ToolName`]: the namespace followed by the tool's name.
    pub own_scope: &'a str,
    /// The index of its [`Entry`].
    pub entry: usize,
}

/// The tools of one table and the declarations of their scopes.
#[derive(Clone, Copy, Debug)]
pub struct Outline<'a> {
    /// The static's path, `files::shell::TOOLS`. Empty if unknown.
    pub path: &'a str,
    /// The server-level facts.
    pub config: &'a Config<'a>,
    /// The tools, in the order of the list.
    pub tools: &'a [Listed<'a>],
    /// The effective scope declarations: the table's own, or else those of the spliced tables.
    pub declared: &'a [Scope<'a>],
}

impl Outline<'_> {
    /// The empty table, which replaces a table with errors.
    pub const EMPTY: Self = Self { path: "", config: &Config::NONE, tools: &[], declared: &[] };

    /// Returns whether a tool, `[session]` or `[risk]` states what only a server with policies enforces. Then each call may count.
    #[must_use]
    pub const fn states_policies(&self) -> bool {
        let mut at = 0;
        while at < self.tools.len() {
            if !self.tools[at].tool.policy.is_none() {
                return true;
            }
            at += 1;
        }
        !self.config.session.is_none() || !self.config.risks.is_empty()
    }

    /// Returns whether a tool has conditional scopes, for which the arguments of its calls have to be compared.
    #[must_use]
    pub const fn states_conditions(&self) -> bool {
        let mut at = 0;
        while at < self.tools.len() {
            if !self.tools[at].tool.conditions.is_empty() {
                return true;
            }
            at += 1;
        }
        false
    }
}

/// The sizes of the parts of an outline, which const evaluation needs before it can create the arrays.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Tools.
    pub tools: usize,
    /// The bytes of the own scopes that are joined from namespace and name.
    pub own_scopes: usize,
    /// The number of effective scope declarations.
    pub declared: usize,
}

impl Size {
    /// Computes the sizes for these entries.
    #[must_use]
    pub const fn of<'a>(entries: &'a [Entry<'a>], config: &Config<'a>) -> Self {
        let mut size = Self { tools: 0, own_scopes: 0, declared: 0 };
        let mut walk = Walk::new(entries, config);
        while let Some(step) = walk.next() {
            size.tools += 1;
            size.own_scopes += step.joined_len();
        }
        size.declared = match config.scopes {
            Some(scopes) => scopes.len(),
            None => spliced_scopes(entries),
        };
        size
    }
}

/// Joins the own scopes, one after another. `LEN` is [`Size::own_scopes`].
#[must_use]
pub const fn join_own_scopes<'a, const LEN: usize>(entries: &'a [Entry<'a>], config: &Config<'a>) -> [u8; LEN] {
    let mut joined = [0; LEN];
    if LEN == 0 {
        return joined;
    }
    let mut at = 0;
    let mut walk = Walk::new(entries, config);
    while let Some(step) = walk.next() {
        if step.joined_len() > 0 {
            let mut parts: &[&str] = &[step.namespace, step.tool.name];
            while let [part, rest @ ..] = parts {
                let mut bytes = part.as_bytes();
                while let [byte, tail @ ..] = bytes {
                    joined[at] = *byte;
                    at += 1;
                    bytes = tail;
                }
                parts = rest;
            }
        }
    }
    joined
}

/// Lists the tools of the table. `N` is [`Size::tools`], and `joined` is the result of [`join_own_scopes`].
#[must_use]
pub const fn list<'a, const N: usize>(
    entries: &'a [Entry<'a>],
    config: &Config<'a>,
    joined: &'a [u8],
) -> [Listed<'a>; N] {
    const NO_TOOL: &Tool<'static> = &Tool::new("", crate::Risk::Critical);
    let mut listed = [Listed { tool: NO_TOOL, namespace: "", own_scope: "", entry: 0 }; N];
    let mut joined = joined;
    let mut at = 0;
    let mut walk = Walk::new(entries, config);
    while let Some(step) = walk.next() {
        let own_scope = if step.joined_len() == 0 {
            step.tool.name
        } else {
            let (head, tail) = joined.split_at(step.joined_len());
            joined = tail;
            match core::str::from_utf8(head) {
                Ok(text) => text,
                // Both parts are valid UTF-8, so the joined text is too. As a fallback, the bare name fails the
                // namespace check.
                Err(_) => step.tool.name,
            }
        };
        listed[at] = Listed { tool: step.tool, namespace: step.namespace, own_scope, entry: step.entry };
        at += 1;
    }
    listed
}

/// Lists the effective scope declarations. `N` is [`Size::declared`].
#[must_use]
pub const fn declared<'a, const N: usize>(entries: &[Entry<'a>], config: &Config<'a>) -> [Scope<'a>; N] {
    const NONE: crate::config::Stated<'static> = crate::config::Stated { text: "", line: 0, column: 0 };
    let mut declared = [Scope { name: NONE, description: "", implies: &[] }; N];
    let mut at = 0;
    if let Some(mut own) = config.scopes {
        while let [scope, rest @ ..] = own {
            declared[at] = *scope;
            at += 1;
            own = rest;
        }
        return declared;
    }
    let mut entries = entries;
    while let [entry, rest @ ..] = entries {
        if let Entry::Table(table) = entry {
            let mut scopes = table.declared;
            while let [scope, tail @ ..] = scopes {
                declared[at] = *scope;
                at += 1;
                scopes = tail;
            }
        }
        entries = rest;
    }
    declared
}

const fn spliced_scopes(entries: &[Entry<'_>]) -> usize {
    let mut count = 0;
    let mut entries = entries;
    while let [entry, rest @ ..] = entries {
        if let Entry::Table(table) = entry {
            count += table.declared.len();
        }
        entries = rest;
    }
    count
}

/// Iterates over all tools of all entries. Const evaluation collects them in arrays with [`list`], the source scan in
/// lists.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'a> {
    entries: &'a [Entry<'a>],
    namespace: &'a str,
    entry: usize,
    member: usize,
}

/// One tool of a [`Walk`]: a [`Listed`] without the own scope.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as in `Listed`")]
pub struct Step<'a> {
    pub tool: &'a Tool<'a>,
    pub namespace: &'a str,
    pub entry: usize,
}

impl Step<'_> {
    /// The length of the own scope if it is joined from namespace and name, or 0 if it is the name.
    #[must_use]
    pub const fn joined_len(&self) -> usize {
        match self.tool.requirement {
            Requirement::ToolName if !self.namespace.is_empty() => self.namespace.len() + self.tool.name.len(),
            _ => 0,
        }
    }
}

impl<'a> Walk<'a> {
    /// Creates the iterator.
    #[must_use]
    pub const fn new(entries: &'a [Entry<'a>], config: &Config<'a>) -> Self {
        Self { entries, namespace: config.namespace, entry: 0, member: 0 }
    }

    /// Returns the next tool.
    pub const fn next(&mut self) -> Option<Step<'a>> {
        while self.entry < self.entries.len() {
            let (entry, member) = (self.entry, self.member);
            self.member += 1;
            match &self.entries[entry] {
                Entry::Tool(tool) if member == 0 => {
                    return Some(Step { tool, namespace: self.namespace, entry });
                }
                Entry::Group(group) if member < group.len() => {
                    return Some(Step { tool: group[member], namespace: self.namespace, entry });
                }
                Entry::Table(table) if member < table.tools.len() => {
                    let listed = &table.tools[member];
                    let namespace = if listed.namespace.is_empty() { self.namespace } else { listed.namespace };
                    return Some(Step { tool: listed.tool, namespace, entry });
                }
                _ => {
                    self.entry += 1;
                    self.member = 0;
                }
            }
        }
        None
    }
}
