//! The resource server: a tower layer that makes any HTTP MCP server an OAuth 2.1 resource server, from its scope table.
//!
//! The layer runs in front of the server, since a handler of an SDK cannot answer 401 or 403. It reads the body itself and decides by
//! the body; headers that mirror the body must agree with it. It forwards the body byte for byte, except for an approval that the layer has
//! asked for, and without the token. The request's
//! extensions carry the [`Caller`](mcp_scopes::Caller) and, for a caller with a token, its `Arc<`[`Claims`]`>`.
//!
//! # Order of the steps
//!
//! `engine.rs` runs these steps in this order.
//!
//! 1. **Metadata, origin, method.** A request for the metadata is answered; `GET` and `HEAD` of any other path below `/.well-known/` are
//!    404. A request whose `Origin` is not [accepted](ResourceServerBuilder::origin) is 403. Upgrades are 400. `OPTIONS` is forwarded without
//!    body, session and event id, and the layer removes the body of the response. Methods other than `POST`, `GET` and `DELETE` are 405.
//! 2. **Authenticate.** The token is read from the header `Authorization` only; a token in the query is 400. A request without a token
//!    has an anonymous caller. An invalid token is 401, as is one that is bound to a key and has no
//!    valid proof (feature `dpop`); one that cannot be verified now is 503.
//! 3. **Environment.** It is resolved from what is authenticated, by [`Environments`]; a header can only ask for the sandbox. A token that
//!    does not state its environment is 403, a wrong header 400. From here on every answer names its environment in `Mcp-Environment`.
//! 4. **Body.** Where no `POST` without a token can succeed, such a `POST` is 401 before its body is read. Otherwise the body is read in
//!    full, up to a limit and within a time: 413, 408. A body that two parsers could read differently is 400.
//! 5. **Authorize.** Headers that mirror the body must agree with it: 400 with −32020. A body that does not state its revision where it
//!    must is 400 with −32602. A call of a tool needs the tool's scopes: 401 or 403 with a challenge; public tools need none. [`Access`]
//!    decides on other methods. Unknown and hidden tools are answered here. Then the headers that mirror arguments (`Mcp-Param-*`) are
//!    compared: 400 with −32020. Input for a task (`tasks/update`) is −32602 where it would have to be compared with rules about arguments.
//! 6. **Session.** The session of an older revision must be the caller's: 404. `Last-Event-ID` must be of a stream of the same caller and
//!    session: 400; and of a grant that the caller's grant covers: 403. Then an approval that the layer has asked for is taken out of the body,
//!    and what the tool receives is compared with conditional scopes (`when`): 403 with all scopes of the call, and −32602 for a member that is
//!    not a parameter where a condition names one.
//! 7. **Policies.** Calls in the sandbox have a limit: 429. The [`PolicyHook`] is asked: 403. Then the table's policies decide on all calls of
//!    the body at once (feature `policies`): a denied call is answered with a result of the tool that has `isError`, or else with
//!    [403](ResourceServerBuilder::policy_answers); 401 for a caller who must authenticate again; a question to the user of the client for one
//!    whose call needs an approval, if the server [asks for approvals so](ResourceServerBuilder::approval_by_elicitation); 503 if there is no place for the session
//!    of a new caller, or the store of sessions cannot be reached. No earlier rejection counts here.
//! 8. **Forward.** The server behind the layer is called.
//! 9. **Response.** Session and event ids are sealed. In [`Discovery::Filtered`] every JSON answer and every event that holds a list of
//!    tools is reduced to what the caller can call; one that cannot be read becomes an error.
//!    [`describe_lists`](ResourceServerBuilder::describe_lists) adds what each tool needs. A stream that was opened to listen ends
//!    with its token; the stream that answers a call is finished, without messages that the server begins.
//!
//! # How a tool finds its caller
//!
//! The [`Caller`](mcp_scopes::Caller) is in the extensions of the HTTP request. Where an SDK passes those on, a tool finds it there:
//!
//! | server on | how |
//! |---|---|
//! | rmcp | an argument `caller: mcp_scopes_rmcp::Caller`, or [`AsCaller`](mcp_scopes::AsCaller) on the `RequestContext`; the claims with rmcp's `Extension(parts): Extension<http::request::Parts>`, in `parts.extensions` |
//! | axum | an argument [`caller: extract::Caller`](extract::Caller) of the handler (feature `axum`) |
//! | tower-mcp 0.25 | `.bridge_extension::<Caller>()` on the transport, `context.extension::<Caller>()` in the tool |
//! | rust-mcp-sdk 2.0 | its own router drops extensions; mount `McpHttpHandler` in a handler on axum, with an `McpAppState` per request whose `handler` holds the caller |
//!
//! # A server without the layer
//!
//! A tool with `guard = ..` denies calls whose caller is not known. For servers on rmcp, `mcp_scopes_rmcp::service` makes the service
//! with the layer in front of it. Its `AuthenticatedHandler` rejects every request, the handshake included, that did not come through the
//! layer of the same table; a server that is started in another way fails at its first message. (Except for `subscriptions/listen`: rmcp does not
//! state who asks for it. It carries notices and no results.) On stdio, `mcp_scopes_rmcp::guard` with [`StdioCredentials`] takes the
//! place of the layer. The layer cannot know of handlers that are started without any of these: rmcp has no hook that runs before its
//! transports do.
//!
//! # What the feature `tracing` logs
//!
//! Events never hold what a client sends: no token, claim, key, argument or header, and no tool or method that the server does not
//! know. The target of all events is `mcp_scopes`. A field without a value is left out.
//!
//! | name | level | when | fields |
//! |---|---|---|---|
//! | span `request` | info | for each request, including the server behind the layer | – |
//! | event `decision` | debug | a message is forwarded | `outcome` = `passed`, `environment`, `tool`, `method` |
//! | event `decision` | info; warn for 5xx | a request is rejected | `outcome` = `refused`, `step`, `status`, `code` (of JSON-RPC), `environment`, `tool`, `reason` |
//! | event `keys` | debug | the keys of an issuer were fetched | `outcome` = `renewed` |
//! | event `keys` | warn | the keys could not be fetched | `outcome` = `failed`, `reason`, `status`, `cause` |
//! | event `metadata` | debug | the metadata of a discovered issuer that introspects tokens was read | `outcome` = `renewed` |
//! | event `metadata` | warn | it could not be read | `outcome` = `failed`, `reason`, `cause` |
//! | event `store` | warn | the store of sessions does not decide | `outcome` = `failed`, `reason`, `cause` |
//! | event `cause` | warn | a token is rejected, and the operator can find out why: [`TokenError::caused_by`], [`TokenError::with_help`] | `reason`, `cause`, `help` |
//!
//! `step` is `request`, `token`, `environment`, `body`, `scopes`, `session`, `policy` or `answer`, after the list above.
//!
//! # Modules
//!
//! | module | holds |
//! |---|---|
//! | `engine` | [the steps](self#order-of-the-steps), in order; one module per step: |
//! | 1 `metadata`, `public_names`, `origin`, `method` | answers for the metadata, by public name, accepted origins, HTTP methods; `head` reads the headers that decide |
//! | 2 `authenticate` | verifies the token; `token` has [`TokenVerifier`], [`Claims`] and all verifiers |
//! | 3 `environment` | [`Environments`] |
//! | 4 `read_body` | reads the body; `message` the messages in it, `json` strict JSON |
//! | 5 `authorize` | calls and methods; `access` the rules for methods, `contents` resources and prompts, `resource_uri` their URIs, `discovery` the modes |
//! | 6 `bind_session` | opens sealed ids; `session` seals session ids, `replay` event ids |
//! | 7 `enforce` | the limit of the sandbox (`rate_limit`), [`PolicyHook`] (`policy`), and the policies of the table (`policies`) |
//! | 8 `forward` | what the server behind the layer receives |
//! | 9 `response` | `filter` lists, their descriptions and events, `stream` how long a stream stays open, `body` response bodies |
//! | `builder`, `facts`, `error`, `server`, `service` | [`ResourceServerBuilder`], what it compares, [`BuildError`], [`ResourceServer`], [`ResourceServerService`] |
//! | `requester` | who sends a request and reads its response |
//! | `rejection`, `challenges` | the answers that the layer gives itself; `reason` checks their texts at compile time |
//! | `stdio` | [`StdioCredentials`]: the caller where there is no HTTP |
//! | `trace` | spans and events (feature `tracing`) |
//! | `outcome` | how calls end, for the audit and the [`PolicyHook`] |
//! | `audit` | events of decisions and their outcomes (feature `audit`) |
//! | `extensions`, `extract` | the inline check on requests; the caller in handlers on axum (feature `axum`) |
#![cfg_attr(docsrs, feature(doc_cfg))]

mod access;
mod audit;
mod authenticate;
mod authorize;
mod bind_session;
mod body;
mod builder;
mod challenges;
mod contents;
mod discovery;
mod enforce;
mod engine;
mod environment;
mod error;
mod extensions;
#[cfg(feature = "axum")]
pub mod extract;
mod facts;
mod filter;
mod forward;
mod head;
mod json;
mod message;
mod metadata;
mod method;
mod origin;
mod outcome;
#[cfg(feature = "policies")]
pub mod policies;
mod policy;
mod public_names;
mod rate_limit;
mod read_body;
mod reason;
mod rejection;
mod replay;
mod requester;
mod resource_uri;
mod response;
mod server;
mod service;
mod session;
mod stdio;
mod stream;
pub mod token;
mod trace;

#[doc(hidden)]
pub mod __private;

pub use self::{
    access::Access,
    body::ResponseBody,
    builder::ResourceServerBuilder,
    discovery::{ChallengeScopes, Discovery, HiddenTools},
    environment::Environments,
    error::{BuildError, Problem, ProblemKind},
    extensions::ViaHttp,
    outcome::CallOutcome,
    policy::{CallId, OwnedPolicyRequest, PolicyDenial, PolicyFn, PolicyHook, PolicyRequest, SettledCall, policy_fn},
    server::{ResourceServer, ResourceServerLayer, WellKnown},
    service::ResourceServerService,
    stdio::{AlreadyInstalled, StdioCredentials},
    token::{
        claims::{Claims, ClaimsBuilder},
        text::{OwnedToken, Token},
        verifier::{TokenError, TokenErrorKind, TokenVerifier, VerifierFn, verifier_fn},
    },
};
