//! Issuers whose metadata is discovered: RFC 8414 and OpenID Connect Discovery, over a socket.

use std::time::Duration;

use http::StatusCode;
use mcp_scopes::{mcp_tool, scope_table};
use mcp_scopes_server::{
    Access, BuildError, Environments, ProblemKind, ResourceServer, ResourceServerBuilder,
    token::{Algorithm, ClientCredentials, Issuer, KeySet},
};
use serde_json::{Value, json};

use crate::{
    issuer::{self, Answer},
    key_sets::{Key, set},
    server::{Answer as Response, Ask, BuildNow as _, RESOURCE, Server},
};

const OAUTH: &str = "/.well-known/oauth-authorization-server";
const OPENID: &str = "/.well-known/openid-configuration";
const KEYS: &str = "/jwks";
const PAUSE: Duration = Duration::from_millis(50);

/// List files
#[mcp_tool(scope = "files:read", risk = "low")]
fn list_files() {}

scope_table! { static BARE = [list_files]; }

/// An issuer on a socket with a key, whose metadata is at one path.
struct Host {
    socket: issuer::Issuer,
    key: Key,
    /// The path of the issuer identifier.
    path: &'static str,
}

impl Host {
    /// Creates an issuer that publishes its keys, and no metadata yet.
    fn new(path: &'static str) -> Self {
        let host = Self { socket: issuer::Issuer::new(Answer::by_path()), key: Key::new("a"), path };
        host.socket.answers_at(KEYS, Answer::good(set(&[&host.key])));
        host
    }

    /// Creates an issuer whose metadata is at this path.
    fn at(path: &'static str, metadata: &str) -> Self {
        let host = Self::new(path);
        host.socket.answers_at(metadata, Answer::good(host.metadata().to_string()));
        host
    }

    fn name(&self) -> String {
        format!("{}{}", self.socket.base(), self.path)
    }

    fn metadata(&self) -> Value {
        json!({"issuer": self.name(), "jwks_uri": format!("{}{KEYS}", self.socket.base()),
               "introspection_endpoint": format!("{}/introspect", self.socket.base()),
               "authorization_endpoint": format!("{}/authorize", self.socket.base())})
    }

    /// Returns the metadata with another value of one member; `null` removes it.
    fn metadata_with(&self, name: &str, value: Value) -> String {
        let mut metadata = self.metadata();
        match value {
            Value::Null => metadata.as_object_mut().unwrap().remove(name),
            value => metadata.as_object_mut().unwrap().insert(name.to_owned(), value),
        };
        metadata.to_string()
    }

    fn token(&self) -> String {
        self.key.token_of(&json!({"iss": self.name(), "exp": 4_000_000_000_u64}))
    }

    fn discover(&self) -> Issuer {
        Issuer::discover(self.name()).fetch_pause(PAUSE)
    }
}

fn of(issuer: Issuer) -> ResourceServerBuilder {
    ResourceServer::builder(&BARE).resource(RESOURCE).issuer(issuer)
}

async fn server(issuer: Issuer) -> Server {
    Server::with_layer(of(issuer).build().await.unwrap())
}

async fn list(server: &Server, token: &str) -> Response {
    server.send(Ask::call("list_files").token(token)).await
}

fn problems(error: &BuildError) -> Vec<(&'static str, ProblemKind)> {
    error.problems().iter().map(|problem| (problem.setting, problem.kind)).collect()
}

fn not_found() -> Answer {
    Answer::With("404 Not Found", String::new(), String::new())
}

#[tokio::test]
async fn finds_the_keys_of_an_issuer_at_each_documented_address() {
    for (path, forms) in [
        ("", vec![OAUTH.to_owned(), OPENID.to_owned()]),
        ("/", vec![OAUTH.to_owned(), OPENID.to_owned()]),
        ("/realms/a", vec![format!("{OAUTH}/realms/a"), format!("{OPENID}/realms/a"), format!("/realms/a{OPENID}")]),
        ("/realms/a/", vec![format!("{OAUTH}/realms/a"), format!("{OPENID}/realms/a"), format!("/realms/a{OPENID}")]),
    ] {
        for (place, form) in forms.iter().enumerate() {
            let host = Host::at(path, form);
            let server = server(host.discover()).await;
            let mut asked = forms[..=place].to_vec();
            asked.push(KEYS.to_owned());
            assert_eq!(host.socket.paths(), asked, "{path}");
            list(&server, &host.token()).await.passed();
            assert_eq!(list(&server, &Key::new("a").token_of(&json!({"iss": host.name()}))).await.refused().0, 401);
            // Metadata and keys are cached.
            assert_eq!(host.socket.paths(), asked, "{path}");
            let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
            assert_eq!(document["authorization_servers"], json!([host.name()]));
        }
    }
}

#[tokio::test]
async fn tries_the_next_address_after_any_other_answer() {
    let path = "/t";
    let elsewhere = Host::at("", OAUTH);
    let first = format!("{OAUTH}{path}");
    let template = Host::new(path);
    for answer in [
        not_found(),
        Answer::With("400 Bad Request", String::new(), "{}".to_owned()),
        Answer::With("500 Internal Server Error", String::new(), String::new()),
        Answer::With("302 Found", format!("location: {}{OAUTH}\r\n", elsewhere.socket.base()), String::new()),
        Answer::Nothing,
        Answer::Late(Duration::from_secs(20), String::new()),
        Answer::good(""),
        Answer::good("<html>"),
        Answer::good("[]"),
        Answer::good("{}"),
        Answer::good(r#"{"issuer": 7}"#),
        // Of another issuer: a host may answer all paths alike.
        Answer::good(r#"{"issuer": "https://auth.example.com", "jwks_uri": "https://auth.example.com/jwks"}"#),
    ] {
        let host = Host::at(path, &format!("{OPENID}{path}"));
        host.socket.answers_at(&first, answer.clone());
        let server = server(host.discover().timeout(Duration::from_millis(500))).await;
        list(&server, &host.token()).await.passed();
        assert_eq!(host.socket.paths(), [first.clone(), format!("{OPENID}{path}"), KEYS.to_owned()], "{answer:?}");
    }
    // RFC 8414 does not require `jwks_uri`; OpenID does.
    let host = Host::at(path, &format!("{OPENID}{path}"));
    host.socket.answers_at(&first, Answer::good(host.metadata_with("jwks_uri", Value::Null)));
    list(&server(host.discover()).await, &host.token()).await.passed();
    assert_eq!((elsewhere.socket.asked(), template.socket.asked()), (0, 0), "a redirect was followed");
}

#[tokio::test]
async fn build_lists_each_address_with_its_answer() {
    let host = Host::new("/t");
    let base = host.socket.base();
    host.socket.answers_at(&format!("{OPENID}/t"), Answer::good(r#"{"issuer": "https://auth.example.com"}"#));
    host.socket.answers_at(&format!("/t{OPENID}"), Answer::Nothing);
    let error = of(host.discover()).build().await.unwrap_err();
    assert_eq!(problems(&error), [("issuer", ProblemKind::Unreachable)]);
    let text = error.to_string();
    for part in [
        format!("`{base}{OAUTH}/t` answered with status 404"),
        format!("`{base}{OPENID}/t` states the issuer `https://auth.example.com`, not `{base}/t`"),
        format!("`{base}/t{OPENID}` gave no usable answer: the issuer cannot be reached"),
        "`.lazy()`".to_owned(),
    ] {
        assert!(text.contains(&part), "{part}: {text}");
    }
}

#[tokio::test]
async fn build_names_the_issuer_that_differs_in_a_detail() {
    for (path, stated, difference) in
        [("", "/", "a trailing slash"), ("/t/", "/t", "a trailing slash"), ("/T", "/t", "upper and lower case")]
    {
        let host = Host::new(path);
        let stated = format!("{}{stated}", host.socket.base());
        let form = format!("{OAUTH}{}", path.trim_end_matches('/'));
        host.socket.answers_at(&form, Answer::good(host.metadata_with("issuer", json!(stated))));
        let error = of(host.discover()).build().await.unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::NearMiss)], "{error}");
        let text = error.to_string();
        assert!(text.contains(&format!("which differs only in {difference}")), "{text}");
        assert!(text.contains(&format!("`Issuer::discover(\"{stated}\")`")), "{text}");
    }
    // Neither a user nor a long text is shown.
    let host = Host::new("");
    let hidden = host.socket.base().replace("127", "ada:pass@127");
    for stated in [hidden, format!("{}{}", host.socket.base(), "/".repeat(10_000))] {
        host.socket.answers_at(OAUTH, Answer::good(host.metadata_with("issuer", json!(stated))));
        let error = of(host.discover()).build().await.unwrap_err();
        let text = error.to_string();
        assert!(!text.contains("pass") && text.len() < 2000 && !text.contains("Issuer::discover"), "{text}");
    }
}

#[tokio::test]
async fn rejects_metadata_that_is_not_usable() {
    let host = Host::new("");
    let base = host.socket.base();
    let twice = format!(r#"{{"issuer": "{base}", "jwks_uri": "{base}{KEYS}", "jwks_uri": "{base}{KEYS}"}}"#);
    let with_jwks = |value: Value| host.metadata_with("jwks_uri", value);
    for (metadata, said) in [
        (format!("{}{}", host.metadata(), " ".repeat(256 << 10)), "the response of the issuer is too large"),
        (twice, "is not a JSON object, or has a member name twice"),
        (format!("[{}]", host.metadata()), "is not a JSON object"),
        (host.metadata_with("issuer", Value::Null), "states no `issuer`"),
        (host.metadata_with("issuer", json!([base])), "states no `issuer`"),
        (with_jwks(Value::Null), "states no `jwks_uri`"),
        (with_jwks(json!([format!("{base}{KEYS}")])), "states no `jwks_uri`"),
        (with_jwks(json!("http://auth.example.com/jwks")), "states a `jwks_uri` that is not https"),
        (with_jwks(json!("ftp://127.0.0.1/jwks")), "states a `jwks_uri` that is not https"),
        (with_jwks(json!("file:///etc/jwks.json")), "states a `jwks_uri` that has no host"),
        (with_jwks(json!("/jwks")), "states a `jwks_uri` that is not an absolute URL"),
        (with_jwks(json!("https://ada:pass@auth.example.com/jwks")), "holds a user or a fragment"),
        (with_jwks(json!("")), "states a `jwks_uri` that"),
    ] {
        host.socket.answers_at(OAUTH, Answer::good(metadata));
        let error = of(host.discover()).build().await.unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::Unreachable)]);
        let text = error.to_string();
        assert!(text.contains(said) && !text.contains("pass@"), "{said}: {text}");
    }
    assert!(!host.socket.paths().contains(&KEYS.to_owned()));
}

#[test]
fn rejects_issuers_whose_metadata_cannot_be_addressed() {
    for name in [
        "http://auth.example.com",
        "https://auth.example.com?tenant=1",
        "https://auth.example.com/#a",
        "https://ada:pass@auth.example.com",
        "auth.example.com",
        "https://",
    ] {
        let error = of(Issuer::discover(name)).build_now().unwrap_err();
        assert!(problems(&error).contains(&("issuer", ProblemKind::Malformed)), "{name}: {error}");
        assert!(!error.to_string().contains("pass"), "{error}");
    }
}

#[tokio::test]
async fn build_names_the_keys_that_cannot_be_fetched() {
    let host = Host::at("", OAUTH);
    host.socket.answers_at(KEYS, Answer::With("503 Service Unavailable", String::new(), String::new()));
    let error = of(host.discover()).build().await.unwrap_err();
    assert_eq!(problems(&error), [("issuer", ProblemKind::Unreachable)]);
    let expected = format!("the keys cannot be fetched: `{}{KEYS}` answered with status 503", host.socket.base());
    assert!(error.to_string().contains(&expected), "{error}");
}

#[tokio::test]
async fn a_lazy_issuer_starts_closed_and_keeps_trying() {
    let host = Host::new("");
    let server = server(host.discover().lazy()).await;
    assert_eq!(list(&server, &host.token()).await.refused(), (503, 503));
    let unreachable: Vec<_> = server.layer().unreachable_issuers().map(|(name, why)| (name.to_owned(), why)).collect();
    assert_eq!(unreachable, [(host.name(), "the metadata of the issuer is not available")]);
    host.socket.answers_at(OAUTH, Answer::good(host.metadata().to_string()));
    // No request triggers the attempt that succeeds.
    while server.layer().unreachable_issuers().count() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    list(&server, &host.token()).await.passed();
}

/// Verifies tokens until the server has asked for this path once more.
async fn until_asked(server: &Server, host: &Host, path: &str) {
    let asked = || host.socket.paths().iter().filter(|asked| *asked == path).count();
    let before = asked();
    while asked() == before {
        list(server, &host.token()).await;
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn follows_keys_that_move() {
    let old = Host::at("", OAUTH);
    let new = Key::new("b");
    // Keys and metadata are always due.
    let issuer = old.discover().key_lifetime(Duration::ZERO, Duration::ZERO).fetch_pause(Duration::ZERO);
    let server = server(issuer.cache(0, Duration::ZERO)).await;
    list(&server, &old.token()).await.passed();
    old.socket.answers_at("/moved", Answer::good(set(&[&new])));
    let moved = json!(format!("{}/moved", old.socket.base()));
    old.socket.answers_at(OAUTH, Answer::good(old.metadata_with("jwks_uri", moved)));
    let token = new.token_of(&json!({"iss": old.name(), "exp": 4_000_000_000_u64}));
    list(&server, &token).await.passed();
    assert_eq!(list(&server, &old.token()).await.refused().0, 401);
}

#[tokio::test]
async fn reads_the_metadata_again_if_the_keys_are_gone() {
    let host = Host::new("");
    let answer = |metadata: String| Answer::headed("cache-control: max-age=3600", metadata);
    host.socket.answers_at(OAUTH, answer(host.metadata().to_string()));
    host.socket.answers_at(KEYS, Answer::headed("cache-control: no-store", set(&[&host.key])));
    // The keys are always due, and the metadata is fresh.
    let issuer = host.discover().key_lifetime(Duration::ZERO, Duration::from_secs(3600)).fetch_pause(Duration::ZERO);
    let server = server(issuer.cache(0, Duration::ZERO)).await;
    until_asked(&server, &host, KEYS).await;
    assert_eq!(host.socket.paths().iter().filter(|path| *path == OAUTH).count(), 1);
    let new = Key::new("b");
    host.socket.answers_at("/moved", Answer::good(set(&[&new])));
    let moved = json!(format!("{}/moved", host.socket.base()));
    host.socket.answers_at(OAUTH, answer(host.metadata_with("jwks_uri", moved)));
    host.socket.answers_at(KEYS, not_found());
    let token = new.token_of(&json!({"iss": host.name(), "exp": 4_000_000_000_u64}));
    list(&server, &token).await.passed();
    assert_eq!(host.socket.paths().iter().filter(|path| *path == OAUTH).count(), 2);
}

#[tokio::test]
async fn keeps_the_address_of_the_keys_while_the_metadata_is_not_available() {
    for (stale, status) in [(Duration::from_secs(3600), 200), (Duration::ZERO, 503)] {
        let host = Host::at("", OAUTH);
        let issuer = host.discover().key_lifetime(Duration::ZERO, Duration::ZERO).fetch_pause(Duration::ZERO);
        let server = server(issuer.max_stale(stale).cache(0, Duration::ZERO)).await;
        let new = Key::new("b");
        for outage in [not_found(), Answer::good(host.metadata_with("issuer", json!("https://auth.example.com")))] {
            host.socket.answers_at(OAUTH, outage);
            host.socket.answers_at(KEYS, Answer::good(set(&[&new])));
            let token = new.token_of(&json!({"iss": host.name(), "exp": 4_000_000_000_u64}));
            assert_eq!(list(&server, &token).await.status.as_u16(), status, "{stale:?}");
        }
    }
}

#[tokio::test]
async fn settings_apply_to_discovered_issuers() {
    let host = Host::at("", OAUTH);
    let token = host.token();
    for (issuer, status) in [
        (host.discover(), 200),
        (host.discover().algorithms([Algorithm::Es256]), 401),
        (host.discover().require_access_token_type(), 401),
        (host.discover().require_claim("acr"), 401),
        (host.discover().leeway(Duration::ZERO).max_stale(PAUSE).cache_rejections(PAUSE), 200),
    ] {
        assert_eq!(list(&server(issuer).await, &token).await.status.as_u16(), status);
    }
    let error = of(host.discover().max_concurrent(core::num::NonZeroUsize::MIN)).build_now().unwrap_err();
    assert_eq!(problems(&error), [("issuer", ProblemKind::NoEffect)]);
    assert!(error.to_string().contains("`Issuer::discover`"), "{error}");
}

fn credentials() -> ClientCredentials {
    ClientCredentials::basic("files", "secret")
}

#[tokio::test]
async fn introspects_at_the_endpoint_that_the_metadata_states() {
    let host = Host::at("", OAUTH);
    let active = json!({"active": true, "aud": RESOURCE, "sub": "ada", "scope": "files:read"});
    host.socket.answers_at("/introspect", Answer::good(active.to_string()));
    let server = server(host.discover().introspect(credentials())).await;
    assert_eq!(host.socket.paths(), [OAUTH]);
    list(&server, "opaque").await.passed();
    assert_eq!(host.socket.paths(), [OAUTH, "/introspect"]);
    assert_eq!(host.socket.last().body, "token=opaque&token_type_hint=access_token");
    // Its JWTs are introspected too, and those of other issuers are not sent.
    list(&server, &host.token()).await.passed();
    assert_eq!(list(&server, &host.key.token()).await.refused().0, 401);
    assert_eq!(host.socket.paths(), [OAUTH, "/introspect", "/introspect"]);
    host.socket.answers_at("/introspect", Answer::good(r#"{"active": false}"#));
    assert_eq!(list(&server, "revoked").await.refused().0, 401);
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
    assert_eq!(document["authorization_servers"], json!([host.name()]));
}

#[tokio::test]
async fn follows_an_introspection_endpoint_that_moves() {
    let host = Host::at("", OAUTH);
    let active = json!({"active": true, "aud": RESOURCE, "scope": "files:read"}).to_string();
    host.socket.answers_at("/introspect", Answer::good(&*active));
    let issuer = host.discover().introspect(credentials()).key_lifetime(Duration::ZERO, Duration::ZERO);
    let server = server(issuer.fetch_pause(Duration::ZERO)).await;
    list(&server, "one").await.passed();
    let moved = json!(format!("{}/moved", host.socket.base()));
    host.socket.answers_at(OAUTH, Answer::good(host.metadata_with("introspection_endpoint", moved)));
    host.socket.answers_at("/introspect", not_found());
    host.socket.answers_at("/moved", Answer::good(active));
    list(&server, "two").await.passed();
    // During an outage of the metadata the last endpoint is kept.
    host.socket.answers_at(OAUTH, not_found());
    list(&server, "three").await.passed();
}

#[tokio::test]
async fn build_names_a_missing_introspection_endpoint() {
    let host = Host::new("");
    for (endpoint, said) in [
        (Value::Null, "states no `introspection_endpoint`"),
        (json!("http://auth.example.com/introspect"), "states a `introspection_endpoint` that is not https"),
    ] {
        host.socket.answers_at(OAUTH, Answer::good(host.metadata_with("introspection_endpoint", endpoint)));
        let error = of(host.discover().introspect(credentials())).build().await.unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::Unreachable)]);
        assert!(error.to_string().contains(said), "{error}");
    }
    // The keys alone are enough without introspection.
    assert!(of(host.discover()).build().await.is_ok());
}

#[tokio::test]
async fn a_lazy_introspecting_issuer_starts_closed_and_keeps_trying() {
    let host = Host::new("");
    let active = json!({"active": true, "aud": RESOURCE, "scope": "files:read"}).to_string();
    host.socket.answers_at("/introspect", Answer::good(active));
    let server = server(host.discover().introspect(credentials()).lazy()).await;
    assert_eq!(list(&server, "opaque").await.refused(), (503, 503));
    host.socket.answers_at(OAUTH, Answer::good(host.metadata().to_string()));
    while server.layer().unreachable_issuers().count() > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    list(&server, "opaque").await.passed();
}

#[test]
fn rejects_introspection_settings_without_effect() {
    let key = Key::new("a");
    let keys = KeySet::from_json(&set(&[&key])).unwrap();
    let name = "https://auth.example.com";
    let discovered = || Issuer::discover(name).introspect(credentials());
    for (issuer, method) in [
        (Issuer::keys(name, keys).introspect(credentials()), "introspect"),
        (Issuer::jwks(name, "https://auth.example.com/jwks").introspect(credentials()), "introspect"),
        (
            Issuer::introspection(name, "https://auth.example.com/i", credentials()).introspect(credentials()),
            "introspect",
        ),
        (discovered().algorithms([Algorithm::Es256]), "algorithms"),
        (discovered().require_access_token_type(), "require_access_token_type"),
    ] {
        let error = of(issuer).build_now().unwrap_err();
        assert_eq!(problems(&error), [("issuer", ProblemKind::NoEffect)], "{method}");
        assert!(error.to_string().contains(&format!("`.{method}(..)`")), "{error}");
    }
}

#[tokio::test]
async fn several_discovered_issuers_work_side_by_side() {
    let (first, second, opaque) = (Host::at("", OAUTH), Host::at("/t", &format!("/t{OPENID}")), Host::at("", OPENID));
    let active = json!({"active": true, "aud": RESOURCE, "scope": "files:read"}).to_string();
    opaque.socket.answers_at("/introspect", Answer::good(active));
    let builder = of(first.discover()).issuer(second.discover()).issuer(opaque.discover().introspect(credentials()));
    let server = Server::with_layer(builder.build().await.unwrap());
    for token in [&*first.token(), &second.token(), &opaque.token(), "opaque"] {
        assert_eq!(list(&server, token).await.status, StatusCode::OK, "{token}");
    }
    // Signed by another issuer than the one that it names.
    let mixed = first.key.token_of(&json!({"iss": second.name(), "exp": 4_000_000_000_u64}));
    assert_eq!(list(&server, &mixed).await.refused().0, 401);
    // One issuer may issue JWTs and opaque tokens.
    let both = of(opaque.discover()).issuer(opaque.discover().introspect(credentials())).build().await.unwrap();
    let both = Server::with_layer(both);
    let asked = opaque.socket.asked();
    list(&both, &opaque.token()).await.passed();
    assert_eq!(opaque.socket.asked(), asked);
    list(&both, "opaque").await.passed();
    // Each one that fails is listed.
    let failing = of(Host::new("").discover()).issuer(Host::new("").discover()).build().await.unwrap_err();
    assert_eq!(problems(&failing), [("issuer", ProblemKind::Unreachable); 2]);
}

#[tokio::test]
async fn sandbox_issuers_are_discovered() {
    let (live, sandbox) = (Host::at("", OAUTH), Host::at("/sandbox", &format!("{OAUTH}/sandbox")));
    let builder = of(live.discover()).sandbox_issuer(sandbox.discover()).method("*", Access::Token);
    let server = builder.environments(Environments::new().by_issuer()).build().await.unwrap();
    let server = Server::with_layer(server);
    for (host, environment) in [(&live, "live"), (&sandbox, "sandbox")] {
        let answer = server.send(Ask::method("tools/list").token(&host.token())).await;
        assert_eq!((answer.passed().method.as_str(), answer.header("mcp-environment")), ("POST", environment));
    }
    let document = server.send(Ask::new("GET", "/.well-known/oauth-protected-resource/mcp")).await.json();
    assert_eq!(document["mcp_extensions"]["sandbox"]["authorization_servers"], json!([sandbox.name()]));
    assert_eq!(document["authorization_servers"], json!([live.name()]));
}
