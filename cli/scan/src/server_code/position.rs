//! A token with the groups around it, and the statement that it is part of.

use std::ops::Range;

use proc_macro2::{Delimiter, TokenTree};

use super::tokens::{is_assignment, is_method, is_punct};

/// Methods of a router that add to it. A layer in front of the call is not around what they add.
const ADDING: [&str; 7] = ["fallback", "fallback_service", "merge", "nest", "nest_service", "route", "route_service"];

/// A token among those of its group.
#[derive(Clone, Copy)]
pub(super) struct Position<'t> {
    /// The tokens of the group.
    pub(super) tokens: &'t [TokenTree],
    /// The index of the token.
    pub(super) at: usize,
    /// Whether the group is a block, or something else in braces.
    pub(super) in_braces: bool,
    /// The group among its own neighbors.
    pub(super) around: Option<&'t Position<'t>>,
}

/// The names that a statement gives to its value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bound {
    /// The names.
    pub(super) names: Vec<String>,
    /// Whether they exist before the statement: `app = ..`, `routes.push(..)`.
    pub(super) is_assigned: bool,
    /// Where the value begins.
    pub(super) value: usize,
    /// Where the names can be used: behind the statement, or in the block of `for`, `if let` and `while let`.
    pub(super) scope: usize,
}

impl<'t> Position<'t> {
    /// Returns the token.
    pub(super) fn token(&self) -> Option<&'t TokenTree> {
        self.tokens.get(self.at)
    }

    /// Returns the token as a name.
    pub(super) fn name(&self) -> Option<String> {
        match self.token() {
            Some(TokenTree::Ident(name)) => Some(name.to_string()),
            _ => None,
        }
    }

    /// Returns whether the token is a variable that is used, by its neighbors: no method, no field, no part of a path.
    pub(super) fn is_variable(&self) -> bool {
        let before = |back: usize| self.at.checked_sub(back).and_then(|at| self.tokens.get(at));
        let next = self.tokens.get(self.at + 1);
        let is_lower =
            self.name().is_some_and(|name| name.starts_with(|first: char| first.is_lowercase() || first == '_'));
        // `..app` is a range or the rest of a struct.
        let is_member = is_method(self.tokens, self.at) && !before(2).is_some_and(|token| is_punct(token, '.'));
        is_lower
            && !is_member
            && !before(1)
                .is_some_and(|token| is_punct(token, ':') && before(2).is_some_and(|token| is_punct(token, ':')))
            && !next.is_some_and(|token| is_punct(token, ':'))
    }

    /// Returns the part of the group that the token belongs to: a statement, an arm of a `match`, an argument.
    pub(super) fn segment(&self) -> Range<usize> {
        let mut start = 0;
        for (end, next) in separators(self.tokens, self.in_braces) {
            if end > self.at {
                return start..end;
            }
            start = next;
        }
        start..self.tokens.len()
    }

    /// Returns whether the value of a part of a block is the value of the block.
    pub(super) fn is_last(&self, segment: &Range<usize>) -> bool {
        // An arm of a `match` begins behind its arrow, and ends before the pattern or at the arrow of the next one.
        let arrow = segment.start.checked_sub(2).and_then(|at| self.tokens.get(at..segment.start));
        let is_arm = arrow.is_some_and(|arrow| matches!(arrow, [a, b] if is_punct(a, '=') && is_punct(b, '>')));
        is_arm || self.tokens.get(segment.end).is_none_or(|token| is_punct(token, '='))
    }

    /// Returns whether the function returns the value here.
    pub(super) fn is_returned(&self, segment: &Range<usize>) -> bool {
        let before = self.tokens.get(segment.start..self.at).unwrap_or_default();
        before.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "return"))
    }

    /// Returns whether the token is the arguments of a method that adds to a router.
    pub(super) fn is_added(&self) -> bool {
        let is_group =
            matches!(self.token(), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
        let Some(before) = self.at.checked_sub(1).filter(|_| is_group) else { return false };
        let name = Position { at: before, ..*self };
        is_method(self.tokens, before) && name.name().is_some_and(|name| ADDING.contains(&name.as_str()))
    }

    /// Returns the arm of a `match` that the token is in, so that a protection in one arm does not count for another.
    pub(super) fn branch(&self) -> Range<usize> {
        let is_arrow = |at: &usize| {
            let is = |at: usize, sign: char| self.tokens.get(at).is_some_and(|token| is_punct(token, sign));
            is(*at, '=') && is(*at + 1, '>')
        };
        let start = (0..=self.at).rev().find(is_arrow).unwrap_or_default();
        start..(self.at + 1..self.tokens.len()).find(is_arrow).unwrap_or(self.tokens.len())
    }

    /// Returns the tokens of the value that a name has here, if it gets it earlier in the same group.
    pub(super) fn value_of(&self, name: &str) -> Option<Range<usize>> {
        (0..self.at).rev().find_map(|at| {
            let TokenTree::Ident(word) = self.tokens.get(at)? else { return None };
            let (value, is_condition) = match self.binding(at) {
                Some((names, value, is_condition)) if names.iter().any(|bound| bound == name) => (value, is_condition),
                None if word == name && is_assignment(self.tokens, at + 1) => (at + 2, false),
                _ => return None,
            };
            let is_end = |at: &usize| self.tokens.get(*at).is_some_and(|token| is_punct(token, ';'));
            match (value..self.tokens.len()).find(is_end).unwrap_or(self.tokens.len()) {
                end if end < self.at => Some(value..end),
                _ if is_condition && value < self.at => Some(value..self.at),
                _ => None,
            }
        })
    }

    /// Returns the names that the statement gives to its value.
    pub(super) fn bound(&self, segment: &Range<usize>) -> Bound {
        let (value, scope) = (segment.start, segment.end);
        let unbound = Bound { value, scope, ..Bound::default() };
        if !self.in_braces {
            return unbound;
        }
        if let Some((names, value, is_condition)) = (segment.start..self.at).rev().find_map(|at| self.binding(at)) {
            let scope = if is_condition { self.at + 1 } else { scope };
            return Bound { names, is_assigned: false, value, scope };
        }
        let Some(TokenTree::Ident(name)) = self.tokens.get(segment.start).filter(|_| segment.start < self.at) else {
            return unbound;
        };
        let names = vec![name.to_string()];
        if is_assignment(self.tokens, segment.start + 1) {
            return Bound { names, is_assigned: true, value: segment.start + 2, scope };
        }
        // A collection that the value is added to.
        let is_argument = matches!(self.token(), Some(TokenTree::Group(_)));
        let is_method = self.tokens.get(segment.start + 1).is_some_and(|token| is_punct(token, '.'));
        if is_argument && is_method && *name != "self" {
            return Bound { names, is_assigned: true, value, scope };
        }
        unbound
    }

    /// Returns the names that `let` or `for` at that index binds, where their value begins, and whether a block for them follows.
    /// The value begins before this token.
    fn binding(&self, at: usize) -> Option<(Vec<String>, usize, bool)> {
        let TokenTree::Ident(word) = self.tokens.get(at)? else { return None };
        let (names, value, is_condition) = if word == "let" {
            let (names, value) = pattern(self.tokens, at)?;
            (names, value, self.is_condition(at))
        } else if word == "for" {
            let is_in = |at: &usize| matches!(self.tokens.get(*at), Some(TokenTree::Ident(word)) if word == "in");
            let end = (at + 1..self.at).find(is_in)?;
            let mut names = Vec::new();
            variables(self.tokens.get(at + 1..end)?, &mut names);
            (names, end + 1, true)
        } else {
            return None;
        };
        (value <= self.at).then_some((names, value, is_condition))
    }

    /// Returns whether `let` at that index is a condition: `if let Some(app) = routes { .. }`.
    fn is_condition(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.tokens.get(before));
        before.is_some_and(|token| {
            is_punct(token, '&') || matches!(token, TokenTree::Ident(word) if word == "if" || word == "while")
        })
    }
}

/// Returns the names of the pattern behind `let`, and where the value begins.
pub(super) fn pattern(tokens: &[TokenTree], at: usize) -> Option<(Vec<String>, usize)> {
    let equals = (at + 1..tokens.len())
        .take_while(|at| !tokens.get(*at).is_some_and(|token| is_punct(token, ';')))
        .find(|at| is_assignment(tokens, *at))?;
    let written = tokens.get(at + 1..equals)?;
    // The type is behind a colon that is not part of a path.
    let is_colon = |at: usize| written.get(at).is_some_and(|token| is_punct(token, ':'));
    let end = (0..written.len())
        .find(|at| is_colon(*at) && !is_colon(at + 1) && !at.checked_sub(1).is_some_and(is_colon))
        .unwrap_or(written.len());
    let mut names = Vec::new();
    variables(written.get(..end)?, &mut names);
    Some((names, equals + 1))
}

fn variables(tokens: &[TokenTree], names: &mut Vec<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => {
                let name = name.to_string();
                let is_word = matches!(name.as_str(), "mut" | "ref" | "box");
                if !is_word && name.starts_with(|first: char| first.is_lowercase() || first == '_') {
                    names.push(name);
                }
            }
            TokenTree::Group(group) => variables(&group.stream().into_iter().collect::<Vec<_>>(), names),
            _ => {}
        }
    }
}

/// Returns the end of each part of a group, with the start of the next one.
fn separators(tokens: &[TokenTree], in_braces: bool) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    // Between `::<` and `>`, commas separate types.
    let mut depth = 0_usize;
    let is =
        |at: Option<usize>, sign: char| at.and_then(|at| tokens.get(at)).is_some_and(|token| is_punct(token, sign));
    for (at, token) in tokens.iter().enumerate() {
        let (one, two) = (at.checked_sub(1), at.checked_sub(2));
        match token {
            TokenTree::Punct(sign) => match sign.as_char() {
                '<' if depth > 0 || (is(one, ':') && is(two, ':')) => depth += 1,
                '>' if !is(one, '-') && !is(one, '=') => depth = depth.saturating_sub(1),
                ';' => found.push((at, at + 1)),
                ',' if depth == 0 && !in_braces => found.push((at, at + 1)),
                '=' if is(Some(at + 1), '>') => found.push((at, at + 2)),
                _ => {}
            },
            TokenTree::Group(group) if in_braces && group.delimiter() == Delimiter::Brace => {
                // A block that ends a statement: the next one starts with a word.
                let starts = match tokens.get(at + 1) {
                    Some(TokenTree::Ident(word)) => !matches!(word.to_string().as_str(), "else" | "as"),
                    Some(token) => is_punct(token, '#'),
                    None => false,
                };
                if starts {
                    found.push((at + 1, at + 1));
                }
            }
            _ => {}
        }
    }
    found
}

/// Calls `visit` with each token, and with the groups around it.
pub(super) fn each(tokens: &[TokenTree], visit: &mut dyn FnMut(&Position<'_>)) {
    each_in(tokens, false, None, visit);
}

fn each_in(tokens: &[TokenTree], in_braces: bool, around: Option<&Position<'_>>, visit: &mut dyn FnMut(&Position<'_>)) {
    for at in 0..tokens.len() {
        let position = Position { tokens, at, in_braces, around };
        visit(&position);
        if let Some(TokenTree::Group(group)) = tokens.get(at) {
            let inner: Vec<TokenTree> = group.stream().into_iter().collect();
            each_in(&inner, group.delimiter() == Delimiter::Brace, Some(&position), visit);
        }
    }
}

#[cfg(test)]
mod tests {
    use proc_macro2::{TokenStream, TokenTree};

    use super::{Bound, each};

    /// The statement or argument around the name `here`, and the names that the statement gives to its value.
    fn part(source: &str) -> (String, Bound) {
        let tokens: Vec<TokenTree> = source.parse::<TokenStream>().unwrap().into_iter().collect();
        let mut found = None;
        each(&tokens, &mut |position| {
            if position.name().as_deref() == Some("here") {
                let segment = position.segment();
                let text = position.tokens[segment.clone()].iter().cloned().collect::<TokenStream>().to_string();
                found = Some((text.replace(' ', ""), position.bound(&segment)));
            }
        });
        found.unwrap()
    }

    #[test]
    fn finds_the_part_around_a_token() {
        for (source, expected) in [
            ("{ a(); here(b); c() }", "here(b)"),
            ("{ if a { b() } here(c) }", "here(c)"),
            ("{ let a = if b { c } else { d }; here }", "here"),
            ("{ match a { 1 => b(), 2 => here(), 3 => c() } }", "here(),3"),
            ("join(a(b), here(c), d)", "here(c)"),
            ("join(a::<B, C>(here), d)", "here"),
            ("join(here::<B, C>(a), d)", "here::<B,C>(a)"),
            ("{ a < b; here > c; }", "here>c"),
        ] {
            assert_eq!(part(source).0, expected, "{source}");
        }
    }

    #[test]
    fn finds_the_names_of_a_value() {
        for (source, names, is_assigned) in [
            ("{ let app = here(); }", &["app"][..], false),
            ("{ let mut app: Router<A, B> = here(); }", &["app"], false),
            ("{ let (a, Some(b)) = here(); }", &["a", "b"], false),
            ("{ if c { d } let app = x.layer(here); }", &[], false),
            ("{ app = here(); }", &["app"], true),
            ("{ app == here(); }", &[], false),
            ("{ here(app); }", &[], false),
            ("{ app.here(); }", &[], false),
        ] {
            let bound = part(source).1;
            assert_eq!(
                (&bound.names[..], bound.is_assigned),
                (&names.iter().map(ToString::to_string).collect::<Vec<_>>()[..], is_assigned),
                "{source}"
            );
        }
    }
}
