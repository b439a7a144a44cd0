//! What a rule looks at: tools, and tables with every scope and what it opens, whether they come from source or from a
//! document.
//!
//! | module | holds |
//! |---|---|
//! | `source` | the view of a package's inventory |
//! | `document` | [`Document`]: a metadata document, and its view |
//! | `scopes` | the scopes of a table, gathered |
//! | `steps` | what holding scopes comes to, and the steps of a flow |

mod document;
mod scopes;
mod source;
mod steps;

use std::sync::Arc;

use mcp_scopes_model::{Risk, SandboxMode, policy::Session};
pub use mcp_scopes_scan::inventory::{Hints, Parameter, Policy};
use mcp_scopes_scan::source::{Place, Placed};

pub(crate) use document::below;
pub use document::{Document, Profile};
pub use scopes::Scope;
pub(crate) use source::Package;
pub use steps::{Hierarchy, Step};

/// What a view was made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Annotations and `mcp-scopes.toml`.
    Source,
    /// A metadata document.
    Document,
}

/// A tool.
#[derive(Clone, Debug)]
pub struct Tool {
    /// What it was read from.
    pub origin: Origin,
    /// The name on the wire.
    pub name: Placed<String>,
    /// What it does, for people; may be empty.
    pub description: Placed<String>,
    /// Whether everyone may call it.
    pub public: bool,
    /// How much harm a call can do; only a document can leave it out.
    pub risk: Option<Placed<Risk>>,
    /// Whether clients may call it without asking; for source what the table will publish.
    pub auto_approvable: Option<Placed<bool>>,
    /// Whether the user has to approve each call; for source what the table will publish.
    pub requires_user_approval: Option<Placed<bool>>,
    /// What it does in the sandbox; left out: refused there.
    pub sandbox: Option<Placed<SandboxMode>>,
    /// What a call takes; a document can leave it out, a program may not tell.
    pub parameters: Option<Vec<Parameter>>,
    /// Scopes that should be held before.
    pub prerequisites: Vec<Placed<String>>,
    /// Tools asked for together with this one.
    pub grouped_with: Vec<Placed<String>>,
    /// Example calls.
    pub examples: Vec<Placed<String>>,
    /// Limits.
    pub policy: Policy,
    /// What the SDK's attribute says of its behaviour; nothing in a document.
    pub hints: Hints,
    /// Whether some table lists it.
    pub listed: bool,
    /// Whether it is in the package that is looked at, not in one that it depends on.
    pub own: bool,
    /// The function's name, or the member in the document.
    pub place: Place,
}

/// A tool in its table.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The tool.
    pub tool: Arc<Tool>,
    /// Any-of over all-of, the own scope spelt out; empty for a public tool, and where a document says nothing.
    pub alternatives: Vec<Vec<String>>,
}

/// A role and the scopes that it asks for, in order.
#[derive(Clone, Debug)]
pub struct Flow {
    /// The role.
    pub role: String,
    /// The scopes.
    pub scopes: Vec<Placed<String>>,
    /// Where the flow stands: its member in a document, its first scope in `mcp-scopes.toml`.
    pub place: Place,
}

/// What `[sandbox]` or the member `sandbox` says.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in `mcp-scopes.toml`")]
pub struct SandboxServer {
    pub header: Option<String>,
    pub resource: Option<String>,
    pub authorization_servers: Vec<String>,
}

/// What `[convention]` states.
#[derive(Clone, Debug)]
pub struct Convention {
    /// One of [`mcp_scopes_grammar::config::CONVENTIONS`].
    pub form: Placed<String>,
    /// The glob of the form `pattern`.
    pub pattern: Option<String>,
}

/// A table: the tools of one server, what opens them, and what is said of the server.
#[derive(Clone, Debug)]
pub struct Table {
    /// What it was read from.
    pub origin: Origin,
    /// The static's name, or the document's file.
    pub name: String,
    /// The static's name; the member `mcp_extensions`, or else the document as a whole.
    pub place: Place,
    /// The prefix of all scopes; empty for none.
    pub namespace: String,
    /// Its tools, in order.
    pub tools: Vec<Listed>,
    /// Its scopes: those that open tools, in order of first use, then all others.
    pub scopes: Vec<Scope>,
    /// Whether `[scopes]` lists what may be used. A document does not.
    pub declares_scopes: bool,
    /// What is advertised as `scopes_supported`; in source without a baseline every scope that opens a tool.
    pub supported: Vec<Placed<String>>,
    /// Where that is stated, or else the table.
    pub supported_place: Place,
    /// Whether it is stated: `baseline` in source, the member in a document.
    pub supported_stated: bool,
    /// `[flows]`, `scope_upgrade_flows`.
    pub flows: Vec<Flow>,
    /// `[session]`, `session_policies`.
    pub session: Option<Placed<Session>>,
    /// `[sandbox]`, `sandbox`.
    pub sandbox: Option<Placed<SandboxServer>>,
    /// The resource identifier.
    pub resource: Option<Placed<String>>,
    /// The issuers.
    pub issuers: Vec<Placed<String>>,
    /// `[convention]`.
    pub convention: Option<Convention>,
}

impl Table {
    /// The scopes that open tools.
    pub fn required(&self) -> impl Iterator<Item = &Scope> {
        self.scopes.iter().filter(|scope| !scope.needed_by.is_empty())
    }

    /// The scope of that text.
    #[must_use]
    pub fn scope(&self, text: &str) -> Option<&Scope> {
        self.scopes.iter().find(|scope| scope.text == text)
    }

    /// The tools at those places.
    pub fn tools_at(&self, places: &[usize]) -> impl Iterator<Item = &Tool> {
        places.iter().filter_map(|place| self.tools.get(*place)).map(|listed| &*listed.tool)
    }

    /// The tool of that name.
    #[must_use]
    pub fn tool(&self, name: &str) -> Option<&Listed> {
        self.tools.iter().find(|listed| listed.tool.name.value == name)
    }

    /// The lowest and the highest stated risk of the tools at those places.
    #[must_use]
    pub fn risks(&self, places: &[usize]) -> Option<(Risk, Risk)> {
        let risks = || self.tools_at(places).filter_map(|tool| tool.risk.as_ref()).map(|risk| risk.value);
        Some((risks().min()?, risks().max()?))
    }
}
