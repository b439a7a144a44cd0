//! `#[mcp_tools]` on an inherent impl or an inline module.

mod members;

use crate::{
    args::{self, Arg, only, span_of},
    attribute,
    catalogue::{EMPTY_GROUP, FILE_MODULE, NOT_A_GROUP, TRAIT_IMPL, WRONG_TYPE},
    diagnostic::{Diagnostic, Diagnostics},
    ir::GroupDecl,
    tool,
};
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

/// The keys of `#[mcp_tools(..)]`.
pub const KEYS: [&str; 2] = ["group", "crate"];

/// The item under `#[mcp_tools]`, split but not parsed. Attributes, header and body in this order make up the item.
#[derive(Clone, Debug)]
pub struct Block {
    /// Its kind.
    pub kind: BlockKind,
    /// Its attributes, as tokens.
    pub attributes: TokenStream,
    /// The conditions of `#[cfg(..)]` attributes on it.
    pub cfgs: Vec<TokenStream>,
    /// `impl<T> Server<T> where ..`, or `pub mod shell`.
    pub header: TokenStream,
    /// The body, including the braces.
    pub body: Group,
}

/// The kind of item that `#[mcp_tools]` annotates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// An inherent impl.
    Impl,
    /// An inline module.
    Module,
}

/// Reads `#[mcp_tools(args)]` on an item.
///
/// Returns `None` if the item is neither an inherent impl nor an inline module. If there are errors, the declaration
/// contains the members that could be read.
///
/// ```
/// use mcp_scopes_grammar::group;
/// let block = "impl Server { #[mcp_tool(risk = \"low\")] fn list(&self) {} }".parse()?;
/// let (group, errors) = group::read("group = admin".parse()?, block);
/// assert!(errors.is_empty());
/// assert_eq!(group.map(|(group, _)| group.members.len()), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn read(args: TokenStream, item: TokenStream) -> (Option<(GroupDecl, Block)>, Vec<Diagnostic>) {
    let mut errors = Diagnostics::new();
    let mut decl = GroupDecl { name: None, members: Vec::new(), krate: None };
    for arg in args::read(args, "mcp_tools", &KEYS, &mut errors) {
        match arg.key.as_str() {
            "group" => decl.name = name(&arg, &mut errors),
            "crate" => decl.krate = tool::krate(&arg, &mut errors),
            _ => {}
        }
    }
    let read = match block(item) {
        Ok((block, span)) => {
            let before = errors.len();
            decl.members = members::read(&block.body, &mut errors);
            if decl.members.is_empty() && errors.len() == before {
                let message = "the group contains no function with `#[mcp_tool]`".to_owned();
                errors.push(EMPTY_GROUP.at(span, message));
            }
            Some((decl, block))
        }
        Err(diagnostic) => {
            errors.push(diagnostic);
            None
        }
    };
    (read, errors.finish())
}

fn name(arg: &Arg, errors: &mut Diagnostics) -> Option<Ident> {
    let tokens = arg.equals(errors)?;
    if let Some(TokenTree::Ident(name)) = only(tokens)
        && name.to_string().starts_with(|first: char| first.is_lowercase() || first == '_')
    {
        return Some(name);
    }
    let message = "`group` takes a lowercase identifier".to_owned();
    errors.push(WRONG_TYPE.at(span_of(tokens), message).help("write it without quotes: `group = admin`"));
    None
}

/// Splits the item, and returns the span of its keyword.
fn block(item: TokenStream) -> Result<(Block, Span), Diagnostic> {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let attributes = members::attributes(&tokens);
    let header_begin = attributes.end;
    let list = attributes.list;
    let found = members::keyword(tokens.get(header_begin..).unwrap_or_default());
    let Some((word, span)) = found else {
        return Err(NOT_A_GROUP.at(Span::call_site(), "`#[mcp_tools]` requires an impl or a module".to_owned()));
    };
    let kind = match word.as_str() {
        "impl" => BlockKind::Impl,
        "mod" => BlockKind::Module,
        "fn" => {
            let message = "`#[mcp_tools]` applies to an impl or a module, not to a function".to_owned();
            return Err(NOT_A_GROUP.at(span, message).help("write `#[mcp_tool(..)]`, without the `s`"));
        }
        other => {
            let message = format!("`#[mcp_tools]` applies to an impl or a module, not to `{other}`");
            return Err(NOT_A_GROUP.at(span, message));
        }
    };
    let body = match tokens.pop() {
        Some(TokenTree::Group(body)) if body.delimiter() == Delimiter::Brace => body,
        _ => {
            let message = "`#[mcp_tools]` cannot read a module in another file".to_owned();
            return Err(FILE_MODULE.at(span, message));
        }
    };
    let header = tokens.split_off(header_begin);
    if kind == BlockKind::Impl
        && let Some(span) = trait_of(&header)
    {
        let message = "`#[mcp_tools]` cannot add its generated functions to a trait impl".to_owned();
        return Err(TRAIT_IMPL.at(span, message));
    }
    let cfgs = attribute::cfgs(&list);
    let (attributes, header) = (tokens.into_iter().collect(), header.into_iter().collect());
    Ok((Block { kind, attributes, cfgs, header, body }, span))
}

/// Returns the position of the `for` in `impl Trait for Type`. The `for` of `for<'a> Fn(&'a T)` does not count.
fn trait_of(header: &[TokenTree]) -> Option<Span> {
    header.iter().enumerate().find_map(|(place, token)| {
        let TokenTree::Ident(word) = token else { return None };
        let after: String = header.iter().skip(place + 1).take(2).map(ToString::to_string).collect();
        let binder = after.starts_with("<'") || after == "<>";
        (word == "for" && !binder).then(|| word.span())
    })
}

#[cfg(test)]
mod tests;
