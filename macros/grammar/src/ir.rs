//! What the annotations say, after parsing: the one form that the macros expand and the source scan inventories.
//!
//! Every value keeps the span of the literal that states it. Lifetimes of the model are for constants; this form owns
//! its strings.

use mcp_scopes_model::{Approval, Risk, SandboxMode};
use proc_macro2::{Ident, Span, TokenStream};

/// A value and where it is written.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The literal's span.
    pub span: Span,
}

/// One annotated function.
#[derive(Clone, Debug)]
pub struct ToolDecl {
    /// The function's name.
    pub ident: Ident,
    /// The name on the wire: the key `name`, else the SDK attribute's literal, else the function's name.
    pub name: Spanned<String>,
    /// What it does: the key `description`, else the doc comment, else the SDK attribute's literal; may be empty.
    pub description: Spanned<String>,
    /// What opens it.
    pub requirement: RequirementDecl,
    /// How much harm a call can do.
    pub risk: Spanned<Risk>,
    /// What is stated about approval.
    pub approval: Option<Spanned<Approval>>,
    /// What it does in the sandbox.
    pub sandbox: Option<SandboxDecl>,
    /// The argument that tells who calls: its place among the arguments and its name.
    pub guard: Option<GuardDecl>,
    /// Scopes that should be held before.
    pub prerequisites: Vec<Spanned<String>>,
    /// Tools asked for together with this one.
    pub grouped_with: Vec<Spanned<String>>,
    /// Example calls.
    pub examples: Vec<Spanned<String>>,
    /// What a call takes.
    pub parameters: ParametersDecl,
    /// Limits.
    pub policy: PolicyDecl,
    /// `crate = path`: where the runtime crate is, as tokens.
    pub krate: Option<TokenStream>,
    /// The conditions of `#[cfg(..)]` attributes on the function, each the tokens between the parentheses.
    pub cfgs: Vec<TokenStream>,
    /// Whether the function has a receiver (`self` in any form).
    pub has_receiver: bool,
}

/// What opens a tool, in any-of over all-of form.
#[derive(Clone, Debug)]
pub enum RequirementDecl {
    /// The key `public`.
    Public(Span),
    /// No key: the tool's own name.
    ToolName,
    /// The alternatives, in source order, without repetition. Neither level is empty.
    AnyOf(Vec<Vec<Spanned<String>>>),
}

/// What a tool does in the sandbox.
#[derive(Clone, Debug)]
pub struct SandboxDecl {
    /// The mode.
    pub mode: SandboxMode,
    /// The span of the value.
    pub span: Span,
    /// For `simulate(path)`: the substitute, as tokens.
    pub substitute: Option<TokenStream>,
}

/// The argument named by `guard = argument`.
#[derive(Clone, Debug)]
pub struct GuardDecl {
    /// The argument as the key names it.
    pub ident: Ident,
    /// Its place among all arguments, the receiver counted.
    pub position: usize,
}

/// What a call takes.
#[derive(Clone, Debug)]
pub enum ParametersDecl {
    /// Stated by the key, or read from the signature.
    Listed(Vec<ParameterDecl>),
    /// The fields of a type: `T` of an argument `Parameters<T>`.
    Fields {
        /// The type, as tokens.
        ty: TokenStream,
        /// The span of the type.
        span: Span,
    },
}

/// One parameter.
#[derive(Clone, Debug)]
pub struct ParameterDecl {
    /// Its name on the wire.
    pub name: Spanned<String>,
    /// Whether a call without it is refused.
    pub required: bool,
}

/// What `policy(..)` states.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are those of `mcp_scopes_model::Policy`")]
pub struct PolicyDecl {
    pub blocked_after: Vec<Spanned<String>>,
    pub requires_approval_after: Vec<Spanned<String>>,
    pub cooling_period_minutes: Option<Spanned<u32>>,
    pub max_calls_per_session: Option<Spanned<u32>>,
    pub requires_human_review: Option<Spanned<bool>>,
    pub blocked_patterns: Vec<Spanned<String>>,
    pub max_file_size_mb: Option<Spanned<u32>>,
}

/// One `scope_table!`.
#[derive(Clone, Debug)]
pub struct TableDecl {
    /// Doc comments and other attributes in front, as tokens.
    pub attributes: TokenStream,
    /// The visibility, as tokens.
    pub visibility: TokenStream,
    /// The static's name.
    pub ident: Ident,
    /// The list.
    pub entries: Vec<EntryDecl>,
    /// `with "mcp-scopes.toml"`.
    pub config: Option<Spanned<String>>,
    /// `crate = path`, as tokens.
    pub krate: Option<TokenStream>,
    /// The conditions of `#[cfg(..)]` attributes on the table.
    pub cfgs: Vec<TokenStream>,
}

/// One element of a table's list.
#[derive(Clone, Debug)]
pub struct EntryDecl {
    /// What it brings.
    pub kind: EntryKind,
    /// The path's segments as text, without generic arguments, for the scan.
    pub segments: Vec<String>,
    /// The conditions of `#[cfg(..)]` attributes on the entry.
    pub cfgs: Vec<TokenStream>,
    /// The span of the whole entry.
    pub span: Span,
}

/// What an element of a table's list brings.
#[derive(Clone, Debug)]
pub enum EntryKind {
    /// `a::b::list_files`.
    Tool {
        /// What stands before the last segment, with its `::`, as tokens.
        prefix: TokenStream,
        /// The last segment.
        ident: Ident,
    },
    /// `shell::*`, `FileServer::*`, `FileServer::admin::*`.
    Group {
        /// The path of the impl's type or of the module, without a trailing `::`, as tokens.
        path: TokenStream,
        /// The group's name, where the impl names one. The parser cannot know: `a::b::*` may be a module `a::b` or the
        /// group `b` of a type `a`; by Rust's naming, a last segment in lower case after one in upper case is a group.
        group: Option<Ident>,
    },
    /// `..shell::TOOLS`.
    Table {
        /// The path of the other table, as tokens.
        path: TokenStream,
    },
}

/// One `#[mcp_tools]`.
#[derive(Clone, Debug)]
pub struct GroupDecl {
    /// `group = admin`.
    pub name: Option<Ident>,
    /// The functions that carry `#[mcp_tool]`, in source order: their names and their `#[cfg(..)]` conditions.
    pub members: Vec<MemberDecl>,
    /// `crate = path`, as tokens.
    pub krate: Option<TokenStream>,
}

/// One annotated function of a group.
#[derive(Clone, Debug)]
pub struct MemberDecl {
    /// The function's name.
    pub ident: Ident,
    /// Its visibility, as tokens: empty if it is private.
    pub visibility: TokenStream,
    /// The conditions of `#[cfg(..)]` attributes on it, and of a `#[cfg_attr(.., mcp_tool(..))]`.
    pub cfgs: Vec<TokenStream>,
}

/// What `mcp-scopes.toml` says. The owned twin of [`mcp_scopes_model::Config`], with what only the lint reads.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the keys of the file; `spec.md` says what each means")]
pub struct ConfigDecl {
    /// The file's path, as the table names it.
    pub file: String,
    pub resource: Option<String>,
    pub resource_name: Option<String>,
    pub resource_documentation: Option<String>,
    pub authorization_servers: Vec<String>,
    pub namespace: String,
    pub baseline: Option<Vec<StatedDecl>>,
    pub scopes: Option<Vec<ScopeDecl>>,
    pub flows: Vec<FlowDecl>,
    pub session: mcp_scopes_model::policy::Session,
    pub sandbox: Option<SandboxServerDecl>,
    /// `[convention] scope`.
    pub convention: Option<StatedDecl>,
    /// `[convention] pattern`: the glob that every scope matches, for the convention `pattern`.
    pub convention_pattern: Option<StatedDecl>,
    pub lint: Vec<LintDecl>,
    /// Where the file states what has no place of its own here.
    pub places: ConfigPlaces,
}

/// Lines and columns from 1; 0 where the file says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigPlaces {
    /// The value of `resource` under `[server]`.
    pub resource: (u32, u32),
    /// Each element of `authorization_servers` there.
    pub authorization_servers: Vec<(u32, u32)>,
    /// The section `[session]`.
    pub session: (u32, u32),
    /// The section `[sandbox]`.
    pub sandbox: (u32, u32),
}

/// A text and where the file states it: the owned twin of [`mcp_scopes_model::config::Stated`].
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in the model")]
pub struct StatedDecl {
    pub text: String,
    pub line: u32,
    pub column: u32,
}

/// One entry of `[scopes]`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the model")]
pub struct ScopeDecl {
    pub name: StatedDecl,
    pub description: String,
    pub implies: Vec<StatedDecl>,
}

/// One entry of `[flows]`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the model")]
pub struct FlowDecl {
    pub role: String,
    pub scopes: Vec<StatedDecl>,
}

/// `[sandbox]`.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in the model")]
pub struct SandboxServerDecl {
    pub header: Option<String>,
    pub resource: Option<String>,
    pub authorization_servers: Vec<String>,
}

/// One entry of `[lint]`: a rule or a category, its level, and options of the rule.
#[derive(Clone, Debug)]
pub struct LintDecl {
    /// The rule or category.
    pub rule: StatedDecl,
    /// `allow`, `warn` or `deny`; a table may leave it out.
    pub level: Option<StatedDecl>,
    /// The other keys of a table.
    pub options: Vec<LintOptionDecl>,
}

/// An option of a lint rule.
#[derive(Clone, Debug)]
pub struct LintOptionDecl {
    /// The key.
    pub name: StatedDecl,
    /// The value.
    pub value: LintValue,
}

/// The value of an option of a lint rule.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the types are those of TOML")]
pub enum LintValue {
    Int(u32),
    Text(String),
    Texts(Vec<String>),
    Flag(bool),
}
