//! `scope_table!`.

use mcp_scopes_grammar::{
    ir::{ConfigDecl, EntryDecl, EntryKind, TableDecl},
    table,
};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt as _;

use super::{
    Extent, Runtime, at, call_companion, cfgs, config, group_companion, statement, tool, tool_companion,
    write_located_call,
};
use crate::fallback;

/// Expands one `scope_table!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (decl, mut errors) = table::read(input);
    let Some(decl) = decl else { return fallback::errors(&errors) };
    let runtime = Runtime::of(decl.krate.as_ref());
    let (config, of_file) = match decl.config.as_ref().map(|file| (file, config::read(file))) {
        None => (quote!(#runtime::Config::NONE), Vec::new()),
        Some((file, Ok(config))) => (config::constant(&config, &runtime), in_file(&config, file.place, &runtime)),
        Some((_, Err(problems))) => {
            errors.extend(problems);
            (TokenStream::new(), Vec::new())
        }
    };
    let stated: Vec<Stated> = decl.entries.iter().map(|entry| Stated::of(entry, &runtime)).chain(of_file).collect();
    let entries = entries(&stated, &runtime);
    if !errors.is_empty() {
        return fallback::table(&errors, &decl, &entries, &runtime);
    }
    let TableDecl { attributes, visibility, ident, .. } = &decl;
    let name = ident.unraw().to_string();
    let watch = decl.config.as_ref().map(config::watch);
    let (check_entries, check_sections) =
        (check_entries(&stated, decl.ident.span(), &runtime), check_sections(&decl, &runtime));
    quote! {
        #attributes
        #visibility static #ident: #runtime::ScopeTable = {
            #entries
            const __MCP_CONFIG: #runtime::Config<'static> = #config;
            #runtime::table!(
                ::core::concat!(::core::module_path!(), "::", #name),
                &__MCP_ENTRIES,
                __MCP_CONFIG
            );
            #runtime::record!(&__MCP_ENTRIES);
            #check_entries
            #check_sections
            #watch
            #runtime::assembled!()
        };
    }
}

/// The maximum number of entries in one generated function. On each call, const evaluation allocates space for
/// everything that a function mentions, so one function for a long list would be disproportionately slow.
const STATED_TOGETHER: usize = 32;

/// An entry of the table: one of its list, or a tool of its file.
struct Stated {
    cfgs: TokenStream,
    /// The place of the user's text.
    extent: Extent,
    /// The expression that states the entry.
    states: TokenStream,
}

impl Stated {
    fn of(entry: &EntryDecl, runtime: &Runtime) -> Self {
        let extent = extent(entry);
        let states = match &entry.kind {
            EntryKind::Tool { .. } | EntryKind::Group { .. } => call_companion(&companion(entry), extent),
            EntryKind::Table { path } => {
                let outline = Ident::new("outline", at(Extent::of(path).last()));
                let outline = quote_spanned!(outline.span()=> #path.#outline());
                let mut call = TokenStream::new();
                write_located_call("table", extent, &outline, &mut call);
                call
            }
            EntryKind::Dynamic(facts) => {
                let states = tool::write_dynamic(facts, runtime);
                quote!({ #states })
            }
        };
        Self { cfgs: cfgs(&entry.cfgs), extent, states }
    }
}

/// Returns the tools of the table's file, each an entry after those of the list.
fn in_file(config: &ConfigDecl, file: Span, runtime: &Runtime) -> Vec<Stated> {
    let tools = config.tools.iter().map(|facts| {
        let states = config::write_tool(facts, file, runtime);
        Stated { cfgs: TokenStream::new(), extent: Extent::between(file, file), states: quote!({ #states }) }
    });
    tools.collect()
}

/// Generates functions that state the entry at an index, and the array of their results.
///
/// An entry with a problem is stated again, with the problem, and fails at its own text. Each entry is mentioned once:
/// mentioning it in an array too would add a tenth to the build time.
fn entries(stated: &[Stated], runtime: &Runtime) -> TokenStream {
    let arms = stated.iter().enumerate();
    let arms: Vec<TokenStream> =
        arms.map(|(place, Stated { cfgs, states, .. })| quote!(#cfgs #place => #states,)).collect();
    let (statement, place) = (statement(Span::call_site()), Ident::new("place", Span::mixed_site()));
    let state = |name: &Ident, arms: &[TokenStream]| {
        quote! {
            #[track_caller]
            const fn #name(
                #place: ::core::primitive::usize,
                #statement: &mut #runtime::Statement,
            ) {
                match #place {
                    #(#arms)*
                    // `#[cfg]` removes it.
                    _ => #statement.group(&[]),
                }
            }
        }
    };
    let all = Ident::new("__mcp_state", Span::call_site());
    let functions = if arms.len() > STATED_TOGETHER {
        let parts: Vec<(Ident, &[TokenStream])> = (arms.chunks(STATED_TOGETHER).enumerate())
            .map(|(part, arms)| (format_ident!("__mcp_state_{part}"), arms))
            .collect();
        let functions = parts.iter().map(|(name, arms)| state(name, arms));
        let ways = parts.iter().enumerate().map(|(part, (name, _))| quote!(#part => #name(#place, #statement),));
        quote! {
            #(#functions)*
            #[track_caller]
            const fn #all(
                #place: ::core::primitive::usize,
                #statement: &mut #runtime::Statement,
            ) {
                match #place / #STATED_TOGETHER {
                    #(#ways)*
                    _ => #statement.group(&[]),
                }
            }
        }
    } else {
        state(&all, &arms)
    };
    let count = arms.len();
    quote! {
        #functions
        static __MCP_ENTRIES: [#runtime::Entry<'static>; #count] = {
            let mut entries = [#runtime::Entry::Group(&[]); #count];
            let mut #place = 0;
            while #place < #count {
                let mut #statement = #runtime::Statement::EMPTY;
                #all(#place, &mut #statement);
                entries[#place] = #statement.entry();
                #place += 1;
            }
            entries
        };
    }
}

/// Returns the companion that an entry's path leads to, or `None` for another table.
fn companion(entry: &EntryDecl) -> TokenStream {
    match &entry.kind {
        EntryKind::Tool { prefix, ident } => {
            let companion = tool_companion(ident);
            extent(entry).locate(quote!(#prefix #companion))
        }
        EntryKind::Group { path, group } => {
            let companion = group_companion(group.as_ref(), entry.span);
            extent(entry).locate(quote!(#path::#companion))
        }
        EntryKind::Table { .. } | EntryKind::Dynamic(_) => TokenStream::new(),
    }
}

/// The span of an entry.
fn extent(entry: &EntryDecl) -> Extent {
    let last = match &entry.kind {
        EntryKind::Tool { ident, .. } => ident.span(),
        EntryKind::Group { group: Some(group), .. } => group.span(),
        EntryKind::Group { path, .. } | EntryKind::Table { path } => Extent::of(path).last(),
        EntryKind::Dynamic(facts) => facts.name.place,
    };
    Extent::between(entry.span, last)
}

/// The number of problems reported in addition to the first of each constant. They are reported at the table's name,
/// since a constant can fail only once.
const FURTHER: usize = 8;

/// In a list of up to this many entries, each entry fails separately.
const FEW: usize = 64;
/// The number of entries that fail together in a longer list, where a constant for each entry would add a tenth to the
/// table's build time.
const TOGETHER: usize = 8;

/// Checks each entry, at the entry. The shared code is in one `#[track_caller]` function, which error messages
/// therefore omit. A constant with its own body for each entry would cost more build time than the entry itself.
fn check_entries(stated: &[Stated], table: Span, runtime: &Runtime) -> TokenStream {
    let checks: Vec<TokenStream> = (stated.iter().enumerate())
        .map(|(place, Stated { cfgs, extent, .. })| {
            let check_entry = Ident::new("__mcp_check_entry", extent.first());
            let check = extent.locate(quote_spanned!(extent.first()=> #check_entry(#place)));
            quote!(#cfgs #check;)
        })
        .collect();
    let together = if checks.len() > FEW { TOGETHER } else { 1 };
    let checks = checks.chunks(together).map(|checks| quote!(const _: () = if !__MCP_SOUND { #(#checks)* };));
    let (problem, place) = (Ident::new("problem", Span::mixed_site()), Ident::new("place", Span::mixed_site()));
    let further = (0..FURTHER).map(|number| {
        let further = Ident::new("__mcp_further", table);
        let check = Extent::between(table, table).locate(quote_spanned!(table=> #further(#number)));
        quote!(const _: () = #check;)
    });
    quote! {
        #[track_caller]
        const fn __mcp_further(#place: ::core::primitive::usize) {
            if let ::core::option::Option::Some(#problem) =
                &#runtime::further_problem(__MCP_SOUND, &__MCP_FACTS, #together, #place)
            {
                #runtime::Problem::fail(#problem)
            }
        }
        #(#further)*
        #[track_caller]
        const fn __mcp_check_entry(#place: ::core::primitive::usize) {
            if let ::core::option::Option::Some(#problem) =
                &#runtime::problem_of_entry(__MCP_SOUND, &__MCP_FACTS, #place)
            {
                __mcp_state(#place, &mut #runtime::Statement::about(#problem));
                #runtime::Problem::fail(#problem)
            }
        }
        #(#checks)*
    }
}

/// Writes one check for each part of the server-level facts, at the file's literal, or at the table's name if there is
/// no file.
fn check_sections(decl: &TableDecl, runtime: &Runtime) -> TokenStream {
    let span = decl.config.as_ref().map_or_else(|| decl.ident.span(), |file| file.place);
    let sections: &[&str] = match decl.config {
        Some(_) => &["Size", "Scopes", "Baseline", "Flows", "Contents"],
        // Spliced tables may contribute scopes.
        None => &["Size", "Scopes"],
    };
    let checks = sections.iter().map(|section| {
        let (section, problem) = (Ident::new(section, Span::call_site()), Ident::new("problem", at(span)));
        let fail = runtime.call(Extent::between(span, span), &quote!(Problem::fail), &quote!(#problem));
        quote! {
            const _: () = if let ::core::option::Option::Some(#problem) =
                &#runtime::problem_of_section(__MCP_SOUND, &__MCP_FACTS, #runtime::Section::#section)
            {
                #fail
            };
        }
    });
    checks.collect()
}
