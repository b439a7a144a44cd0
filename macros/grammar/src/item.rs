//! A function without its body, as both an attribute macro and a source scan can read it.

use crate::{
    attribute::{self, Attr},
    catalogue::{NO_BODY, NOT_A_FUNCTION, UNREADABLE_ITEM},
    diagnostic::Diagnostic,
};
use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use syn::{
    Attribute, Signature, Visibility,
    parse::{ParseStream, Parser},
};

/// The name of our attribute, as the last segment of its path.
pub(crate) const ANNOTATION: &str = "mcp_tool";
/// The name of the SDKs' attribute, as the last segment of its path.
pub(crate) const SDK_TOOL: &str = "tool";

/// An annotated function with an unparsed body.
#[derive(Clone)]
pub struct FnHead {
    /// Its attributes, in source order, without the annotation.
    pub attributes: Vec<Attribute>,
    /// The number of [`FnHead::attributes`] above the annotation. Always 0 in an attribute macro, which cannot see
    /// them.
    pub above: usize,
    /// The conditions of a `#[cfg_attr(.., mcp_tool(..))]` around the annotation, all of which must hold.
    pub conditions: Vec<TokenStream>,
    /// Its visibility.
    pub visibility: Visibility,
    /// Its signature.
    pub signature: Signature,
    /// Its body, or `None` if the head comes from a parsed item.
    pub body: Option<Group>,
}

impl FnHead {
    /// Reads the item that an attribute annotates.
    ///
    /// The body stays a group of tokens. Parsing it would cost every build more than the rest of the attribute.
    ///
    /// # Errors
    /// Returns an error if the item is not a function, or is a function without a body.
    ///
    /// ```
    /// use mcp_scopes_grammar::item::FnHead;
    /// let head = FnHead::parse("pub async fn list(directory: String) -> bool { !directory.is_empty() }".parse()?)?;
    /// assert_eq!(head.signature.ident, "list");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn parse(item: TokenStream) -> Result<Self, Diagnostic> {
        let mut tokens: Vec<TokenTree> = item.into_iter().collect();
        if let Some(other) = other_item(&tokens) {
            return Err(other);
        }
        let body = match tokens.pop() {
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => group,
            _ => {
                let name = tokens.iter().skip_while(|token| !matches!(token, TokenTree::Ident(word) if word == "fn"));
                let (name, span) = name.skip(1).map(|name| (name.to_string(), name.span())).next().unzip();
                let message = format!("`{}` has no body", name.unwrap_or_default());
                return Err(NO_BODY.at(span.unwrap_or_else(Span::call_site), message));
            }
        };
        let parsed = (|input: ParseStream<'_>| {
            let attributes = input.call(Attribute::parse_outer)?;
            Ok((attributes, input.parse()?, input.parse()?))
        })
        .parse2(tokens.into_iter().collect());
        let (attributes, visibility, signature) = parsed.map_err(|error: syn::Error| {
            let message = format!("cannot parse this function: {error}");
            UNREADABLE_ITEM.at(error.span(), message)
        })?;
        Ok(Self { attributes, above: 0, conditions: Vec::new(), visibility, signature, body: Some(body) })
    }

    /// Returns the heads of a parsed function, one for each annotation among its attributes, with the tokens between
    /// the annotation's parentheses. There can be several if `#[cfg_attr(..)]` chooses between them.
    #[must_use]
    pub fn of(attributes: &[Attribute], visibility: &Visibility, signature: &Signature) -> Vec<(TokenStream, Self)> {
        let all = attribute::read(attributes);
        let mut annotations = all.iter().filter(|attribute| attribute.name == ANNOTATION).peekable();
        // Of several plain annotations only the first is read. It reports the others as errors.
        let mut plain = false;
        let mut heads = Vec::new();
        for annotation in annotations.by_ref() {
            if annotation.conditions.is_empty() && core::mem::replace(&mut plain, true) {
                continue;
            }
            let rest = attributes.iter().enumerate().filter(|(place, _)| *place != annotation.place);
            let head = Self {
                attributes: rest.map(|(_, attribute)| attribute.clone()).collect(),
                above: annotation.place,
                conditions: annotation.conditions.clone(),
                visibility: visibility.clone(),
                signature: signature.clone(),
                body: None,
            };
            heads.push((annotation.args.clone().unwrap_or_default(), head));
        }
        heads
    }

    pub(crate) fn attrs(&self) -> Vec<Attr> {
        attribute::read(&self.attributes)
    }
}

/// Returns the error for an item that is not a function.
fn other_item(item: &[TokenTree]) -> Option<Diagnostic> {
    let mut tokens = item.iter();
    let mut attribute = false;
    let mut qualifier: Option<(String, Span)> = None;
    let (what, span) = loop {
        match tokens.next() {
            Some(TokenTree::Punct(punct)) if punct.as_char() == '#' => attribute = true,
            Some(TokenTree::Group(_)) if core::mem::take(&mut attribute) => {}
            Some(TokenTree::Group(group)) if group.delimiter() != Delimiter::Brace => {}
            Some(TokenTree::Ident(word)) => match word.to_string().as_str() {
                "fn" => return None,
                "pub" | "default" | "async" | "safe" => {}
                "const" | "unsafe" | "extern" => qualifier = Some((word.to_string(), word.span())),
                other => match qualifier {
                    // In `const NAME: ..` and `extern crate ..`, the qualifier is the item's keyword.
                    Some(found) if !matches!(other, "impl" | "trait" | "mod") => break found,
                    _ => break (other.to_owned(), word.span()),
                },
            },
            Some(TokenTree::Literal(_)) => {}
            Some(token) => break ("item".to_owned(), token.span()),
            None => break ("item".to_owned(), Span::call_site()),
        }
    };
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    let diagnostic = NOT_A_FUNCTION.at(span, format!("`#[mcp_tool]` applies to functions, not to {article} `{what}`"));
    Some(match what.as_str() {
        "struct" | "enum" => diagnostic.help(
            "put it on the function that implements the tool; to use the `mcp_tool` of another crate, import it or write \
             its full path",
        ),
        "impl" | "mod" => diagnostic.help("write `#[mcp_tools]` here and `#[mcp_tool(..)]` on each function inside"),
        _ => diagnostic,
    })
}
