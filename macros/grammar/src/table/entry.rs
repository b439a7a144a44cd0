//! One entry of a table's list.

use crate::{
    attribute,
    catalogue::BAD_ENTRY,
    diagnostic::{Diagnostic, Diagnostics},
    ir::{EntryDecl, EntryKind},
    literal,
    tool::{self, ToolFacts},
};
use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{Attribute, Ident, PathArguments, PathSegment, Token, Type, ext::IdentExt, parse::ParseStream};

fn failure(span: Span, message: &str) -> Diagnostic {
    BAD_ENTRY.at(span, message.to_owned())
}

/// Reads an entry up to its comma. Errors in the keys of a dynamic tool are added to `errors`.
pub(super) fn read(input: ParseStream<'_>, errors: &mut Diagnostics) -> Result<EntryDecl, Diagnostic> {
    let span = input.span();
    let unreadable = |error: syn::Error| failure(error.span(), &format!("cannot parse this entry: {error}"));
    let attributes = input.call(Attribute::parse_outer).map_err(unreadable)?;
    let attributes = attribute::read(&attributes);
    if let Some(other) = attributes.iter().find(|attribute| attribute.name != "cfg" || !attribute.plain) {
        let message = format!("unexpected `#[{}]`: an entry takes `#[cfg(..)]` only", other.name);
        return Err(BAD_ENTRY.at(other.span, message).help("remove it"));
    }
    let cfgs = attribute::cfgs(&attributes);
    let span = if cfgs.is_empty() { span } else { input.span() };
    if let Some(facts) = dynamic(input, errors)? {
        return Ok(EntryDecl { kind: EntryKind::Dynamic(Box::new(facts)), segments: Vec::new(), cfgs, span });
    }
    let table = input.peek(Token![..]);
    if table {
        let _: Token![..] = input.parse().map_err(unreadable)?;
    }
    let path = Written::read(input, span)?;
    let segments = path.segments.clone();
    Ok(EntryDecl { kind: path.kind(table, span)?, segments, cfgs, span })
}

/// Reads `dynamic "run_query" (..)`. A function may be named `dynamic` too.
fn dynamic(input: ParseStream<'_>, errors: &mut Diagnostics) -> Result<Option<ToolFacts<Span>>, Diagnostic> {
    let Some((word, rest)) = input.cursor().ident().filter(|(word, _)| word == "dynamic") else { return Ok(None) };
    if rest.eof() || input.peek2(Token![,]) || input.peek2(Token![::]) {
        return Ok(None);
    }
    let malformed = |span: Span, message: &str| {
        BAD_ENTRY.at(span, message.to_owned()).help("write `dynamic \"run_query\" (scope = \"..\", risk = \"..\")`")
    };
    let next = |missing: &str| {
        if input.is_empty() || input.peek(Token![,]) {
            return Err(malformed(word.span(), missing));
        }
        input.parse::<TokenTree>().map_err(|error| malformed(error.span(), missing))
    };
    next("")?;
    let name = next("a dynamic tool has no name")?;
    let span = name.span();
    let mut in_name = Diagnostics::new();
    let name = literal::string(&[name], "dynamic", &mut in_name);
    if let Some(first) = in_name.finish().into_iter().next() {
        return Err(malformed(first.span, "the name of a dynamic tool is not a string literal"));
    }
    let name = name.ok_or_else(|| malformed(span, "a dynamic tool has no name"))?;
    match next("a dynamic tool states no facts")? {
        TokenTree::Group(keys) if keys.delimiter() == Delimiter::Parenthesis => {
            let facts = tool::dynamic::read(name, keys.stream(), errors);
            if input.is_empty() || input.peek(Token![,]) {
                return Ok(Some(facts));
            }
            Err(failure(input.span(), "unexpected token after the facts; a comma may be missing"))
        }
        other => Err(malformed(other.span(), "the facts of a dynamic tool are in parentheses")),
    }
}

/// A path in the source, up to a `*`.
struct Written {
    /// Everything before the last segment, with the trailing `::`.
    prefix: TokenStream,
    /// The last segment.
    last: Last,
    /// The segments as text.
    segments: Vec<String>,
    /// Whether `::*` follows.
    glob: bool,
}

enum Last {
    Segment(PathSegment),
    /// `<Type>`.
    Type(TokenStream),
}

impl Written {
    fn read(input: ParseStream<'_>, begin: Span) -> Result<Self, Diagnostic> {
        let mut prefix = TokenStream::new();
        let mut segments = Vec::new();
        if input.is_empty() || input.peek(Token![,]) {
            return Err(failure(begin, "missing path"));
        }
        if let Ok(Some(colons)) = input.parse::<Option<Token![::]>>() {
            colons.to_tokens(&mut prefix);
        }
        let mut last =
            if input.peek(Token![<]) { qualified(input, &mut segments)? } else { segment(input, &mut segments)? };
        let mut glob = false;
        while input.peek(Token![::]) {
            let colons: Token![::] = input.parse().map_err(|error| failure(error.span(), "missing `::`"))?;
            if input.peek(Token![*]) {
                let _: Result<Token![*], _> = input.parse();
                glob = true;
                break;
            }
            last.to_tokens(&mut prefix);
            colons.to_tokens(&mut prefix);
            last = segment(input, &mut segments)?;
        }
        let written = Self { prefix, last, segments, glob };
        if input.is_empty() || input.peek(Token![,]) {
            return Ok(written);
        }
        Err(written.trailing(input))
    }

    /// Returns the error for tokens after a path.
    fn trailing(&self, input: ParseStream<'_>) -> Diagnostic {
        let span = input.span();
        if self.glob {
            let help = "list each group separately: `path::*`";
            return BAD_ENTRY.at(span, "unexpected token after `::*`".to_owned()).help(help);
        }
        if input.peek(syn::token::Paren) {
            let help = "write its path alone";
            return BAD_ENTRY.at(span, "an entry is a path, not a call".to_owned()).help(help);
        }
        failure(span, "unexpected token after the path; a comma may be missing")
    }

    fn kind(self, table: bool, span: Span) -> Result<EntryKind, Diagnostic> {
        let Self { prefix, last, segments, glob } = self;
        if table && glob {
            let help = "write `..path::TABLE` for a table, `path::*` for a group";
            return Err(BAD_ENTRY.at(span, "`..` splices a table, `::*` lists a group".to_owned()).help(help));
        }
        if glob {
            return Ok(group(prefix, last, &segments));
        }
        match last {
            Last::Segment(PathSegment { ident, arguments: PathArguments::None }) => {
                if matches!(ident.to_string().as_str(), "crate" | "self" | "super" | "Self") {
                    return Err(failure(ident.span(), "incomplete path"));
                }
                Ok(if table {
                    EntryKind::Table { path: quote!(#prefix #ident) }
                } else {
                    EntryKind::Tool { prefix, ident }
                })
            }
            Last::Segment(PathSegment { ident, .. }) => {
                let message =
                    format!("`{ident}` must be listed without generic arguments: all its instances are one tool");
                Err(BAD_ENTRY.at(ident.span(), message).help(format!("write `{ident}` alone")))
            }
            Last::Type(_) => {
                let help = "write `<Type>::tool` for one of its tools, `<Type>::*` for all";
                Err(BAD_ENTRY.at(span, "a type is not a tool".to_owned()).help(help))
            }
        }
    }
}

impl ToTokens for Last {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Segment(segment) => segment.to_tokens(tokens),
            Self::Type(ty) => ty.to_tokens(tokens),
        }
    }
}

/// Distinguishes a named group from a module or type: it is lowercase and follows an uppercase segment.
fn group(prefix: TokenStream, last: Last, segments: &[String]) -> EntryKind {
    let type_before = match segments {
        [.., before, _] => upper(before),
        [_] => {
            !prefix.is_empty() && matches!(prefix.clone().into_iter().next(), Some(token) if token.to_string() == "<")
        }
        [] => true,
    };
    match last {
        Last::Segment(PathSegment { ident, arguments: PathArguments::None })
            if type_before && !upper(&ident.to_string()) =>
        {
            EntryKind::Group { path: without_colons(prefix), group: Some(ident) }
        }
        last => EntryKind::Group { path: quote!(#prefix #last), group: None },
    }
}

fn upper(word: &str) -> bool {
    word.starts_with(char::is_uppercase)
}

/// Removes the trailing `::`.
fn without_colons(prefix: TokenStream) -> TokenStream {
    let mut tokens: Vec<_> = prefix.into_iter().collect();
    tokens.truncate(tokens.len().saturating_sub(2));
    tokens.into_iter().collect()
}

/// `<Type<..>>`
fn qualified(input: ParseStream<'_>, segments: &mut Vec<String>) -> Result<Last, Diagnostic> {
    let span = input.span();
    let read = || -> syn::Result<(TokenStream, Type)> {
        let open: Token![<] = input.parse()?;
        let ty: Type = input.parse()?;
        let close: Token![>] = input.parse()?;
        Ok((quote!(#open #ty #close), ty))
    };
    let (tokens, ty) = read().map_err(|error| {
        let help = "write `<Type<..>>::*`, or `Type::<..>::*`";
        BAD_ENTRY.at(span, format!("cannot parse the type in `<..>`: {error}")).help(help)
    })?;
    if let Type::Path(path) = &ty {
        segments.extend(path.path.segments.iter().map(|segment| segment.ident.unraw().to_string()));
    }
    Ok(Last::Type(tokens))
}

fn segment(input: ParseStream<'_>, segments: &mut Vec<String>) -> Result<Last, Diagnostic> {
    let span = input.span();
    if input.peek(Token![*]) {
        let help = "write `path::*`, at the end of a path";
        return Err(BAD_ENTRY.at(span, "`*` without a path".to_owned()).help(help));
    }
    if input.peek(syn::Lit) {
        let help = "write the path of the function, without quotes";
        return Err(BAD_ENTRY.at(span, "an entry is a path, not a string".to_owned()).help(help));
    }
    let ident = input.call(Ident::parse_any).map_err(|_| failure(span, "expected a path"))?;
    let arguments = if input.peek(Token![<]) {
        let help = format!("write `{ident}::<..>`, or `<{ident}<..>>`");
        let message = "generic arguments require `::` here".to_owned();
        return Err(BAD_ENTRY.at(input.span(), message).help(help));
    } else if input.peek(Token![::]) && input.peek3(Token![<]) {
        let arguments = syn::AngleBracketedGenericArguments::parse_turbofish(input);
        PathArguments::AngleBracketed(
            arguments
                .map_err(|error| failure(error.span(), &format!("cannot parse these generic arguments: {error}")))?,
        )
    } else {
        PathArguments::None
    };
    segments.push(ident.unraw().to_string());
    Ok(Last::Segment(PathSegment { ident, arguments }))
}
