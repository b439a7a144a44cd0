//! The constant that a companion returns.

use mcp_scopes_grammar::{
    ir::{ParameterDecl, ParametersDecl, PolicyDecl, RequirementDecl, Spanned, ToolDecl},
    tool::POLICY_KEYS,
};
use mcp_scopes_model::{Approval, SandboxMode};
use proc_macro2::{Group, Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Generics;

use super::{Runtime, asked, problem, structure};

/// The tool as a constant expression. What most annotations state goes through methods of the companion's argument: each
/// path, field and list that is written out costs every build more.
pub(crate) fn tool(decl: &ToolDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let (name, risk, description) = (&decl.name.value, decl.risk.value.as_str(), &decl.description.value);
    let written = written(&decl.parameters);
    let parameters = written.as_deref().unwrap_or_default();
    let (problem, risk) = (problem(Span::call_site()), Ident::new(risk, Span::call_site()));
    let opened = opened(&decl.requirement);
    let tool = quote!(#problem.#risk(#name, #description, #parameters) #opened);
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

/// The method that gives the tool what opens it. Few scopes are blamed on the way.
fn opened(requirement: &RequirementDecl) -> TokenStream {
    let RequirementDecl::AnyOf(alternatives) = requirement else { return TokenStream::new() };
    let Some((method, scopes)) = few(requirement) else {
        let any = alternatives.iter().map(|all| texts(all));
        return quote!(.any_of(&[#(#any),*]));
    };
    let mut arguments = TokenStream::new();
    for scope in scopes {
        asked("scope", scope, &mut arguments);
        arguments.extend([TokenTree::Punct(Punct::new(',', Spacing::Alone))]);
    }
    let method = Ident::new(method, Span::call_site());
    quote!(.#method(#arguments))
}

/// The scopes of a requirement that needs up to three, all of them, and the method that takes as many.
pub(crate) fn few(requirement: &RequirementDecl) -> Option<(&'static str, &[Spanned<String>])> {
    let RequirementDecl::AnyOf(alternatives) = requirement else { return None };
    let [all] = alternatives.as_slice() else { return None };
    let method = match all.len() {
        1 => "one",
        2 => "two",
        3 => "three",
        _ => return None,
    };
    Some((method, all))
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
