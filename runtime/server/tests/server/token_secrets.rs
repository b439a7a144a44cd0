//! No `Debug` output, error, answer, log or trace contains a token, a claim, a key or a credential.

use core::fmt::{Debug, Display, Write as _};
use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64},
};
use mcp_scopes::{Caller, Environment};
use mcp_scopes_server::{
    __private::v1::{Introspection, JwtVerifier, RemoteKeys},
    AlreadyInstalled, Claims, Environments, PolicyDenial, PolicyHook, PolicyRequest, ResourceServer, SettledCall,
    StdioCredentials, Token, TokenError, TokenVerifier, policy_fn,
    token::{
        AnyOf, ApiKeys, ClaimPath, ClientCredentials, Clock, Dpop, Issuer as PublicIssuer, KeySet, KeySource as _,
        Provider, TokenCache, VerifierRouter,
    },
    verifier_fn,
};
use serde_json::json;

use crate::{
    issuer::{Answer, Issuer},
    proofs::Client,
    server::{Ask, BuildNow as _, RESOURCE, Server, TOOLS},
    traces::Recorder,
};

const ISSUER: &str = "https://auth.example.com";
/// All secrets that are texts contain it, so that a leaked part is found as well.
const MARK: &str = "PLANTED";
const KEY: &str = "sk_live_PLANTED-key";

/// All output, with the names of the types that produced it.
#[derive(Default)]
struct Emitted {
    text: String,
    types: String,
}

impl Emitted {
    fn debug<T: Debug>(&mut self, value: &T) {
        write!(self.text, "{value:?}\n{value:#?}\n").unwrap();
        writeln!(self.types, "{}", core::any::type_name::<T>()).unwrap();
    }

    fn error<E: Debug + Display + core::error::Error>(&mut self, error: &E) {
        self.debug(error);
        writeln!(self.text, "{error} {error:#}").unwrap();
        // Sources are for logs, which contain no secret either.
        let mut source = error.source();
        while let Some(error) = source {
            writeln!(self.text, "{error} {error:?}").unwrap();
            source = error.source();
        }
    }

    async fn refusal(&mut self, verifier: &impl TokenVerifier, token: &str) {
        let error: TokenError = verifier.verify(Token::new(token)).await.unwrap_err();
        self.error(&error);
        self.debug(&error.kind());
    }

    /// Records an answer of the layer.
    fn answer(&mut self, answer: &crate::server::Answer) {
        self.debug(&(answer.status, &answer.headers, &answer.body));
        writeln!(self.text, "{}", answer.body).unwrap();
        if let Some(seen) = &answer.seen {
            // The server behind the layer receives the claims, but must not receive the token.
            self.debug(&(&seen.headers, &seen.body, &seen.caller));
        }
    }
}

/// Records log output of all crates.
struct Log(Mutex<String>);

static LOG: Log = Log(Mutex::new(String::new()));

impl Log {
    fn text(&self) -> MutexGuard<'_, String> {
        self.0.lock().unwrap()
    }
}

impl log::Log for Log {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        writeln!(self.text(), "{} {} {}", record.level(), record.target(), record.args()).unwrap();
    }

    fn flush(&self) {}
}

/// Returns a JWT and the key set that verifies it.
fn jwt() -> (String, String) {
    let key = Ed25519KeyPair::generate().unwrap();
    let end = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() + 600;
    let claims = json!({"iss": ISSUER, "aud": RESOURCE, "sub": "PLANTED-sub", "azp": "PLANTED-azp", "exp": end,
                        "scope": "files:read PLANTED-scope", "email": "PLANTED@example.com"});
    let header = json!({"alg": "EdDSA", "kid": "PLANTED-kid"}).to_string();
    let message = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims.to_string()));
    let signature = BASE64.encode(key.sign(message.as_bytes()));
    let public = BASE64.encode(key.public_key());
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "PLANTED-kid", "x": public}]});
    (format!("{message}.{signature}"), set.to_string())
}

fn keys() -> (ApiKeys, String) {
    let keys = ApiKeys::new(ISSUER, b"PLANTED salt of some length").unwrap();
    let hash = keys.hash(Token::new(KEY));
    (keys.key(&hash, "PLANTED-holder", "files:read PLANTED-scope").unwrap(), hash)
}

fn credentials() -> ClientCredentials {
    ClientCredentials::basic("PLANTED-id", "PLANTED-secret")
}

/// Returns the address of an issuer with a secret in the query.
fn url(issuer: &Issuer) -> String {
    format!("{}?key=PLANTED", issuer.url())
}

/// Records the policy requests, and rejects one tool.
#[derive(Clone, Default)]
struct Shows(Arc<Mutex<Emitted>>);

impl PolicyHook for Shows {
    async fn decide(&self, calls: &[PolicyRequest<'_>]) -> Result<(), PolicyDenial> {
        let call = calls[0];
        self.0.lock().unwrap().debug(&call);
        self.0.lock().unwrap().debug(&call.id());
        let owned = policy_fn({
            let shown = Arc::clone(&self.0);
            move |request| {
                let shown = Arc::clone(&shown);
                async move {
                    shown.lock().unwrap().debug(&request);
                    Ok(())
                }
            }
        });
        owned.decide(calls).await?;
        let mut emitted = self.0.lock().unwrap();
        emitted.debug(&owned);
        let refusal = PolicyDenial::new("not at this hour");
        emitted.error(&refusal);
        if call.tool().tool().name == "write_file" { Err(refusal) } else { Ok(()) }
    }

    fn observes_outcomes(&self) -> bool {
        true
    }

    fn settled(&self, call: SettledCall<'_>) {
        let mut emitted = self.0.lock().unwrap();
        emitted.debug(&call);
        emitted.debug(&call.outcome());
    }
}

/// Produces output of all types, for valid and invalid input.
async fn emit(emitted: &mut Emitted, jwt: &str, set: &str) {
    let issuer = Issuer::new(Answer::good(set));
    let endpoint = Issuer::new(Answer::good(
        json!({"active": true, "aud": RESOURCE, "sub": "PLANTED-sub", "scope": "PLANTED-scope"}).to_string(),
    ));
    let local = Arc::new(KeySet::from_json(set).unwrap());
    let remote = RemoteKeys::new(&url(&issuer)).unwrap().pause(Duration::ZERO);
    let jwts = JwtVerifier::new(ISSUER, RESOURCE, remote.clone()).require_claim("sub");
    let asking = Introspection::new(&url(&endpoint), ISSUER, RESOURCE, credentials()).unwrap();
    let cached = TokenCache::new(asking.clone());
    let changed = format!("{jwt}AAAA");

    emitted.debug(&jwts.verify(Token::new(jwt)).await.unwrap());
    emitted.debug(&cached.verify(Token::new("PLANTED")).await.unwrap());
    emitted.debug(&keys().0.verify(Token::new(KEY)).await.unwrap());
    let others = json!({"sub": "PLANTED-sub"}).as_object().unwrap().clone();
    emitted
        .debug(&Claims::builder("https://PLANTED").subject("PLANTED").client("PLANTED").scope("PLANTED").raw(others));
    emitted.debug(&(Token::new(KEY).to_owned_token(), verifier_fn(|_| async { Err(TokenError::invalid("")) })));
    emitted.debug(&(
        PublicIssuer::keys("https://PLANTED", local.clone()),
        PublicIssuer::jwks("https://PLANTED", "https://PLANTED").require_claim("PLANTED"),
        PublicIssuer::introspection("https://PLANTED", "https://PLANTED", credentials()).token_prefix("PLANTED"),
        PublicIssuer::discover("https://PLANTED").introspect(credentials()),
    ));
    emitted.debug(&(Provider::cognito(["PLANTED"]), ClaimPath::from("tier")));
    let shown = Arc::new(Mutex::new(Emitted::default()));
    emit_mapping(&shown, set, jwt).await;
    emitted.text += &shown.lock().unwrap().text;
    emitted.types += &shown.lock().unwrap().types;
    cached.revoke(Token::new("PLANTED"), None);
    emitted.refusal(&cached, "PLANTED").await;
    emitted.refusal(&jwts, &changed).await;
    emitted.refusal(&jwts, "PLANTED.PLANTED.PLANTED").await;
    emitted.refusal(&keys().0, "sk_live_PLANTED-other").await;
    for wrong in [
        Answer::Nothing,
        Answer::good("PLANTED"),
        Answer::With("302 Found", "location: /PLANTED\r\n".into(), String::new()),
    ] {
        issuer.answers(wrong.clone());
        endpoint.answers(wrong);
        emitted.refusal(&asking, "PLANTED-token").await;
        emitted.debug(&remote.keys(Some("PLANTED-unknown")).await);
        emitted.debug(&remote.problem());
    }
    emitted.debug(&(local.clone(), remote, jwts, asking, cached, credentials(), Token::new(KEY)));
    emitted.debug(&(VerifierRouter::new().prefix("PLANTED", keys().0), AnyOf::new().or(keys().0), keys().0));

    emitted.error(&KeySet::from_json("{\"PLANTED\": 1}").unwrap_err());
    emitted.error(&KeySet::from_file("PLANTED.json").unwrap_err());
    emitted.error(&KeySet::danger_shared_secret(b"PLANTED").unwrap_err());
    emitted.error(&RemoteKeys::new("https://PLANTED:PLANTED@h/").unwrap_err());
    emitted.error(&RemoteKeys::new("http://PLANTED.example.com/").unwrap_err());
    emitted.error(&ApiKeys::new(ISSUER, b"PLANTED").unwrap_err());
    emitted.error(&keys().0.key("PLANTED", "PLANTED", "PLANTED").unwrap_err());

    let unusable = ResourceServer::builder(&TOOLS)
        .resource("https://PLANTED:PLANTED@files.example.com/mcp")
        .authorization_server("http://PLANTED:PLANTED@auth.example.com")
        .verifier(keys().0);
    emitted.debug(&unusable);
    let unusable = unusable.build_now().unwrap_err();
    emitted.debug(&unusable.problems().to_vec());
    emitted.error(&unusable);
    let stdio = StdioCredentials::of(Caller::new(TOOLS.grant("PLANTED-scope"), Environment::Live));
    emitted.debug(&stdio);
    emitted.error(&AlreadyInstalled);

    // Output of the layer.
    let hook = Shows::default();
    let verifier =
        VerifierRouter::new().prefix("sk_", keys().0).issuer(ISSUER, JwtVerifier::new(ISSUER, RESOURCE, local));
    let server = Server::around(
        ResourceServer::builder(&TOOLS).verifier(verifier).environments(Environments::new()).policy(hook.clone()),
    );
    for token in [jwt, &changed, KEY, "sk_live_PLANTED-other", "PLANTED", "PLANTED,PLANTED"] {
        for ask in [Ask::call("list_files"), Ask::call("write_file"), Ask::method("tools/list"), Ask::call("unknown")] {
            emitted.answer(&server.send(ask.token(token)).await);
        }
        emitted.answer(&server.send(Ask::call("list_files").uri(&format!("/mcp?access_token={token}"))).await);
        emitted.answer(&server.send(Ask::call("list_files").header("authorization", token)).await);
        emitted.answer(&server.send(Ask::call("list_files").token(token).token(token)).await);
    }
    emit_proofs(emitted).await;
    emitted.debug(server.layer());
    emitted.debug(&server.layer().well_known());
    emitted.debug(&(server.layer().layer(), server.layer().layer().layer("inside")));
    emitted.debug(&(Clock::default(), Environments::new()));
    let asked = core::mem::take(&mut *hook.0.lock().unwrap());
    emitted.text += &asked.text;
    emitted.types += &asked.types;
}

/// Produces output of proofs of possession.
async fn emit_proofs(emitted: &mut Emitted) {
    let claims = json!({"cnf": {"jkt": Client::EdDsa.thumbprint()}}).as_object().unwrap().clone();
    let verifier = verifier_fn(move |_| {
        let claims = claims.clone();
        async move { Ok(Claims::builder(ISSUER).subject("PLANTED").audience([RESOURCE]).raw(claims).build()) }
    });
    let dpop = Dpop::new();
    emitted.debug(&dpop);
    let server = Server::around(ResourceServer::builder(&TOOLS).verifier(verifier).dpop(dpop));
    let planted = |name: &str| {
        let mut claims = Client::claims("PLANTED");
        claims[name] = json!("PLANTED");
        Client::EdDsa.signed(&Client::EdDsa.header().to_string(), &claims.to_string())
    };
    let names = ["jti", "jti", "htm", "htu", "iat", "ath"];
    for proof in names.into_iter().map(planted).chain(["PLANTED".to_owned(), "PLANTED.PLANTED.PLANTED".to_owned()]) {
        emitted.answer(&server.send(Ask::call("list_files").dpop_token("PLANTED").header("dpop", &proof)).await);
    }
    emitted.answer(&server.send(Ask::call("list_files").token("PLANTED")).await);
}

/// Produces output of what a closure that reads claims receives and returns.
async fn emit_mapping(shown: &Arc<Mutex<Emitted>>, set: &str, jwt: &str) {
    let into = Arc::clone(shown);
    let issuer = PublicIssuer::keys(ISSUER, KeySet::from_json(set).unwrap()).claims(move |verified| {
        let mapped = verified.accept()?.scopes(["PLANTED-scope"]);
        into.lock().unwrap().debug(&(verified, &mapped));
        Ok(mapped)
    });
    let server = Server::around(ResourceServer::builder(&TOOLS).resource(RESOURCE).issuer(issuer));
    server.send(Ask::call("list_files").token(jwt)).await;
}

#[tokio::test]
async fn emits_no_tokens_claims_keys_or_credentials() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    // Output of this layer and of all its dependencies.
    let recorder = Recorder::default();
    tracing::subscriber::set_global_default(recorder.clone()).unwrap();
    let (jwt, set) = jwt();
    let mut emitted = Emitted::default();
    emit(&mut emitted, &jwt, &set).await;

    let set: serde_json::Value = serde_json::from_str(&set).unwrap();
    let encoded = [
        set["keys"][0]["x"].as_str().unwrap(),
        &keys().1,
        &STANDARD.encode("PLANTED-id:PLANTED-secret"),
        &BASE64.encode("PLANTED salt of some length"),
    ];
    let log = LOG.text().clone();
    let secrets: Vec<&str> = jwt.split('.').chain(encoded).chain([MARK, "planted"]).collect();
    let leak = |text: &str| secrets.iter().any(|secret| text.contains(secret)).then(|| text.to_owned());
    let traces = recorder.text();
    for (what, text) in [("the output", &emitted.text), ("the log", &log), ("the traces", &traces)] {
        let line = text.lines().find_map(leak);
        assert!(line.is_none(), "{what} contain a secret: {line:?}");
    }
    // The scan finds each secret.
    for text in [&format!("Claims({jwt:?})"), KEY, &set.to_string(), &format!("Basic {}", encoded[2])] {
        assert!(leak(text).is_some(), "{text}");
    }
    // The HTTP client writes a log; otherwise the scan would be empty.
    assert!(log.contains("reqwest"), "{log}");
    for word in
        ["decision", "keys", "no key of its issuer verifies its signature", "the issuer cannot be reached", "passed"]
    {
        assert!(traces.contains(word), "{word}: {traces}");
    }
    assert_every_public_type_was_emitted(&emitted.types);
}

/// A new public type of the modules must be added above.
fn assert_every_public_type_was_emitted(types: &str) {
    let source = concat!(include_str!("../../src/lib.rs"), include_str!("../../src/token.rs"));
    let exported = source.split("pub use self::").skip(1).filter_map(|rest| rest.split(';').next());
    let names = exported.flat_map(|list| list.split(|byte: char| !byte.is_alphanumeric()));
    // Traits and aliases have no output. Algorithms and access rules are not secret. Answers are recorded as a whole.
    let silent = [
        "Access",
        "Algorithm",
        "ChallengeScopes",
        "Discovery",
        "HiddenTools",
        "KeySource",
        "PolicyHook",
        "ProblemKind",
        "ResponseBody",
        "TokenVerifier",
        "ViaHttp",
    ];
    let (mut asked, mut missing) = (0, Vec::new());
    for name in names.filter(|name| name.starts_with(|first: char| first.is_ascii_uppercase())) {
        let shown = types.split(|byte: char| !byte.is_alphanumeric()).any(|of_type| of_type == name);
        asked += usize::from(shown);
        if !shown && !silent.contains(&name) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty() && asked > 10, "{asked} types were emitted, and not {missing:?}");
}
