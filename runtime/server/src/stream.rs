//! How long a stream may stay open: as long as a new request with its token would be accepted.
//!
//! A stream that a client opened to listen (`GET`, `subscriptions/listen`) ends with its token. A stream that answers a call
//! may finish: closing it would lose the result, and the client would repeat the side effect. After the token's end it carries
//! no message that the server begins.

use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::{runtime::Handle, time::sleep};

use super::{Claims, TokenErrorKind, authenticate::Authenticator, token::Token};

/// How often the verifier checks the token of an open stream. If a token is revoked, or its key leaves the key set, its streams
/// end within twice that time.
const RECHECK: Duration = Duration::from_secs(15);

/// Watches the token of an open stream.
pub(super) struct TokenWatch {
    authenticator: Arc<Authenticator>,
    claims: Arc<Claims>,
    /// Never locked: the mutex makes the containing body `Sync`, which boxed bodies require.
    until_end: Mutex<Pin<Box<dyn Future<Output = ()> + Send>>>,
    ended: bool,
}

impl TokenWatch {
    /// Watches a token that was verified to have these claims.
    pub(super) fn new(authenticator: &Arc<Authenticator>, claims: &Arc<Claims>, token: Token<'_>) -> Self {
        let token = token.expose_secret().to_owned();
        let until_end = until_end(Arc::clone(authenticator), Arc::clone(claims), token);
        Self {
            authenticator: Arc::clone(authenticator),
            claims: Arc::clone(claims),
            until_end: Mutex::new(Box::pin(until_end)),
            ended: false,
        }
    }

    /// Returns whether the token has ended. Wakes the task when it does.
    pub(super) fn poll_ended(&mut self, context: &mut Context<'_>) -> bool {
        // Without tokio there is no timer; the expiry is still compared with the clock whenever the stream is polled.
        if !self.has_ended() && Handle::try_current().is_ok() {
            let until_end = self.until_end.get_mut().unwrap_or_else(PoisonError::into_inner);
            self.ended = until_end.as_mut().poll(context) == Poll::Ready(());
        }
        self.ended
    }

    /// Returns whether the token has ended, as far as that is known without the timer.
    pub(super) fn has_ended(&mut self) -> bool {
        self.ended = self.ended || self.authenticator.check(&self.claims).is_err();
        self.ended
    }
}

/// Returns once a new request with the token would be answered with 401.
async fn until_end(authenticator: Arc<Authenticator>, claims: Arc<Claims>, token: String) {
    loop {
        let left = claims.expires_at().map(|end| end.duration_since(authenticator.clock.now()).unwrap_or_default());
        sleep(left.map_or(RECHECK, |left| left.min(RECHECK))).await;
        if authenticator.check(&claims).is_err() || !is_accepted(&authenticator, Token::new(&token)).await {
            return;
        }
    }
}

/// Returns whether the verifier accepts the token now. While it is unavailable, the stream stays open until the expiry at
/// most.
async fn is_accepted(authenticator: &Authenticator, token: Token<'_>) -> bool {
    authenticator.verify(token).await.err().is_none_or(|error| error.kind() == TokenErrorKind::Unavailable)
}

impl fmt::Debug for TokenWatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenWatch").field("ended", &self.ended).finish_non_exhaustive()
    }
}
