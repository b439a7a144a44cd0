//! What a scan found: the same facts as the compiled table, with file positions.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

pub use crate::hints::Hints;
pub use mcp_scopes_grammar::ir::ConfigDecl;
use mcp_scopes_model::{Approval, Risk, SandboxMode};

use crate::source::{Place, Placed};

/// The place of a tool in [`Inventory::tools`].
pub type ToolId = usize;
/// The place of a table in [`Inventory::tables`].
pub type TableId = usize;

/// Everything of one package that concerns authorization.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Inventory {
    /// The package's name.
    pub package: String,
    /// The package's folder.
    pub folder: PathBuf,
    /// The features it was scanned with.
    pub features: BTreeSet<String>,
    /// The annotated functions, those of other packages that a table brings in included.
    pub tools: Vec<Tool>,
    /// The tables, those of other packages that a table brings in included.
    pub tables: Vec<Table>,
    /// The tools whose parameters are not known: a program does not tell those that are fields of a type.
    pub unknown_parameters: BTreeSet<ToolId>,
}

/// One annotated function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tool {
    /// The name on the wire.
    pub name: Placed<String>,
    /// The function, by its path: `crate::files::FileServer::read_file`.
    pub function: String,
    /// What it does, for people; may be empty.
    pub description: Placed<String>,
    /// What opens it.
    pub requirement: Requirement,
    /// How much harm a call can do.
    pub risk: Placed<Risk>,
    /// What is stated about approval.
    pub approval: Option<Placed<Approval>>,
    /// What it does in the sandbox.
    pub sandbox: Option<Placed<SandboxMode>>,
    /// What a call takes, in the order that is published.
    pub parameters: Vec<Parameter>,
    /// Scopes that should be held before.
    pub prerequisites: Vec<Placed<String>>,
    /// Tools asked for together with this one.
    pub grouped_with: Vec<Placed<String>>,
    /// Example calls.
    pub examples: Vec<Placed<String>>,
    /// Limits.
    pub policy: Policy,
    /// What the SDK's attribute says of its behaviour.
    pub hints: Hints,
    /// The conditions of `#[cfg(..)]` on the function.
    pub conditions: Vec<String>,
    /// Whether it is in the package that was scanned, not in one that it depends on.
    pub own: bool,
    /// The function's name in its file.
    pub place: Place,
    /// The first and the last line of its attributes and its signature.
    pub lines: (u32, u32),
}

/// What opens a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The key `public`.
    Public,
    /// The tool's own name, behind the namespace.
    ToolName,
    /// Any-of over all-of.
    AnyOf(Vec<Vec<Placed<String>>>),
}

/// One parameter of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the model")]
pub struct Parameter {
    pub name: String,
    pub required: bool,
}

/// What `policy(..)` states; the fields are those of [`mcp_scopes_model::Policy`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the model")]
pub struct Policy {
    pub blocked_after: Vec<Placed<String>>,
    pub requires_approval_after: Vec<Placed<String>>,
    pub cooling_period_minutes: Option<u32>,
    pub max_calls_per_session: Option<u32>,
    pub requires_human_review: bool,
    pub blocked_patterns: Vec<Placed<String>>,
    pub max_file_size_mb: Option<u32>,
}

/// One `scope_table!`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Table {
    /// The static's name.
    pub name: String,
    /// The static, by its path: `file_server::shell::TOOLS`, in source and in a program alike.
    pub path: String,
    /// What its list brings in, in source order.
    pub entries: Vec<Entry>,
    /// What its configuration file says; `None` for a table without one.
    pub config: Option<Config>,
    /// Whether another table brings it in.
    pub spliced: bool,
    /// Whether it is in the package that was scanned, not in one that it depends on.
    pub own: bool,
    /// The static's name in its file.
    pub place: Place,
}

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct Config {
    /// What it says.
    pub said: ConfigDecl,
    /// The file, as it is shown.
    pub file: Arc<str>,
}

/// One element of a table's list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its place in the list as written, from 0, elements that `#[cfg]` leaves out counted.
    pub position: usize,
    /// What it brings.
    pub brings: Brings,
    /// Where it is written.
    pub place: Place,
}

/// What an element of a table's list brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Brings {
    /// One tool.
    Tool(ToolId),
    /// The tools of an impl or an inline module under `#[mcp_tools]`.
    Group(Vec<ToolId>),
    /// All tools of another table.
    Table(TableId),
}

impl Inventory {
    /// The tables of this package that no other table brings in.
    pub fn roots(&self) -> impl Iterator<Item = (TableId, &Table)> {
        // A module that two targets share is found once for each.
        let mut seen = BTreeSet::new();
        let roots = self.tables.iter().enumerate().filter(|(_, table)| table.own && !table.spliced);
        roots.filter(move |(_, table)| seen.insert(&table.place))
    }

    /// How many different functions of this package are annotated.
    #[must_use]
    pub fn annotated(&self) -> usize {
        let places: BTreeSet<&Place> = self.tools.iter().filter(|tool| tool.own).map(|tool| &tool.place).collect();
        places.len()
    }

    /// The tools of a table, those of tables it brings in included, in order.
    #[must_use]
    pub fn tools_of(&self, table: TableId) -> Vec<ToolId> {
        let mut tools = Vec::new();
        let mut open = vec![table];
        self.list(table, &mut open, &mut tools);
        tools
    }

    fn list(&self, table: TableId, open: &mut Vec<TableId>, tools: &mut Vec<ToolId>) {
        for entry in self.tables.get(table).map(|table| table.entries.as_slice()).unwrap_or_default() {
            match &entry.brings {
                Brings::Tool(tool) => tools.push(*tool),
                Brings::Group(group) => tools.extend(group),
                Brings::Table(other) if !open.contains(other) => {
                    open.push(*other);
                    self.list(*other, open, tools);
                    open.pop();
                }
                Brings::Table(_) => {}
            }
        }
    }
}

impl Tool {
    /// Every scope that its requirement names, with its place. The own scope of a tool that names none is not among
    /// them: it depends on the table.
    pub fn named_scopes(&self) -> impl Iterator<Item = &Placed<String>> {
        let named = match &self.requirement {
            Requirement::AnyOf(any) => any.as_slice(),
            Requirement::Public | Requirement::ToolName => &[],
        };
        named.iter().flatten()
    }
}
