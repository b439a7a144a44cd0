//! The contents of a companion.

use mcp_scopes_grammar::{
    ir::{ArgumentDecl, FieldsDecl, Spanned, ToolDecl},
    tool::{ConditionDecl, ParameterDecl, PolicyDecl, RequirementDecl, ToolFacts},
};
use proc_macro2::{Group, Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Generics;

use super::{Extent, Runtime, statement, write_located_call};

/// Writes the statements that state the tool of a function. A typical annotation is one call with texts, since each
/// further call, path, field and list adds to every build. Further texts and numbers are assigned, which is cheaper than a
/// call.
pub(crate) fn write_facts(decl: &ToolDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let location = decl.guard.as_ref().map(|_| quote!(#runtime::location!()));
    write(&decl.facts, || parameters_value(decl, generics, runtime), location, runtime)
}

/// Writes the statements that state a tool without a function.
pub(crate) fn write_dynamic(facts: &ToolFacts<Span>, runtime: &Runtime) -> TokenStream {
    let unknown = || quote!(#runtime::Parameters::Unknown);
    let parameters = || facts.parameters.as_ref().map_or_else(unknown, |parameters| listed(parameters, runtime));
    write(facts, parameters, None, runtime)
}

/// Writes the statements of a tool. `parameters` returns the parameters that are not plain text, `location` is that of a
/// function that checks its caller.
fn write(
    decl: &ToolFacts<Span>,
    parameters: impl FnOnce() -> TokenStream,
    location: Option<TokenStream>,
    runtime: &Runtime,
) -> TokenStream {
    let statement = statement(Span::call_site());
    let written = decl.parameters.as_deref().and_then(written);
    let main_call = write_main_call(decl, written.as_deref().unwrap_or_default());
    let mut rest = TokenStream::new();
    if written.is_none() {
        let parameters = parameters();
        rest.extend(quote!(#statement.parameters(#parameters);));
    }
    if let Some(approval) = &decl.approval {
        let approval = approval.value.as_str();
        rest.extend(quote!(#statement.approval(#approval);));
    }
    if let Some(sandbox) = &decl.sandbox {
        let mode = sandbox.value.as_str();
        rest.extend(quote!(#statement.sandbox(#mode);));
    }
    if let Some(title) = &decl.title {
        let title = &title.value;
        rest.extend(quote!(#statement.tool.title = #title;));
    }
    if !decl.conditions.is_empty() {
        let conditions = decl.conditions.iter().map(|condition| condition_value(condition, runtime));
        rest.extend(quote!(#statement.tool.conditions = &[#(#conditions),*];));
    }
    for (field, list) in decl.lists() {
        write_list(field, list, &quote!(#statement.tool), &mut rest);
    }
    if let Some(location) = location {
        rest.extend(quote!(#statement.location(#location);));
    }
    write_policy(&decl.policy, &quote!(#statement.tool.policy), &mut rest);
    if rest.is_empty() { main_call } else { quote!(#main_call; #rest) }
}

/// Writes the call that states the tool by its requirement. With few scopes, problems are reported by the same call,
/// whose span reaches from the first scope to the last.
fn write_main_call(decl: &ToolFacts<Span>, parameters: &str) -> TokenStream {
    let (name, risk, description) = (&decl.name.value, decl.risk_or_strictest().as_str(), &decl.description.value);
    let statement = statement(Span::call_site());
    let texts = quote!(#name, #risk, #description, #parameters);
    match (&decl.requirement, find_short_requirement(&decl.requirement)) {
        (RequirementDecl::ToolName, _) => quote!(#statement.tool_named_scope(#texts)),
        (RequirementDecl::Public(_), _) => quote!(#statement.public_tool(#texts)),
        (RequirementDecl::Authenticated(_), _) => quote!(#statement.authenticated_tool(#texts)),
        (RequirementDecl::AnyOf(_), Some((method, scopes))) => {
            let values = scopes.iter().map(|scope| &scope.value);
            let mut call = TokenStream::new();
            if let (Some(first), Some(last)) = (scopes.first(), scopes.last()) {
                write_located_call(
                    method,
                    Extent::between(first.place, last.place),
                    &quote!(#texts, #(#values),*),
                    &mut call,
                );
            }
            call
        }
        (RequirementDecl::AnyOf(alternatives), None) => {
            let any = alternatives.iter().map(|all| self::texts(all));
            quote!(#statement.tool_requiring_any_of(#texts, &[#(#any),*]))
        }
    }
}

/// Returns the scopes of a requirement of up to three scopes, all of them needed, and the method that takes that many.
pub(crate) fn find_short_requirement(
    requirement: &RequirementDecl<Span>,
) -> Option<(&'static str, &[Spanned<String>])> {
    let RequirementDecl::AnyOf(alternatives) = requirement else { return None };
    let [all] = alternatives.as_slice() else { return None };
    let method = match all.len() {
        1 => "tool_requiring_1",
        2 => "tool_requiring_2",
        3 => "tool_requiring_3",
        _ => return None,
    };
    Some((method, all))
}

/// Writes out the requirement.
pub(crate) fn requirement(decl: &RequirementDecl<Span>, runtime: &Runtime) -> TokenStream {
    match decl {
        RequirementDecl::ToolName => quote!(#runtime::Requirement::ToolName),
        RequirementDecl::Public(_) => quote!(#runtime::Requirement::Public),
        RequirementDecl::Authenticated(_) => quote!(#runtime::Requirement::Authenticated),
        RequirementDecl::AnyOf(alternatives) => {
            let any = alternatives.iter().map(|all| texts(all));
            quote!(#runtime::Requirement::AnyOf(&[#(#any),*]))
        }
    }
}

fn condition_value(decl: &ConditionDecl<Span>, runtime: &Runtime) -> TokenStream {
    let (glob, scopes, alternatives) = (&decl.glob.value, texts(&decl.scopes), decl.alternatives);
    let argument = if let Some(argument) = &decl.argument {
        let argument = &argument.value;
        quote!(::core::option::Option::Some(#argument))
    } else {
        quote!(::core::option::Option::None)
    };
    quote!(#runtime::Condition { argument: #argument, glob: #glob, scopes: #scopes, alternatives: #alternatives })
}

/// Returns the parameters as one text, if their names allow it.
fn written(list: &[ParameterDecl]) -> Option<String> {
    let plain = |name: &str| !name.is_empty() && !name.starts_with('?') && !name.contains(['\n', '\r']);
    if !list.iter().all(|parameter| plain(&parameter.name)) {
        return None;
    }
    let lines: Vec<String> = list.iter().map(line).collect();
    Some(lines.join("\n"))
}

fn line(ParameterDecl { name, required }: &ParameterDecl) -> String {
    format!("{}{}", if *required { "" } else { "?" }, name)
}

fn parameters_value(decl: &ToolDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    if let Some(FieldsDecl { ty, .. }) = &decl.fields {
        let ty = without_lifetimes(ty.clone(), generics);
        return quote!(#runtime::Parameters::Visit(#runtime::schema_fields::<#ty>));
    }
    if !decl.arguments.is_empty() {
        let arguments = decl.arguments.iter().map(|argument| argument_value(argument, generics, runtime));
        return quote!(#runtime::Parameters::Visit(|visit| {
            use #runtime::Undescribed as _;
            #runtime::visit_arguments(&[#(#arguments),*], visit)
        }));
    }
    listed(decl.parameters.as_deref().unwrap_or_default(), runtime)
}

fn listed(parameters: &[ParameterDecl], runtime: &Runtime) -> TokenStream {
    let list = parameters
        .iter()
        .map(|ParameterDecl { name, required }| quote!(#runtime::Parameter { name: #name, required: #required }));
    quote!(#runtime::Parameters::Listed(&[#(#list),*]))
}

/// Returns an argument whose type is known at run time only.
fn argument_value(argument: &ArgumentDecl, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let required = argument.required;
    let option = |value: Option<TokenStream>| {
        let none = || quote!(::core::option::Option::None);
        value.map_or_else(none, |value| quote!(::core::option::Option::Some(#value)))
    };
    let name = option(argument.name.as_ref().map(|name| quote!(#name)));
    let ty = option(argument.ty.as_ref().map(|ty| {
        let ty = without_lifetimes(ty.clone(), generics);
        quote!((::core::any::type_name::<#ty>(), |visit| #runtime::Described::<#ty>::TYPE.fields(visit)))
    }));
    quote!(#runtime::Argument { name: #name, required: #required, ty: #ty })
}

/// Writes one assignment for each limit.
fn write_policy(decl: &PolicyDecl<Span>, policy: &TokenStream, rest: &mut TokenStream) {
    for (field, list) in decl.lists() {
        write_list(field, list, policy, rest);
    }
    for (field, limit) in decl.limits() {
        if let Some(limit) = limit {
            let field = Ident::new(field, Span::call_site());
            rest.extend(quote!(#policy.#field = ::core::option::Option::Some(#limit);));
        }
    }
    for field in decl.flags() {
        let field = Ident::new(field, Span::call_site());
        rest.extend(quote!(#policy.#field = true;));
    }
}

/// Writes the assignment of a list that is not empty.
fn write_list(field: &str, list: &[Spanned<String>], of: &TokenStream, rest: &mut TokenStream) {
    if !list.is_empty() {
        let (field, texts) = (Ident::new(field, Span::call_site()), texts(list));
        rest.extend(quote!(#of.#field = #texts;));
    }
}

fn texts(list: &[Spanned<String>]) -> TokenStream {
    let list = list.iter().map(|text| &text.value);
    quote!(&[#(#list),*])
}

/// Replaces the function's own lifetimes by `'static`, since the companion does not declare them. The fields of a type
/// do not depend on lifetimes.
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
