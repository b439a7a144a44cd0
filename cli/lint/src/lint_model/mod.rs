//! The input of rules: packages, tools, and tables with every scope and the tools it opens. It comes from source or from a
//! document.
//!
//! | module | holds |
//! |---|---|
//! | `source` | the model of a package's inventory |
//! | `document` | [`ParsedDocument`]: a metadata document and its model |
//! | `contents` | resources and prompts |
//! | `scopes` | collects the scopes of a table |
//! | `steps` | the closure of scopes, the tools they open, and the steps of a flow |

mod contents;
mod document;
mod scopes;
mod source;
mod steps;

use std::{ops::Deref, sync::Arc};

use mcp_scopes_model::{Risk, policy::Session};
pub use mcp_scopes_scan::inventory::{Hints, Parameter, Policy, SdkTool, ServerCode, ToolFacts, Transport};
use mcp_scopes_scan::source::{Place, Placed};

pub use contents::{Content, ContentKind};
pub(crate) use document::below;
pub use document::{AuthorizationServer, ParsedDocument, Profile};
pub use scopes::Scope;
pub use source::Package;
pub use steps::{Hierarchy, Step};

/// What a model is built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputKind {
    /// Annotations and `mcp-scopes.toml`.
    Source,
    /// A metadata document.
    Document,
}

/// A tool. It dereferences to its facts.
///
/// In a document, the risk can be missing, a requirement that is not stated is one without alternatives, and the two members
/// about approval take the place of the key `approval`.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct Tool {
    /// The facts of the tool.
    pub facts: ToolFacts<Place>,
    /// What it is built from.
    pub input: InputKind,
    /// Whether it is open to every caller.
    pub public: bool,
    /// Whether clients may call it without approval. For source, the value that the table publishes.
    pub auto_approvable: Option<Placed<bool>>,
    /// Whether the user has to approve each call. For source, the value that the table publishes.
    pub requires_user_approval: Option<Placed<bool>>,
    /// The hints that the SDK's attribute declares; empty in a document.
    pub hints: Hints,
    /// Whether some table lists it.
    pub listed: bool,
    /// Whether it is declared without a function.
    pub is_dynamic: bool,
    /// Whether it belongs to the scanned package rather than to a dependency.
    pub own: bool,
    /// The place of the function's name, or of the member in the document.
    pub place: Place,
}

impl Deref for Tool {
    type Target = ToolFacts<Place>;

    fn deref(&self) -> &Self::Target {
        &self.facts
    }
}

/// A tool in its table, with its requirement.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The tool.
    pub tool: Arc<Tool>,
    /// Any-of over all-of, with the tool's own scope written out. Empty for a public tool, and for a document without a
    /// requirement. One empty alternative for a tool that every valid token opens.
    pub alternatives: Vec<Vec<String>>,
}

/// A role and the scopes that it requests, in order.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The role.
    pub role: String,
    /// The scopes.
    pub scopes: Vec<Placed<String>>,
    /// The place of the flow: its member in a document, its first scope in `mcp-scopes.toml`.
    pub place: Place,
}

/// The contents of `[sandbox]` or of the member `sandbox`.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in `mcp-scopes.toml`")]
pub struct SandboxServer {
    pub header: Option<String>,
    pub resource: Option<String>,
    pub authorization_servers: Vec<String>,
}

/// The contents of `[convention]`.
#[derive(Clone, Debug)]
pub struct Convention {
    /// One of [`mcp_scopes_grammar::config::CONVENTIONS`].
    pub form: Placed<String>,
    /// The glob of the form `pattern`.
    pub pattern: Option<String>,
}

/// A table: the tools of one server, their requirements, and the facts about the server.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it is built from.
    pub input: InputKind,
    /// Whether its configuration file could not be read or has errors. Then its scopes and its server are not known.
    pub is_config_unread: bool,
    /// The static's name, or the document's file.
    pub name: String,
    /// The place of the static's name; for a document, the member `mcp_extensions`, or else the document as a whole.
    pub place: Place,
    /// The prefix of all scopes; may be empty.
    pub namespace: String,
    /// What clients request in front of each scope, besides its text; may be empty. The scopes of a document contain it.
    pub scope_prefix: String,
    /// Its tools, in order.
    pub tools: Vec<Listed>,
    /// Its scopes: first those that open tools, in order of first use, then the others.
    pub scopes: Vec<Scope>,
    /// Its entries for resources, then those for prompts.
    pub contents: Vec<Content>,
    /// Whether `[scopes]` restricts the scopes. Never the case in a document.
    pub declares_scopes: bool,
    /// The scopes of `scopes_supported`. In source without a baseline, every scope that opens a tool.
    pub supported: Vec<Placed<String>>,
    /// The place of that list, or else of the table.
    pub supported_place: Place,
    /// Whether that list is written: `baseline` in source, the member in a document.
    pub supported_stated: bool,
    /// `[flows]` or `scope_upgrade_flows`.
    pub flows: Vec<Flow>,
    /// `[session]` or `session_policies`.
    pub session: Option<Placed<Session<String>>>,
    /// The risks with a rule: `[risk]` or `risk_policies`.
    pub risks: Vec<Placed<Risk>>,
    /// `[sandbox]` or `sandbox`.
    pub sandbox: Option<Placed<SandboxServer>>,
    /// The resource identifier.
    pub resource: Option<Placed<String>>,
    /// The issuers.
    pub issuers: Vec<Placed<String>>,
    /// `[convention]`.
    pub convention: Option<Convention>,
    /// Its configuration file, if it has one.
    pub config: Option<Arc<str>>,
}

impl Table {
    /// Returns the scopes that open tools.
    pub fn required(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(|scope| !scope.needed_by.is_empty())
    }

    /// Returns the texts of the scopes that open resources and prompts.
    pub fn content_scopes(&self) -> impl Iterator<Item = &str> {
        self.contents.iter().flat_map(|content| content.requirement.named_scopes()).map(|scope| scope.value.as_str())
    }

    /// Returns the scope of that text.
    #[must_use]
    pub fn scope(&self, text: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.text == text)
    }

    /// Returns the tools at those indices.
    pub fn tools_at(&self, places: &[usize]) -> impl Iterator<Item = &Tool> {
        places.iter().filter_map(|place| self.tools.get(*place)).map(|listed| &*listed.tool)
    }

    /// Returns the tool of that name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Listed> {
        self.tools.iter().find(|listed| listed.tool.name.value == name)
    }

    /// Returns the lowest and the highest stated risk of the tools at those indices.
    #[must_use]
    pub fn risks(&self, places: &[usize]) -> Option<(Risk, Risk)> {
        let risks = || self.tools_at(places).filter_map(|tool| tool.risk.as_ref()).map(|risk| risk.value);
        Some((risks().min()?, risks().max()?))
    }
}
