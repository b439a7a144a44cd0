//! `#[mcp_tool(..)]`.
//!
//! | module | holds |
//! |---|---|
//! | `facts` | [`ToolFacts`]: the facts of one tool; the keys that state them |
//! | `settings` | the keys that take one value |
//! | `lists` | the keys that take a list of strings |
//! | `requirement` | `scope`, expanded to any-of over all-of |
//! | `alternatives` | the normal form of requirements |
//! | `condition` | `when(glob, scopes..)` |
//! | `dynamic` | a tool without a function |
//! | `policy` | `policy(..)` |
//! | `guard` | `guard = argument` |
//! | `left_out` | `not_a_parameter(argument)` |
//! | `description`, `parameters` | defaults from the doc comment and the signature |
//! | `sdk` | an SDK's `#[tool(..)]` on the same function |

pub(crate) mod alternatives;
pub(crate) mod condition;
mod description;
pub(crate) mod dynamic;
mod facts;
mod guard;
mod left_out;
pub(crate) mod lists;
mod parameters;
pub(crate) mod policy;
pub(crate) mod requirement;
mod sdk;
pub(crate) mod settings;

use crate::{
    args, attribute,
    catalogue::{DUPLICATE_ANNOTATION, MISSING_RISK, SCOPE_AND_PUBLIC},
    diagnostic::{Diagnostic, Diagnostics, Report},
    ir::{Spanned, ToolDecl},
    item::{ANNOTATION, FnHead},
};
use facts::Reading;
use parameters::Derived;
use proc_macro2::TokenStream;
use syn::ext::IdentExt;

pub(crate) use policy::PolicyPlaces;
pub(crate) use settings::krate;

pub use alternatives::MAX_DEPTH;
pub use condition::{ConditionDecl, unlisted_argument};
pub use dynamic::KEYS as DYNAMIC_KEYS;
pub use facts::{KEYS, ParameterDecl, PolicyDecl, RequirementDecl, ToolFacts};
pub use mcp_scopes_model::argument::LEFT_OUT;
pub use policy::KEYS as POLICY_KEYS;

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
/// assert_eq!(tool.map(|tool| tool.facts.description.value).as_deref(), Some("List files"));
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
    if let Some(diagnostic) = sdk::check_order(head, &attributes) {
        errors.push(diagnostic);
        return None;
    }
    for other in attributes.iter().filter(|other| other.name == ANNOTATION && other.conditions.is_empty()) {
        errors.push(DUPLICATE_ANNOTATION.at(other.span, format!("`{ident}` has more than one `#[mcp_tool]`")));
    }
    let own_name = Spanned { value: ident.unraw().to_string(), place: ident.span() };
    let mut reading = Reading::of(own_name);
    let (args, meant) = args::read_with_meant(args, "mcp_tool", &KEYS, errors);
    for arg in args {
        reading.read(&arg, errors);
    }
    if reading.key("risk").is_none() && !meant.contains(&"risk") {
        missing_risk(&ident.to_string(), &ident.span(), errors);
    }
    check_openings(|key| reading.key(key), errors);
    let is_sdk_tool = reading.add_defaults(&attributes, ident, errors);
    check_facts(&reading.facts, &reading.policy_places, errors);
    let guard = guard::check(head, &reading.guard, reading.facts.sandbox.as_ref(), errors);
    let left_out = left_out::check(&head.signature, &reading.not_a_parameter, errors);
    let (mut fields, mut arguments) = (None, Vec::new());
    if reading.facts.parameters.is_none() {
        let stated = parameters::Stated { guard: guard.as_ref(), left_out, is_sdk_tool };
        match parameters::derive(&head.signature, &stated, errors) {
            Derived::Listed(listed) => reading.facts.parameters = Some(listed),
            Derived::Fields(found) => fields = Some(found),
            Derived::Arguments(found) => arguments = found,
        }
    }
    condition::check(&reading.facts, false, errors);
    Some(ToolDecl {
        ident: ident.clone(),
        facts: reading.facts,
        fields,
        arguments,
        substitute: reading.substitute,
        guard,
        krate: reading.krate,
        cfgs: head.conditions.iter().cloned().chain(attribute::cfgs(&attributes)).collect(),
        has_receiver: head.signature.receiver().is_some(),
    })
}

/// Reports that a tool states no risk.
pub(crate) fn missing_risk<L>(name: &str, at: &L, errors: &mut impl Report<L>) {
    let message = format!("`{name}` has no `risk`, which approval hints and session limits require");
    errors.report(&MISSING_RISK, at, message, None);
}

/// Reports two keys that both state what opens a tool. `key` returns the location of a stated key.
pub(crate) fn check_openings<L>(key: impl Fn(&str) -> Option<L>, errors: &mut impl Report<L>) {
    let openings = ["public", "authenticated", "scope"].map(|name| key(name).map(|at| (name, at)));
    let mut stated = openings.into_iter().flatten();
    if let (Some((key, at)), Some((other, _))) = (stated.next(), stated.next()) {
        errors.report(&SCOPE_AND_PUBLIC, &at, format!("`{key}` conflicts with `{other}`"), None);
    }
}

/// Checks the facts of one tool against one another.
pub(crate) fn check_facts<L>(facts: &ToolFacts<L>, places: &PolicyPlaces<L>, errors: &mut impl Report<L>) {
    lists::check_name(&facts.name, errors);
    settings::check(facts, errors);
    policy::check(facts, places, errors);
    lists::check(facts, errors);
}

#[cfg(test)]
mod tests;
