//! `scope_table!`.

use mcp_scopes_grammar::{
    ir::{EntryDecl, EntryKind, TableDecl},
    table,
};
use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};

use super::{Runtime, at, cfgs, config, group_companion, tool_companion};
use crate::fallback;

/// Expands one `scope_table!`.
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let (decl, mut errors) = table::read(input);
    let Some(decl) = decl else { return fallback::errors(&errors) };
    let runtime = Runtime::of(decl.krate.as_ref());
    let config = match decl.config.as_ref().map(config::read) {
        None => quote!(#runtime::Config::NONE),
        Some(Ok(config)) => config::value(&config, &runtime),
        Some(Err(problems)) => {
            errors.extend(problems);
            TokenStream::new()
        }
    };
    let entries = entries(&decl, &runtime);
    if !errors.is_empty() {
        return fallback::table(&errors, &decl, &entries, &runtime);
    }
    let TableDecl { attributes, visibility, ident, .. } = &decl;
    let watch = decl.config.as_ref().map(config::watch);
    let (blame_entries, blame_sections) = (blame_entries(&decl, &runtime), blame_sections(&decl, &runtime));
    quote! {
        #attributes
        #visibility static #ident: #runtime::ScopeTable = {
            #entries
            const __MCP_CONFIG: #runtime::Config<'static> = #config;
            #runtime::table!(__MCP_ENTRIES, __MCP_CONFIG);
            #blame_entries
            #blame_sections
            #watch
            __MCP_TABLE
        };
    }
}

/// The list as a constant.
fn entries(decl: &TableDecl, runtime: &Runtime) -> TokenStream {
    let entries = decl.entries.iter().enumerate().map(|(place, entry)| {
        let (span, cfgs) = (at(entry.span), cfgs(&entry.cfgs));
        let brings = match &entry.kind {
            EntryKind::Table { path } => quote_spanned!(span=> #runtime::Brings::Table(#path.outline())),
            EntryKind::Tool { .. } => {
                let companion = companion(entry);
                quote_spanned!(span=> #runtime::Brings::Tool(&#companion(&#runtime::Problem::NONE)))
            }
            EntryKind::Group { .. } => {
                let companion = companion(entry);
                quote_spanned!(span=> #runtime::Brings::Group(#companion(&#runtime::Problem::NONE)))
            }
        };
        quote_spanned!(span=> #cfgs #runtime::Entry { place: #place, brings: #brings },)
    });
    quote!(const __MCP_ENTRIES: &[#runtime::Entry<'static>] = &[#(#entries)*];)
}

/// The companion that an entry's path leads to; nothing for another table.
fn companion(entry: &EntryDecl) -> TokenStream {
    match &entry.kind {
        EntryKind::Tool { prefix, ident } => {
            let companion = tool_companion(ident);
            quote!(#prefix #companion)
        }
        EntryKind::Group { path, group } => {
            let companion = group_companion(group.as_ref(), entry.span);
            quote_spanned!(at(entry.span)=> #path::#companion)
        }
        EntryKind::Table { .. } => TokenStream::new(),
    }
}

/// One check for each entry, at the entry.
fn blame_entries(decl: &TableDecl, runtime: &Runtime) -> TokenStream {
    let checks = decl.entries.iter().enumerate().map(|(place, entry)| {
        let cfgs = cfgs(&entry.cfgs);
        let companion = companion(entry);
        let path = (!companion.is_empty()).then(|| quote!(, #companion));
        let check = quote_spanned!(at(entry.span)=> #runtime::blame_entry!(__MCP_FACTS, #place #path));
        quote_spanned!(at(entry.span)=> #cfgs const _: () = #check;)
    });
    checks.collect()
}

/// One check for each part of the server-level facts, at the file's literal; without a file, at the table's name.
fn blame_sections(decl: &TableDecl, runtime: &Runtime) -> TokenStream {
    let span = decl.config.as_ref().map_or_else(|| decl.ident.span(), |file| file.span);
    let sections: &[&str] = match decl.config {
        Some(_) => &["Size", "Scopes", "Baseline", "Flows"],
        // Scopes may come from tables that are spliced.
        None => &["Size", "Scopes"],
    };
    let checks = sections.iter().map(|section| {
        let section = proc_macro2::Ident::new(section, at(span));
        quote_spanned!(at(span)=> const _: () = #runtime::blame_section!(__MCP_FACTS, #section);)
    });
    checks.collect()
}
