//! All tools of one table, flattened, before anything is computed from them.
#![expect(clippy::indexing_slicing, reason = "const evaluation has no `get`; each index is bounded by its loop")]

use crate::{Config, Requirement, Scope, Tool};

/// One element of the list that a table is made of.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its place in the list as written, elements that `#[cfg]` leaves out counted.
    pub place: usize,
    /// What it brings.
    pub brings: Brings<'a>,
}

/// What an element of the list brings.
#[derive(Clone, Copy, Debug)]
pub enum Brings<'a> {
    /// `list_files`: one annotated function.
    Tool(&'a Tool<'a>),
    /// `FileServer::*`: all tools of an impl or inline module under `#[mcp_tools]`.
    Group(&'a [&'a Tool<'a>]),
    /// `..shell::TOOLS`: all tools of another table. Its scope declarations count where this table has none.
    Table(&'a Outline<'a>),
}

/// What an element of the list states, as const evaluation makes it: [`Brings`] that holds its tool itself.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly all of them are tools, and nothing could be allocated")]
pub enum States<'a> {
    /// One annotated function.
    Tool(Tool<'a>),
    /// All tools of an impl or inline module.
    Group(&'a [&'a Tool<'a>]),
    /// All tools of another table.
    Table(&'a Outline<'a>),
}

/// The elements of the list, in places that count from 0. What `#[cfg]` leaves out is a group of nothing.
#[must_use]
pub const fn entries<'a, const N: usize>(stated: &'a [States<'a>; N]) -> [Entry<'a>; N] {
    let mut entries = [Entry { place: 0, brings: Brings::Group(&[]) }; N];
    let mut place = 0;
    while place < N {
        let brings = match &stated[place] {
            States::Tool(tool) => Brings::Tool(tool),
            States::Group(tools) => Brings::Group(tools),
            States::Table(outline) => Brings::Table(outline),
        };
        entries[place] = Entry { place, brings };
        place += 1;
    }
    entries
}

/// A tool in its table.
#[derive(Clone, Copy, Debug)]
pub struct Listed<'a> {
    /// The tool.
    pub tool: &'a Tool<'a>,
    /// The namespace its own scope stands in: that of the innermost table that has one.
    pub namespace: &'a str,
    /// The scope that [`Requirement::ToolName`] stands for: the namespace and the tool's name.
    pub own_scope: &'a str,
    /// The place of the entry that brought it, [`Entry::place`].
    pub entry: usize,
}

/// The tools of one table and what is declared about their scopes.
#[derive(Clone, Copy, Debug)]
pub struct Outline<'a> {
    /// The static's path, `files::shell::TOOLS`; empty where it is not known.
    pub path: &'a str,
    /// The server-level facts.
    pub config: &'a Config<'a>,
    /// The tools, in the order of the list.
    pub tools: &'a [Listed<'a>],
    /// The scope declarations in effect: the table's own, or else those of the tables it splices.
    pub declared: &'a [Scope<'a>],
}

impl Outline<'_> {
    /// A table of nothing: what stands in for one that did not compile.
    pub const EMPTY: Self = Self { path: "", config: &Config::NONE, tools: &[], declared: &[] };
}

/// How large the parts of an outline are. Const evaluation needs the sizes before it can make the arrays.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Tools.
    pub tools: usize,
    /// Bytes of the own scopes that have to be joined from namespace and name.
    pub own_scopes: usize,
    /// Scope declarations in effect.
    pub declared: usize,
}

impl Size {
    /// The sizes for these entries.
    #[must_use]
    pub const fn of(entries: &[Entry<'_>], config: &Config<'_>) -> Self {
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

/// The own scopes that have to be joined, one after the other. `LEN` is [`Size::own_scopes`].
#[must_use]
pub const fn join_own_scopes<const LEN: usize>(entries: &[Entry<'_>], config: &Config<'_>) -> [u8; LEN] {
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

/// The tools in their table. `N` is [`Size::tools`]; `joined` the text of [`join_own_scopes`].
#[must_use]
pub const fn list<'a, const N: usize>(entries: &[Entry<'a>], config: &Config<'a>, joined: &'a [u8]) -> [Listed<'a>; N] {
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
                // Both parts are texts, so their join is one; the tool's bare name stays closed by the namespace check.
                Err(_) => step.tool.name,
            }
        };
        listed[at] = Listed { tool: step.tool, namespace: step.namespace, own_scope, entry: step.entry };
        at += 1;
    }
    listed
}

/// The scope declarations in effect. `N` is [`Size::declared`].
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
        if let Brings::Table(table) = entry.brings {
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
        if let Brings::Table(table) = entry.brings {
            count += table.declared.len();
        }
        entries = rest;
    }
    count
}

/// Goes through all tools of all entries. Const evaluation makes arrays of them with [`list`], the source scan lists.
#[derive(Clone, Copy, Debug)]
pub struct Walk<'s, 'a> {
    entries: &'s [Entry<'a>],
    namespace: &'a str,
    entry: usize,
    member: usize,
}

/// One tool on a [`Walk`]: what [`Listed`] holds but for the own scope.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as in `Listed`")]
pub struct Step<'a> {
    pub tool: &'a Tool<'a>,
    pub namespace: &'a str,
    pub entry: usize,
}

impl Step<'_> {
    /// How long the own scope is, if it has to be joined from namespace and name; else 0, and it is the name.
    #[must_use]
    pub const fn joined_len(&self) -> usize {
        match self.tool.requirement {
            Requirement::ToolName if !self.namespace.is_empty() => self.namespace.len() + self.tool.name.len(),
            _ => 0,
        }
    }
}

impl<'s, 'a> Walk<'s, 'a> {
    /// Begins the walk.
    #[must_use]
    pub const fn new(entries: &'s [Entry<'a>], config: &Config<'a>) -> Self {
        Self { entries, namespace: config.namespace, entry: 0, member: 0 }
    }

    /// The next tool, if there is one.
    pub const fn next(&mut self) -> Option<Step<'a>> {
        while self.entry < self.entries.len() {
            let (entry, member) = (self.entry, self.member);
            self.member += 1;
            let Entry { place, brings } = self.entries[entry];
            match brings {
                Brings::Tool(tool) if member == 0 => {
                    return Some(Step { tool, namespace: self.namespace, entry: place });
                }
                Brings::Group(group) if member < group.len() => {
                    return Some(Step { tool: group[member], namespace: self.namespace, entry: place });
                }
                Brings::Table(table) if member < table.tools.len() => {
                    let listed = &table.tools[member];
                    let namespace = if listed.namespace.is_empty() { self.namespace } else { listed.namespace };
                    return Some(Step { tool: listed.tool, namespace, entry: place });
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
