//! The parsed annotations: the intermediate form that the macros expand and the source scan lists.
//!
//! Every value keeps the span of its literal. The model's types borrow from constants; this form owns its strings. The
//! facts of a tool are in [`ToolFacts`].

use std::ops::Deref;

use proc_macro2::{Ident, Span, TokenStream};

use crate::tool::{RequirementDecl, ToolFacts};

/// A value and its location.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T, L> {
    /// The value.
    pub value: T,
    /// The location of its literal.
    pub place: L,
}

/// A value with its span in the source.
pub type Spanned<T> = Located<T, Span>;

impl<T, L> Located<T, L> {
    /// Replaces the location.
    pub fn map_place<M>(self, map: &mut dyn FnMut(L) -> M) -> Located<T, M> {
        Located { value: self.value, place: map(self.place) }
    }
}

/// One annotated function. It dereferences to the facts of its tool.
#[derive(Clone, Debug)]
pub struct ToolDecl {
    /// The function's name.
    pub ident: Ident,
    /// The facts of the tool.
    pub facts: ToolFacts<Span>,
    /// The type whose fields are the parameters of a call, if the facts do not list them.
    pub fields: Option<FieldsDecl>,
    /// The arguments of the function, if neither states the parameters: the names of some types are not known.
    pub arguments: Vec<ArgumentDecl>,
    /// For `sandbox = simulate(path)`: the substitute, as tokens.
    pub substitute: Option<TokenStream>,
    /// The argument that holds the caller: its name and position.
    pub guard: Option<GuardDecl>,
    /// The path of the runtime crate from `crate = path`, as tokens.
    pub krate: Option<TokenStream>,
    /// The conditions of `#[cfg(..)]` attributes on the function. Each is the tokens between the parentheses.
    pub cfgs: Vec<TokenStream>,
    /// Whether the function has a receiver (`self` in any form).
    pub has_receiver: bool,
}

impl Deref for ToolDecl {
    type Target = ToolFacts<Span>;

    fn deref(&self) -> &Self::Target {
        &self.facts
    }
}

/// The type `T` of an argument `Parameters<T>`.
#[derive(Clone, Debug)]
pub struct FieldsDecl {
    /// The type, as tokens.
    pub ty: TokenStream,
    /// The span of the type.
    pub span: Span,
}

/// An argument that may be a parameter, or hold all of them. Its type may have another name than its definition.
#[derive(Clone, Debug)]
pub struct ArgumentDecl {
    /// The argument's name. `None` for a pattern.
    pub name: Option<String>,
    /// Whether a call must pass it, if it is a parameter.
    pub required: bool,
    /// The type, as tokens, if its name does not tell what the argument holds.
    pub ty: Option<TokenStream>,
    /// The span of the argument.
    pub span: Span,
}

/// The argument named by `guard = argument`.
#[derive(Clone, Debug)]
pub struct GuardDecl {
    /// The argument's name, as the key states it.
    pub ident: Ident,
    /// Its index among all arguments, including the receiver.
    pub position: usize,
}

/// One `scope_table!`.
#[derive(Clone, Debug)]
pub struct TableDecl {
    /// Doc comments and other attributes before the static, as tokens.
    pub attributes: TokenStream,
    /// The visibility, as tokens.
    pub visibility: TokenStream,
    /// The static's name.
    pub ident: Ident,
    /// The entries of the list.
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
    /// What the entry adds.
    pub kind: EntryKind,
    /// The path's segments as text, without generic arguments. The scan uses them.
    pub segments: Vec<String>,
    /// The conditions of `#[cfg(..)]` attributes on the entry.
    pub cfgs: Vec<TokenStream>,
    /// The span of the whole entry.
    pub span: Span,
}

/// What an entry of a table's list adds.
#[derive(Clone, Debug)]
pub enum EntryKind {
    /// `a::b::list_files`.
    Tool {
        /// The path before the last segment, with the trailing `::`, as tokens.
        prefix: TokenStream,
        /// The last segment.
        ident: Ident,
    },
    /// `shell::*`, `FileServer::*`, `FileServer::admin::*`.
    Group {
        /// The path of the impl's type or of the module, without a trailing `::`, as tokens.
        path: TokenStream,
        /// The group's name, if the entry names one. `a::b::*` may be a module `a::b` or the group `b` of a type `a`.
        /// The parser follows Rust's naming: a lowercase last segment after an uppercase one is a group.
        group: Option<Ident>,
    },
    /// `..shell::TOOLS`.
    Table {
        /// The path of the other table, as tokens.
        path: TokenStream,
    },
    /// `dynamic "run_query" (..)`: a tool without a function.
    Dynamic(Box<ToolFacts<Span>>),
}

/// One `#[mcp_tools]`.
#[derive(Clone, Debug)]
pub struct GroupDecl {
    /// `group = admin`.
    pub name: Option<Ident>,
    /// The functions with `#[mcp_tool]`, in source order: their names and `#[cfg(..)]` conditions.
    pub members: Vec<MemberDecl>,
    /// `crate = path`, as tokens.
    pub krate: Option<TokenStream>,
}

/// One annotated function of a group.
#[derive(Clone, Debug)]
pub struct MemberDecl {
    /// The function's name.
    pub ident: Ident,
    /// Its visibility, as tokens. Empty if it is private.
    pub visibility: TokenStream,
    /// The conditions of `#[cfg(..)]` attributes on it and of a `#[cfg_attr(.., mcp_tool(..))]`.
    pub cfgs: Vec<TokenStream>,
}

/// The contents of `mcp-scopes.toml`. The owned form of [`mcp_scopes_model::Config`], with the additional keys of the
/// lint.
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "the fields are the keys of the file; `spec.md` defines them")]
pub struct ConfigDecl {
    /// The file's path, as the table states it.
    pub file: String,
    pub resource: Option<String>,
    pub resource_name: Option<String>,
    pub resource_documentation: Option<String>,
    pub authorization_servers: Vec<String>,
    pub namespace: String,
    pub scope_prefix: ScopePrefixDecl,
    pub baseline: Option<Vec<StatedDecl>>,
    pub scopes: Option<Vec<ScopeDecl>>,
    pub flows: Vec<FlowDecl>,
    pub session: mcp_scopes_model::policy::Session<String>,
    /// `[risk]`: each risk at most once.
    pub risks: Vec<RiskRuleDecl>,
    pub sandbox: Option<SandboxServerDecl>,
    /// `[tools]`: tools without a function. Each location is a line and a column, from 1.
    pub tools: Vec<ToolFacts<(u32, u32)>>,
    pub resources: Vec<ContentDecl>,
    pub prompts: Vec<ContentDecl>,
    /// `[convention] scope`.
    pub convention: Option<StatedDecl>,
    /// `[convention] pattern`: the glob that every scope matches, for the convention `pattern`.
    pub convention_pattern: Option<StatedDecl>,
    pub lint: Vec<LintDecl>,
    /// `[[lint.path]]`.
    pub lint_paths: Vec<LintPathDecl>,
    /// `[[diff.accept]]`.
    pub accept: Vec<AcceptDecl>,
    /// The sections of the file, in source order.
    pub sections: Vec<StatedDecl>,
    /// The locations of keys whose values have no location in this form.
    pub places: ConfigPlaces,
}

/// What an authorization server puts in front of every scope: the owned form of [`mcp_scopes_model::config::ScopePrefix`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the model")]
pub struct ScopePrefixDecl {
    pub outside: String,
    pub inside: String,
}

/// Lines and columns from 1, or 0 if the file does not state the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfigPlaces {
    /// The value of `resource` in `[server]`.
    pub resource: (u32, u32),
    /// Each element of `authorization_servers` in `[server]`.
    pub authorization_servers: Vec<(u32, u32)>,
    /// The section `[session]`.
    pub session: (u32, u32),
    /// The section `[sandbox]`.
    pub sandbox: (u32, u32),
}

/// A text and its location in the file: the owned form of [`mcp_scopes_model::config::Stated`].
#[derive(Clone, Debug, Default)]
#[expect(missing_docs, reason = "as in the model")]
pub struct StatedDecl {
    pub text: String,
    pub line: u32,
    pub column: u32,
}

/// One entry of `[risk]`: the owned form of [`mcp_scopes_model::policy::RiskRule`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as in the model")]
pub struct RiskRuleDecl {
    pub risk: mcp_scopes_model::Risk,
    pub max_auth_age_minutes: Option<u32>,
    pub acr_values: Vec<String>,
    /// The line and column of its name, from 1, or 0 if no file states it.
    pub place: (u32, u32),
}

/// One entry of `[scopes]`.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the model")]
pub struct ScopeDecl {
    pub name: StatedDecl,
    pub description: String,
    pub implies: Vec<StatedDecl>,
}

/// One entry of `[resources]` or `[prompts]`. Each location is a line and a column, from 1.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as in the model")]
pub struct ContentDecl {
    pub name: StatedDecl,
    pub description: String,
    /// Never [`RequirementDecl::ToolName`].
    pub requirement: RequirementDecl<(u32, u32)>,
    pub risk: Option<Located<mcp_scopes_model::Risk, (u32, u32)>>,
}

impl ContentDecl {
    /// Returns each scope of the requirement once, with its first location.
    #[must_use]
    pub fn scopes(&self) -> Vec<StatedDecl> {
        let mut scopes: Vec<StatedDecl> = Vec::new();
        for Located { value, place: (line, column) } in self.requirement.named_scopes() {
            if !scopes.iter().any(|earlier| earlier.text == *value) {
                scopes.push(StatedDecl { text: value.clone(), line: *line, column: *column });
            }
        }
        scopes
    }
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
    /// `allow`, `warn` or `deny`. Optional in a table.
    pub level: Option<StatedDecl>,
    /// The other keys of a table.
    pub options: Vec<LintOptionDecl>,
}

/// One entry of `[[lint.path]]`: the levels of rules in some files.
#[derive(Clone, Debug)]
pub struct LintPathDecl {
    /// Patterns of files, relative to the folder of the file that states them.
    pub paths: Vec<StatedDecl>,
    /// The levels, without options.
    pub levels: Vec<LintDecl>,
}

/// One entry of `[[diff.accept]]`: a change between two releases that is accepted until a day.
#[derive(Clone, Debug)]
pub struct AcceptDecl {
    /// The kind of change, with the location of its value.
    pub kind: StatedDecl,
    /// The digits that identify the change with its old and new values.
    pub change: String,
    /// What may change.
    pub subject: AcceptedSubject,
    /// Why the change is accepted.
    pub reason: String,
    /// The last day on which it is accepted, as `YYYY-MM-DD`.
    pub until: String,
}

/// What an accepted change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AcceptedSubject {
    /// The tool of that name.
    Tool(String),
    /// The place in the document, as a JSON Pointer (RFC 6901).
    Pointer(String),
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
