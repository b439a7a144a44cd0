//! `#[mcp_tool(..)]`: the companion next to a function.

use mcp_scopes_grammar::{
    ir::{Located, Spanned, ToolDecl},
    item::FnHead,
    tool::{self, RequirementDecl, ToolFacts},
};
use proc_macro2::{Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt as _;

use super::{Extent, Runtime, cfgs, guard, statement, tool_companion, value, write_located_call};
use crate::fallback;

/// Expands one annotation.
pub(crate) fn expand(args: &TokenStream, item: TokenStream) -> TokenStream {
    let head = match FnHead::parse(item.clone()) {
        Ok(head) => head,
        Err(diagnostic) => return fallback::unread_function(&diagnostic, &item),
    };
    match tool::read(args.clone(), &head) {
        (Some(decl), diagnostics) if diagnostics.is_empty() => {
            let companion = companion(&decl, &head);
            let function = match &decl.guard {
                Some(stated) => guard::function(&decl, stated, &head),
                None => item,
            };
            // A tool that only its table uses is not dead, but no other item can mention it. See ARCHITECTURE.md.
            quote!(#[allow(dead_code)] #function #companion)
        }
        (decl, diagnostics) => fallback::function(&diagnostics, &item, &placeholder(decl, args, &head)),
    }
}

/// Returns a placeholder for the companion of an annotation with errors. It keeps the names that other tools and the
/// table may mention, so that the error is not reported again there.
fn placeholder(decl: Option<ToolDecl>, args: &TokenStream, head: &FnHead) -> TokenStream {
    let ident = &head.signature.ident;
    let Some(decl) = decl else { return fallback::tool(ident, &head.visibility, &Runtime::of(None)) };
    let (runtime, requirement) = (Runtime::of(decl.krate.as_ref()), &decl.requirement);
    let states_scope = args.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(key) if key == "scope"));
    let requirement = match requirement {
        // The stated scope could not be read.
        RequirementDecl::ToolName if states_scope => quote!(#runtime::Requirement::Public),
        stated => value::requirement(stated, &runtime),
    };
    let name = &decl.name.value;
    let body = fallback::states(name, &requirement);
    declare(&decl.cfgs, &head.visibility, ident, &runtime, &body)
}

/// The constant function that states the tool and checks its literals against a problem.
fn companion(decl: &ToolDecl, head: &FnHead) -> TokenStream {
    let runtime = Runtime::of(decl.krate.as_ref());
    let (checks, states) = (write_checks(decl), value::write_facts(decl, &head.signature.generics, &runtime));
    declare(&decl.cfgs, &head.visibility, &decl.ident, &runtime, &quote!(#checks #states))
}

/// Declares a companion with that body.
pub(crate) fn declare(
    conditions: &[TokenStream],
    visibility: &impl ToTokens,
    function: &Ident,
    runtime: &Runtime,
    body: &TokenStream,
) -> TokenStream {
    let (cfgs, name, statement) = (cfgs(conditions), tool_companion(function), statement(Span::call_site()));
    quote! {
        #cfgs
        #[doc(hidden)]
        #[inline]
        #visibility const fn #name(#statement: &mut #runtime::Statement) {
            #body
        }
    }
}

/// Writes one call for each literal that only the table can check and that the main call does not cover.
fn write_checks(decl: &ToolDecl) -> TokenStream {
    let mut calls = TokenStream::new();
    // The function's own name needs no location besides the entry that lists it.
    if decl.ident.unraw() != decl.name.value {
        write_check("in_name", &decl.name, &mut calls);
    }
    let is_short = value::find_short_requirement(&decl.requirement).is_some();
    for (method, literal) in literals(&decl.facts) {
        let of_requirement = || decl.requirement.named_scopes().any(|scope| scope.value == literal.value);
        if !(is_short && method == IN_SCOPE && of_requirement()) {
            write_check(method, literal, &mut calls);
        }
    }
    calls
}

const IN_SCOPE: &str = "in_scope";

/// Returns each literal that only the table can check, except the tool's name, with the method that checks it.
pub(crate) fn literals<L>(facts: &ToolFacts<L>) -> Vec<(&'static str, &Located<String, L>)> {
    let mut literals: Vec<(&'static str, &Located<String, L>)> = Vec::new();
    // After expansion of `any` and `all`, a literal may be in several alternatives.
    for scope in facts.named_scopes() {
        if !literals.iter().any(|(_, earlier)| earlier.value == scope.value) {
            literals.push((IN_SCOPE, scope));
        }
    }
    let patterns = facts.policy.blocked_after.iter().chain(&facts.policy.requires_approval_after);
    literals.extend(facts.prerequisites.iter().map(|scope| ("in_prerequisites", scope)));
    literals.extend(facts.grouped_with.iter().map(|tool| ("in_group", tool)));
    literals.extend(patterns.map(|pattern| ("in_policy", pattern)));
    literals
}

/// Writes the body of the statement of a tool that a table declares without a function.
pub(crate) fn write_dynamic(facts: &ToolFacts<Span>, runtime: &Runtime) -> TokenStream {
    let mut calls = TokenStream::new();
    write_check("in_name", &facts.name, &mut calls);
    for (method, literal) in literals(facts) {
        write_check(method, literal, &mut calls);
    }
    let states = value::write_dynamic(facts, runtime);
    quote!(#calls #states)
}

fn write_check(method: &str, literal: &Spanned<String>, calls: &mut TokenStream) {
    let argument = TokenTree::Literal(Literal::string(&literal.value)).into();
    write_located_call(method, Extent::between(literal.place, literal.place), &argument, calls);
    calls.extend([TokenTree::Punct(Punct::new(';', Spacing::Alone))]);
}
