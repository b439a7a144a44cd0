//! Claims about the login of the user: `auth_time` and `acr` (RFC 9068 §2.2.1).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{
    access, decoded,
    resource::{Servers, text},
};

/// Longer than the unit of `auth_time`.
const PAUSE: Duration = Duration::from_millis(1_100);

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Returns the time and the class of the login, as the resource server sees them in the token.
async fn login(servers: &Servers, tokens: &Value) -> (u64, String) {
    let (_, claims) = decoded(access(tokens));
    let (time, class) = (servers.claim("auth_time", tokens).await, servers.claim("acr", tokens).await);
    assert_eq!((&claims["auth_time"], &claims["acr"]), (&time, &class), "{claims}");
    (time.as_u64().unwrap(), class.as_str().unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn exposes_the_time_and_the_class_of_a_login() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = servers.client.register_for_user().await;
    let before = now();
    let tokens = servers.client.log_in(&client, "notes:read").await;
    let (time, class) = login(&servers, &tokens).await;
    assert!((before..=now()).contains(&time), "{before} {time}");
    assert_eq!(class, "password");

    // A refresh is no login.
    tokio::time::sleep(PAUSE).await;
    let refreshed = servers.client.refresh(&client, text(&tokens, "refresh_token")).await;
    let issued = |tokens: &Value| decoded(access(tokens)).1["iat"].as_u64().unwrap();
    assert!(issued(&refreshed) > issued(&tokens));
    assert_eq!(login(&servers, &refreshed).await, (time, class));
}

#[tokio::test(flavor = "multi_thread")]
async fn exposes_the_later_login_that_max_age_requires() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = servers.client.register_for_user().await;
    let (first, _) = login(&servers, &servers.client.log_in(&client, "openid notes:read").await).await;
    tokio::time::sleep(PAUSE).await;
    // The session of the user is recent enough, or its age does not matter.
    for more in [&[][..], &[("max_age", "600")]] {
        let tokens = servers.client.log_in_with(&client, "openid notes:read", more).await;
        assert_eq!(login(&servers, &tokens).await.0, first, "{more:?}");
    }
    let tokens = servers.client.log_in_with(&client, "openid notes:read", &[("max_age", "0")]).await;
    let (second, _) = login(&servers, &tokens).await;
    assert!(second > first, "{first} {second}");
    tokio::time::sleep(PAUSE + Duration::from_secs(1)).await;
    let tokens = servers.client.log_in_with(&client, "openid notes:read", &[("max_age", "1")]).await;
    let (third, _) = login(&servers, &tokens).await;
    assert!(third > second, "{second} {third}");
    // A token of the later login keeps its time when it is renewed.
    let refreshed = servers.client.refresh(&client, text(&tokens, "refresh_token")).await;
    assert_eq!(login(&servers, &refreshed).await.0, third);
}

#[tokio::test(flavor = "multi_thread")]
async fn exposes_the_class_that_acr_values_request() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let client = servers.client.register_for_user().await;
    let (first, class) = login(&servers, &servers.client.log_in(&client, "openid notes:read").await).await;
    assert_eq!(class, "password");
    tokio::time::sleep(PAUSE).await;
    // The session has the requested class already.
    let same = [("acr_values", "password")];
    let tokens = servers.client.log_in_with(&client, "openid notes:read", &same).await;
    assert_eq!(login(&servers, &tokens).await, (first, class));
    let other = [("acr_values", "hardware-key")];
    let tokens = servers.client.log_in_with(&client, "openid notes:read", &other).await;
    let (second, class) = login(&servers, &tokens).await;
    assert!(second > first && class == "hardware-key", "{first} {second} {class}");
    let refreshed = servers.client.refresh(&client, text(&tokens, "refresh_token")).await;
    assert_eq!(login(&servers, &refreshed).await, (second, class));
}

#[tokio::test(flavor = "multi_thread")]
async fn exposes_no_login_of_a_client_without_a_user() {
    let Some(servers) = Servers::with_jwts().await else { return };
    let tokens = servers.client.log_in_itself(&servers.resource_server(), "notes:read").await;
    assert_eq!(servers.claim("sub", &tokens).await, json!(servers.resource));
    for name in ["auth_time", "acr"] {
        assert_eq!(servers.claim(name, &tokens).await, Value::Null, "{name}");
    }
}
