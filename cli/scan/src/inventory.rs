//! The result of a scan: the same facts as the compiled table, with file positions.

use std::{collections::BTreeSet, ops::Deref, path::PathBuf, sync::Arc};

pub use crate::{hints::Hints, sdk::BuiltTool};
use mcp_scopes_grammar::tool::{PolicyDecl, RequirementDecl};
pub use mcp_scopes_grammar::{
    ir::ConfigDecl,
    tool::{ConditionDecl, ParameterDecl as Parameter, ToolFacts},
};

use crate::{Finding, source::Place};

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
    /// The package's version. Empty if its manifest states none.
    pub version: String,
    /// The package's folder.
    pub folder: PathBuf,
    /// The features that are on in the scan.
    pub features: BTreeSet<String>,
    /// The annotated functions, including those of other packages that a table splices. Then the tools without a function.
    pub tools: Vec<Tool>,
    /// The tables, including those of other packages that a table splices.
    pub tables: Vec<Table>,
    /// Number of annotated functions that features or the target leave out.
    pub left_out: usize,
    /// Number of tables that features or the target leave out.
    pub left_out_tables: usize,
    /// The files with functions or tables that features or the target leave out, also those that are left out as a whole.
    pub unseen: BTreeSet<Arc<str>>,
    /// The configuration files with errors, with what could be read of them. Only their levels of rules apply.
    pub partial_configs: Vec<Config>,
    /// The configuration file of its workspace.
    pub workspace: Option<WorkspaceConfig>,
    /// What could not be read. Each has a finding, and findings that only follow from it are left out.
    pub unread: Unread,
    /// The server code beside the annotations. Empty unless the scan looks for it.
    pub server: ServerCode,
}

/// What of a package could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unread {
    /// A source file that is declared.
    pub source: bool,
    /// A configuration file that a table names.
    pub config: bool,
}

/// The server code of a package, found by names in its tokens.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct ServerCode {
    /// The functions that an SDK's attribute makes a tool.
    pub tools: Vec<SdkTool>,
    /// The tools that are no such functions: structs of rust-mcp-sdk, and those that a package with the handler of a server builds.
    pub built: Vec<BuiltTool>,
    /// The calls that start a transport of an SDK.
    pub transports: Vec<Transport>,
    /// Whether a function of the package uses a layer, a guard or an authorization. One that builds a `ResourceServer` uses none.
    pub is_protected: bool,
}

/// A function that an SDK's attribute makes a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SdkTool {
    /// The function's name.
    pub name: String,
    /// The place of the name.
    pub place: Place,
    /// The first line of its attributes and the line of its name.
    pub lines: (u32, u32),
    /// Whether it is in an impl or module with `#[mcp_tools]`, which reports it if it has no annotation.
    pub is_grouped: bool,
}

/// A call that starts a transport of an SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transport {
    /// The call, as shown: `StreamableHttpService::new`, `.serve(..)`.
    pub call: String,
    /// What it transports over.
    pub kind: TransportKind,
    /// Whether a layer or a guard is around it, as far as the code shows.
    pub is_protected: bool,
    /// The place of the call.
    pub place: Place,
}

/// What a transport transports over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TransportKind {
    /// HTTP.
    Http,
    /// Standard input and output.
    Stdio,
    /// Another stream, such as a socket, or one that the code does not show.
    Stream,
}

/// The scopes that open a tool.
pub type Requirement = RequirementDecl<Place>;
/// The limits on calls of a tool.
pub type Policy = PolicyDecl<Place>;

/// One annotated function, or a tool that a table or its file declares without a function. It dereferences to the facts of
/// its tool.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tool {
    /// The facts of the tool. A program does not record parameters that are the fields of a type.
    pub facts: ToolFacts<Place>,
    /// The path of the function: `crate::files::FileServer::read_file`. Empty for a tool without a function.
    pub function: String,
    /// The hints that the SDK's attribute declares.
    pub hints: Hints,
    /// Whether the function checks its caller itself: `guard = argument`.
    pub guarded: bool,
    /// The conditions of `#[cfg(..)]` on the function.
    pub conditions: Vec<String>,
    /// Whether it belongs to the scanned package rather than to a dependency.
    pub own: bool,
    /// The place of the function's name, or of the tool's name in its declaration.
    pub place: Place,
    /// The first and last line of its attributes and signature, or of its declaration.
    pub lines: (u32, u32),
}

impl Deref for Tool {
    type Target = ToolFacts<Place>;

    fn deref(&self) -> &Self::Target {
        &self.facts
    }
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
    pub entries: Vec<TableEntry>,
    /// Its configuration file, if it has one.
    pub config: Option<Config>,
    /// Whether it names a configuration file that could not be read or has errors.
    pub is_config_unread: bool,
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

/// The configuration file of a workspace, beside its root manifest. Its `[lint]` and `[diff]` apply to each package.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WorkspaceConfig {
    /// The file, with what could be read of it.
    pub config: Config,
    /// Its errors. The compiler does not read the file, so they prevent no document.
    pub findings: Vec<Finding>,
}

/// One element of a table's list.
#[derive(Clone, Debug)]
pub struct TableEntry {
    /// Its index in the list as written, from 0. Elements that `#[cfg]` leaves out count too. The tools of the file follow.
    pub position: usize,
    /// The tools that it adds.
    pub brings: Brings,
    /// Whether it is a tool without a function.
    pub is_dynamic: bool,
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

    /// Returns the number of distinct tools of this package: annotated functions and tools without a function.
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
