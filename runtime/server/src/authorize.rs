//! Step 5: whether the caller may send a message.

use http::Method;
use mcp_scopes::{__private::v1, Caller, Environment, Route, ScopeTable, ToolHandle};

use super::{
    Discovery, HiddenTools,
    access::{Methods, Rule},
    challenges::Challenges,
    contents::{self, Contents, LISTEN, Reads},
    head::Head,
    message::{self, Content, Disagreement, Era, Kept, Kind, Message, ParamHeaders},
    rejection::Rejection,
    requester::Requester,
};

/// The prefix of the names of notifications.
const NOTIFICATIONS: &str = "notifications/";

/// How the response to an admitted message may be cached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Caching {
    /// As the server behind the layer states.
    AsStated,
    /// For this caller only, since other callers may not read it.
    Private,
}

/// Decides by scopes, the environment and the rules for methods.
pub(super) struct Authorizer {
    pub(super) table: &'static ScopeTable,
    pub(super) discovery: Discovery,
    pub(super) hidden: HiddenTools,
    pub(super) methods: Methods,
    /// What opens resources and prompts.
    pub(super) contents: Contents,
    /// Whether unauthenticated callers can call a tool, or read a resource or prompt.
    pub(super) has_public: bool,
    pub(super) challenges: Challenges,
    /// What some calls need in addition, by their arguments.
    #[cfg(feature = "policies")]
    pub(super) conditions: mcp_scopes_policies::Conditions,
    /// Whether the input of tasks would have to be compared, which is not possible.
    #[cfg(feature = "policies")]
    pub(super) refuses_task_input: bool,
}

impl Authorizer {
    /// Rejects a `POST` of an unauthenticated caller if none can succeed, before the body is read: clients probe with an
    /// empty body.
    pub(super) fn check_anonymous(&self, method: &Method, requester: &Requester) -> Result<(), Rejection> {
        let can_succeed = self.discovery == Discovery::Open || self.has_public;
        if requester.is_anonymous() && *method == Method::POST && !can_succeed {
            return Err(self.challenges.unauthenticated());
        }
        Ok(())
    }

    /// Decides on every message of a body: if one is rejected, all are. Sets the era of the requester, and whether the
    /// response is a stream to listen to. Returns which headers that mirror arguments are forwarded.
    pub(super) fn authorize(
        &self,
        params: &ParamHeaders,
        method: &Method,
        head: &Head<'_>,
        content: &Content<'_>,
        requester: &mut Requester,
    ) -> Result<Kept, Rejection> {
        if *method != Method::POST {
            requester.listens = *method == Method::GET;
            requester.era = message::era_of(head).map_err(Rejection::mismatch)?;
            self.use_protocol(&requester.caller)?;
            return Ok(params.without_call());
        }
        let mut reads_privately = false;
        for message in content.messages() {
            let admitted = self.authorize_message(head, message, requester);
            let (era, caching) = admitted.map_err(|rejection| reply_to(self.table, message, rejection))?;
            if era == Era::Modern {
                requester.era = Era::Modern;
            }
            reads_privately |= caching == Caching::Private;
        }
        // Earlier revisions define no caching.
        requester.reads_privately = reads_privately && requester.era == Era::Modern;
        requester.listens = opens_stream(content);
        requester.lists_tools = content.messages().iter().any(|message| message.method == "tools/list");
        self.compare_params(params, head, content, requester.era)
    }

    fn authorize_message(
        &self,
        head: &Head<'_>,
        message: &Message<'_>,
        sender: &Requester,
    ) -> Result<(Era, Caching), Rejection> {
        let era = message::agree(head, message).map_err(Rejection::mismatch)?;
        match message.kind {
            // Only servers before 2026-07-28 send requests that a client could respond to.
            Kind::Response if era == Era::Modern => Err(Rejection::response()),
            Kind::Response => self.use_protocol(&sender.caller),
            Kind::Request | Kind::Notification if is_call(message) => self.call_tool(sender, message),
            Kind::Request | Kind::Notification => {
                let caching = self.use_method(sender, message, era)?;
                #[cfg(feature = "policies")]
                if self.refuses_task_input && message.method == super::policies::tasks::UPDATE {
                    return Err(Rejection::task_input(message));
                }
                return Ok((era, caching));
            }
        }?;
        Ok((era, Caching::AsStated))
    }

    /// Compares the headers that mirror arguments, once the calls are admitted: arguments are searched only for a caller that
    /// may call the tool. From 2026-07-28 on the headers are required.
    fn compare_params(
        &self,
        params: &ParamHeaders,
        head: &Head<'_>,
        content: &Content<'_>,
        era: Era,
    ) -> Result<Kept, Rejection> {
        let calls = content.messages().iter().map(|message| {
            let tool = called_tool(self.table, message).map(|tool| tool.tool().name);
            (tool, message, era == Era::Modern && message.kind == Kind::Request)
        });
        params.compare_all(head, calls).map_err(|(message, reason)| {
            let rejection = Rejection::mismatch(Disagreement::Header(reason));
            reply_to(self.table, message, rejection)
        })
    }

    /// Compares what tools receive from admitted calls with the conditions of their tools: in the body that is forwarded, not in one with an
    /// approval, whose texts no tool receives. A caller who lacks scopes of those that match receives one challenge with everything that the
    /// call needs.
    #[cfg(feature = "policies")]
    pub(super) fn compare_conditions(&self, content: &Content<'_>, requester: &mut Requester) -> Result<(), Rejection> {
        if self.conditions.is_empty() {
            return Ok(());
        }
        for message in content.messages() {
            let called = called_tool(self.table, message);
            let Some((tool, conditions)) = called.and_then(|tool| Some((tool, self.conditions.of(tool.tool().name)?)))
            else {
                continue;
            };
            let holds_all = requester.caller.grant().authorize_tool(tool).is_ok();
            if holds_all && !conditions.restricts_members() {
                continue;
            }
            let matched = super::policies::conditions::matched(conditions, &message.params)
                .map_err(|rejection| reply_to(self.table, message, rejection))?;
            if let Err(denied) = v1::authorize_matched(&requester.caller, tool, matched) {
                #[cfg(feature = "audit")]
                {
                    requester.unmet = Some(denied);
                }
                let rejection = self.challenges.denied(&denied, requester);
                return Err(reply_to(self.table, message, rejection));
            }
        }
        Ok(())
    }

    /// Checks whether a caller may use the methods of the protocol itself: handshake, list, streams.
    fn use_protocol(&self, caller: &Caller) -> Result<(), Rejection> {
        let open = match self.discovery {
            Discovery::Open => true,
            Discovery::Baseline => !caller.grant().is_anonymous(),
            Discovery::Filtered => !caller.grant().is_anonymous() || self.has_public,
        };
        if open { Ok(()) } else { Err(self.challenges.unauthenticated()) }
    }

    /// Decides on a call of a tool. Known and unknown, hidden and visible tools take the same path up to the response. The
    /// missing scopes are computed only if a challenge names them.
    fn call_tool(&self, sender: &Requester, message: &Message<'_>) -> Result<(), Rejection> {
        let caller = &sender.caller;
        let Some(name) = message.params.name.as_deref().filter(|_| message.kind == Kind::Request) else {
            return Err(Rejection::not_a_call());
        };
        if v1::caller_reaches(caller, name) {
            return Ok(());
        }
        let anonymous = caller.grant().is_anonymous();
        let unknown = self.table.tool(name).is_none();
        let hides = self.discovery == Discovery::Filtered;
        if anonymous && (hides || (unknown && self.discovery != Discovery::Open)) {
            // An unauthenticated caller learns nothing about names.
            return Err(self.challenges.unauthenticated());
        }
        if unknown || (hides && self.hidden == HiddenTools::Unknown) {
            return Err(Rejection::no_tool());
        }
        match caller.authorize(name) {
            Ok(Route::Run | Route::Simulate) => Ok(()),
            Err(denied) => Err(self.challenges.denied(&denied, sender)),
        }
    }

    /// Decides on any other method.
    fn use_method(&self, sender: &Requester, message: &Message<'_>, era: Era) -> Result<Caching, Rejection> {
        let caller = &sender.caller;
        let anonymous = caller.grant().is_anonymous();
        if message.kind == Kind::Request && message.method.starts_with(NOTIFICATIONS) {
            // A notification has no `id` (JSON-RPC 2.0 §4.1): with one it is a request, and there is no such request.
            return self.use_protocol(caller).and(Err(Rejection::no_method(message, era)));
        }
        match self.contents.reads(message) {
            Reads::Other => {}
            reads => return self.read_contents(sender, message, era, &reads),
        }
        let rule = self.methods.rule(&message.method);
        if matches!(rule, Rule::Discovery) {
            return self.use_protocol(caller).and(Ok(Caching::AsStated));
        }
        // In the sandbox only tools can state that they are safe.
        if matches!(rule, Rule::Denied) || caller.environment() == Environment::Sandbox {
            // Callers that could not use the list do not learn whether the server has the method.
            return self.use_protocol(caller).and(Err(Rejection::no_method(message, era)));
        }
        let needed: &[&'static str] = if let Rule::Scopes(scopes) = rule { scopes } else { &[] };
        if !anonymous && needed.iter().all(|scope| caller.grant().holds(scope)) {
            let is_cacheable = contents::is_cacheable(&message.method);
            return Ok(if is_cacheable { Caching::Private } else { Caching::AsStated });
        }
        if anonymous && (needed.is_empty() || self.discovery == Discovery::Filtered) {
            return Err(self.challenges.unauthenticated());
        }
        Err(self.challenges.method_scopes(needed, sender))
    }
}

impl Authorizer {
    /// Decides on a method for resources or prompts that the entries of the file decide about.
    fn read_contents(
        &self,
        sender: &Requester,
        message: &Message<'_>,
        era: Era,
        reads: &Reads<'_>,
    ) -> Result<Caching, Rejection> {
        let caller = &sender.caller;
        if caller.environment() == Environment::Sandbox {
            // In the sandbox only tools can state that they are safe.
            return self.use_protocol(caller).and(Err(Rejection::no_method(message, era)));
        }
        let named = match reads {
            Reads::Other | Reads::List => return self.use_protocol(caller).and(Ok(Caching::AsStated)),
            Reads::Unnamed => return self.use_protocol(caller).and(Err(Rejection::unnamed_content())),
            Reads::Named(named) => named,
        };
        let (mut denied, mut is_unknown) = (Vec::new(), false);
        let mut caching = Caching::AsStated;
        for named in named {
            let deciding = self.contents.deciding(named);
            if deciding.is_empty() {
                // Without this, a caller could have many globs compared with what is denied anyway.
                is_unknown = true;
                break;
            }
            if contents::is_cacheable(&message.method) && contents::depend_on_caller(&deciding) {
                caching = Caching::Private;
            }
            if deciding.iter().any(|content| !contents::admits(caller, content)) {
                denied.push(deciding);
            }
        }
        if !is_unknown && denied.is_empty() {
            return Ok(caching);
        }
        let (anonymous, hides) = (caller.grant().is_anonymous(), self.discovery == Discovery::Filtered);
        if anonymous && (hides || (is_unknown && self.discovery != Discovery::Open)) {
            // An unauthenticated caller learns nothing about names.
            return Err(self.challenges.unauthenticated());
        }
        if is_unknown || (hides && self.hidden == HiddenTools::Unknown) {
            return Err(Rejection::no_content(message));
        }
        // Computed only for a challenge: what is hidden must not take longer than what is unknown.
        let mut needed = Vec::new();
        for scope in denied.iter().flat_map(|deciding| contents::needed(caller, deciding)) {
            if !needed.contains(&scope) {
                needed.push(scope);
            }
        }
        if needed.is_empty() {
            return Err(self.challenges.unauthenticated());
        }
        Err(self.challenges.content_scopes(&needed, sender))
    }
}

/// Returns whether a message calls a tool.
pub(super) fn is_call(message: &Message<'_>) -> bool {
    message.method == "tools/call"
}

/// Returns whether a message reads a resource or gets a prompt.
pub(super) fn is_read(message: &Message<'_>) -> bool {
    is_read_method(&message.method)
}

/// Returns whether messages with this method read a resource or get a prompt.
pub(super) fn is_read_method(method: &str) -> bool {
    matches!(method, "resources/read" | "resources/directory/read" | "prompts/get")
}

/// Returns the tool of the table that a message calls.
pub(super) fn called_tool(table: &'static ScopeTable, message: &Message<'_>) -> Option<ToolHandle> {
    let name = message.params.name.as_deref().filter(|_| is_call(message));
    name.and_then(|name| table.tool(name))
}

/// Returns a rejection as the reply to a message.
pub(super) fn reply_to(table: &'static ScopeTable, message: &Message<'_>, rejection: Rejection) -> Rejection {
    rejection.about(called_tool(table, message).map(|tool| tool.tool().name)).to(message)
}

/// Returns whether all requests of a body open a stream to listen to.
fn opens_stream(content: &Content<'_>) -> bool {
    let mut requests = content.messages().iter().filter(|message| message.kind == Kind::Request).peekable();
    requests.peek().is_some() && requests.all(|message| message.method == LISTEN)
}
