//! The constant that a companion returns.

use mcp_scopes_grammar::{
    ir::{ParameterDecl, ParametersDecl, PolicyDecl, RequirementDecl, Spanned, ToolDecl},
    tool::POLICY_KEYS,
};
use mcp_scopes_model::{Approval, Risk, SandboxMode};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Generics;

use super::{Extent, Runtime, problem, structure};

/// The tool as a constant expression. What most annotations state goes through a call of the runtime: each path, field
/// and list that is written out costs every build more.
pub(crate) fn tool(decl: &ToolDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let (name, risk, description) = (&decl.name.value, risk(decl.risk.value), &decl.description.value);
    let written = written(&decl.parameters);
    let parameters = written.clone().unwrap_or_default();
    let tool = quote!(#runtime::tool(#name, #runtime::Risk::#risk, #description, #parameters));
    let tool = opened(&decl.requirement, tool, runtime);
    let mut fields = TokenStream::new();
    if let RequirementDecl::Public(_) = decl.requirement {
        fields.extend(quote!(requirement: #runtime::Requirement::Public,));
    }
    if written.is_none() {
        let parameters = parameters_value(&decl.parameters, generics, runtime);
        fields.extend(quote!(parameters: #parameters,));
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
    for (field, list) in
        [("prerequisites", &decl.prerequisites), ("grouped_with", &decl.grouped_with), ("examples", &decl.examples)]
    {
        fields.extend(list_field(field, list));
    }
    if decl.guard.is_some() {
        fields.extend(quote!(origin: ::core::option::Option::Some(#runtime::origin!()),));
    }
    if let Some(policy) = policy(&decl.policy, runtime) {
        fields.extend(quote!(policy: #policy,));
    }
    if fields.is_empty() { tool } else { quote!(#runtime::Tool { #fields ..#tool }) }
}

/// The tool with the scopes that open it. A single scope is blamed on the way.
fn opened(requirement: &RequirementDecl, tool: TokenStream, runtime: &Runtime) -> TokenStream {
    let RequirementDecl::AnyOf(alternatives) = requirement else { return tool };
    if let Some(scope) = only_scope(requirement) {
        let (span, text) = (scope.span, &scope.value);
        let problem = problem(span);
        return runtime.call(Extent::between(span, span), &quote!(scoped), &quote!(#problem, &[&[#text]], #tool));
    }
    let any = alternatives.iter().map(|all| texts(all));
    quote!(#runtime::any_of(&[#(#any),*], #tool))
}

/// The scope of a requirement that names but one.
pub(crate) fn only_scope(requirement: &RequirementDecl) -> Option<&Spanned<String>> {
    match requirement {
        RequirementDecl::AnyOf(alternatives) => match alternatives.as_slice() {
            [all] => match all.as_slice() {
                [scope] => Some(scope),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// What opens the tool, written out.
pub(crate) fn requirement(decl: &RequirementDecl, runtime: &Runtime) -> TokenStream {
    match decl {
        RequirementDecl::ToolName => quote!(#runtime::Requirement::ToolName),
        RequirementDecl::Public(_) => quote!(#runtime::Requirement::Public),
        RequirementDecl::AnyOf(alternatives) => {
            let any = alternatives.iter().map(|all| texts(all));
            quote!(#runtime::Requirement::AnyOf(&[#(#any),*]))
        }
    }
}

/// The parameters as one text, if their names allow it.
fn written(parameters: &ParametersDecl) -> Option<String> {
    let ParametersDecl::Listed(list) = parameters else { return None };
    let plain = |name: &str| !name.is_empty() && !name.starts_with('?') && !name.contains(['\n', '\r']);
    if !list.iter().all(|parameter| plain(&parameter.name.value)) {
        return None;
    }
    let lines: Vec<String> = list.iter().map(line).collect();
    Some(lines.join("\n"))
}

fn line(ParameterDecl { name, required }: &ParameterDecl) -> String {
    format!("{}{}", if *required { "" } else { "?" }, name.value)
}

fn parameters_value(decl: &ParametersDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    match decl {
        ParametersDecl::Listed(list) => {
            let list = list.iter().map(|parameter| {
                let (name, required) = (&parameter.name.value, parameter.required);
                quote!(#runtime::Parameter { name: #name, required: #required })
            });
            quote!(#runtime::Parameters::Listed(&[#(#list),*]))
        }
        ParametersDecl::Fields { ty, .. } => {
            let ty = without_lifetimes(ty.clone(), generics);
            quote!(#runtime::Parameters::Visit(#runtime::schema_fields::<#ty>))
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
