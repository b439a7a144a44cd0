//! Runs the steps for a request in order. They are numbered as in the documentation of the crate.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, request::Parts};
use http_body::Body;
use http_body_util::Full;
use mcp_scopes::ScopeTable;
use tower_service::Service;

use super::{
    ResponseBody,
    audit::{Auditor, Places, Received},
    authenticate::Authenticator,
    authorize::Authorizer,
    bind_session::{BoundSession, SessionBinder},
    enforce::PolicyEnforcer,
    environment::Resolver,
    forward::{AdmittedRequest, Forwarding},
    head::Head,
    message::{Content, Kept, ParamHeaders},
    method::{self, Purpose},
    origin::Origins,
    outcome::{Observer, OpenCalls},
    policy::AllowedCalls,
    public_names::PublicNames,
    read_body::BodyReader,
    rejection::Rejection,
    requester::Requester,
    response::{Filtered, ResponseFilter},
};

/// One component per step.
pub(super) struct Engine {
    pub(super) table: &'static ScopeTable,
    pub(super) names: PublicNames,
    pub(super) origins: Origins,
    pub(super) authenticator: Arc<Authenticator>,
    pub(super) environments: Arc<Resolver>,
    pub(super) bodies: BodyReader,
    pub(super) authorizer: Authorizer,
    /// The declarations of the settings. The server behind the layer may declare more.
    pub(super) params: Arc<ParamHeaders>,
    pub(super) sessions: SessionBinder,
    pub(super) policies: PolicyEnforcer,
    pub(super) forwarding: Forwarding,
    pub(super) responses: ResponseFilter,
    pub(super) audit: Auditor,
}

impl Engine {
    /// Decides on a request, forwards it, and filters the response.
    pub(super) async fn handle<S, B, R>(
        self: Arc<Self>,
        params: Arc<ParamHeaders>,
        mut inner: S,
        request: Request<B>,
    ) -> Result<Response<ResponseBody<R>>, S::Error>
    where
        S: Service<Request<Full<Bytes>>, Response = Response<R>>,
        B: Body,
        R: Body,
    {
        let (parts, body) = request.into_parts();
        if let Some(answer) = self.names.answer_metadata(&parts) {
            return Ok(answer.map(ResponseBody::whole));
        }
        let received = self.audit.receive(&parts);
        let origin = match self.origins.check_origin(&parts.headers) {
            Ok(origin) => origin,
            Err(rejection) => {
                self.audit.deny(&received, &Content::None, None, &rejection);
                return Ok(rejection.into_response(None).map(ResponseBody::whole));
            }
        };
        let (mut admitted, mut requester) = match self.admit(&params, &parts, body, &received).await {
            Ok(admitted) => admitted,
            Err(rejection) => {
                // Rejections of a known requester are recorded already.
                self.audit.deny(&received, &Content::None, None, &rejection);
                let rejection = rejection.at_name(self.names.place_of(&parts));
                return Ok(rejection.into_response(origin.as_ref()).map(ResponseBody::whole));
            }
        };
        let calls = core::mem::take(&mut admitted.calls);
        let request = self.forwarding.forwarded(parts, admitted, requester.as_ref());
        let response = match inner.call(request).await {
            Ok(response) => response,
            Err(error) => {
                calls.fail();
                return Err(error);
            }
        };
        Ok(calls.watch(match self.responses.filter_response(response, requester.as_mut(), origin.as_ref()) {
            Filtered::Done(response) => response,
            Filtered::MayHoldList(response, requester) => {
                self.responses.filter_list(response, requester, origin.as_ref()).await
            }
        }))
    }

    /// Runs steps 1 to 3, which determine the requester. A preflight has none.
    async fn admit<B: Body>(
        &self,
        params: &ParamHeaders,
        parts: &Parts,
        body: B,
        received: &Received,
    ) -> Result<(AdmittedRequest, Option<Requester>), Rejection> {
        let head = Head::of(&parts.headers, self.environments.header());
        if method::check_method(&parts.method, &head)? == Purpose::Preflight {
            return Ok((AdmittedRequest::preflight(), None));
        }
        let credential = self.authenticator.authenticate(parts, &head).await?;
        let resolved = self.environments.resolve_environment(credential.as_ref(), &head)?;
        let mut requester = Requester::new(self.table, credential, resolved);
        requester.trail = self.audit.trail();
        match self.admit_requester(params, &parts.method, &head, body, &mut requester, received).await {
            Ok(admitted) => Ok((admitted, Some(requester))),
            Err(rejection) => {
                self.audit.deny(received, &Content::None, Some(&requester), &rejection);
                Err(rejection.by(resolved.environment))
            }
        }
    }

    /// Runs steps 4 to 7, which determine what the requester may do.
    async fn admit_requester<B: Body>(
        &self,
        params: &ParamHeaders,
        method: &Method,
        head: &Head<'_>,
        body: B,
        requester: &mut Requester,
        received: &Received,
    ) -> Result<AdmittedRequest, Rejection> {
        self.authorizer.check_anonymous(method, requester)?;
        let body = self.bodies.read_body(method, head, body, requester).await?;
        let content = self.bodies.read_messages(method, &body)?;
        let authorized = self.authorize(params, method, head, &content, &body, requester).await;
        let Authorized { params, session, rewritten } =
            authorized.inspect_err(|rejection| self.audit.deny(received, &content, Some(requester), rejection))?;
        let (content, forwarded, is_rewritten) = match &rewritten {
            Some(body) => (self.bodies.read_messages(method, body)?, body, true),
            None => (content, &body, false),
        };
        let decided = self.decide(received, &content, forwarded, requester).await;
        let Decided { places, allowed } =
            decided.inspect_err(|rejection| self.audit.deny(received, &content, Some(requester), rejection))?;
        let audited = places.open(requester);
        let allowed = allowed.map(|allowed| Box::new(allowed) as Box<dyn Observer>);
        let calls = OpenCalls::of(&content, audited.into_iter().chain(allowed));
        #[cfg(feature = "policies")]
        let calls = calls.with_files(&requester.files);
        let body = rewritten.unwrap_or(body);
        Ok(AdmittedRequest { body, is_rewritten, session, params, calls })
    }

    /// Runs steps 5 and 6 as far as they do not depend on arguments, and takes an approval out of the body, so that one reading of the rest
    /// decides on everything that follows.
    #[cfg_attr(not(feature = "policies"), expect(clippy::unused_async, reason = "only policies wait for a store"))]
    async fn authorize(
        &self,
        params: &ParamHeaders,
        method: &Method,
        head: &Head<'_>,
        content: &Content<'_>,
        body: &[u8],
        requester: &mut Requester,
    ) -> Result<Authorized, Rejection> {
        let params = self.authorizer.authorize(params, method, head, content, requester)?;
        let session = self.sessions.bind_session(method, head, requester)?;
        #[cfg(feature = "policies")]
        let rewritten = self.policies.open_approval(content, body, requester).await?;
        #[cfg(not(feature = "policies"))]
        let (rewritten, _) = (None, body);
        Ok(Authorized { params, session, rewritten })
    }

    /// Decides on the body that is forwarded: compares conditional scopes, and runs step 7. Places for the events of its calls come before the
    /// policies, which record what they allow.
    async fn decide(
        &self,
        received: &Received,
        content: &Content<'_>,
        body: &[u8],
        requester: &mut Requester,
    ) -> Result<Decided, Rejection> {
        #[cfg(feature = "policies")]
        self.authorizer.compare_conditions(content, requester)?;
        let places = self.audit.reserve(received, content, requester)?;
        match self.policies.enforce_policies(content, body, requester).await {
            Ok(allowed) => Ok(Decided { places, allowed }),
            Err(rejection) => {
                places.cancel();
                Err(rejection)
            }
        }
    }
}

/// What the steps 5 and 6 determine for later ones.
struct Authorized {
    params: Kept,
    session: BoundSession,
    /// The body without the approval of its call, if it has one.
    rewritten: Option<Bytes>,
}

/// What step 7 determines for later ones.
struct Decided {
    places: Places,
    allowed: Option<AllowedCalls>,
}
