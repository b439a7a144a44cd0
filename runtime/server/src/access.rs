//! Who may use a method that is no tool call.

use mcp_scopes::ScopeTable;

use super::error::Problems;

/// Who may use a method that is no tool call. Set by [`ResourceServerBuilder::method`](super::ResourceServerBuilder::method).
///
/// | method | as it comes |
/// |---|---|
/// | `initialize`, `ping`, `server/discover`, `tools/list`, `logging/setLevel`, `notifications/*` | [`Discovery`](Self::Discovery) |
/// | `tasks/*`, `completion/complete`, `resources/*`, `prompts/*`, `subscriptions/listen` | [`Refused`](Self::Refused) |
/// | every other | [`Refused`](Self::Refused) |
///
/// The second row lets data out that no tool's scopes speak of: the result of somebody's call, a file, a prompt. A caller in the
/// sandbox uses the methods of the first row alone, since the others act on the real world.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Access {
    /// Nobody: it is answered like a method that the server does not have.
    Refused,
    /// Whoever may see the list of tools, by [`Discovery`](super::Discovery).
    Discovery,
    /// Whoever has a token.
    Token,
    /// Whoever holds all of these scopes, which have to be the table's.
    Scopes(Vec<String>),
}

impl Access {
    /// Whoever holds all of these scopes.
    #[must_use]
    pub fn scopes(scopes: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self::Scopes(scopes.into_iter().map(Into::into).collect())
    }
}

/// The rules for all methods.
#[derive(Clone, Debug)]
pub(super) struct Methods {
    rules: Vec<(Pattern, Rule)>,
}

/// [`Access`], with the scopes as the table spells them.
#[derive(Clone, Debug)]
pub(super) enum Rule {
    Refused,
    Discovery,
    Token,
    Scopes(Vec<&'static str>),
}

/// `tools/list`, `resources/*` or `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Pattern {
    Exactly(String),
    /// With the slash, or empty for all.
    Below(String),
}

impl Pattern {
    fn of(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(prefix) if prefix.is_empty() || prefix.ends_with('/') => Self::Below(prefix.to_owned()),
            _ => Self::Exactly(text.to_owned()),
        }
    }

    /// How closely it fits; `None` if it does not.
    fn fit(&self, method: &str) -> Option<usize> {
        match self {
            Self::Exactly(name) => (name == method).then_some(usize::MAX),
            Self::Below(prefix) => method.starts_with(prefix.as_str()).then_some(prefix.len()),
        }
    }
}

/// What carries the protocol itself.
const PROTOCOL: [&str; 6] =
    ["initialize", "ping", "server/discover", "tools/list", "logging/setLevel", "notifications/*"];

impl Methods {
    /// The rules as stated, over those that come with the layer.
    pub(super) fn new(stated: &[(String, Access)], table: &'static ScopeTable, problems: &mut Problems) -> Self {
        let mut rules: Vec<_> = PROTOCOL.iter().map(|name| (Pattern::of(name), Rule::Discovery)).collect();
        for (text, access) in stated {
            let pattern = Pattern::of(text);
            if pattern.fit("tools/call") == Some(usize::MAX) || *text == "tools/*" {
                problems.add(
                    "method",
                    format!("`{text}` is about calls of tools, which the table decides"),
                    "leave it out",
                );
                continue;
            }
            let rule = match access {
                Access::Refused => Rule::Refused,
                Access::Discovery => Rule::Discovery,
                Access::Token => Rule::Token,
                Access::Scopes(scopes) if scopes.is_empty() => {
                    problems.add(
                        "method",
                        format!("no scope is named for `{text}`"),
                        "name one, or write `Access::Token` for whoever has a token",
                    );
                    continue;
                }
                Access::Scopes(scopes) => Rule::Scopes(known(text, scopes, table, problems)),
            };
            rules.retain(|(earlier, _)| *earlier != pattern);
            rules.push((pattern, rule));
        }
        Self { rules }
    }

    /// The rule that fits most closely.
    pub(super) fn rule(&self, method: &str) -> &Rule {
        let fitting = self.rules.iter().filter_map(|(pattern, rule)| Some((pattern.fit(method)?, rule)));
        fitting.max_by_key(|(fit, _)| *fit).map_or(&Rule::Refused, |(_, rule)| rule)
    }
}

/// The scopes as the table spells them. One that it does not know could not be held by anyone.
fn known(method: &str, scopes: &[String], table: &'static ScopeTable, problems: &mut Problems) -> Vec<&'static str> {
    let mut found = Vec::with_capacity(scopes.len());
    for scope in scopes {
        match table.scopes().find(|known| known == scope) {
            Some(known) => found.push(known),
            None => problems.add(
                "method",
                format!("`{method}` asks for the scope `{}`, which the table does not know", scope.escape_debug()),
                "declare it under `[scopes]` in `mcp-scopes.toml`",
            ),
        }
    }
    found
}
