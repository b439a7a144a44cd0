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
    authenticate::Authenticator,
    authorize::Authorizer,
    bind_session::SessionBinder,
    enforce::PolicyEnforcer,
    environment::Resolver,
    forward::{AdmittedRequest, Forwarding},
    head::Head,
    message::ParamHeaders,
    method::{self, Purpose},
    origin::Origins,
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
        let origin = match self.origins.check_origin(&parts.headers) {
            Ok(origin) => origin,
            Err(rejection) => return Ok(rejection.into_response(None).map(ResponseBody::whole)),
        };
        let (admitted, mut requester) = match self.admit(&params, &parts, body).await {
            Ok(admitted) => admitted,
            Err(rejection) => {
                let rejection = rejection.at_name(self.names.place_of(&parts));
                return Ok(rejection.into_response(origin.as_ref()).map(ResponseBody::whole));
            }
        };
        let request = self.forwarding.forwarded(parts, admitted, requester.as_ref());
        let response = inner.call(request).await?;
        Ok(match self.responses.filter_response(response, requester.as_mut(), origin.as_ref()) {
            Filtered::Done(response) => response,
            Filtered::MayHoldList(response, requester) => {
                self.responses.filter_list(response, requester, origin.as_ref()).await
            }
        })
    }

    /// Runs steps 1 to 3, which determine the requester. A preflight has none.
    async fn admit<B: Body>(
        &self,
        params: &ParamHeaders,
        parts: &Parts,
        body: B,
    ) -> Result<(AdmittedRequest, Option<Requester>), Rejection> {
        let head = Head::of(&parts.headers, self.environments.header());
        if method::check_method(&parts.method, &head)? == Purpose::Preflight {
            return Ok((AdmittedRequest::preflight(), None));
        }
        let credential = self.authenticator.authenticate(parts, &head).await?;
        let resolved = self.environments.resolve_environment(credential.as_ref(), &head)?;
        let mut requester = Requester::new(self.table, credential, resolved);
        match self.admit_requester(params, &parts.method, &head, body, &mut requester).await {
            Ok(admitted) => Ok((admitted, Some(requester))),
            Err(rejection) => Err(rejection.by(resolved.environment)),
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
    ) -> Result<AdmittedRequest, Rejection> {
        self.authorizer.check_anonymous(method, requester)?;
        let body = self.bodies.read_body(method, head, body, requester).await?;
        let content = self.bodies.read_messages(method, &body)?;
        let params = self.authorizer.authorize(params, method, head, &content, requester)?;
        let session = self.sessions.bind_session(method, head, requester)?;
        self.policies.enforce_policies(&content, requester).await?;
        Ok(AdmittedRequest { body, session, params })
    }
}
