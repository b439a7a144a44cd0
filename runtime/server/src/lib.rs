//! The resource server: a tower layer that makes any HTTP MCP server a correct OAuth 2.1 resource server from its scope
//! table.
//!
//! It stands in front of the server, since a handler of an SDK cannot answer 401 or 403. It reads the body itself and trusts no
//! header alone. What it forwards is the body byte for byte, with the [`Caller`](mcp_scopes::Caller) and, of a token, its
//! `Arc<`[`Claims`]`>` in the request's extensions, and without the token.
//!
//! # Order of the steps
//!
//! 1. A request for the metadata is answered; `GET` and `HEAD` of any other path below `/.well-known/` are 404. A request whose `Origin`
//!    is not [accepted](Builder::origin) is 403. `OPTIONS` is forwarded without a body, a session or an event id, and its answer
//!    loses its body. Methods other than `POST`, `GET` and `DELETE` are 405, upgrades are 400.
//! 2. The token is taken from the header `Authorization` alone; one in the query is 400. Without a token the caller is anonymous; an
//!    invalid token is 401 at once, and one that cannot be verified right now 503.
//! 3. The environment is resolved from what is authenticated, by [`Environments`]; a header can only ask for the sandbox. A token
//!    that does not state it is 403, a wrong header 400. From here on every answer names its environment in `Mcp-Environment`.
//! 4. Where no `POST` without a token can succeed, such a `POST` is 401 before its body is read. Otherwise the body is read in full, up
//!    to a limit and within a time: 413, 408. A body that two parsers could read differently is 400. Headers that mirror the
//!    body have to agree with it: 400 with −32020. A body that does not state its revision where it has to is 400 with −32602.
//! 5. A call of a tool needs its scopes: 401 or 403 with a challenge. Callers without a token reach public tools. Other methods
//!    are decided by [`Access`]. Answers about unknown and hidden tools are made here. Then the headers that mirror arguments
//!    (`Mcp-Param-*`) are compared: 400 with −32020.
//! 6. Calls in the sandbox have a limit: 429. The [`PolicyHook`] is asked.
//! 7. The session of an older revision has to be the caller's: 404. `Last-Event-ID` has to be of a stream of the same caller and
//!    session: 400; and of a grant that the caller's grant covers: 403. Then the server behind the layer is called.
//! 8. Session and event ids of the answer are sealed. In [`Discovery::Filtered`] every JSON answer and every event that holds a list of
//!    tools is reduced to what the caller can call; one that cannot be read becomes an error. A stream that was opened to listen
//!    ends with its token; the stream that answers a call is finished, without messages that the server begins.
//!
//! # How a caller gets to a tool
//!
//! The [`Caller`](mcp_scopes::Caller) is in the extensions of the HTTP request. Where an SDK hands those on, a tool finds it there:
//!
//! | server on | how |
//! |---|---|
//! | rmcp | an argument `caller: mcp_scopes_rmcp::Caller`, or [`AsCaller`](mcp_scopes::AsCaller) on the `RequestContext`; the claims with rmcp's `Extension(parts): Extension<http::request::Parts>`, in `parts.extensions` |
//! | axum | an argument [`caller: extract::Caller`](extract::Caller) of the handler (feature `axum`) |
//! | tower-mcp 0.25 | `.bridge_extension::<Caller>()` on the transport, `context.extension::<Caller>()` in the tool |
//! | rust-mcp-sdk 2.0 | its own router drops extensions; mount `McpHttpHandler` in a handler on axum, with an `McpAppState` per request whose `handler` holds the caller |
//!
//! `tests/sdks/src/servers` has each of them whole.
//!
//! # A server without the layer
//!
//! A tool with `guard = ..` denies calls whose caller is not known. For servers on rmcp, `mcp_scopes_rmcp::service` makes the service
//! with the layer in front of it. Its `AuthenticatedHandler` answers only what came through the layer of its own table, not even the
//! handshake; a server that is started in another way fails at its first message. (Except for `subscriptions/listen`: rmcp does not
//! state who asks for it. It carries notices and no results.) On stdio, `mcp_scopes_rmcp::guard` with [`StdioCredentials`] takes the
//! place of the layer. The layer cannot know of handlers that are started without any of these: rmcp has no hook that runs before its
//! transports do.
//!
//! # What the feature `tracing` tells
//!
//! Nothing that a client sends: no token, claim, key, argument or header, no tool and no method that is not known here. All have
//! the target `mcp_scopes`; a field without a value is left out.
//!
//! | name | level | when | fields |
//! |---|---|---|---|
//! | span `request` | info | while a request is under way, the server behind the layer included | – |
//! | event `decision` | debug | a message goes on | `outcome` = `passed`, `environment`, `tool`, `method` |
//! | event `decision` | info; warn for 5xx | the layer refuses | `outcome` = `refused`, `step`, `status`, `code` (of JSON-RPC), `environment`, `tool`, `reason` |
//! | event `keys` | debug | the keys of an issuer were fetched | `outcome` = `renewed` |
//! | event `keys` | warn | they could not be | `outcome` = `failed`, `reason` |
//!
//! `step` is `request`, `token`, `environment`, `body`, `scopes`, `policy`, `session` or `answer`, after the list above.
//!
//! # Modules
//!
//! | module | holds |
//! |---|---|
//! | `builder` | [`Builder`]: the settings; `error` what is wrong with them |
//! | `server` | [`ResourceServer`], [`WellKnown`]; who a verified token's caller is |
//! | `service` | [`ResourceServerService`]: the steps above, in order |
//! | `document` | the metadata as it is served |
//! | `origin` | step 1; `head` what the headers of a request say |
//! | `token` | step 2: [`TokenVerifier`], [`Claims`], taking the token out of a request |
//! | `environment` | step 3: [`Environments`]; `pace` the limit of calls in the sandbox |
//! | `json` | strict JSON, for bodies, tokens and what issuers answer |
//! | `message` | step 4: reads a body, compares headers with it |
//! | `gate` | step 5; `access` the rules for methods, `discovery` the modes |
//! | `policy` | step 6: [`PolicyHook`] |
//! | `session` | step 7: sessions bound to callers; `replay` event ids bound to callers |
//! | `answer` | step 8; `filter` lists and events in answers, `stream` how long a stream stays open, `body` bodies in and out |
//! | `stdio` | [`StdioCredentials`]: who calls where there is no HTTP |
//! | `refusal` | all answers that the layer gives itself; `reason` checks their reasons at compile time |
//! | `trace` | what is told with the feature `tracing` |
//! | `extensions` | the inline check on requests; `extract` (feature `axum`) in handlers on axum |

mod access;
mod authorize;
mod body;
mod builder;
mod discovery;
mod environment;
mod error;
mod extensions;
#[cfg(feature = "axum")]
pub mod extract;
mod filter;
mod head;
mod json;
mod message;
mod metadata;
mod origin;
mod policy;
mod rate_limit;
mod reason;
mod refusal;
mod replay;
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
    builder::Builder,
    discovery::{Discovery, Hidden},
    environment::Environments,
    error::{BuildError, Problem},
    extensions::ViaHttp,
    policy::{Call, Deciding, PolicyHook, PolicyRefusal},
    server::{ResourceServer, WellKnown},
    service::ResourceServerService,
    stdio::{AlreadyInstalled, StdioCredentials},
    token::{Claims, Token, TokenError, TokenErrorKind, TokenVerifier, Verification},
};
