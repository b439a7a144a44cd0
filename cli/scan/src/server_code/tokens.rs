//! Questions about tokens alone.

use proc_macro2::{Delimiter, Spacing, TokenTree};

/// Returns the name behind `::`, with type arguments before it left out.
pub(super) fn associated(tokens: &[TokenTree]) -> Option<String> {
    let (mut depth, mut colons) = (0_usize, 0_usize);
    for token in tokens {
        match token {
            TokenTree::Punct(punct) => match punct.as_char() {
                '<' => depth += 1,
                '>' => depth = depth.checked_sub(1)?,
                ':' if depth == 0 => colons += 1,
                ':' | ',' | '\'' => {}
                _ if depth > 0 => {}
                _ => return None,
            },
            TokenTree::Ident(name) if depth == 0 => return (colons > 0).then(|| name.to_string()),
            _ if depth > 0 => {}
            _ => return None,
        }
    }
    None
}

/// Returns the path that ends at that name: `[rmcp, transport, stdio]`.
pub(super) fn path_to(tokens: &[TokenTree], at: usize) -> Vec<String> {
    let mut path = Vec::new();
    let mut at = at;
    while let Some(TokenTree::Ident(name)) = tokens.get(at) {
        let name = name.to_string();
        path.push(name.strip_prefix("r#").map_or(name.clone(), str::to_owned));
        let is_colon = |before: usize| {
            let token = at.checked_sub(before).and_then(|before| tokens.get(before));
            token.is_some_and(|token| is_punct(token, ':'))
        };
        let Some(before) = at.checked_sub(3).filter(|_| is_colon(1) && is_colon(2)) else { break };
        at = before;
    }
    path.reverse();
    path
}

/// Returns whether what is before `::name` is a type in angle brackets with that name in it: `<Files as ServiceExt>`.
pub(super) fn is_in_angle_brackets(tokens: &[TokenTree], at: usize, test: &impl Fn(&str) -> bool) -> bool {
    let Some(before) = at.checked_sub(3).and_then(|end| tokens.get(..=end)) else { return false };
    if !before.last().is_some_and(|token| is_punct(token, '>')) {
        return false;
    }
    let mut depth = 0_usize;
    let inside = before.iter().rev().take_while(|token| {
        depth = depth + usize::from(is_punct(token, '>')) - usize::from(is_punct(token, '<') && depth > 0);
        depth > 0
    });
    any_name(&inside.cloned().collect::<Vec<_>>(), test)
}

/// Returns the tokens between parentheses.
pub(super) fn parenthesized(token: Option<&TokenTree>) -> Option<Vec<TokenTree>> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            Some(group.stream().into_iter().collect())
        }
        _ => None,
    }
}

/// Returns whether that name is the name of a method: a dot is before it.
pub(super) fn is_method(tokens: &[TokenTree], at: usize) -> bool {
    at.checked_sub(1).and_then(|before| tokens.get(before)).is_some_and(|token| is_punct(token, '.'))
}

/// Returns whether the arguments are those of a client, or of another kind of server, by their names.
pub(super) fn is_client(tokens: &[TokenTree]) -> bool {
    any_name(tokens, &|name| {
        name.ends_with("ClientTransport")
            || matches!(name, "ClientInfo" | "TokioChildProcess")
            || name.contains("make_service")
    })
}

/// Returns whether the method at that token is called on no server of rmcp: on `()`, or on a variable that is named as a client.
pub(super) fn is_other_receiver(tokens: &[TokenTree], at: usize) -> bool {
    let receiver = at.checked_sub(2).and_then(|before| tokens.get(before));
    if let Some(TokenTree::Ident(name)) = receiver {
        let name = name.to_string();
        return matches!(name.as_str(), "client" | "client_handler" | "client_info" | "client_service")
            || name.ends_with("_client");
    }
    let before = at.checked_sub(3).and_then(|before| tokens.get(before));
    parenthesized(receiver).is_some_and(|inner| inner.is_empty()) && before.is_none_or(|token| !is_callee(token))
}

/// Returns whether parentheses behind this token are a call.
fn is_callee(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Ident(name) if !["return", "await", "in", "else", "match", "if", "move"].contains(&name.to_string().as_str()))
        || is_punct(token, '>')
}

/// Returns whether the token at that index is `=` alone: no part of `==`, `=>`, `>=` and other operators.
pub(super) fn is_assignment(tokens: &[TokenTree], at: usize) -> bool {
    let is_alone = |at: usize| {
        tokens.get(at).is_none_or(|token| !matches!(token, TokenTree::Punct(sign) if sign.spacing() == Spacing::Joint))
    };
    tokens.get(at).is_some_and(|token| is_punct(token, '=')) && is_alone(at) && at.checked_sub(1).is_none_or(is_alone)
}

pub(super) fn is_punct(token: &TokenTree, expected: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == expected)
}

pub(super) fn any_name(tokens: &[TokenTree], test: &impl Fn(&str) -> bool) -> bool {
    tokens.iter().any(|token| match token {
        TokenTree::Ident(name) => test(&name.to_string()),
        TokenTree::Group(group) => any_name(&group.stream().into_iter().collect::<Vec<_>>(), test),
        _ => false,
    })
}
