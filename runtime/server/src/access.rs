//! Which callers may use a method that is not a tool call.

use mcp_scopes::ScopeTable;

use super::{
    contents::{COMPLETE, Contents, LISTEN, PROMPT_METHODS, RESOURCE_METHODS},
    error::{ProblemKind, ProblemList},
};

/// Which callers may use a method that is not a tool call. Set by
/// [`ResourceServerBuilder::method`](super::ResourceServerBuilder::method).
///
/// | method | default |
/// |---|---|
/// | `initialize`, `ping`, `server/discover`, `tools/list`, `logging/setLevel`, `notifications/*` | [`Discovery`](Self::Discovery) |
/// | `tasks/*`, `completion/complete`, `resources/*`, `prompts/*`, `subscriptions/listen` | [`Denied`](Self::Denied) |
/// | any other method | [`Denied`](Self::Denied) |
///
/// The methods of the second row return data that no tool's scopes cover: the result of another caller's call, a file, a
/// prompt. Entries of `[resources]` and `[prompts]` in the table's file decide about the methods for resources and prompts, in place of
/// rules: stating both is an error. Under a table with conditional scopes, or with policies about arguments or approvals, `tasks/update` is rejected
/// whatever the rule: a task does not say which tool its input is for. A sandbox caller may use only the methods of the first row, since the others act on live data.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// No caller. The method is answered like one that the server does not have.
    Denied,
    /// Callers that may see the list of tools, according to [`Discovery`](super::Discovery).
    Discovery,
    /// Callers with a token.
    Token,
    /// Callers that hold all of these scopes. The table must declare them.
    Scopes(Vec<String>),
}

impl Access {
    /// Returns the access for callers that hold all of these scopes.
    #[must_use]
    pub fn scopes(scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Scopes(scopes.into_iter().map(Into::into).collect())
    }
}

/// The access rules for all methods.
#[derive(Clone, Debug)]
pub(super) struct Methods {
    rules: Vec<(Pattern, Rule)>,
}

/// [`Access`], with the scopes as the table spells them.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Denied,
    Discovery,
    Token,
    Scopes(Vec<&'static str>),
}

/// `tools/list`, `resources/*` or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exactly(String),
    /// The prefix, including the slash; empty for all methods.
    Below(String),
}

impl Pattern {
    fn of(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) if prefix.is_empty() || prefix.ends_with('/') => Self::Below(prefix.to_owned()),
            _ => Self::Exactly(text.to_owned()),
        }
    }

    /// Returns how specific the match is; `None` if the pattern does not match.
    fn fit(&self, method: &str) -> Option<usize> {
        match self {
            Self::Exactly(name) => (name == method).then_some(usize::MAX),
            Self::Below(prefix) => method.starts_with(prefix.as_str()).then_some(prefix.len()),
        }
    }
}

/// The methods of the protocol itself.
const PROTOCOL: [&str; 6] =
    ["initialize", "ping", "server/discover", "tools/list", "logging/setLevel", "notifications/*"];

impl Methods {
    /// Returns the configured rules, on top of the defaults.
    pub(super) fn new(
        stated: &[(String, Access)],
        table: &'static ScopeTable,
        contents: Contents,
        problems: &mut ProblemList,
    ) -> Self {
        let mut rules: Vec<_> = PROTOCOL.iter().map(|name| (Pattern::of(name), Rule::Discovery)).collect();
        for (text, access) in stated {
            let pattern = Pattern::of(text);
            if pattern.fit("tools/call") == Some(usize::MAX) || *text == "tools/*" {
                problems.add(
                    "method",
                    ProblemKind::Unknown,
                    format!("`{text}` is about calls of tools, which the table decides"),
                    "leave it out",
                );
                continue;
            }
            if pattern != Pattern::Below(String::new())
                && let Some(section) = deciding_section(&pattern, contents)
            {
                problems.add(
                    "method",
                    ProblemKind::Contradiction,
                    format!("`{text}` is decided by `[{section}]` in `mcp-scopes.toml`"),
                    format!("remove the call, or remove `[{section}]`"),
                );
                continue;
            }
            let rule = match access {
                Access::Denied => Rule::Denied,
                Access::Discovery => Rule::Discovery,
                Access::Token => Rule::Token,
                Access::Scopes(scopes) if scopes.is_empty() => {
                    problems.add(
                        "method",
                        ProblemKind::Unknown,
                        format!("no scope is named for `{text}`"),
                        "name one, or write `Access::Token` for every caller with a token",
                    );
                    continue;
                }
                Access::Scopes(scopes) => Rule::Scopes(declared_scopes(text, scopes, table, problems)),
            };
            rules.retain(|(earlier, _)| *earlier != pattern);
            rules.push((pattern, rule));
        }
        Self { rules }
    }

    /// Returns whether a rule states who may use the method.
    pub(super) fn states(&self, method: &str) -> bool {
        self.rules.iter().any(|(pattern, _)| pattern.fit(method).is_some())
    }

    /// Returns the most specific matching rule.
    pub(super) fn rule(&self, method: &str) -> &Rule {
        let fitting = self.rules.iter().filter_map(|(pattern, rule)| Some((pattern.fit(method)?, rule)));
        fitting.max_by_key(|(fit, _)| *fit).map_or(&Rule::Denied, |(_, rule)| rule)
    }
}

/// Returns the section of the file that decides about a method that the pattern matches.
fn deciding_section(pattern: &Pattern, contents: Contents) -> Option<&'static str> {
    let matches = |methods: &[&str]| methods.iter().any(|method| pattern.fit(method).is_some());
    let shared = matches(&[COMPLETE, LISTEN]);
    if contents.has_resources() && (shared || matches(&RESOURCE_METHODS)) {
        return Some("resources");
    }
    (contents.has_prompts() && (shared || matches(&PROMPT_METHODS))).then_some("prompts")
}

/// Returns the scopes as the table spells them. No caller can hold a scope that the table does not declare.
fn declared_scopes(
    method: &str,
    scopes: &[String],
    table: &'static ScopeTable,
    problems: &mut ProblemList,
) -> Vec<&'static str> {
    let mut found = Vec::with_capacity(scopes.len());
    for scope in scopes {
        match table.scopes().find(|known| known == scope) {
            Some(known) => found.push(known),
            None => problems.add(
                "method",
                ProblemKind::Unknown,
                format!("`{method}` asks for the scope `{}`, which the table does not know", scope.escape_debug()),
                "declare it under `[scopes]` in `mcp-scopes.toml`",
            ),
        }
    }
    found
}
