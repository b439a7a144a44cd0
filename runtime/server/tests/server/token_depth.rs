//! Nesting and reserved names in all JSON about tokens: on a stack of 2 MiB, in a debug build.

use mcp_scopes_server::{
    __private::v1::Introspection,
    ResourceServer, Token, TokenErrorKind, TokenVerifier,
    token::{self, ClientCredentials, Dpop, KeySet, VerifierRouter},
};
use serde_json::json;

use crate::{
    issuer::{Answer, Issuer},
    proofs::Client,
    server::{Ask, RESOURCE, Server, TOOLS},
    tokens::{ISSUER, KEYS, all, claims, ed_jwk, raw, verifier},
};

/// The maximum number of levels of an accepted text.
const DEEPEST: usize = 100;

/// Runs a test on a thread with the stack size of a tokio worker.
fn on_a_small_stack(test: impl Future<Output = ()> + Send + 'static) {
    let run = move || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(test);
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

/// Returns an object with one more member, nested to this many levels in total.
fn deepened(object: &str, levels: usize, open: &str, close: &str) -> String {
    let inner = levels - 1;
    let object = object.trim_end().strip_suffix('}').unwrap();
    format!("{object},\"x\":{}1{}}}", open.repeat(inner), close.repeat(inner))
}

/// Returns the object with one more member that hides nested texts.
fn marked(object: &str) -> String {
    format!("{},\"x\":{}}}", object.trim_end().strip_suffix('}').unwrap(), markers())
}

/// Returns the deepest accepted forms of an object, and forms that are rejected.
fn forms(object: &str) -> ([String; 2], [String; 4]) {
    let levels = |levels, (open, close)| deepened(object, levels, open, close);
    let [array, nested] = [("[", "]"), ("{\"a\":", "}")];
    (
        [levels(DEEPEST, array), levels(DEEPEST, nested)],
        [
            levels(DEEPEST + 1, array),
            levels(DEEPEST + 1, nested),
            deepened(object, 2, r#"{"$serde_json::private::RawValue":"#, "}").replace(":1}", r#":"1"}"#),
            marked(object),
        ],
    )
}

/// Returns eleven nested texts whose levels together exceed a stack of 2 MiB.
fn markers() -> String {
    (0..11).fold("1".to_owned(), |inner, _| {
        let text = serde_json::to_string(&format!("{}{inner}{}", "[".repeat(80), "]".repeat(80))).unwrap();
        format!("{{\"$serde_json::private::RawValue\":{text}}}")
    })
}

async fn accepts(verifier: &impl TokenVerifier, token: &str) -> Option<TokenErrorKind> {
    verifier.verify(Token::new(token)).await.err().map(|error| error.kind())
}

#[test]
fn limits_nesting_in_jose_headers_and_claims() {
    on_a_small_stack(async {
        let header = r#"{"alg":"EdDSA","kid":"ed"}"#;
        let claims = claims().to_string();
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            for (levels, refused) in [(DEEPEST, None), (DEEPEST + 1, Some(TokenErrorKind::Invalid))] {
                let in_header = raw(&deepened(header, levels, open, close), &claims);
                assert_eq!(accepts(&verifier(), &in_header).await, refused, "header {open} {levels}");
                let in_claims = raw(header, &deepened(&claims, levels, open, close));
                assert_eq!(accepts(&verifier(), &in_claims).await, refused, "claims {open} {levels}");
            }
        }
    });
}

#[test]
fn rejects_reserved_names_in_jose_headers_and_claims() {
    on_a_small_stack(async {
        let (header, claims) = (r#"{"alg":"EdDSA","kid":"ed"}"#, claims().to_string());
        let hides = |object: &str| format!("{},\"x\":{}}}", object.strip_suffix('}').unwrap(), markers());
        for token in [raw(&hides(header), &claims), raw(header, &hides(&claims))] {
            assert_eq!(accepts(&verifier(), &token).await, Some(TokenErrorKind::Invalid));
        }
        let plain = r#","\u0024serde_json::private::Number":"1"}"#;
        let token = raw(header, &format!("{}{plain}", claims.strip_suffix('}').unwrap()));
        assert_eq!(accepts(&verifier(), &token).await, Some(TokenErrorKind::Invalid));
    });
}

#[test]
fn limits_nesting_and_rejects_reserved_names_in_key_sets() {
    on_a_small_stack(async {
        let set = json!({"keys": [ed_jwk(&KEYS.ed, "ed")]}).to_string();
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            assert!(KeySet::from_json(&deepened(&set, DEEPEST, open, close)).is_ok(), "{open}");
            assert!(KeySet::from_json(&deepened(&set, DEEPEST + 1, open, close)).is_err(), "{open}");
        }
        let hides = format!("{},\"x\":{}}}", set.strip_suffix('}').unwrap(), markers());
        assert!(KeySet::from_json(&hides).is_err());
    });
}

#[test]
fn limits_nesting_and_rejects_reserved_names_in_introspection_answers() {
    on_a_small_stack(async {
        let active = json!({"active": true, "iss": ISSUER, "aud": RESOURCE, "sub": "ada", "scope": "files:read"});
        let active = active.to_string();
        let hides = format!("{},\"x\":{}}}", active.strip_suffix('}').unwrap(), markers());
        let mut answers = vec![(hides, Some(TokenErrorKind::Unavailable))];
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            answers.push((deepened(&active, DEEPEST, open, close), None));
            answers.push((deepened(&active, DEEPEST + 1, open, close), Some(TokenErrorKind::Unavailable)));
        }
        for (answer, refused) in answers {
            let issuer = Issuer::new(Answer::good(answer));
            let credentials = ClientCredentials::basic("files", "s3cret");
            let verifier = Introspection::new(&issuer.url(), ISSUER, RESOURCE, credentials).unwrap();
            assert_eq!(accepts(&verifier, "opaque").await, refused);
        }
    });
}

#[test]
fn limits_nesting_and_rejects_reserved_names_in_metadata_of_issuers() {
    on_a_small_stack(async {
        let socket = Issuer::new(Answer::by_path());
        let base = socket.base();
        socket.answers_at("/jwks", Answer::good(json!({"keys": [ed_jwk(&KEYS.ed, "ed")]}).to_string()));
        let metadata = json!({"issuer": base, "jwks_uri": format!("{base}/jwks")}).to_string();
        let (accepted, rejected) = forms(&metadata);
        let cases = accepted.into_iter().map(|text| (text, true)).chain(rejected.into_iter().map(|text| (text, false)));
        for (text, is_accepted) in cases {
            socket.answers_at("/.well-known/oauth-authorization-server", Answer::good(text));
            let builder = ResourceServer::builder(&TOOLS).resource(RESOURCE);
            let built = builder.issuer(token::Issuer::discover(base.clone())).build().await;
            assert_eq!(built.is_ok(), is_accepted, "{:?}", built.err());
        }
    });
}

/// The body of an error says whether the issuer introspects tokens of this type. If it cannot be read, the issuer is unavailable.
#[test]
fn limits_nesting_and_rejects_reserved_names_in_errors_of_introspection() {
    on_a_small_stack(async {
        let (accepted, rejected) = forms(r#"{"error":"unsupported_token_type"}"#);
        let accepted = accepted.into_iter().map(|text| (text, TokenErrorKind::Invalid));
        for (text, kind) in accepted.chain(rejected.into_iter().map(|text| (text, TokenErrorKind::Unavailable))) {
            let issuer = Issuer::new(Answer::With("400 Bad Request", String::new(), text));
            let credentials = ClientCredentials::basic("files", "s3cret");
            let verifier = Introspection::new(&issuer.url(), ISSUER, RESOURCE, credentials).unwrap();
            assert_eq!(accepts(&verifier, "opaque").await, Some(kind));
        }
    });
}

/// The issuer selects the verifier before the signature is checked.
#[test]
fn limits_nesting_and_rejects_reserved_names_in_claims_that_select_the_verifier() {
    on_a_small_stack(async {
        let fallback = mcp_scopes_server::verifier_fn(|_| async {
            Err(mcp_scopes_server::TokenError::unavailable("the fallback was asked"))
        });
        let router = VerifierRouter::new().issuer(ISSUER, verifier()).fallback(fallback);
        let (accepted, rejected) = forms(&claims().to_string());
        let accepted = accepted.into_iter().map(|text| (text, None));
        let cases = accepted.chain(rejected.into_iter().map(|text| (text, Some(TokenErrorKind::Unavailable))));
        for (claims, refused) in cases {
            let token = raw(r#"{"alg":"EdDSA","kid":"ed"}"#, &claims);
            assert_eq!(accepts(&router, &token).await, refused);
        }
    });
}

#[test]
fn limits_nesting_and_rejects_reserved_names_in_proofs() {
    on_a_small_stack(async {
        let keys: KeySet = (*all()).clone();
        let builder = ResourceServer::builder(&TOOLS).issuer(token::Issuer::keys(ISSUER, keys)).dpop(Dpop::new());
        let server = Server::around(builder);
        let client = Client::EdDsa;
        let token = client.token();
        let (header, claims) = (client.header().to_string(), || Client::claims(&token).to_string());
        let mut proofs = Vec::new();
        let (accepted, rejected) = forms(&header);
        proofs.extend(accepted.iter().map(|header| (client.signed(header, &claims()), true)));
        proofs.extend(rejected.iter().map(|header| (client.signed(header, &claims()), false)));
        for form in 0..2 {
            proofs.push((client.signed(&header, &forms(&claims()).0[form]), true));
        }
        for form in 0..4 {
            proofs.push((client.signed(&header, &forms(&claims()).1[form]), false));
        }
        for (at, (proof, is_accepted)) in proofs.into_iter().enumerate() {
            let answer = server.send(Ask::call("list_files").dpop_token(&token).header("dpop", &proof)).await;
            assert_eq!(answer.seen.is_some(), is_accepted, "{at}: {answer:?}");
            // The longest ones are rejected by their length.
            let is_said =
                ["it holds no JSON object", "it is longer than 8 KiB"].iter().any(|said| answer.body.contains(said));
            assert!(is_accepted || is_said, "{at}: {answer:?}");
        }
    });
}
