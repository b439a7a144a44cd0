//! Operations at once, with tokens that arrive late.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use mcp_scopes_client::{
    Authorizer, Challenges, Issued, MemoryStore, Refusal, Reply, ScopeMap, Scopes, Settings, StepUpClient, Stop,
    TokenRequest, TokenStore, Way,
};
use tokio::sync::Notify;

/// Issues what is asked for, after a while.
#[derive(Clone, Default)]
struct Login {
    requests: Arc<Mutex<Vec<String>>>,
    refuses: bool,
}

impl Authorizer for Login {
    async fn obtain(&self, request: &TokenRequest, _: Option<&Issued>) -> Result<Issued, Refusal> {
        self.requests.lock().unwrap().push(request.scopes.to_string());
        tokio::time::sleep(Duration::from_millis(20)).await;
        if self.refuses { Err(Refusal::AccessDenied) } else { Ok(Issued::new(&request.scopes.to_string())) }
    }
}

/// A server that requires one scope. A token is the list of its scopes.
fn respond(needed: &str, token: Option<&str>) -> Reply<String> {
    let (status, challenge) = match token {
        None => (401, format!("Bearer scope=\"{needed}\"")),
        Some(token) if token.split(' ').any(|scope| scope == needed) => (200, String::new()),
        Some(_) => (403, format!("Bearer scope=\"{needed}\", error=\"insufficient_scope\"")),
    };
    Reply { status, challenges: Challenges::parse([challenge]), response: token.unwrap_or_default().to_owned() }
}

async fn call<A: Authorizer, S: TokenStore>(client: &StepUpClient<A, S>, needed: &str) -> Result<String, Stop> {
    let label = format!("tools/call {needed}");
    let answer = client.run(&label, None, async |token| {
        tokio::task::yield_now().await;
        respond(needed, token.as_ref().map(mcp_scopes_client::AccessToken::secret))
    });
    answer.await.map_err(|stopped| stopped.stop)
}

fn client(login: &Login) -> StepUpClient<Login> {
    StepUpClient::new(Settings::user(), ScopeMap::default(), login.clone())
}

#[tokio::test]
async fn obtains_one_token_for_operations_that_need_the_same() {
    let login = Login::default();
    let client = client(&login);
    let calls = [call(&client, "a"), call(&client, "a"), call(&client, "a"), call(&client, "b")];
    let [first, second, third, other] = calls;
    let (first, second, third, other) = tokio::join!(first, second, third, other);
    assert_eq!([first, second, third], [Ok("a".to_owned()), Ok("a".to_owned()), Ok("a".to_owned())]);
    assert_eq!(other, Ok("a b".to_owned()));
    assert_eq!(*login.requests.lock().unwrap(), ["a", "a b"]);
    assert_eq!(call(&client, "b").await, Ok("a b".to_owned()));
    assert_eq!(login.requests.lock().unwrap().len(), 2);
}

/// Issues what is asked for. The first requests wait until the test lets them continue.
#[derive(Clone, Default)]
struct Slow {
    waits: usize,
    requests: Arc<Mutex<Vec<String>>>,
    begun: Arc<Notify>,
    released: Arc<Notify>,
}

impl Authorizer for Slow {
    async fn obtain(&self, request: &TokenRequest, _: Option<&Issued>) -> Result<Issued, Refusal> {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(request.scopes.to_string());
            requests.len()
        };
        if number <= self.waits {
            self.begun.notify_one();
            self.released.notified().await;
        }
        Ok(Issued::new(&request.scopes.to_string()))
    }
}

#[tokio::test]
async fn another_operation_obtains_what_a_dropped_one_gave_up() {
    let login = Slow { waits: 1, ..Slow::default() };
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login.clone());
    let mut dropped = Box::pin(call(&client, "a"));
    tokio::select! {
        _ = &mut dropped => unreachable!("it waits"),
        () = login.begun.notified() => {}
    }
    let (kept, ()) = tokio::join!(call(&client, "a"), async {
        for _ in 0..8 {
            tokio::task::yield_now().await;
        }
        drop(dropped);
    });
    assert_eq!(kept, Ok("a".to_owned()));
    assert_eq!(*login.requests.lock().unwrap(), ["a", "a"]);
    // Nothing is in progress any more.
    assert_eq!(call(&client, "b").await, Ok("a b".to_owned()));
}

#[tokio::test]
async fn a_refusal_ends_all_that_wait_for_it() {
    let login = Login { refuses: true, ..Login::default() };
    let client = client(&login);
    let (first, second) = tokio::join!(call(&client, "a"), call(&client, "a"));
    let refused = Err(Stop::Refused(Scopes::parse("a").unwrap(), Refusal::AccessDenied));
    assert_eq!((&first, &second), (&refused, &refused));
    assert_eq!(login.requests.lock().unwrap().len(), 1);
    // It is remembered.
    assert_eq!(call(&client, "a").await, refused);
    assert_eq!(login.requests.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn starts_with_the_tokens_that_a_store_has_kept() {
    let store = MemoryStore::default();
    store.save(&Issued::new("a"), &Scopes::parse("a").unwrap()).await;
    let login = Login::default();
    let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login.clone(), store).await;
    assert_eq!(call(&client, "a").await, Ok("a".to_owned()));
    assert_eq!(call(&client, "b").await, Ok("a b".to_owned()));
    assert_eq!(*login.requests.lock().unwrap(), ["a b"]);
}

#[tokio::test]
async fn sends_at_most_two_requests_more_than_a_client_with_the_right_scopes() {
    let login = Login::default();
    let client = client(&login);
    call(&client, "a").await.unwrap();
    let sent = AtomicUsize::new(0);
    let answer = client.run("tools/call b", None, async |token| {
        sent.fetch_add(1, Ordering::Relaxed);
        respond("b", token.as_ref().map(mcp_scopes_client::AccessToken::secret))
    });
    assert_eq!(answer.await.map_err(|stopped| stopped.stop), Ok("a b".to_owned()));
    // One more call, and one request for a token.
    assert_eq!((sent.into_inner(), login.requests.lock().unwrap().len()), (2, 2));
}

/// A store whose first save does not end.
#[derive(Clone, Default)]
struct Stuck {
    saves: Arc<AtomicUsize>,
    begun: Arc<Notify>,
}

impl TokenStore for Stuck {
    async fn load(&self) -> Option<(Issued, Scopes)> {
        None
    }

    async fn save(&self, _: &Issued, _: &Scopes) {
        if self.saves.fetch_add(1, Ordering::Relaxed) == 0 {
            self.begun.notify_one();
            core::future::pending::<()>().await;
        }
    }

    async fn clear(&self) {}
}

#[tokio::test]
async fn tokens_count_although_their_operation_is_dropped_while_they_are_saved() {
    let (login, store) = (Login::default(), Stuck::default());
    let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login.clone(), store.clone()).await;
    tokio::select! {
        _ = call(&client, "a") => unreachable!("the store does not end"),
        () = store.begun.notified() => {}
    }
    assert_eq!(client.access_token().unwrap().secret(), "a");
    assert_eq!(call(&client, "a").await, Ok("a".to_owned()));
    assert_eq!(*login.requests.lock().unwrap(), ["a"]);
}

#[tokio::test]
async fn callers_that_do_not_wait_do_not_open_one_login_after_another() {
    let login = Slow { waits: 3, ..Slow::default() };
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), login.clone());
    // Each for another operation and another scope, as the server wants to.
    for needed in ["s1", "s2", "s3"] {
        tokio::select! {
            _ = call(&client, needed) => unreachable!("it waits"),
            () = login.begun.notified() => {}
        }
    }
    for needed in ["s4", "s5"] {
        let stop = Stop::Refused(Scopes::parse(needed).unwrap(), Refusal::LoginsInVain);
        assert_eq!(call(&client, needed).await, Err(stop));
    }
    assert_eq!(login.requests.lock().unwrap().len(), 3);
    client.forget_refusals();
    assert_eq!(call(&client, "a").await, Ok("a".to_owned()));
}

#[tokio::test]
async fn forgets_tokens_of_a_user_who_logs_out() {
    let (store, login) = (Kept::default(), Slow::default());
    let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login.clone(), store.clone()).await;
    assert_eq!(call(&client, "a").await, Ok("a".to_owned()));
    assert!(store.load().await.is_some());
    client.forget_tokens().await;
    assert!(client.access_token().is_none() && store.load().await.is_none());
    assert_eq!(call(&client, "b").await, Ok("b".to_owned()));
    assert_eq!(*login.requests.lock().unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn a_login_before_a_log_out_does_not_count() {
    let (store, login) = (Kept::default(), Slow { waits: 1, ..Slow::default() });
    let client = StepUpClient::restored(Settings::user(), ScopeMap::default(), login.clone(), store.clone()).await;
    let (answer, ()) = tokio::join!(call(&client, "a"), async {
        login.begun.notified().await;
        client.forget_tokens().await;
        login.released.notify_one();
    });
    assert_eq!(answer, Ok("a".to_owned()));
    assert_eq!(*login.requests.lock().unwrap(), ["a", "a"]);
}

/// Obtains the first token late, and each further one at once.
#[derive(Default)]
struct Hurried(AtomicUsize);

impl Authorizer for Hurried {
    async fn obtain(&self, request: &TokenRequest, _: Option<&Issued>) -> Result<Issued, Refusal> {
        if self.0.fetch_add(1, Ordering::Relaxed) == 0 {
            tokio::task::yield_now().await;
        }
        Ok(Issued::new(&request.scopes.to_string()))
    }
}

#[tokio::test]
async fn a_refusal_counts_for_the_token_that_was_sent() {
    let client = StepUpClient::new(Settings::user(), ScopeMap::default(), Hurried::default());
    // Both are refused without a token. The first one obtains a second token before the other one sends the first.
    let run = async |needed: &'static [&'static str]| {
        let answer = client.run("tools/call run", None, async |token| {
            let token = token.map(|token| token.secret().to_owned());
            let held = |needed: &str| token.as_ref().is_some_and(|token| token.split(' ').any(|held| held == needed));
            let missing = needed.iter().find(|needed| !held(needed));
            respond(missing.or(needed.last()).unwrap(), token.as_deref())
        });
        answer.await.map_err(|stopped| stopped.stop)
    };
    let (first, second) = tokio::join!(run(&["a", "b"]), run(&["a", "c"]));
    assert_eq!((first, second), (Ok("a b".to_owned()), Ok("a b c".to_owned())));
}

/// A store that a test can look into.
#[derive(Clone, Default)]
struct Kept(Arc<MemoryStore>);

impl TokenStore for Kept {
    async fn load(&self) -> Option<(Issued, Scopes)> {
        self.0.load().await
    }

    async fn save(&self, issued: &Issued, requested: &Scopes) {
        self.0.save(issued, requested).await;
    }

    async fn clear(&self) {
        self.0.clear().await;
    }
}

/// Exchanges a token for one without further scopes, and issues to the user what is requested.
struct Exchanges(Arc<Mutex<Vec<Way>>>);

impl Authorizer for Exchanges {
    async fn obtain(&self, request: &TokenRequest, current: Option<&Issued>) -> Result<Issued, Refusal> {
        self.0.lock().unwrap().push(request.way);
        if request.way == Way::Exchange {
            return Ok(Issued { scopes: Some(Scopes::parse("a").unwrap()), ..Issued::new("useless") });
        }
        assert!(current.is_none_or(|current| current.access_token.secret() == "a"), "{current:?}");
        Ok(Issued::new(&request.scopes.to_string()))
    }
}

#[tokio::test]
async fn an_exchange_of_no_use_replaces_no_token() {
    let store = Kept::default();
    store.save(&Issued::new("a"), &Scopes::parse("a").unwrap()).await;
    let ways = Arc::default();
    let settings = Settings::user().token_exchange();
    let login = Exchanges(Arc::clone(&ways));
    let client = StepUpClient::restored(settings, ScopeMap::default(), login, store.clone()).await;
    let answer = client.run("tools/call b", None, async |token| {
        respond("b", token.as_ref().map(mcp_scopes_client::AccessToken::secret))
    });
    assert_eq!(answer.await.unwrap(), "a b");
    assert_eq!(*ways.lock().unwrap(), [Way::Exchange, Way::Interaction]);
    assert_eq!(store.load().await.unwrap().0.access_token.secret(), "a b");
}

#[test]
fn shows_no_token() {
    let mut issued = Issued::new("secret-access");
    issued.refresh_token = Some(mcp_scopes_client::AccessToken::new("secret-refresh"));
    assert!(
        !format!("{issued:?} {:?}", StepUpClient::new(Settings::user(), ScopeMap::default(), Login::default()))
            .contains("secret-")
    );
}
