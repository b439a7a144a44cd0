//! The result of a scan: the same facts as the compiled table, with file positions.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc};

pub use crate::hints::Hints;
pub use mcp_scopes_grammar::ir::ConfigDecl;
use mcp_scopes_model::{Approval, Risk, SandboxMode};

use crate::source::{Place, Placed};

/// The index of a tool in [`Inventory::tools`].
pub type ToolId = usize;
/// The index of a table in [`Inventory::tables`].
pub type TableId = usize;

/// The tools and tables of one package.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Inventory {
    /// The package's name.
    pub package: String,
    /// The package's folder.
    pub folder: PathBuf,
    /// The features that are on in the scan.
    pub features: BTreeSet<String>,
    /// The annotated functions, including those of other packages that a table splices.
    pub tools: Vec<Tool>,
    /// The tables, including those of other packages that a table splices.
    pub tables: Vec<Table>,
    /// The tools with unknown parameters. A program does not record parameters that are the fields of a type.
    pub unknown_parameters: BTreeSet<ToolId>,
}

/// One annotated function.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tool {
    /// The name on the wire.
    pub name: Placed<String>,
    /// The path of the function: `crate::files::FileServer::read_file`.
    pub function: String,
    /// Its description for people; may be empty.
    pub description: Placed<String>,
    /// The scopes that it requires.
    pub requirement: Requirement,
    /// The harm that a call can do.
    pub risk: Placed<Risk>,
    /// The stated approval.
    pub approval: Option<Placed<Approval>>,
    /// Its behaviour in the sandbox.
    pub sandbox: Option<Placed<SandboxMode>>,
    /// The parameters of a call, in the order of the document.
    pub parameters: Vec<Parameter>,
    /// Scopes that should be granted before.
    pub prerequisites: Vec<Placed<String>>,
    /// Tools that are requested together with this one.
    pub grouped_with: Vec<Placed<String>>,
    /// Example calls.
    pub examples: Vec<Placed<String>>,
    /// Its limits.
    pub policy: Policy,
    /// The hints that the SDK's attribute declares.
    pub hints: Hints,
    /// The conditions of `#[cfg(..)]` on the function.
    pub conditions: Vec<String>,
    /// Whether it belongs to the scanned package rather than to a dependency.
    pub own: bool,
    /// The place of the function's name.
    pub place: Place,
    /// The first and last line of its attributes and signature.
    pub lines: (u32, u32),
}

/// The requirement of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// The key `public`.
    Public,
    /// The tool's own name, with the namespace in front.
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

/// The contents of `policy(..)`. The fields are those of [`mcp_scopes_model::Policy`].
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
    /// The path of the static, in source and in a program alike: `file_server::shell::TOOLS`.
    pub path: String,
    /// The entries of its list, in source order.
    pub entries: Vec<Entry>,
    /// Its configuration file, if it has one.
    pub config: Option<Config>,
    /// Whether another table splices it.
    pub spliced: bool,
    /// Whether it belongs to the scanned package rather than to a dependency.
    pub own: bool,
    /// The place of the static's name.
    pub place: Place,
}

/// A configuration file that was read.
#[derive(Clone, Debug)]
pub struct Config {
    /// Its contents.
    pub said: ConfigDecl,
    /// The path of the file, as displayed.
    pub file: Arc<str>,
}

/// One element of a table's list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its index in the list as written, from 0. Elements that `#[cfg]` leaves out count too.
    pub position: usize,
    /// The tools that it adds.
    pub brings: Brings,
    /// Where it is written.
    pub place: Place,
}

/// The tools that an element of a table's list adds.
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
    /// Returns the tables of this package that no other table splices.
    pub fn roots(&self) -> impl Iterator<Item = (TableId, &Table)> {
        // A module that two targets share is found once for each.
        let mut seen = BTreeSet::new();
        let roots = self.tables.iter().enumerate().filter(|(_, table)| table.own && !table.spliced);
        roots.filter(move |(_, table)| seen.insert(&table.place))
    }

    /// Returns the number of distinct annotated functions of this package.
    #[must_use]
    pub fn annotated(&self) -> usize {
        let places: BTreeSet<&Place> = self.tools.iter().filter(|tool| tool.own).map(|tool| &tool.place).collect();
        places.len()
    }

    /// Returns the tools of a table in order, including those of spliced tables.
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
    /// Returns every scope that the requirement names, with its place. A tool without a stated scope has none, since
    /// its own scope depends on the table.
    pub fn named_scopes(&self) -> impl Iterator<Item = &Placed<String>> {
        let named = match &self.requirement {
            Requirement::AnyOf(any) => any.as_slice(),
            Requirement::Public | Requirement::ToolName => &[],
        };
        named.iter().flatten()
    }
}
