//! `scope_table! { .. }`.

mod entry;

use crate::{
    args::{Arg, Value},
    attribute,
    catalogue::{BAD_TABLE, EMPTY_TEXT},
    diagnostic::{Diagnostic, Diagnostics},
    ir::{EntryDecl, Spanned, TableDecl},
    literal, tool,
};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Ident, Token, Visibility,
    ext::IdentExt,
    parse::{ParseStream, Parser},
};

/// Reads the tokens of one `scope_table!`.
///
/// If there are errors, the declaration contains what could be read, provided that its name could.
///
/// ```
/// use mcp_scopes_grammar::table;
/// let (table, errors) = table::read("pub static TOOLS = [list_files, shell::*];".parse()?);
/// assert!(errors.is_empty());
/// assert_eq!(table.map(|table| table.entries.len()), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn read(tokens: TokenStream) -> (Option<TableDecl>, Vec<Diagnostic>) {
    let mut errors = Diagnostics::new();
    let parsed = (|input: ParseStream<'_>| {
        // `syn` reports unread tokens as an error, which would hide ours.
        let result = table(input, &mut errors);
        let _: TokenStream = input.parse()?;
        Ok(result)
    })
    .parse2(tokens);
    let decl = match parsed {
        Ok(Ok(decl)) => Some(decl),
        Ok(Err(Failure { diagnostic, decl })) => {
            errors.push(*diagnostic);
            decl.map(|decl| *decl)
        }
        Err(error) => {
            errors.push(BAD_TABLE.at(error.span(), format!("cannot parse this table: {error}")));
            None
        }
    };
    (decl, errors.finish())
}

/// The error that ended the reading, and the table as far as it was read.
struct Failure {
    diagnostic: Box<Diagnostic>,
    decl: Option<Box<TableDecl>>,
}

fn failure(span: Span, message: &str, help: &str) -> Failure {
    let diagnostic = BAD_TABLE.at(span, message.to_owned());
    let diagnostic = if help.is_empty() { diagnostic } else { diagnostic.help(help) };
    Failure { diagnostic: Box::new(diagnostic), decl: None }
}

impl From<syn::Error> for Failure {
    fn from(error: syn::Error) -> Self {
        failure(error.span(), &format!("cannot parse this table: {error}"), "")
    }
}

fn table(input: ParseStream<'_>, errors: &mut Diagnostics) -> Result<TableDecl, Failure> {
    let krate = krate(input, errors)?;
    let attributes = input.call(Attribute::parse_outer)?;
    let visibility: Visibility = input.parse()?;
    keyword(input)?;
    let ident: Ident = input.parse()?;
    if input.peek(Token![:]) {
        return Err(failure(input.span(), "a table has no type annotation", "write `static TOOLS = [..];`"));
    }
    let mut decl = TableDecl {
        attributes: quote!(#(#attributes)*),
        visibility: visibility.into_token_stream(),
        ident,
        entries: Vec::new(),
        config: None,
        krate,
        cfgs: attribute::cfgs(&attribute::read(&attributes)),
    };
    // The name is known from here on, so the table is declared even if the rest is malformed.
    match rest(input, &mut decl, errors) {
        Ok(()) => Ok(decl),
        Err(failure) => Err(Failure { decl: Some(Box::new(decl)), ..failure }),
    }
}

/// `crate = path;`
fn krate(input: ParseStream<'_>, errors: &mut Diagnostics) -> Result<Option<TokenStream>, Failure> {
    if !(input.peek(Token![crate]) && input.peek2(Token![=])) {
        return Ok(None);
    }
    let key = input.call(Ident::parse_any)?;
    let _: Token![=] = input.parse()?;
    let mut value = Vec::new();
    while !input.peek(Token![;]) {
        if input.is_empty() {
            let help = "write `crate = path; static TOOLS = [..];`";
            return Err(failure(key.span(), "missing semicolon after `crate = path`", help));
        }
        value.push(input.parse::<TokenTree>()?);
    }
    let _: Token![;] = input.parse()?;
    let value = if value.is_empty() { Value::Flag } else { Value::Equals(value) };
    Ok(tool::krate(&Arg { key: key.to_string(), span: key.span(), value }, errors))
}

fn keyword(input: ParseStream<'_>) -> Result<(), Failure> {
    let span = input.span();
    if input.peek(Token![const]) {
        let message = "a table must be a `static`: a grant identifies its table by address";
        return Err(failure(span, message, "write `static` in place of `const`"));
    }
    if !input.peek(Token![static]) {
        let message = if input.is_empty() { "missing table" } else { "expected `static`" };
        return Err(failure(span, message, ""));
    }
    let _: Token![static] = input.parse()?;
    if input.peek(Token![mut]) {
        return Err(failure(input.span(), "a table cannot be `mut`", "remove `mut`"));
    }
    Ok(())
}

fn rest(input: ParseStream<'_>, decl: &mut TableDecl, errors: &mut Diagnostics) -> Result<(), Failure> {
    let span = input.span();
    if !input.peek(Token![=]) {
        return Err(failure(span, "missing `=` and the list of entries", ""));
    }
    let _: Token![=] = input.parse()?;
    let span = input.span();
    match input.parse::<TokenTree>() {
        Ok(TokenTree::Group(list)) if list.delimiter() == Delimiter::Bracket => decl.entries = entries(&list, errors),
        _ => {
            return Err(failure(
                span,
                "expected a list of entries in brackets",
                "write `static TOOLS = [list_files];`",
            ));
        }
    }
    if let Some(word) = input.cursor().ident().map(|(word, _)| word) {
        if word != "with" {
            let message = format!("unexpected `{word}`");
            return Err(failure(word.span(), &message, "write `with \"mcp-scopes.toml\"`, or `;`"));
        }
        let _: Ident = input.parse()?;
        decl.config = config(input, errors)?;
    }
    let span = input.span();
    if !input.peek(Token![;]) {
        let (message, help) = if input.is_empty() {
            ("missing semicolon", "write `;` after the table")
        } else {
            ("unexpected token", "write `;` after the list, or `with \"mcp-scopes.toml\";`")
        };
        return Err(failure(span, message, help));
    }
    let _: Token![;] = input.parse()?;
    if !input.is_empty() {
        return Err(failure(input.span(), "`scope_table!` takes one table", "write a separate `scope_table!`"));
    }
    Ok(())
}

/// Reads the path after `with`. It is relative to the package's manifest.
fn config(input: ParseStream<'_>, errors: &mut Diagnostics) -> Result<Option<Spanned<String>>, Failure> {
    let span = input.span();
    let Ok(token) = input.parse::<TokenTree>() else {
        return Err(failure(span, "missing file name after `with`", "write `with \"mcp-scopes.toml\"`"));
    };
    let Some(file) = literal::string(&[token], "with", errors) else { return Ok(None) };
    if file.value.trim().is_empty() {
        errors.push(
            EMPTY_TEXT
                .at(file.place, "missing file name after `with`".to_owned())
                .help("write `with \"mcp-scopes.toml\"`"),
        );
        return Ok(None);
    }
    if file.value.starts_with('/') || file.value.contains(['\\', ':']) {
        let message = format!("`{}` is not a path relative to the package's folder", file.value);
        let help = "write a relative path with `/`, such as `mcp-scopes.toml`";
        errors.push(BAD_TABLE.at(file.place, message).help(help));
        return Ok(None);
    }
    Ok(Some(file))
}

fn entries(list: &Group, errors: &mut Diagnostics) -> Vec<EntryDecl> {
    let mut entries = Vec::new();
    let read = (|input: ParseStream<'_>| {
        while !input.is_empty() {
            match entry::read(input, errors) {
                Ok(entry) => entries.push(entry),
                Err(diagnostic) => {
                    errors.push(diagnostic);
                    // The next entry begins after the next comma.
                    while !input.is_empty() && !input.peek(Token![,]) {
                        let _: TokenTree = input.parse()?;
                    }
                }
            }
            if !input.is_empty() {
                let _: Token![,] = input.parse()?;
            }
        }
        Ok(())
    })
    .parse2(list.stream());
    if let Err(error) = read {
        errors.push(BAD_TABLE.at(error.span(), format!("cannot parse this list: {error}")));
    }
    entries
}

#[cfg(test)]
mod tests;
