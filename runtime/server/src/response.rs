//! Step 9: filters the response for its requester.

use core::{
    future::{Future as _, poll_fn},
    pin::pin,
    task::Poll,
};
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header::CONTENT_LENGTH};
use http_body::Body;
use http_body_util::Full;
use mcp_scopes::Caller;

use super::{
    ResponseBody,
    authenticate::Authenticator,
    bind_session::SESSION,
    body::{StreamToken, collect},
    contents::Contents,
    filter::{self, Descriptions, EventRules, Events, Format, ListRules, Unreadable},
    message::Era,
    rejection::{Rejection, expose, state},
    requester::Requester,
    session::Sessions,
    stream::TokenWatch,
};

/// Seals the ids in responses, and filters and describes lists of tools.
pub(super) struct ResponseFilter {
    pub(super) sessions: Sessions,
    /// Whether each caller sees only the tools that it can call.
    pub(super) filters_lists: bool,
    /// What opens resources and prompts, whose lists are filtered too.
    pub(super) contents: Contents,
    /// What is added to the entries of lists.
    pub(super) descriptions: Option<Arc<Descriptions>>,
    /// The maximum size in bytes of an event or a list.
    pub(super) limit: usize,
    /// Verifies the token again while a stream is open.
    pub(super) authenticator: Arc<Authenticator>,
}

/// A response after its headers were filtered.
pub(super) enum Filtered<'r, R> {
    /// The response for the requester.
    Done(Response<ResponseBody<R>>),
    /// A response that may hold a list, which is filtered for this requester, or too large a file, or that must not be cached for others.
    MayHoldList(Response<R>, &'r Requester),
}

impl ResponseFilter {
    /// Returns the response, filtered for its requester, or the response whose body has to be read for that. `requester` is
    /// `None` for a preflight, which has no caller.
    pub(super) fn filter_response<'r, R: Body>(
        &self,
        mut response: Response<R>,
        requester: Option<&'r mut Requester>,
        origin: Option<&HeaderValue>,
    ) -> Filtered<'r, R> {
        let headers = response.headers_mut();
        let Some(requester) = requester else {
            if origin.is_some() {
                expose(headers, origin);
            }
            // A preflight asks only for headers, and has no caller that a session could belong to.
            headers.remove(CONTENT_LENGTH);
            headers.remove(&SESSION);
            return Filtered::Done(response.map(|_| ResponseBody::whole(Full::default())));
        };
        self.seal_session(headers, requester);
        state(headers, requester.caller.environment());
        if origin.is_some() {
            expose(headers, origin);
        }
        Filtered::Done(match filter::format(headers) {
            Ok(Format::Events) => {
                headers.remove(CONTENT_LENGTH);
                let events = self.events(requester);
                let token = self.stream_token(requester);
                response.map(|body| ResponseBody::events(body, events, token))
            }
            Ok(Format::Json)
                if self.filters_lists
                    || requester.reads_privately
                    || requester.limits_files()
                    || (requester.lists_tools && self.descriptions.is_some()) =>
            {
                return Filtered::MayHoldList(response, requester);
            }
            // A response of known length is complete, and so not a stream.
            Ok(Format::Json | Format::Other) if requester.listens && response.body().size_hint().exact().is_none() => {
                let token = self.stream_token(requester);
                response.headers_mut().remove(CONTENT_LENGTH);
                response.map(|body| ResponseBody::listened(body, token))
            }
            // Neither sealing nor filtering is possible in an unreadable response.
            Err(Unreadable { events })
                if events || self.filters_lists || requester.reads_privately || requester.limits_files() =>
            {
                unreadable(&requester.caller, origin)
            }
            Ok(Format::Json | Format::Other) | Err(_) => response.map(ResponseBody::passed),
        })
    }

    /// Returns the token of a stream, if there is one.
    fn stream_token(&self, requester: &Requester) -> Option<StreamToken> {
        let credential = requester.credential.as_ref()?;
        let watch = TokenWatch::new(&self.authenticator, &credential.claims, credential.token()?);
        Some(StreamToken { watch, listens: requester.listens, is_done: false })
    }

    /// Returns the state that reads and writes the events of a stream.
    fn events(&self, requester: &Requester) -> Events {
        let seal = self.sessions.event_seal(requester.owner(), &requester.caller, requester.session.as_deref());
        let reads_lists = self.filters_lists || self.descriptions.is_some() || requester.reads_privately;
        let lists = reads_lists.then(|| self.list_rules(requester));
        let rules = EventRules::new(requester.caller.environment(), lists, seal);
        #[cfg(feature = "policies")]
        let rules = rules.with_files(requester.files.clone());
        Events::new(rules, self.limit)
    }

    fn list_rules(&self, requester: &Requester) -> ListRules {
        ListRules {
            filter: self.filters_lists.then_some(requester.caller),
            is_private: requester.reads_privately,
            contents: self.contents,
            descriptions: self.descriptions.clone(),
        }
    }

    /// Reads a response that may contain a list or too large a file, or must not be cached for others, and returns it as the requester receives it. Without a
    /// known length it may be a stream that was opened to listen: then it is read until the token ends at most.
    pub(super) async fn filter_list<R: Body>(
        &self,
        response: Response<R>,
        requester: &Requester,
        origin: Option<&HeaderValue>,
    ) -> Response<ResponseBody<R>> {
        let (mut parts, body) = response.into_parts();
        let may_be_stream = requester.listens && body.size_hint().exact().is_none();
        let mut token = if may_be_stream { self.stream_token(requester) } else { None };
        let mut read = pin!(collect(body, self.limit));
        let read = poll_fn(|context| {
            if token.as_mut().is_some_and(|token| token.watch.poll_ended(context)) {
                return Poll::Ready(None);
            }
            read.as_mut().poll(context).map(Result::ok)
        });
        let filtered = read.await.and_then(|text| {
            let filtered = self.list_rules(requester).rewritten(&text).ok()?;
            let text = filtered.map_or(text, Bytes::from);
            #[cfg(feature = "policies")]
            let text = requester.files.checked(&text).ok()?.map_or(text, Bytes::from);
            Some(text)
        });
        let Some(text) = filtered else {
            return unreadable(&requester.caller, origin);
        };
        parts.headers.remove(CONTENT_LENGTH);
        Response::from_parts(parts, ResponseBody::whole(Full::new(text)))
    }

    /// Binds a new session to its owner.
    fn seal_session(&self, headers: &mut HeaderMap, requester: &mut Requester) {
        // Responses have few headers: comparing all of them is faster than hashing the name.
        if headers.keys().all(|name| *name != SESSION) {
            return;
        }
        let Some(id) = headers.remove(&SESSION) else { return };
        let Some(id) = id.to_str().ok().filter(|_| requester.era == Era::Legacy) else { return };
        let sealed = self.sessions.seal(id, requester.owner(), requester.caller.environment());
        if let Ok(sealed) = HeaderValue::try_from(sealed) {
            headers.insert(&SESSION, sealed);
            requester.session = Some(id.to_owned());
        }
    }
}

/// Returns the response that replaces an unreadable one.
fn unreadable<R>(caller: &Caller, origin: Option<&HeaderValue>) -> Response<ResponseBody<R>> {
    let rejection = Rejection::unreadable().by(caller.environment());
    rejection.into_response(origin).map(ResponseBody::whole)
}
