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
    TokenRequest, TokenStore,
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

async fn call<S: TokenStore>(client: &StepUpClient<Login, S>, needed: &str) -> Result<String, Stop> {
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

#[tokio::test]
async fn another_operation_obtains_what_a_dropped_one_gave_up() {
    let login = Login::default();
    let client = client(&login);
    let dropped = tokio::time::timeout(Duration::from_millis(5), call(&client, "a"));
    let (dropped, kept) = tokio::join!(dropped, async {
        tokio::time::sleep(Duration::from_millis(1)).await;
        call(&client, "a").await
    });
    assert!(dropped.is_err());
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

#[test]
fn shows_no_token() {
    let mut issued = Issued::new("secret-access");
    issued.refresh_token = Some(mcp_scopes_client::AccessToken::new("secret-refresh"));
    assert!(
        !format!("{issued:?} {:?}", StepUpClient::new(Settings::user(), ScopeMap::default(), Login::default()))
            .contains("secret-")
    );
}
