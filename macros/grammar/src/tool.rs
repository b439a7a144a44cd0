//! `#[mcp_tool(..)]`.
//!
//! | module | holds |
//! |---|---|
//! | `settings` | the keys that take one value |
//! | `lists` | the keys that take a list of strings |
//! | `requirement` | `scope`, expanded to any-of over all-of |
//! | `policy` | `policy(..)` |
//! | `guard` | `guard = argument` |
//! | `description`, `parameters` | defaults from the doc comment and the signature |
//! | `sdk` | an SDK's `#[tool(..)]` on the same function |

mod description;
mod guard;
mod lists;
mod parameters;
mod policy;
mod requirement;
mod sdk;
mod settings;

use crate::{
    args::{self, Arg},
    attribute,
    catalogue::{BAD_TOOL_NAME, DUPLICATE_ANNOTATION, MISSING_RISK, SCOPE_AND_PUBLIC},
    diagnostic::{Diagnostic, Diagnostics},
    ir::{ParameterDecl, ParametersDecl, PolicyDecl, RequirementDecl, Spanned, ToolDecl},
    item::{ANNOTATION, FnHead},
};
use mcp_scopes_model::{Risk, tool::tool_name};
use proc_macro2::{Span, TokenStream};
use syn::ext::IdentExt;

pub(crate) use settings::krate;

pub use parameters::LEFT_OUT;
pub use policy::KEYS as POLICY_KEYS;
pub use requirement::MAX_DEPTH;

/// The keys of `#[mcp_tool(..)]`.
pub const KEYS: [&str; 14] = [
    "name",
    "scope",
    "public",
    "risk",
    "sandbox",
    "guard",
    "approval",
    "description",
    "prerequisites",
    "grouped_with",
    "examples",
    "parameters",
    "policy",
    "crate",
];

/// Reads the arguments of `#[mcp_tool(..)]` on a function.
///
/// All errors are reported together. If there are errors, the declaration contains what could be read, and the
/// strictest value elsewhere (`critical`, the tool's own scope). That keeps names resolvable; such a declaration is not
/// published. Returns `None` if an SDK's attribute has already rewritten the function.
///
/// ```
/// use mcp_scopes_grammar::{item::FnHead, tool};
/// let head = FnHead::parse("/// List files\nfn list() {}".parse()?)?;
/// let (tool, errors) = tool::read("risk = \"low\"".parse()?, &head);
/// assert!(errors.is_empty());
/// assert_eq!(tool.map(|tool| tool.description.value).as_deref(), Some("List files"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn read(args: TokenStream, head: &FnHead) -> (Option<ToolDecl>, Vec<Diagnostic>) {
    let mut errors = Diagnostics::new();
    let decl = declaration(args, head, &mut errors);
    (decl, errors.finish())
}

fn declaration(args: TokenStream, head: &FnHead, errors: &mut Diagnostics) -> Option<ToolDecl> {
    let attributes = head.attrs();
    let ident = &head.signature.ident;
    if let Some(diagnostic) = sdk::stands_below(head, &attributes) {
        errors.push(diagnostic);
        return None;
    }
    for other in attributes.iter().filter(|other| other.name == ANNOTATION && other.conditions.is_empty()) {
        errors.push(DUPLICATE_ANNOTATION.at(other.span, format!("`{ident}` has more than one `#[mcp_tool]`")));
    }
    let own_name = Spanned { value: ident.unraw().to_string(), span: ident.span() };
    let sdk = sdk::read(&attributes, ident);
    let mut tool = ToolDecl {
        ident: ident.clone(),
        name: own_name,
        description: Spanned { value: String::new(), span: ident.span() },
        requirement: RequirementDecl::ToolName,
        risk: Spanned { value: Risk::Critical, span: ident.span() },
        approval: None,
        sandbox: None,
        guard: None,
        prerequisites: Vec::new(),
        grouped_with: Vec::new(),
        examples: Vec::new(),
        parameters: ParametersDecl::Listed(Vec::new()),
        policy: PolicyDecl::default(),
        krate: None,
        cfgs: head.conditions.iter().cloned().chain(attribute::cfgs(&attributes)).collect(),
        has_receiver: head.signature.receiver().is_some(),
    };

    let mut stated = Stated::default();
    let (args, meant) = args::read_with_meant(args, "mcp_tool", &KEYS, errors);
    for arg in args {
        stated.read(&arg, &mut tool, errors);
        stated.keys.push(arg.key);
    }
    if !stated.has("risk") && !meant.contains(&"risk") {
        let message = format!("`{ident}` has no `risk`, which approval hints and session limits require");
        errors.push(MISSING_RISK.at(ident.span(), message));
    }
    if let (Some(public), true) = (stated.public, stated.has("scope")) {
        let message = "`public` conflicts with `scope`".to_owned();
        errors.push(SCOPE_AND_PUBLIC.at(public, message));
    }
    sdk::settle_name(sdk.as_ref(), stated.has("name"), &mut tool.name, errors);
    if let Err(error) = tool_name(&tool.name.value) {
        let message = format!("the tool name `{}` {}", tool.name.value, error.reason());
        errors.push(BAD_TOOL_NAME.at(tool.name.span, message));
    }
    if !stated.has("description") {
        tool.description = description::derive(&attributes, sdk.as_ref(), ident, errors);
    }
    settings::check(&tool, stated.risk_known, errors);
    policy::check(&tool, errors);
    lists::check(&tool, errors);
    guard::check(head, &stated.guard, &mut tool, errors);
    tool.parameters = match stated.parameters {
        Some(listed) => ParametersDecl::Listed(listed),
        None => parameters::derive(&head.signature, tool.guard.as_ref(), errors),
    };
    Some(tool)
}

/// Checks that need all keys.
#[derive(Default)]
struct Stated {
    keys: Vec<String>,
    public: Option<Span>,
    risk_known: bool,
    guard: guard::Stated,
    parameters: Option<Vec<ParameterDecl>>,
}

impl Stated {
    fn has(&self, key: &str) -> bool {
        self.keys.iter().any(|stated| stated == key)
    }

    fn read(&mut self, arg: &Arg, tool: &mut ToolDecl, errors: &mut Diagnostics) {
        match arg.key.as_str() {
            "name" => {
                if let Some(name) = settings::name(arg, errors) {
                    tool.name = name;
                }
            }
            "scope" => {
                if let Some(requirement) = requirement::read(arg, errors) {
                    tool.requirement = requirement;
                }
            }
            "public" => {
                self.public = Some(arg.span);
                if arg.flag(false, errors).is_some() {
                    tool.requirement = RequirementDecl::Public(arg.span);
                }
            }
            "risk" => {
                if let Some(risk) = settings::risk(arg, errors) {
                    self.risk_known = true;
                    tool.risk = risk;
                }
            }
            "sandbox" => tool.sandbox = settings::sandbox(arg, errors),
            "guard" => self.guard.read(arg, errors),
            "approval" => tool.approval = settings::approval(arg, errors),
            "description" => {
                if let Some(description) = settings::description(arg, errors) {
                    tool.description = description;
                }
            }
            "prerequisites" => tool.prerequisites = lists::scopes(arg, errors),
            "grouped_with" => tool.grouped_with = lists::tools(arg, errors),
            "examples" => tool.examples = lists::texts(arg, errors),
            "parameters" => self.parameters = Some(lists::parameters(arg, errors)),
            "policy" => tool.policy = policy::read(arg, errors),
            "crate" => tool.krate = krate(arg, errors),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
