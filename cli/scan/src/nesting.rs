//! Limits the nesting of source before it is parsed, since the parser recurses and its stack is limited.

use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree, token_stream};

/// Maximum nesting of brackets. Handwritten code stays below 40; rustc itself stops at 128 in macros.
const MAX_BRACKETS: usize = 256;
/// Maximum number of tokens without a comma, a semicolon or a block. Each token can be a prefix operator, a further
/// `else if` or a generic argument, and the parser recurses into these as it does into brackets.
const MAX_STRETCH: usize = 8_000;

/// Stack size of the thread that parses. Untouched pages use no memory.
pub(crate) const STACK: usize = 256 << 20;

/// Returns the position where tokens nest too deeply to be parsed, and the construct that is too deep.
pub(crate) fn too_deep(tokens: TokenStream) -> Option<(Span, &'static str)> {
    let mut open: Vec<Level> = vec![Level::new(tokens, false)];
    while let Some(level) = open.last_mut() {
        let Some(token) = level.rest.next() else {
            open.pop();
            continue;
        };
        level.stretch += 1;
        if level.stretch > MAX_STRETCH && !level.of_macro {
            return Some((token.span(), "one expression or type is longer than 8,000 tokens"));
        }
        match token {
            TokenTree::Group(group) => {
                // The arguments of a macro are not parsed.
                let of_macro = level.of_macro || level.after_bang;
                level.after_bang = false;
                if group.delimiter() == Delimiter::Brace {
                    level.stretch = 0;
                }
                if open.len() > MAX_BRACKETS {
                    return Some((group.span_open(), "brackets nest deeper than 256"));
                }
                open.push(Level::new(group.stream(), of_macro));
            }
            TokenTree::Punct(punct) => {
                level.after_bang = punct.as_char() == '!' && punct.spacing() == Spacing::Alone && level.after_ident;
                level.after_ident = false;
                if matches!(punct.as_char(), ',' | ';') {
                    level.stretch = 0;
                }
            }
            TokenTree::Ident(ident) => {
                // `else` continues the expression before the block, so such a chain is one stretch.
                if ident == "else" {
                    level.elses += 1;
                    if level.elses > MAX_STRETCH / 8 {
                        return Some((ident.span(), "a block has more than 1,000 `else`"));
                    }
                }
                // In `scope_table! name` the brackets follow after the name.
                level.after_ident = true;
            }
            TokenTree::Literal(_) => (level.after_ident, level.after_bang) = (false, false),
        }
    }
    None
}

struct Level {
    rest: token_stream::IntoIter,
    of_macro: bool,
    stretch: usize,
    elses: usize,
    after_ident: bool,
    after_bang: bool,
}

impl Level {
    fn new(tokens: TokenStream, of_macro: bool) -> Self {
        let rest = tokens.into_iter();
        Self { rest, of_macro, stretch: 0, elses: 0, after_ident: false, after_bang: false }
    }
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    fn deep(text: &str) -> bool {
        too_deep(text.parse().unwrap()).is_some()
    }

    #[test]
    fn brackets_and_chains_are_bounded() {
        let nested = |n: usize| format!("fn f() {{ {}1{} }}", "(".repeat(n), ")".repeat(n));
        assert!(!deep(&nested(200)));
        assert!(deep(&nested(10_000)));
        assert!(deep(&format!("fn f() {{ {} x }}", "!".repeat(10_000))));
        assert!(deep(&format!("fn f() {{ if a {{}} {} }}", "else if a {} ".repeat(5_000))));
        assert!(deep(&format!("type A = {}u8{};", "B<".repeat(9_000), "> ".repeat(9_000))));
    }

    #[test]
    fn long_lists_and_macros_are_not_deep() {
        assert!(!deep(&format!("const A: [u8; 9] = [{}];", "1,".repeat(50_000))));
        assert!(!deep(&format!("m! {{ {} }}", "a ".repeat(50_000))));
        assert!(!deep(&"fn f() { if a {} else {} }\n".repeat(5_000)));
    }
}
