//! Attributes of other crates: one with the same name as ours, and those of an SDK. Each accepts any arguments.

use proc_macro::TokenStream;

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

/// An SDK's `#[tool]` that rewrites an `async fn` with a result, as that of rmcp does: its result becomes a boxed future.
#[proc_macro_attribute]
pub fn rewriting_tool(_arguments: TokenStream, item: TokenStream) -> TokenStream {
    let text = item.to_string().replacen("async fn", "fn", 1);
    let Some((head, result)) = text.split_once("->") else { return item };
    let Some((result, body)) = result.split_once('{') else { return item };
    let future = format!("dyn ::std::future::Future<Output = {result}> + Send + '_");
    // The body has its closing brace.
    let rewritten = format!("{head} -> ::std::pin::Pin<Box<{future}>> {{ Box::pin(async move {{ {body}) }}");
    rewritten.parse().unwrap_or(item)
}
