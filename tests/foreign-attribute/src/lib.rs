//! Attributes of other crates: one with the same name as ours, and those of an SDK. Each accepts any arguments.

use proc_macro::{Delimiter, Group, TokenStream, TokenTree};

/// Ignores its arguments.
#[proc_macro_attribute]
pub fn mcp_tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// An SDK's `#[tool]` with a name that is not a literal.
#[proc_macro_attribute]
pub fn tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// An SDK's `#[tool_router]`.
#[proc_macro_attribute]
pub fn tool_router(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    item
}

/// An SDK's `#[tool]` that rewrites an `async fn` with a result, as that of rmcp does: its result becomes a boxed future. Other items are
/// unchanged.
#[proc_macro_attribute]
pub fn rewriting_tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let is = |token: &TokenTree, text: &str| token.to_string() == text;
    let Some(body) = tokens.pop() else { return item };
    let Some(asynchronous) = tokens.iter().position(|token| is(token, "async")) else { return item };
    tokens.remove(asynchronous);
    let Some(arrow) = tokens.iter().position(|token| is(token, ">")) else { return item };
    let result: TokenStream = tokens.drain(arrow + 1..).collect();
    let future = format!("::std::pin::Pin<Box<dyn ::std::future::Future<Output = {result}> + Send + '_>>");
    let Ok(future) = future.parse::<TokenStream>() else { return item };
    let Ok(mut call) = "async move".parse::<TokenStream>() else { return item };
    call.extend([body]);
    let Ok(mut boxed) = "Box::pin".parse::<TokenStream>() else { return item };
    boxed.extend([TokenTree::from(Group::new(Delimiter::Parenthesis, call))]);
    let body = TokenTree::from(Group::new(Delimiter::Brace, boxed));
    tokens.into_iter().chain(future).chain([body]).collect()
}
