//! What was observed. The checks read it; nothing here judges.

use std::collections::{HashMap, HashSet};

use mcp_scopes_prm::{Draft, json::Json};

use crate::{answer::Exchange, speech::Speech, target::Target};

/// Everything that was observed of a server.
pub(crate) struct Facts {
    pub(crate) target: Target,
    /// The first request, which has no token.
    pub(crate) anonymous: Exchange,
    pub(crate) discovery: Discovery,
    /// The authorization servers that the document names.
    pub(crate) issuers: Vec<Issuer>,
    /// The requests with tokens that must be refused.
    pub(crate) tokens: Vec<TokenProbe>,
    /// Requests that only show failures, such as the ends of sessions.
    pub(crate) further: Vec<Exchange>,
    /// The conversations with a token, that of `full` first.
    pub(crate) talks: Vec<Talk>,
    pub(crate) misuses: Vec<Misuse>,
    /// Requests without a token for other methods, each with the method.
    pub(crate) open_methods: Vec<(&'static str, Exchange)>,
    /// The operations of the conformance fixture: each with the low token, then with the full one.
    pub(crate) fixture: Vec<(usize, Exchange, Exchange)>,
    /// The scopes of the token `low`, if it is a JWT that states them.
    pub(crate) low_scopes: Option<Vec<String>>,
    /// What scopes imply.
    pub(crate) hierarchy: Hierarchy,
    /// Whether the metadata says that tokens are bound to a key (RFC 9449) or a certificate (RFC 8705).
    pub(crate) needs_proof: bool,
    /// Whether a token for another server was sent.
    pub(crate) has_foreign: bool,
    /// Whether the tokens `low` and `full` are of different subjects, if both say so.
    pub(crate) has_two_subjects: Option<bool>,
}

/// What scopes imply, by the document. It is read once: a document may name hundreds of thousands.
#[derive(Debug, Default)]
pub(crate) struct Hierarchy(HashMap<String, HashSet<String>>);

impl Hierarchy {
    pub(crate) fn of(discovery: &Discovery) -> Self {
        let document = discovery.document.as_ref().map(|document| &document.draft.document);
        let extensions = document.and_then(|document| document.mcp_extensions.as_ref());
        let entries = extensions.into_iter().flat_map(|extensions| &extensions.scope_hierarchy);
        Self(entries.map(|(scope, implied)| (scope.clone(), implied.iter().cloned().collect())).collect())
    }

    /// Returns whether some scopes contain another, or imply it.
    pub(crate) fn holds(&self, scopes: &[String], wanted: &str) -> bool {
        let implies = |scope: &String| self.0.get(scope).is_some_and(|implied| implied.contains(wanted));
        scopes.iter().any(|scope| scope == wanted || implies(scope))
    }
}

/// The metadata document.
pub(crate) struct Discovery {
    /// The address with the path inserted.
    pub(crate) inserted: Exchange,
    /// The root form, if it is another address.
    pub(crate) root: Option<Exchange>,
    /// The answer there, if it is another address and may be asked.
    pub(crate) challenged: Option<Exchange>,
    pub(crate) document: Option<Document>,
    pub(crate) head: Option<Exchange>,
    pub(crate) preflight: Option<Exchange>,
    /// The document as a page of another origin reads it.
    pub(crate) cross_origin: Option<Exchange>,
    /// The preflight of a page for the endpoint.
    pub(crate) endpoint_preflight: Exchange,
}

impl Discovery {
    /// Returns the answers where a document can be, in the order of clients.
    pub(crate) fn sources(&self) -> impl Iterator<Item = (Source, &Exchange)> {
        let found = [
            (Source::Inserted, Some(&self.inserted)),
            (Source::Challenge, self.challenged.as_ref()),
            (Source::Root, self.root.as_ref()),
        ];
        found.into_iter().filter_map(|(source, exchange)| Some((source, exchange?)))
    }

    /// Returns the first answer that says to be a JSON document and is none, if there is no document elsewhere.
    pub(crate) fn malformed(&self) -> Option<&Exchange> {
        let is_malformed = |exchange: &&Exchange| {
            exchange.answer().is_some_and(|answer| {
                answer.status == 200
                    && answer.broken.is_none()
                    && answer.media_type() == "application/json"
                    && Draft::read(&answer.body).is_err()
            })
        };
        if self.document.is_some() {
            return None;
        }
        self.sources().map(|(_, exchange)| exchange).find(is_malformed)
    }
}

/// A metadata document that was found.
pub(crate) struct Document {
    pub(crate) url: std::sync::Arc<str>,
    pub(crate) text: String,
    pub(crate) draft: Draft,
    pub(crate) source: Source,
}

/// Where a document was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    Inserted,
    Root,
    /// Only where the challenge points.
    Challenge,
}

/// An authorization server.
pub(crate) struct Issuer {
    pub(crate) name: String,
    /// Each address that was asked.
    pub(crate) asked: Vec<Exchange>,
    /// The first metadata that was found, and its address.
    pub(crate) metadata: Option<(std::sync::Arc<str>, Json)>,
    pub(crate) keys: Option<Exchange>,
    /// Whether the address may be asked at all.
    pub(crate) is_askable: bool,
}

impl Issuer {
    /// Returns every exchange with it.
    pub(crate) fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.asked.iter().chain(&self.keys)
    }
}

/// A request whose token must be refused.
pub(crate) struct TokenProbe {
    pub(crate) kind: BadToken,
    pub(crate) exchange: Exchange,
    /// What was sent, to find it in the answer.
    pub(crate) secret: Option<String>,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BadToken {
    Malformed,
    Empty,
    Unsigned,
    WrongSignature,
    Expired,
    Foreign,
    InQuery,
    OtherScheme,
}

impl BadToken {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "a malformed token",
            Self::Empty => "an empty token",
            Self::Unsigned => "a token with `alg: none`",
            Self::WrongSignature => "a token with a wrong signature",
            Self::Expired => "an expired token",
            Self::Foreign => "a token for another server",
            Self::InQuery => "an invalid token in the query string",
            Self::OtherScheme => "a token of another scheme",
        }
    }
}

/// Who sends requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Anonymous,
    Low,
    Full,
}

impl Who {
    /// Completes "a request ..".
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "without a token",
            Self::Low => "with the token `low`",
            Self::Full => "with the token `full`",
        }
    }
}

/// The requests with one token.
pub(crate) struct Talk {
    pub(crate) who: Who,
    /// The value of `Authorization`.
    pub(crate) authorization: Option<String>,
    pub(crate) speech: Speech,
    /// The first request, and `initialize` with its notification if they had to be sent.
    pub(crate) opening: Vec<Exchange>,
    /// Whether the server answered it.
    pub(crate) is_open: bool,
    /// The lists of tools, in order; the last one after all calls.
    pub(crate) lists: Vec<List>,
    /// Answers to `tools/list` that are no list.
    pub(crate) unlisted: Vec<Exchange>,
    /// The names in the first of the lists.
    pub(crate) names: HashSet<String>,
    /// The call of a tool that does not exist.
    pub(crate) unknown: Option<Exchange>,
    pub(crate) calls: Vec<Call>,
    /// Other methods, each with its name.
    pub(crate) methods: Vec<(&'static str, Exchange)>,
    /// The list of resources, and reads of them: each with its URI.
    pub(crate) reads: Vec<(Option<String>, Exchange)>,
}

impl Talk {
    pub(crate) fn tools(&self) -> &[ListedTool] {
        self.lists.first().map(|list| list.tools.as_slice()).unwrap_or_default()
    }

    /// Returns every answer but the lists of tools: those that a server may refuse for a missing scope.
    pub(crate) fn answers(&self) -> impl Iterator<Item = &Exchange> {
        let calls = self.calls.iter().map(|call| &call.exchange);
        let methods = self.methods.iter().map(|(_, exchange)| exchange);
        let reads = self.reads.iter().map(|(_, exchange)| exchange);
        self.opening.iter().chain(&self.unlisted).chain(&self.unknown).chain(calls).chain(methods).chain(reads)
    }

    /// Returns whether the weaker token is valid, and opens nothing.
    pub(crate) fn lacks_scope(&self) -> bool {
        self.who == Who::Low && !self.is_open && self.opening.iter().any(|exchange| exchange.status() == Some(403))
    }

    /// Returns whether the list does not have a tool. A list or a page that was not read may have it.
    pub(crate) fn hides(&self, name: &str) -> bool {
        self.lists.first().is_some_and(List::is_whole) && !self.lists_tool(name)
    }

    pub(crate) fn lists_tool(&self, name: &str) -> bool {
        self.names.contains(name)
    }
}

/// The answers to `tools/list`, all pages.
pub(crate) struct List {
    pub(crate) tools: Vec<ListedTool>,
    /// The first page.
    pub(crate) page: Exchange,
    /// `cacheScope` of each page; `None` where it is missing.
    pub(crate) cache_scopes: Vec<Option<String>>,
    /// Whether each page states `ttlMs`.
    pub(crate) has_ttl: bool,
    /// Why not every page was read; `None` if each was.
    pub(crate) cut: Option<&'static str>,
}

impl List {
    /// Returns whether every page was read.
    pub(crate) fn is_whole(&self) -> bool {
        self.cut.is_none()
    }
}

/// A tool of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListedTool {
    pub(crate) name: String,
    pub(crate) is_read_only: bool,
}

/// A call of a tool that exists.
pub(crate) struct Call {
    pub(crate) tool: String,
    pub(crate) exchange: Exchange,
}

/// A request that a server must refuse although its token is valid.
pub(crate) struct Misuse {
    pub(crate) kind: MisuseKind,
    pub(crate) exchange: Exchange,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MisuseKind {
    /// `Mcp-Name` names another tool than the body. Neither exists.
    NameMismatch,
    /// `Mcp-Method` names another method than the body.
    MethodMismatch,
    /// Two requests in an array.
    Batch,
    /// A web page of another origin sends it.
    Origin,
    /// `MCP-Protocol-Version` that does not exist.
    Revision,
    /// The session of another token.
    OtherSession,
    /// A session without a token.
    SessionAlone,
    /// The scheme in lower case, which is the same scheme: must be accepted.
    LowerCaseScheme,
    /// A valid token in the header, and an invalid one in the query string.
    QueryBesideHeader,
    /// A session that is accepted without a token, and an invalid token in the query string.
    QueryBesideSession,
    /// A second session, to compare the ids.
    SecondSession,
}

#[cfg(test)]
mod tests {
    use super::Hierarchy;

    #[test]
    fn scopes_hold_what_they_imply() {
        let implied = ["files:read".to_owned()].into();
        let hierarchy = Hierarchy([("files:write".to_owned(), implied)].into());
        let holds = |scope: &str, wanted| hierarchy.holds(&[scope.to_owned()], wanted);
        assert!(holds("files:write", "files:read") && holds("files:read", "files:read"));
        assert!(!holds("files:read", "files:write") && !hierarchy.holds(&[], "files:read"));
    }
}
