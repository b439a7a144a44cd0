//! `#[mcp_tool(..)]`: the companion beside a function.

use mcp_scopes_grammar::{
    ir::{ParametersDecl, PolicyDecl, RequirementDecl, Spanned, ToolDecl},
    item::FnHead,
    tool::{self, POLICY_KEYS},
};
use mcp_scopes_model::{Approval, Risk, SandboxMode};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Generics, ext::IdentExt as _};

use super::{Runtime, cfgs, guard, problem, structure, tool_companion};
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
            // A tool that only its table uses is not dead, but no other item can mention it: see ARCHITECTURE.md.
            quote!(#[allow(dead_code)] #function #companion)
        }
        (decl, diagnostics) => fallback::function(&diagnostics, &item, &placeholder(decl, args, &head)),
    }
}

/// What stands in for a companion whose annotation has errors. It keeps what other tools and the table may name, so that
/// they do not report the same mistake once more.
fn placeholder(decl: Option<ToolDecl>, args: &TokenStream, head: &FnHead) -> TokenStream {
    let ident = &head.signature.ident;
    let Some(decl) = decl else { return fallback::tool(ident, &head.visibility, &Runtime::of(None)) };
    let (runtime, requirement) = (Runtime::of(decl.krate.as_ref()), &decl.requirement);
    let states_scope = args.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(key) if key == "scope"));
    let requirement = match requirement {
        // The scope that is meant could not be read.
        RequirementDecl::ToolName if states_scope => quote!(#runtime::Requirement::Public),
        stated => self::requirement(stated, &runtime),
    };
    let name = &decl.name.value;
    let tool = quote! {
        #runtime::Tool { requirement: #requirement, ..#runtime::Tool::new(#name, #runtime::Risk::Critical) }
    };
    declare(&decl.cfgs, &head.visibility, ident, &runtime, (&quote!(_), &tool))
}

/// The constant function that states the tool and blames its literals.
fn companion(decl: &ToolDecl, head: &FnHead) -> TokenStream {
    let runtime = Runtime::of(decl.krate.as_ref());
    let blame = blame(decl, &runtime);
    let tool = value(decl, &head.signature.generics, &runtime);
    let problem = if blame.is_empty() { quote!(_) } else { problem(Span::call_site()).into_token_stream() };
    declare(&decl.cfgs, &head.visibility, &decl.ident, &runtime, (&problem, &quote!(#blame #tool)))
}

/// A companion with that argument and that body.
pub(crate) fn declare(
    conditions: &[TokenStream],
    visibility: &impl ToTokens,
    function: &Ident,
    runtime: &Runtime,
    (problem, body): (&TokenStream, &TokenStream),
) -> TokenStream {
    let (cfgs, name) = (cfgs(conditions), tool_companion(function));
    quote! {
        #cfgs
        #[doc(hidden)]
        #visibility const fn #name(#problem: &#runtime::Problem<'_>) -> #runtime::Tool<'static> {
            #body
        }
    }
}

/// One call for each literal that only the table can judge, at that literal.
fn blame<'d>(decl: &'d ToolDecl, runtime: &Runtime) -> TokenStream {
    // A literal stands in several alternatives once `any` and `all` are multiplied out.
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut call = |field: &'static str, literal: &'d Spanned<String>| {
        if seen.contains(&(field, literal.value.as_str())) {
            return TokenStream::new();
        }
        seen.push((field, literal.value.as_str()));
        let (span, text) = (literal.span, &literal.value);
        let (runtime, problem, field) = (runtime.at(span), problem(span), Ident::new(field, span));
        quote_spanned!(span=> #runtime::Problem::blame(#problem, #runtime::Field::#field, #text);)
    };
    let mut calls = TokenStream::new();
    // The function's own name needs no note beside the entry that lists it.
    if decl.ident.unraw() != decl.name.value {
        calls.extend(call("Tool", &decl.name));
    }
    if let RequirementDecl::AnyOf(alternatives) = &decl.requirement {
        calls.extend(alternatives.iter().flatten().map(|scope| call("Scope", scope)));
    }
    calls.extend(decl.prerequisites.iter().map(|scope| call("Prerequisite", scope)));
    calls.extend(decl.grouped_with.iter().map(|tool| call("Group", tool)));
    let patterns = decl.policy.blocked_after.iter().chain(&decl.policy.requires_approval_after);
    calls.extend(patterns.map(|pattern| call("Policy", pattern)));
    calls
}

/// The tool as a constant expression, which says only where it differs from `Tool::new`.
fn value(decl: &ToolDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let (name, risk) = (&decl.name.value, risk(decl.risk.value));
    let new = quote!(#runtime::Tool::new(#name, #runtime::Risk::#risk));
    let mut fields = TokenStream::new();
    if !decl.description.value.is_empty() {
        let text = &decl.description.value;
        fields.extend(quote!(description: #text,));
    }
    if !matches!(decl.requirement, RequirementDecl::ToolName) {
        let requirement = requirement(&decl.requirement, runtime);
        fields.extend(quote!(requirement: #requirement,));
    }
    if let Some(approval) = &decl.approval {
        let stated = match approval.value {
            Approval::Auto => quote!(Auto),
            Approval::User => quote!(User),
        };
        fields.extend(quote!(approval: ::core::option::Option::Some(#runtime::Approval::#stated),));
    }
    if let Some(sandbox) = &decl.sandbox {
        let mode = match sandbox.mode {
            SandboxMode::Allow => quote!(Allow),
            SandboxMode::Deny => quote!(Deny),
            SandboxMode::Simulate => quote!(Simulate),
        };
        fields.extend(quote!(sandbox: ::core::option::Option::Some(#runtime::SandboxMode::#mode),));
    }
    match &decl.parameters {
        ParametersDecl::Listed(list) if list.is_empty() => {}
        ParametersDecl::Listed(list) => {
            let list = list.iter().map(|parameter| {
                let (name, required) = (&parameter.name.value, parameter.required);
                quote!(#runtime::Parameter { name: #name, required: #required })
            });
            fields.extend(quote!(parameters: #runtime::Parameters::Listed(&[#(#list),*]),));
        }
        ParametersDecl::Fields { ty, .. } => {
            let ty = without_lifetimes(ty.clone(), generics);
            fields.extend(quote!(parameters: #runtime::Parameters::Visit(#runtime::schema_fields::<#ty>),));
        }
    }
    for (field, list) in
        [("prerequisites", &decl.prerequisites), ("grouped_with", &decl.grouped_with), ("examples", &decl.examples)]
    {
        fields.extend(list_field(field, list));
    }
    if let Some(policy) = policy(&decl.policy, runtime) {
        fields.extend(quote!(policy: #policy,));
    }
    if fields.is_empty() { new } else { quote!(#runtime::Tool { #fields ..#new }) }
}

fn requirement(decl: &RequirementDecl, runtime: &Runtime) -> TokenStream {
    match decl {
        RequirementDecl::ToolName => quote!(#runtime::Requirement::ToolName),
        RequirementDecl::Public(_) => quote!(#runtime::Requirement::Public),
        RequirementDecl::AnyOf(alternatives) => {
            let any = alternatives.iter().map(|all| texts(all));
            quote!(#runtime::Requirement::AnyOf(&[#(#any),*]))
        }
    }
}

/// The policy as a constant expression; nothing without limits.
fn policy(decl: &PolicyDecl, runtime: &Runtime) -> Option<TokenStream> {
    let mut fields: Vec<TokenStream> = Vec::new();
    fields.extend(list_field("blocked_after", &decl.blocked_after));
    fields.extend(list_field("requires_approval_after", &decl.requires_approval_after));
    fields.extend(list_field("blocked_patterns", &decl.blocked_patterns));
    for (field, limit) in [
        ("cooling_period_minutes", &decl.cooling_period_minutes),
        ("max_calls_per_session", &decl.max_calls_per_session),
        ("max_file_size_mb", &decl.max_file_size_mb),
    ] {
        if let Some(limit) = limit {
            let (field, limit) = (Ident::new(field, Span::call_site()), limit.value);
            fields.push(quote!(#field: ::core::option::Option::Some(#limit),));
        }
    }
    if let Some(review) = &decl.requires_human_review {
        let review = review.value;
        fields.push(quote!(requires_human_review: #review,));
    }
    (!fields.is_empty()).then(|| structure(&quote!(#runtime::Policy), &fields, POLICY_KEYS.len(), &quote!(NONE)))
}

fn list_field(field: &str, list: &[Spanned<String>]) -> Option<TokenStream> {
    let (field, texts) = (Ident::new(field, Span::call_site()), texts(list));
    (!list.is_empty()).then(|| quote!(#field: #texts,))
}

fn texts(list: &[Spanned<String>]) -> TokenStream {
    let list = list.iter().map(|text| &text.value);
    quote!(&[#(#list),*])
}

/// The variant's name.
fn risk(risk: Risk) -> Ident {
    let variant = match risk {
        Risk::Minimal => "Minimal",
        Risk::Low => "Low",
        Risk::Medium => "Medium",
        Risk::High => "High",
        Risk::Critical => "Critical",
    };
    Ident::new(variant, Span::call_site())
}

/// A type with `'static` in place of the function's own lifetimes, which the companion does not have. The fields of a
/// type do not depend on them.
fn without_lifetimes(ty: TokenStream, generics: &Generics) -> TokenStream {
    let mut erased = TokenStream::new();
    let mut tokens = ty.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(quote) if quote.as_char() == '\'' => {
                let name = tokens.next();
                let own = matches!(&name, Some(TokenTree::Ident(name))
                    if generics.lifetimes().any(|own| own.lifetime.ident == *name));
                erased.extend([TokenTree::Punct(quote)]);
                match name {
                    Some(name) if own => erased.extend([TokenTree::Ident(Ident::new("static", name.span()))]),
                    name => erased.extend(name),
                }
            }
            TokenTree::Group(group) => {
                let inner = without_lifetimes(group.stream(), generics);
                erased.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            token => erased.extend([token]),
        }
    }
    erased
}
