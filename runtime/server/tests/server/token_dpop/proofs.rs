//! The rules for a proof (RFC 9449 §4.3).

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use mcp_scopes_server::{
    Environments,
    token::{Algorithm, Dpop},
};
use serde_json::{Value, json};

use super::{builder, of_dpop, read, rejects_proof, server};
use crate::{
    proofs::Client,
    server::{Ask, RESOURCE, Server},
    tokens::{good, now, with},
};

/// Returns a token of this user that is bound to the key of a client.
fn token_of(client: Client, subject: &str) -> String {
    let mut claims = with("cnf", json!({"jkt": client.thumbprint()}));
    claims["sub"] = json!(subject);
    good(&claims)
}

#[tokio::test]
async fn rejects_each_wrong_member_of_a_proof() {
    let (server, client) = (server(Dpop::new()), Client::Es256);
    let token = client.token();
    let signed = |header: &Value, claims: &Value| client.signed(&header.to_string(), &claims.to_string());
    for (name, value, reason) in [
        ("typ", Value::Null, "`typ` in its header"),
        ("typ", json!("JWT"), "`typ` in its header"),
        ("typ", json!("at+jwt"), "`typ` in its header"),
        ("typ", json!("dpop+jwt "), "`typ` in its header"),
        ("typ", json!(["dpop+jwt"]), "`typ` in its header"),
        ("crit", json!(["exp"]), "extension"),
        ("alg", Value::Null, "algorithm is not supported"),
        ("alg", json!("none"), "algorithm is not supported"),
        ("alg", json!("es256"), "algorithm is not supported"),
        ("alg", json!(["ES256"]), "algorithm is not supported"),
        ("alg", json!("HS256"), "algorithm is not accepted"),
        ("alg", json!("ES384"), "does not verify its signature"),
        ("alg", json!("RS256"), "does not verify its signature"),
        ("jwk", Value::Null, "`jwk` is missing"),
        ("jwk", json!("x"), "not a key that can verify"),
        ("jwk", json!({}), "not a key that can verify"),
        ("jwk", json!({"kty": "oct", "k": "AAAA"}), "contains a private key"),
        ("jwk", json!({"kty": "oct"}), "not a key that can verify"),
        ("jwk", json!({"kty": "OKP", "crv": "X25519", "x": BASE64.encode([1; 32])}), "not a key that can verify"),
        ("jwk", json!({"kty": "RSA", "e": "AQAB", "n": BASE64.encode([255; 128])}), "not a key that can verify"),
    ] {
        let mut header = client.header();
        header[name] = value.clone();
        if value.is_null() {
            header.as_object_mut().unwrap().remove(name);
        }
        let proof = signed(&header, &Client::claims(&token));
        let answer = server.send(read().dpop_token(&token).header("dpop", &proof)).await;
        rejects_proof(&answer, reason, &format!("{name} {value}"));
    }
    for member in ["d", "p", "q", "dp", "dq", "qi", "oth", "k"] {
        let mut header = client.header();
        header["jwk"][member] = json!("AAAA");
        let proof = signed(&header, &Client::claims(&token));
        let answer = server.send(read().dpop_token(&token).header("dpop", &proof)).await;
        rejects_proof(&answer, "contains a private key", member);
    }
    let hash = |token: &str| Client::claims(token)["ath"].clone();
    for (name, value, reason) in [
        ("jti", Value::Null, "`jti` is missing"),
        ("jti", json!(""), "1 to 256 bytes"),
        ("jti", json!(7), "`jti` is missing"),
        ("jti", json!("x".repeat(257)), "1 to 256 bytes"),
        ("htm", Value::Null, "`htm` is missing"),
        ("htm", json!("GET"), "not the method"),
        ("htm", json!("post"), "not the method"),
        ("htm", json!(["POST"]), "`htm` is missing"),
        ("htu", Value::Null, "`htu` is missing"),
        ("htu", json!("https://files.example.com/mcp/"), "not the address"),
        ("htu", json!("https://files.example.com"), "not the address"),
        ("htu", json!("https://other.example.com/mcp"), "not the address"),
        ("htu", json!("http://files.example.com/mcp"), "not the address"),
        ("htu", json!("https://files.example.com:8443/mcp"), "not the address"),
        ("htu", json!("https://files.example.com/a/../mcp"), "not the address"),
        ("htu", json!("https://ada:b@files.example.com/mcp"), "not the address"),
        ("htu", json!("/mcp"), "not the address"),
        ("htu", json!(""), "not the address"),
        ("htu", json!([RESOURCE]), "`htu` is missing"),
        ("iat", Value::Null, "`iat` is missing"),
        ("iat", json!("now"), "`iat` is missing"),
        ("iat", json!(-1), "`iat` is missing"),
        ("iat", json!(1e300), "`iat` is missing"),
        ("iat", json!(0), "`iat` is too old"),
        ("iat", json!(now() - 91), "`iat` is too old"),
        ("iat", json!(now() + 40), "`iat` is in the future"),
        // A proof for a token endpoint has none.
        ("ath", Value::Null, "`ath` is missing"),
        ("ath", json!(""), "`ath` is not the hash"),
        ("ath", json!(7), "`ath` is missing"),
        ("ath", hash("other"), "`ath` is not the hash"),
        ("ath", json!(format!("{}=", hash(&token).as_str().unwrap())), "`ath` is not the hash"),
    ] {
        let mut claims = Client::claims(&token);
        claims[name] = value.clone();
        let proof = signed(&client.header(), &claims);
        let answer = server.send(read().dpop_token(&token).header("dpop", &proof)).await;
        rejects_proof(&answer, reason, &format!("{name} {value}"));
    }
    // Nothing of these was remembered.
    server.send(read().proved(client, &token)).await.passed();
}

#[tokio::test]
async fn accepts_proofs_of_its_address_and_time() {
    let (server, client) = (server(Dpop::new()), Client::EdDsa);
    let token = client.token();
    for (name, value) in [
        ("htu", json!("HTTPS://FILES.example.com:443/%6Dcp")),
        ("htu", json!("https://files.example.com/mcp?a=b#c")),
        ("iat", json!(now() - 60)),
        ("iat", json!(now() - 80)),
        ("iat", json!(now() + 20)),
        ("iat", json!(f64::from(u32::try_from(now()).unwrap()) + 0.5)),
        ("jti", json!("x".repeat(256))),
        // Unknown members are ignored.
        ("nonce", json!("a")),
        ("exp", json!(0)),
    ] {
        let mut claims = Client::claims(&token);
        claims[name] = value;
        let proof = client.signed(&client.header().to_string(), &claims.to_string());
        server.send(read().dpop_token(&token).header("dpop", &proof)).await.passed();
    }
    // Members of a key that do not belong to its thumbprint.
    let mut header = client.header();
    for (name, value) in
        [("kid", json!("a")), ("use", json!("sig")), ("key_ops", json!(["verify"])), ("ext", json!(true))]
    {
        header["jwk"][name] = value;
    }
    let proof = client.signed(&header.to_string(), &Client::claims(&token).to_string());
    server.send(read().dpop_token(&token).header("dpop", &proof)).await.passed();
}

#[tokio::test]
async fn compares_the_method_and_the_path_below_the_resource() {
    let (server, client) = (server(Dpop::new()), Client::EdDsa);
    let token = client.token();
    let proof = |method: &str, address: &str| {
        let mut claims = Client::claims(&token);
        (claims["htm"], claims["htu"]) = (json!(method), json!(address));
        client.signed(&client.header().to_string(), &claims.to_string())
    };
    for (path, method, proof_method, address, accepted) in [
        ("/mcp", "DELETE", "DELETE", RESOURCE, true),
        ("/mcp", "DELETE", "POST", RESOURCE, false),
        // A proxy has removed the prefix.
        ("/", "DELETE", "DELETE", RESOURCE, true),
        ("/", "DELETE", "DELETE", "https://files.example.com/", false),
        ("/mcp/a", "DELETE", "DELETE", "https://files.example.com/mcp/a", true),
        ("/mcp/a", "DELETE", "DELETE", RESOURCE, false),
    ] {
        let ask = Ask::new(method, path).dpop_token(&token).header("dpop", &proof(proof_method, address));
        let answer = server.send(ask).await;
        if accepted {
            answer.passed();
        } else {
            assert_eq!(answer.refused(), (401, 401), "{path} {address}");
        }
    }
}

#[tokio::test]
async fn rejects_missing_multiple_and_malformed_proofs() {
    let (server, client) = (server(Dpop::new()), Client::Es256);
    let token = client.token();
    let ask = || read().dpop_token(&token);
    rejects_proof(&server.send(ask()).await, "there is no header `DPoP`", "none");
    let (one, two) = (client.proof(&token), client.proof(&token));
    for second in [&one, &two] {
        let answer = server.send(ask().header("dpop", &one).header("dpop", second)).await;
        rejects_proof(&answer, "more than one header `DPoP`", "two");
    }
    let deep = |levels: usize| {
        let header = client.header().to_string();
        let header = header.strip_suffix('}').unwrap();
        format!("{header},\"x\":{}1{}}}", "[".repeat(levels), "]".repeat(levels))
    };
    let claims = || Client::claims(&token).to_string();
    let header = client.header().to_string();
    let twice = |text: &str, name: &str| format!("{},\"{name}\":\"x\"}}", text.strip_suffix('}').unwrap());
    let none = format!("{}.", one.rsplit_once('.').unwrap().0);
    let marker = "{\"typ\":\"dpop+jwt\",\"x\":{\"$serde_json::private::RawValue\":\"1\"}}";
    for (name, proof, reason) in [
        ("empty", String::new(), "not a signed JWT"),
        ("a comma", format!("{one}, {two}"), "not a signed JWT"),
        ("one part", "AAAA".to_owned(), "not a signed JWT"),
        ("four parts", format!("{one}.AAAA"), "not a signed JWT"),
        ("no signature", none, "does not verify its signature"),
        ("a changed signature", format!("{}AAAA", &one[..one.len() - 4]), ""),
        ("padding", format!("{one}="), "not a signed JWT"),
        ("outside ASCII", format!("{one}\u{e4}"), "not a signed JWT"),
        ("no base64", one.replacen('e', "*", 1), "no JSON object"),
        ("16 KiB", client.signed(&twice(&header, &"x".repeat(12 << 10)), &claims()), "longer than 8 KiB"),
        ("16 KiB of dots", ".".repeat(16 << 10), "longer than 8 KiB"),
        ("101 levels", client.signed(&deep(100), &claims()), "no JSON object"),
        ("a header twice", client.signed(&twice(&header, "typ"), &claims()), "a member occurs twice"),
        ("a claim twice", client.signed(&header, &twice(&claims(), "htm")), "a member occurs twice"),
        ("a reserved name", client.signed(marker, &claims()), "no JSON object"),
        ("a list as header", client.signed("[]", &claims()), "no JSON object"),
        ("a list as claims", client.signed(&header, "[]"), "no JSON object"),
        ("the token as proof", token.clone(), "`typ` in its header"),
    ] {
        rejects_proof(&server.send(ask().header("dpop", &proof)).await, reason, name);
    }
    // 100 levels are accepted.
    let proof = client.signed(&deep(99), &claims());
    server.send(ask().header("dpop", &proof)).await.passed();
}

#[tokio::test]
async fn rejects_signatures_of_the_public_key_as_a_secret() {
    use aws_lc_rs::hmac;
    let (server, client) = (server(Dpop::new()), Client::EdDsa);
    let token = client.token();
    let mut header = client.header();
    header["alg"] = json!("HS256");
    let message = crate::tokens::message(&header.to_string(), &Client::claims(&token).to_string());
    let secret = hmac::Key::new(hmac::HMAC_SHA256, client.jwk().to_string().as_bytes());
    let proof = crate::tokens::sign(&message, hmac::sign(&secret, message.as_bytes()));
    rejects_proof(&server.send(read().dpop_token(&token).header("dpop", &proof)).await, "not accepted", "HS256");
}

#[tokio::test]
async fn rejects_proofs_of_another_key_as_an_invalid_token() {
    let server = server(Dpop::new());
    let token = Client::Es256.token();
    let answer = server.send(read().proved(Client::EdDsa, &token)).await;
    let challenge = of_dpop(&answer);
    assert!(challenge.contains("error=\"invalid_token\"") && challenge.contains("another key"), "{challenge}");
    // A signature of another key under the right `jwk`.
    let claims = Client::claims(&token).to_string();
    let mut header = Client::EdDsa.header();
    let bound = good(&with("cnf", json!({"jkt": Client::OtherEdDsa.thumbprint()})));
    header["jwk"] = Client::OtherEdDsa.jwk();
    let claims = claims
        .replace(Client::claims(&token)["ath"].as_str().unwrap(), Client::claims(&bound)["ath"].as_str().unwrap());
    let proof = Client::EdDsa.signed(&header.to_string(), &claims);
    let answer = server.send(read().dpop_token(&bound).header("dpop", &proof)).await;
    rejects_proof(&answer, "does not verify its signature", "another signer");
}

#[tokio::test]
async fn accepts_only_the_stated_algorithms() {
    let server = server(Dpop::new().algorithms([Algorithm::Es256]));
    let token = Client::Es256.token();
    server.send(read().proved(Client::Es256, &token)).await.passed();
    let answer = server.send(read().proved(Client::EdDsa, &Client::EdDsa.token())).await;
    let challenge = answer.challenges()[1];
    assert!(challenge.contains("algorithm is not accepted") && challenge.contains("algs=\"ES256\""), "{challenge}");
}

#[tokio::test]
async fn limits_age_and_leeway_as_configured() {
    let server = server(Dpop::new().max_age(Duration::from_secs(5)).leeway(Duration::ZERO));
    let client = Client::EdDsa;
    let token = client.token();
    for (iat, accepted) in [(now() - 2, true), (now() - 6, false), (now() + 5, false)] {
        let mut claims = Client::claims(&token);
        claims["iat"] = json!(iat);
        let proof = client.signed(&client.header().to_string(), &claims.to_string());
        let answer = server.send(read().dpop_token(&token).header("dpop", &proof)).await;
        assert_eq!(answer.seen.is_some(), accepted, "{answer:?}");
    }
}

#[tokio::test]
async fn returns_503_at_its_limits_and_keeps_used_proofs() {
    let server = server(Dpop::new().proof_limits(3, 2));
    let flood = Client::EdDsa;
    let token = flood.token();
    let first = flood.proof(&token);
    let ask = || read().dpop_token(&token).header("dpop", &first);
    server.send(ask()).await.passed();
    server.send(read().proved(flood, &token)).await.passed();
    let full = server.send(read().proved(flood, &token)).await;
    assert_eq!((full.refused(), full.header("retry-after"), full.challenges().len()), ((503, 503), "5", 0));
    assert!(full.body.contains("the key has sent too many proofs"), "{}", full.body);
    // Another user is not affected, until the total is reached.
    let other = Client::Es256;
    server.send(read().proved(other, &token_of(other, "bob"))).await.passed();
    let full = server.send(read().proved(other, &token_of(other, "bob"))).await;
    assert_eq!(full.refused(), (503, 503));
    assert!(full.body.contains("too many proofs were sent"), "{}", full.body);
    // The first proof is still known.
    rejects_proof(&server.send(ask()).await, "was used before", "again");
}

#[tokio::test]
async fn limits_the_proofs_of_a_subject_with_several_keys() {
    let server = server(Dpop::new().proof_limits(100, 2));
    for client in [Client::Es256, Client::EdDsa] {
        server.send(read().proved(client, &token_of(client, "ada"))).await.passed();
    }
    for client in [Client::Es256, Client::Rs256] {
        let full = server.send(read().proved(client, &token_of(client, "ada"))).await;
        assert_eq!(full.refused(), (503, 503), "{client:?}");
        assert!(full.body.contains("the holder of the token has sent too many proofs"), "{}", full.body);
    }
    server.send(read().proved(Client::Es256, &token_of(Client::Es256, "bob"))).await.passed();
}

#[tokio::test]
async fn rejects_proofs_for_another_resource_than_that_of_the_token() {
    let sandbox = "https://files.example.com/test/mcp";
    let environments = Environments::new().by_audience();
    let server = builder().sandbox_resource(sandbox).environments(environments).dpop(Dpop::new());
    let (server, client) = (Server::around(server), Client::Es256);
    for (audience, environment, htu, path, accepted) in [
        (RESOURCE, "live", RESOURCE, "/mcp", Ok(())),
        (sandbox, "sandbox", sandbox, "/test/mcp", Ok(())),
        // A proxy has removed a prefix.
        (sandbox, "sandbox", sandbox, "/mcp", Ok(())),
        (RESOURCE, "live", RESOURCE, "/", Ok(())),
        (RESOURCE, "live", sandbox, "/mcp", Err("an address of another resource")),
        (RESOURCE, "live", sandbox, "/test/mcp", Err("an address of another resource")),
        (RESOURCE, "live", RESOURCE, "/test/mcp", Err("`htu` is not the address")),
        (sandbox, "sandbox", RESOURCE, "/mcp", Err("an address of another resource")),
        (sandbox, "sandbox", RESOURCE, "/test/mcp", Err("an address of another resource")),
    ] {
        let mut claims = with("cnf", json!({"jkt": client.thumbprint()}));
        claims["aud"] = json!(audience);
        let token = good(&claims);
        let mut claims = Client::claims(&token);
        claims["htu"] = json!(htu);
        let proof = client.signed(&client.header().to_string(), &claims.to_string());
        let answer = server.send(read().uri(path).dpop_token(&token).header("dpop", &proof)).await;
        match accepted {
            Ok(()) => {
                // The tool is not available in the sandbox, which is decided later.
                assert_eq!(answer.status, if environment == "live" { 200 } else { 403 }, "{htu} {path}: {answer:?}");
                assert_eq!(answer.header("mcp-environment"), environment, "{htu} {path}");
            }
            Err(reason) => rejects_proof(&answer, reason, &format!("{audience} {htu} {path}")),
        }
    }
}

#[tokio::test]
async fn keeps_no_proof_of_rejected_requests() {
    let (server, client) = (server(Dpop::new()), Client::EdDsa);
    let token = client.token();
    let proof = client.proof(&token);
    let wrong = server.send(Ask::new("DELETE", "/mcp").dpop_token(&token).header("dpop", &proof)).await;
    rejects_proof(&wrong, "not the method", "DELETE");
    server.send(read().dpop_token(&token).header("dpop", &proof)).await.passed();
}
