//! The configuration file that a table names: locates it, reads it and writes it as a constant.

use std::{env, fs, path::Path};

use mcp_scopes_grammar::{
    catalogue::UNREADABLE_CONFIG,
    config::{self, SESSION_KEYS},
    diagnostic::Diagnostic,
    ir::{
        ConfigDecl, ContentDecl, FlowDecl, Located, RiskRuleDecl, SandboxServerDecl, ScopeDecl, ScopePrefixDecl,
        Spanned, StatedDecl,
    },
    tool::{RequirementDecl, ToolFacts},
};
use mcp_scopes_model::{Risk, policy::Session};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::{Extent, Runtime, at, statement, structure, tool, value, write_located_call};

/// The number of fields of the model's `Config`.
const FIELDS: usize = 15;

/// Reads the file that the literal names, relative to the package.
///
/// # Errors
/// Returns all errors, at the span of the literal. Their messages state file, line and column.
pub(crate) fn read(file: &Spanned<String>) -> Result<ConfigDecl, Vec<Diagnostic>> {
    let unreadable = |message: String| UNREADABLE_CONFIG.at(file.place, message);
    let Some(package) = env::var_os("CARGO_MANIFEST_DIR") else {
        let message = "the environment variable `CARGO_MANIFEST_DIR` is not set";
        return Err(vec![unreadable(message.to_owned()).help("build with cargo, or set it to the package's folder")]);
    };
    let path = Path::new(&package).join(&file.value);
    let bytes = fs::read(&path).map_err(|error| {
        // The help does not name the path, which differs between machines.
        vec![unreadable(format!("cannot read `{}`: {}", file.value, reason(&error)))]
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        vec![unreadable(format!("`{}` is not valid UTF-8 at byte {at}", file.value)).help("save it as UTF-8")]
    })?;
    config::read(&text, &file.value).map_err(|errors| errors.iter().map(|error| error.at(file.place)).collect())
}

/// Returns the reason in words that do not depend on the platform, if the kind of error is specific enough.
fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file in the package's folder".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Makes the compiler watch the file: a change of it rebuilds the table.
pub(crate) fn watch(file: &Spanned<String>) -> TokenStream {
    let path = &file.value;
    if Path::new(path).is_absolute() {
        return quote!(
            const _: &[::core::primitive::u8] = ::core::include_bytes!(#path);
        );
    }
    quote! {
        const _: &[::core::primitive::u8] =
            ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #path));
    }
}

/// Returns the configuration as a constant expression, which lists only the differences from `Config::NONE`.
pub(crate) fn constant(config: &ConfigDecl, runtime: &Runtime) -> TokenStream {
    let mut fields: Vec<TokenStream> = Vec::new();
    let file = &config.file;
    fields.push(quote!(file: #file,));
    if let Some(text) = &config.resource {
        fields.push(quote!(resource: ::core::option::Option::Some(#text),));
    }
    if let Some(text) = &config.resource_name {
        fields.push(quote!(resource_name: ::core::option::Option::Some(#text),));
    }
    if let Some(text) = &config.resource_documentation {
        fields.push(quote!(resource_documentation: ::core::option::Option::Some(#text),));
    }
    if !config.authorization_servers.is_empty() {
        let issuers = &config.authorization_servers;
        fields.push(quote!(authorization_servers: &[#(#issuers),*],));
    }
    if !config.namespace.is_empty() {
        let namespace = &config.namespace;
        fields.push(quote!(namespace: #namespace,));
    }
    if config.scope_prefix != ScopePrefixDecl::default() {
        let ScopePrefixDecl { outside, inside } = &config.scope_prefix;
        fields.push(quote!(scope_prefix: #runtime::ScopePrefix { outside: #outside, inside: #inside },));
    }
    if let Some(baseline) = &config.baseline {
        let list = all_stated(baseline, runtime);
        fields.push(quote!(baseline: ::core::option::Option::Some(#list),));
    }
    if let Some(scopes) = &config.scopes {
        let scopes = scopes.iter().map(|scope| declared(scope, runtime));
        fields.push(quote!(scopes: ::core::option::Option::Some(&[#(#scopes),*]),));
    }
    for (field, contents) in [("resources", &config.resources), ("prompts", &config.prompts)] {
        if !contents.is_empty() {
            let field = Ident::new(field, Span::call_site());
            let contents = contents.iter().map(|entry| content(entry, runtime));
            fields.push(quote!(#field: &[#(#contents),*],));
        }
    }
    if !config.flows.is_empty() {
        let flows = config.flows.iter().map(|FlowDecl { role, scopes }| {
            let scopes = all_stated(scopes, runtime);
            quote!(#runtime::Flow { role: #role, scopes: #scopes })
        });
        fields.push(quote!(flows: &[#(#flows),*],));
    }
    if !config.session.is_none() {
        let session = session(&config.session, runtime);
        fields.push(quote!(session: #session,));
    }
    if !config.risks.is_empty() {
        let rules = config.risks.iter().map(|rule| risk_rule(rule, runtime));
        fields.push(quote!(risks: &[#(#rules),*],));
    }
    if let Some(sandbox) = &config.sandbox {
        let sandbox = sandbox_server(sandbox, runtime);
        fields.push(quote!(sandbox: ::core::option::Option::Some(#sandbox),));
    }
    structure(&quote!(#runtime::Config), &fields, FIELDS, &quote!(NONE))
}

/// Writes the body of the statement of a tool in `[tools]`, at the span of the file's literal. Each check of a literal states
/// its line and column.
pub(crate) fn write_tool(facts: &ToolFacts<(u32, u32)>, file: Span, runtime: &Runtime) -> TokenStream {
    let extent = Extent::between(file, file);
    let mut calls = TokenStream::new();
    let own_scope = matches!(facts.requirement, RequirementDecl::ToolName).then_some(("in_own_scope", &facts.name));
    let literals = core::iter::once(("in_name", &facts.name)).chain(own_scope).chain(tool::literals(facts));
    for (method, Located { value, place: (line, column) }) in literals {
        let statement = statement(file);
        calls.extend(quote_spanned!(at(file)=> #statement.in_file(#line, #column);));
        write_located_call(method, extent, &quote!(#value), &mut calls);
        calls.extend(quote!(;));
    }
    let states = value::write_dynamic(&facts.clone().map_places(&mut |_| file), runtime);
    quote!(#calls #states)
}

fn all_stated(list: &[StatedDecl], runtime: &Runtime) -> TokenStream {
    let list = list.iter().map(|text| stated(text, runtime));
    quote!(&[#(#list),*])
}

fn stated(StatedDecl { text, line, column }: &StatedDecl, runtime: &Runtime) -> TokenStream {
    quote!(#runtime::Stated { text: #text, line: #line, column: #column })
}

fn declared(ScopeDecl { name, description, implies }: &ScopeDecl, runtime: &Runtime) -> TokenStream {
    let (name, implies) = (stated(name, runtime), all_stated(implies, runtime));
    quote!(#runtime::Scope { name: #name, description: #description, implies: #implies })
}

fn content(decl: &ContentDecl, runtime: &Runtime) -> TokenStream {
    let (name, scopes) = (stated(&decl.name, runtime), all_stated(&decl.scopes(), runtime));
    let (description, file) = (&decl.description, Span::call_site());
    let requirement = value::requirement(&decl.requirement.clone().map_places(&mut |_| file), runtime);
    let risk = optional(decl.risk.as_ref().map(|risk| risk_value(risk.value, runtime)));
    quote!(#runtime::Content {
        name: #name,
        description: #description,
        requirement: #requirement,
        scopes: #scopes,
        risk: #risk,
    })
}

fn risk_value(risk: Risk, runtime: &Runtime) -> TokenStream {
    let risk = Ident::new(&format!("{risk:?}"), Span::call_site());
    quote!(#runtime::Risk::#risk)
}

/// Lists only the differences from `Session::NONE`.
fn session(session: &Session<String>, runtime: &Runtime) -> TokenStream {
    let mut fields: Vec<TokenStream> = Vec::new();
    for (field, limit) in [
        ("idle_minutes", session.idle_minutes),
        ("max_minutes", session.max_minutes),
        ("max_refused_calls", session.max_refused_calls),
        ("max_high_risk_calls", session.max_high_risk_calls),
        ("require_reauth_after_minutes", session.require_reauth_after_minutes),
        ("escalation_seconds", session.escalation_seconds),
    ] {
        if let Some(limit) = limit {
            let field = Ident::new(field, Span::call_site());
            fields.push(quote!(#field: ::core::option::Option::Some(#limit),));
        }
    }
    if session.block_rapid_escalation {
        fields.push(quote!(block_rapid_escalation: true,));
    }
    for (field, text) in [("domain", &session.domain), ("server", &session.server)] {
        if let Some(text) = text {
            let field = Ident::new(field, Span::call_site());
            fields.push(quote!(#field: ::core::option::Option::Some(#text),));
        }
    }
    structure(&quote!(#runtime::Session), &fields, SESSION_KEYS.len(), &quote!(NONE))
}

fn risk_rule(rule: &RiskRuleDecl, runtime: &Runtime) -> TokenStream {
    let (risk, age, values) = (risk_value(rule.risk, runtime), optional(rule.max_auth_age_minutes), &rule.acr_values);
    quote!(#runtime::RiskRule { risk: #risk, max_auth_age_minutes: #age, acr_values: &[#(#values),*] })
}

fn sandbox_server(sandbox: &SandboxServerDecl, runtime: &Runtime) -> TokenStream {
    let (header, resource) = (optional(sandbox.header.as_ref()), optional(sandbox.resource.as_ref()));
    let issuers = &sandbox.authorization_servers;
    quote!(#runtime::SandboxServer { header: #header, resource: #resource, authorization_servers: &[#(#issuers),*] })
}

fn optional(value: Option<impl quote::ToTokens>) -> TokenStream {
    value.map_or_else(|| quote!(::core::option::Option::None), |value| quote!(::core::option::Option::Some(#value)))
}
