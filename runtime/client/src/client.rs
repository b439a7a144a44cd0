//! Performs the actions of the state machine, for any number of operations at once.

use core::{fmt, future::Future};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::mpsc;

use crate::{
    authorizer::{Authorizer, Discovered},
    challenge::Challenges,
    selection::ScopeMap,
    step_up::{Action, Answer, OperationId, Refusal, Settings, StepUp, Stop, TokenRequest},
    tokens::{AccessToken, Issued, MemoryStore, TokenStore},
};

/// The response to one request.
#[derive(Clone, Debug)]
pub struct Reply<T> {
    /// The HTTP status.
    pub status: u16,
    /// The challenges. Read only for 401 and 403.
    pub challenges: Challenges,
    /// The response itself, which the caller of the operation receives.
    pub response: T,
}

/// An operation ended without success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped<T> {
    /// Why.
    pub stop: Stop,
    /// The last response, which is a refusal.
    pub response: T,
}

impl<T> fmt::Display for Stopped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.stop.fmt(f)
    }
}

impl<T: fmt::Debug> core::error::Error for Stopped<T> {}

/// Sends operations with the newest token, and obtains another one where the server asks for it. A clone shares tokens and state.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use mcp_scopes_client::{Authorizer, Challenges, Issued, Refusal, Reply, ScopeMap, Settings, StepUpClient, TokenRequest};
///
/// struct Login;
/// impl Authorizer for Login {
///     async fn obtain(&self, request: &TokenRequest, _: Option<&Issued>) -> Result<Issued, Refusal> {
///         // Here the user is asked for `request.scopes`.
///         Ok(Issued::new(&format!("token for {}", request.scopes)))
///     }
/// }
///
/// let client = StepUpClient::new(Settings::user(), ScopeMap::default(), Login);
/// let answer = client
///     .run("tools/call write_note", Some("write_note"), async |token| match token {
///         // Here the request is sent.
///         Some(token) => Reply { status: 200, challenges: Challenges::default(), response: token.secret().to_owned() },
///         None => {
///             let challenges = Challenges::parse(["Bearer scope=\"notes:write\""]);
///             Reply { status: 401, challenges, response: String::new() }
///         }
///     })
///     .await;
/// assert_eq!(answer.unwrap(), "token for notes:write");
/// # }
/// ```
pub struct StepUpClient<A, S = MemoryStore> {
    shared: Arc<Shared<A, S>>,
}

impl<A, S> Clone for StepUpClient<A, S> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<A, S> fmt::Debug for StepUpClient<A, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepUpClient").finish_non_exhaustive()
    }
}

struct Shared<A, S> {
    authorizer: A,
    store: S,
    /// Held while the store changes.
    saving: tokio::sync::Mutex<()>,
    state: Mutex<State>,
}

struct State {
    step_up: StepUp,
    /// The newest tokens.
    current: Option<Issued>,
    /// What each operation does next.
    queues: HashMap<OperationId, mpsc::UnboundedSender<Action>>,
}

impl<A: Authorizer> StepUpClient<A> {
    /// Creates a client without a token, which keeps tokens in memory.
    #[must_use]
    pub fn new(settings: Settings, map: ScopeMap, authorizer: A) -> Self {
        Self::create(settings, map, authorizer, MemoryStore::default())
    }
}

impl<A: Authorizer, S: TokenStore> StepUpClient<A, S> {
    fn create(settings: Settings, map: ScopeMap, authorizer: A, store: S) -> Self {
        let state = State { step_up: StepUp::new(settings, map), current: None, queues: HashMap::new() };
        Self {
            shared: Arc::new(Shared {
                authorizer,
                store,
                saving: tokio::sync::Mutex::default(),
                state: Mutex::new(state),
            }),
        }
    }

    /// Creates a client with the tokens that a store has kept.
    pub async fn restored(settings: Settings, map: ScopeMap, authorizer: A, store: S) -> Self {
        let client = Self::create(settings, map, authorizer, store);
        if let Some((issued, requested)) = client.shared.store.load().await {
            let mut state = client.shared.lock();
            state.step_up.restore(issued.grant(), requested);
            state.current = Some(issued);
        }
        client
    }

    /// States the newest metadata of the resource. What the authorizer [discovers](Authorizer::discover) replaces it.
    pub fn set_map(&self, map: ScopeMap) {
        self.shared.lock().step_up.set_map(map);
    }

    /// Returns what obtains the tokens.
    #[must_use]
    pub fn authorizer(&self) -> &A {
        &self.shared.authorizer
    }

    /// Forgets what was refused, and what the authorizer could not read. For a user who asks to be asked again.
    pub fn forget_refusals(&self) {
        self.shared.lock().step_up.forget_refusals();
        self.shared.authorizer.forget_failures();
    }

    /// Forgets the tokens, also those in the [store](TokenStore::clear), and what was refused. For a user who logs out, or who uses another account: the next
    /// operation logs in. A login that is in progress does not count any more. The authorization server still knows the tokens; they end by their
    /// expiry.
    pub async fn forget_tokens(&self) {
        self.shared.perform(|state| {
            state.current = None;
            state.step_up.forget_tokens()
        });
        let _saving = self.shared.saving.lock().await;
        // A login after that has replaced them.
        if self.shared.lock().current.is_none() {
            self.shared.store.clear().await;
        }
    }

    /// Returns the newest access token, for a request whose refusal must not lead to a request for another one, such as for a stream that is opened
    /// again and again. `None`: there is none.
    #[must_use]
    pub fn access_token(&self) -> Option<AccessToken> {
        let state = self.shared.lock();
        state.current.as_ref().map(|issued| issued.access_token.clone())
    }

    /// Runs one operation: calls `send` with the token to send, at most three times, and once more if a proof lacked a nonce. `label` and `tool` are
    /// those of [`StepUp::begin`].
    ///
    /// A request has the header [`AccessToken::authorization`]. If the token is bound, it also has the header `DPoP` with a
    /// [proof](Authorizer::proof) of the [authorizer](Self::authorizer), which receives the header `DPoP-Nonce` of the response
    /// ([`keep_nonce`](Authorizer::keep_nonce)).
    ///
    /// An operation whose future is dropped ends. If it was obtaining a token, another one that waits for the same obtains it.
    ///
    /// # Errors
    /// The server asks for a token that this client does not get.
    pub async fn run<T, R>(
        &self,
        label: &str,
        tool: Option<&str>,
        mut send: impl FnMut(Option<AccessToken>) -> R,
    ) -> Result<T, Stopped<T>>
    where
        R: Future<Output = Reply<T>>,
    {
        let mut operation = Operation::begin(&self.shared, label, tool);
        let mut token = operation.first;
        loop {
            let (number, newest) = self.shared.access_token(token);
            token = number;
            let reply = send(newest).await;
            let answer = Answer { status: reply.status, challenges: &reply.challenges, token };
            if answer.is_about_tokens() {
                self.shared.discover(answer.challenges).await;
            }
            self.shared.perform(|state| state.step_up.answered(operation.id, answer));
            token = match operation.decided().await {
                Ok(token) => token,
                Err(None) => return Ok(reply.response),
                Err(Some(stop)) => return Err(Stopped { stop, response: reply.response }),
            };
        }
    }
}

impl<A: Authorizer, S: TokenStore> Shared<A, S> {
    /// Hands what the metadata says to the state machine.
    async fn discover(&self, challenges: &Challenges) {
        if let Some(discovered) = self.authorizer.discover(challenges).await {
            let Discovered { map, token_exchange, offline_access } = discovered;
            let step_up = &mut self.lock().step_up;
            step_up.set_map(map);
            step_up.set_token_exchange(token_exchange);
            step_up.set_offline_access(offline_access);
        }
    }

    /// Obtains a token, and tells what came of it.
    async fn obtain(self: &Arc<Self>, request: TokenRequest) {
        // Dropped last: until a saved token counts, a log-out waits.
        let _saving;
        let mut flight = FlightGuard { shared: self, number: request.flight, result: None };
        let current = self.lock().current.clone();
        let result = self.authorizer.obtain(&request, current.as_ref()).await;
        flight.result = Some(result.clone());
        if let Ok(issued) = &result {
            _saving = self.saving.lock().await;
            let is_accepted = self.lock().step_up.accepts(request.flight, &issued.grant());
            if is_accepted {
                self.store.save(issued, &request.scopes).await;
            }
        }
    }
}

impl<A, S> Shared<A, S> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the newest token and its number, for a request with a token: only the newest is ever sent, which may have arrived after the decision.
    fn access_token(&self, number: Option<u64>) -> (Option<u64>, Option<AccessToken>) {
        let state = self.lock();
        match (number, &state.current) {
            (Some(_), Some(issued)) => (state.step_up.token(), Some(issued.access_token.clone())),
            _ => (None, None),
        }
    }

    /// Changes the state, and hands each action to its operation.
    fn perform(&self, change: impl FnOnce(&mut State) -> Vec<Action>) {
        let state = &mut *self.lock();
        let mut actions = change(state);
        while let Some(action) = actions.pop() {
            let operation = match &action {
                Action::Send { operation, .. } | Action::Deliver(operation) | Action::Stop(operation, _) => *operation,
                Action::Obtain(request) => request.operation,
            };
            let sent = state.queues.get(&operation).is_some_and(|queue| queue.send(action.clone()).is_ok());
            if let Action::Obtain(request) = action
                && !sent
            {
                actions.extend(state.step_up.not_begun(request.flight));
            }
        }
    }
}

/// A request for a token in progress. If it is dropped before it has a result, the request is given up.
struct FlightGuard<'s, A, S> {
    shared: &'s Shared<A, S>,
    number: u64,
    /// What counts also if the operation is dropped while a store saves the tokens: the authorization server may have replaced the refresh token.
    result: Option<Result<Issued, Refusal>>,
}

impl<A, S> Drop for FlightGuard<'_, A, S> {
    fn drop(&mut self) {
        let result = self.result.take();
        self.shared.perform(|state| match result {
            Some(result) => {
                let before = state.step_up.token();
                let granted = result.as_ref().map(Issued::grant).map_err(|refusal| *refusal);
                let actions = state.step_up.obtained(self.number, granted);
                if state.step_up.token() != before {
                    state.current = result.ok();
                }
                actions
            }
            None => state.step_up.cancelled(self.number),
        });
    }
}

/// An operation that has not ended.
struct Operation<'s, A, S> {
    shared: &'s Arc<Shared<A, S>>,
    id: OperationId,
    /// The number of the token that is sent first.
    first: Option<u64>,
    queue: mpsc::UnboundedReceiver<Action>,
}

impl<'s, A: Authorizer, S: TokenStore> Operation<'s, A, S> {
    fn begin(shared: &'s Arc<Shared<A, S>>, label: &str, tool: Option<&str>) -> Self {
        let (sender, queue) = mpsc::unbounded_channel();
        let state = &mut *shared.lock();
        // The only action of a new operation is to send it.
        let (id, _) = state.step_up.begin(label, tool);
        state.queues.insert(id, sender);
        Self { shared, id, first: state.step_up.token(), queue }
    }

    /// Waits for the decision: the number of the token to send, or the end.
    async fn decided(&mut self) -> Result<Option<u64>, Option<Stop>> {
        loop {
            match self.queue.recv().await {
                Some(Action::Send { token, .. }) => return Ok(token),
                Some(Action::Stop(_, stop)) => return Err(Some(stop)),
                Some(Action::Obtain(request)) => self.shared.obtain(request).await,
                Some(Action::Deliver(_)) | None => return Err(None),
            }
        }
    }
}

impl<A, S> Drop for Operation<'_, A, S> {
    fn drop(&mut self) {
        // The only action that another operation may wait for is a request for a token.
        let mut unstarted = Vec::new();
        {
            let state = &mut *self.shared.lock();
            state.queues.remove(&self.id);
            state.step_up.abandon(self.id);
            while let Ok(action) = self.queue.try_recv() {
                if let Action::Obtain(request) = action {
                    unstarted.push(request.flight);
                }
            }
        }
        for flight in unstarted {
            self.shared.perform(|state| state.step_up.not_begun(flight));
        }
    }
}
