//! Items shared with the crates of SDKs. Not part of the public interface: anything here can change in any release.

/// Version 1.
pub mod v1 {
    use std::sync::Arc;

    use http::Uri;
    use mcp_scopes::{Caller, ScopeTable};

    pub use crate::audit::ProcessRecord;
    pub use crate::contents::Named;
    pub use crate::message::{DeclaredParams, ParamHeader};
    pub use crate::resource_uri::deciding as deciding_resources;
    pub use crate::stdio::{ProcessCall, ProcessDenial, ScopeDenial};
    #[cfg(any(feature = "jwks", feature = "introspection"))]
    pub use crate::token::endpoint::EndpointError;
    #[cfg(feature = "introspection")]
    pub use crate::token::introspection::Introspection;
    #[cfg(feature = "jwks")]
    pub use crate::token::jwks::RemoteKeys;
    #[cfg(feature = "jwt")]
    pub use crate::token::jwt::{
        JwtVerifier,
        explain::{Explanation, explain},
    };
    #[cfg(any(feature = "jwt", feature = "introspection"))]
    pub use crate::token::refusal::{Refusal, Refused};
    use crate::{
        BuildError, ProblemKind, ResourceServer, ResourceServerService, StdioCredentials, contents, error::ProblemList,
    };

    /// Returns the layer in front of a server that declares which arguments of its tools are mirrored in headers.
    #[must_use]
    pub fn layer_with<S>(
        server: &ResourceServer,
        inner: S,
        declared: Arc<dyn DeclaredParams>,
    ) -> ResourceServerService<S> {
        server.layer_with(inner, declared)
    }

    /// Returns the scope table of a server.
    #[must_use]
    pub fn table(server: &ResourceServer) -> &'static ScopeTable {
        server.engine().table
    }

    /// Compares the capabilities that the server behind the layer advertises with the rules: `resources`, `prompts` and
    /// `completions`.
    ///
    /// # Errors
    /// Nothing opens the methods of one of them.
    pub fn compare_capabilities(server: &ResourceServer, advertised: &[&str]) -> Result<(), BuildError> {
        let (mut problems, authorizer) = (ProblemList::default(), &server.engine().authorizer);
        contents::compare_capabilities(advertised, authorizer.contents, &authorizer.methods, &mut problems);
        problems.finish(Some(()))
    }

    /// Notes what is read in the event, and returns why a caller on stdio may not read a resource or prompt: the scopes to ask for, none if the file does not open it. `None` if
    /// it may, and if the file says nothing about resources or about prompts.
    #[must_use]
    pub fn content_denial(caller: &Caller, named: &Named<'_>, record: &mut ProcessRecord) -> Option<Vec<&'static str>> {
        let contents = contents::Contents::of(caller.grant().table());
        record.note_content(contents, named);
        contents.denial(caller, named)
    }

    /// Returns whether the caller may read a resource or prompt, or no entry decides about its kind.
    #[must_use]
    pub fn is_content_open(caller: &Caller, named: &Named<'_>) -> bool {
        contents::Contents::of(caller.grant().table()).is_open(caller, named)
    }

    /// Returns the error for a handler that could not be created.
    #[must_use]
    pub fn no_handler(error: &std::io::Error) -> BuildError {
        let mut problems = ProblemList::default();
        let message = format!("the handler could not be created: {error}");
        problems.add("handler", ProblemKind::Unreachable, message, "correct what it needs, such as a connection");
        match problems.finish(None::<core::convert::Infallible>) {
            Err(error) => error,
            Ok(never) => match never {},
        }
    }

    /// Returns the hosts under which clients know this server, without the port, because a proxy may remove it.
    pub fn hosts(server: &ResourceServer) -> impl Iterator<Item = String> {
        let addresses = server.engine().environments.resources();
        addresses.filter_map(|address| Some(address.parse::<Uri>().ok()?.host()?.to_owned()))
    }

    /// Begins the event of a request without HTTP, with the tool that it calls, and the revision and the trace that it states.
    #[must_use]
    pub fn record(
        credentials: &StdioCredentials,
        method: &'static str,
        tool: Option<&str>,
        revision: Option<&str>,
        trace: Option<&str>,
    ) -> ProcessRecord {
        credentials.record(method, tool, revision, trace)
    }

    /// Checks the scopes of a call of a tool without HTTP, with those that its arguments need.
    ///
    /// # Errors
    /// The caller lacks scopes, or the arguments have a member that the tool does not take.
    pub fn authorize_call(
        credentials: &StdioCredentials,
        name: &str,
        call: &ProcessCall<'_>,
    ) -> Result<(), ScopeDenial> {
        credentials.authorize(name, call)
    }

    /// Checks input for a task without HTTP.
    ///
    /// # Errors
    /// The table has rules that would have to be compared with it: why it is refused, and what to do.
    pub fn admit_task_input(credentials: &StdioCredentials) -> Result<(), &'static str> {
        credentials.admit_task_input()
    }

    /// Decides by the policies of the table on a call without HTTP, and counts it if it may run. Its event is recorded if it may not.
    ///
    /// # Errors
    /// A policy denies the call, or its event could not be written.
    pub fn enforce_policies(
        credentials: &StdioCredentials,
        call: &ProcessCall<'_>,
        record: &mut ProcessRecord,
    ) -> Result<(), ProcessDenial> {
        credentials.enforce_policies(call, record)
    }

    /// Checks the answer of a tool without HTTP by its policy. `result` is made only if a policy limits its files.
    ///
    /// # Errors
    /// It contains a file that is too large.
    pub fn check_answer(
        credentials: &StdioCredentials,
        tool: &str,
        result: impl FnOnce() -> serde_json::Value,
    ) -> Result<(), ProcessDenial> {
        credentials.check_answer(tool, result)
    }

    /// The name of the structured denial in `_meta`.
    pub const DENIAL_META: &str = crate::stdio::DENIAL_META;

    /// Returns the caller of a server on stdio, if its credentials are installed.
    #[must_use]
    pub fn stdio_caller() -> Option<&'static Caller> {
        crate::stdio::caller()
    }
}
