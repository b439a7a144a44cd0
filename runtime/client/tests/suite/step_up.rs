use mcp_scopes_client::{
    Action, Answer, Challenges, Grant, OperationId, Refusal, ScopeMap, Scopes, Settings, StepUp, Stop, TokenRequest,
    Way,
};
use mcp_scopes_prm::Metadata;

const DOCUMENT: &str = r#"{
    "resource": "https://notes.example.com/mcp",
    "authorization_servers": ["https://auth.example.com"],
    "scopes_supported": ["notes:read", "offline_access"],
    "mcp_extensions": {"tool_scope_mapping": {
        "delete_note": {"required_scopes": [["notes:admin", "notes:write"], ["notes:delete"]]}
    }}
}"#;

const LACKS: &str = r#"Bearer error="insufficient_scope""#;

pub(super) fn scopes(text: &str) -> Scopes {
    Scopes::parse(text).unwrap()
}

pub(super) fn lacks(needed: &str) -> String {
    format!("Bearer scope=\"{needed}\", error=\"insufficient_scope\"")
}

pub(super) struct Client {
    pub(super) step_up: StepUp,
}

impl Client {
    pub(super) fn new(settings: Settings) -> Self {
        let metadata = Metadata::from_json(DOCUMENT).unwrap();
        Self { step_up: StepUp::new(settings, ScopeMap::of(metadata.document())) }
    }

    /// A client that has a token with these scopes.
    pub(super) fn with_token(settings: Settings, held: &str) -> Self {
        let mut client = Self::new(settings);
        let call = client.begin("tools/list");
        let request = client.asks(call, 401, &format!("Bearer scope=\"{held}\""));
        assert_eq!(client.step_up.obtained(request.flight, Ok(Grant::as_requested())), [send(call, 1)]);
        assert_eq!(client.answer(call, 200, ""), [Action::Deliver(call)]);
        client
    }

    pub(super) fn begin(&mut self, label: &str) -> OperationId {
        let (call, actions) = self.step_up.begin(label, label.strip_prefix("tools/call "));
        assert_eq!(actions, [Action::Send { operation: call, token: self.step_up.token() }]);
        call
    }

    pub(super) fn answer(&mut self, operation: OperationId, status: u16, challenge: &str) -> Vec<Action> {
        let challenges = Challenges::parse([challenge]);
        let token = self.step_up.token();
        self.step_up.answered(operation, Answer { status, challenges: &challenges, token })
    }

    /// Answers, and returns the request for a token that follows.
    #[track_caller]
    pub(super) fn asks(&mut self, operation: OperationId, status: u16, challenge: &str) -> TokenRequest {
        let actions = self.answer(operation, status, challenge);
        let [Action::Obtain(request)] = &*actions else { panic!("{actions:?}") };
        request.clone()
    }

    pub(super) fn gets(&mut self, request: &TokenRequest, held: &str) -> Vec<Action> {
        self.step_up.obtained(request.flight, Ok(Grant::with_scopes(scopes(held))))
    }

    fn gets_bound(&mut self, request: &TokenRequest) -> Vec<Action> {
        self.step_up.obtained(request.flight, Ok(Grant::as_requested().bound()))
    }

    pub(super) fn fails(&mut self, request: &TokenRequest, refusal: Refusal) -> Vec<Action> {
        self.step_up.obtained(request.flight, Err(refusal))
    }
}

pub(super) fn send(operation: OperationId, token: u64) -> Action {
    Action::Send { operation, token: Some(token) }
}

#[test]
fn selects_scopes_in_the_order_of_the_specification() {
    for (challenge, expected) in [
        ("Bearer scope=\"notes:write\"", "notes:write"),
        // Without a challenge for scopes: those that the metadata advertises.
        ("Bearer", "notes:read"),
        ("Bearer scope=\"notes:write offline_access\"", "notes:write"),
    ] {
        let mut client = Client::new(Settings::user());
        let call = client.begin("tools/list");
        let request = client.asks(call, 401, challenge);
        assert_eq!((request.scopes.to_string(), request.way), (expected.to_owned(), Way::Interaction), "{challenge}");
    }
    let mut client = Client::new(Settings::user().offline_access());
    let call = client.begin("tools/list");
    assert_eq!(client.asks(call, 401, "Bearer scope=\"a\"").scopes, scopes("a offline_access"));
    let mut without = StepUp::new(Settings::user(), ScopeMap::default());
    let (call, _) = without.begin("tools/list", None);
    let challenges = Challenges::parse(["Bearer"]);
    let actions = without.answered(call, Answer { status: 401, challenges: &challenges, token: None });
    assert!(matches!(&*actions, [Action::Obtain(request)] if request.scopes.is_empty()), "{actions:?}");
}

#[test]
fn unites_what_was_requested_with_what_a_challenge_names() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("notes:write"));
    assert_eq!(request.scopes, scopes("notes:read notes:write"));
    assert_eq!(client.gets(&request, "notes:read notes:write"), [send(call, 2)]);
    assert_eq!(client.answer(call, 200, ""), [Action::Deliver(call)]);
    // The answer of an operation that has ended changes nothing.
    assert_eq!(client.answer(call, 403, &lacks("x")), []);
}

#[test]
fn takes_the_scopes_of_a_tool_from_the_metadata_and_never_all() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call delete_note");
    assert_eq!(client.asks(call, 403, LACKS).scopes, scopes("notes:delete notes:read"));
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call unknown");
    assert_eq!(client.answer(call, 403, LACKS), [Action::Stop(call, Stop::UnknownScopes)]);
    let call = client.begin("tools/call unknown");
    let malformed = client.answer(call, 403, "Bearer scope=\"é\", error=insufficient_scope");
    assert!(matches!(&*malformed, [Action::Stop(_, Stop::Malformed(_))]), "{malformed:?}");
}

#[test]
fn delivers_what_no_token_changes() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    for (status, challenge) in [
        (200, ""),
        (500, &*lacks("a")),
        (403, ""),
        (403, "Basic realm=x"),
        (401, "Basic realm=x"),
        (403, "Bearer error=\"access_denied\""),
    ] {
        let call = client.begin("tools/call write_note");
        assert_eq!(client.answer(call, status, challenge), [Action::Deliver(call)], "{status} {challenge}");
    }
}

#[test]
fn remembers_a_refusal_until_a_token_with_other_scopes_arrives() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let refused = || Stop::Refused(scopes("notes:write"), Refusal::AccessDenied);
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("notes:write"));
    assert_eq!(client.fails(&request, Refusal::AccessDenied), [Action::Stop(call, refused())]);
    let call = client.begin("tools/call write_note");
    assert_eq!(client.answer(call, 403, &lacks("notes:write")), [Action::Stop(call, refused())]);
    // Another operation, and another set of scopes, are asked for.
    let other = client.begin("tools/call edit_note");
    let request = client.asks(other, 403, &lacks("notes:write"));
    assert_eq!(client.gets(&request, "notes:read notes:edit"), [send(other, 2)]);
    assert_eq!(client.answer(other, 200, ""), [Action::Deliver(other)]);
    let call = client.begin("tools/call write_note");
    client.asks(call, 403, &lacks("notes:write"));
}

#[test]
fn an_outage_is_not_a_refusal() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    for _ in 0..2 {
        let call = client.begin("tools/call write_note");
        let request = client.asks(call, 403, &lacks("notes:write"));
        let stop = Stop::Refused(scopes("notes:write"), Refusal::Unavailable);
        assert_eq!(client.fails(&request, Refusal::Unavailable), [Action::Stop(call, stop)]);
    }
}

#[test]
fn sends_again_only_if_the_token_has_other_scopes() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("notes:write"));
    assert_eq!(client.gets(&request, "notes:read"), [Action::Stop(call, Stop::NotGranted(scopes("notes:write")))]);
    // It is remembered, although the token is a new one.
    let call = client.begin("tools/call write_note");
    let stop = Stop::Refused(scopes("notes:write"), Refusal::NotGranted);
    assert_eq!(client.answer(call, 403, &lacks("notes:write")), [Action::Stop(call, stop)]);
    // Under a hierarchy another scope may cover the need.
    let call = client.begin("tools/call edit_note");
    let request = client.asks(call, 403, &lacks("notes:edit"));
    assert_eq!(client.gets(&request, "notes:all"), [send(call, 3)]);
}

#[test]
fn stops_after_two_retries() {
    let mut client = Client::with_token(Settings::user(), "a");
    let call = client.begin("tools/call drip");
    for (number, next) in [(2, "b"), (3, "c")] {
        let request = client.asks(call, 403, &lacks(next));
        assert_eq!(client.step_up.obtained(request.flight, Ok(Grant::as_requested())), [send(call, number)]);
    }
    assert_eq!(client.answer(call, 403, &lacks("d")), [Action::Stop(call, Stop::StillRefused(scopes("d")))]);
}

#[test]
fn has_one_request_in_progress_for_all_operations() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let (first, second, third) =
        (client.begin("tools/call write_note"), client.begin("tools/call edit_note"), client.begin("tools/call run"));
    let request = client.asks(first, 403, &lacks("notes:write"));
    assert_eq!(client.answer(second, 403, &lacks("notes:write")), []);
    assert_eq!(client.answer(third, 403, &lacks("shell:run")), []);
    let actions = client.gets(&request, "notes:read notes:write");
    let [sent_first, sent_second, Action::Obtain(next)] = &*actions else { panic!("{actions:?}") };
    assert_eq!([sent_first, sent_second], [&send(first, 2), &send(second, 2)]);
    assert_eq!(next.scopes, scopes("notes:read notes:write shell:run"));
    // The third one ends: its caller has gone. The token is not lost.
    client.step_up.abandon(third);
    assert_eq!(client.gets(next, "notes:read notes:write shell:run"), []);
    assert_eq!(client.step_up.token(), Some(3));
    // A result that comes twice changes nothing.
    assert_eq!(client.gets(next, "x"), []);
    assert_eq!(client.step_up.token(), Some(3));
}

#[test]
fn a_response_to_an_older_token_is_sent_again_without_a_request() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let (early, late) = (client.begin("tools/call write_note"), client.begin("tools/call edit_note"));
    let request = client.asks(early, 403, &lacks("notes:write"));
    client.gets(&request, "notes:read notes:write");
    let lacks = lacks("notes:write");
    let challenges = Challenges::parse([&lacks]);
    let actions = client.step_up.answered(late, Answer { status: 403, challenges: &challenges, token: Some(1) });
    assert_eq!(actions, [send(late, 2)]);
}

#[test]
fn exchanges_the_token_before_it_asks_the_user() {
    let settings = Settings::user().token_exchange();
    let mut client = Client::with_token(settings, "notes:read");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("notes:write"));
    assert_eq!((request.way, request.token), (Way::Exchange, Some(1)));
    let actions = client.fails(&request, Refusal::of_error("unsupported_grant_type"));
    let [Action::Obtain(next)] = &*actions else { panic!("{actions:?}") };
    assert_eq!((next.way, next.token, next.flight), (Way::Interaction, None, request.flight));
    // The user may be granted what is not granted for a token.
    for (refusal, asks_user) in [
        (Refusal::of_error("invalid_scope"), true),
        (Refusal::of_error("access_denied"), true),
        (Refusal::of_error("unauthorized_client"), true),
        (Refusal::Unusable("the response cannot be read"), true),
        (Refusal::of_error("invalid_target"), false),
        (Refusal::Unavailable, false),
    ] {
        let mut client = Client::with_token(settings, "notes:read");
        let call = client.begin("tools/call write_note");
        let request = client.asks(call, 403, &lacks("notes:write"));
        let actions = client.fails(&request, refusal);
        let last = matches!(&*actions, [Action::Obtain(next)] if next.way == Way::Interaction);
        assert_eq!(last, asks_user, "{refusal:?} {actions:?}");
        // For the last way each of them is final.
        let stopped = if asks_user { client.fails(&request, refusal) } else { actions };
        assert_eq!(stopped, [Action::Stop(call, Stop::Refused(scopes("notes:write"), refusal))]);
    }
}

#[test]
fn refreshes_an_expired_token_before_it_asks_the_user() {
    let mut client = Client::new(Settings::user().token_exchange());
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, "Bearer scope=\"a\"");
    client.step_up.obtained(request.flight, Ok(Grant::as_requested().can_refresh()));
    let expired = r#"Bearer scope="b", error="invalid_token""#;
    let request = client.asks(call, 401, expired);
    // It names no scopes.
    assert_eq!((request.way, request.token, &request.scopes), (Way::Refresh, Some(1), &scopes("a")));
    let actions = client.fails(&request, Refusal::of_error("invalid_grant"));
    let [Action::Obtain(next)] = &*actions else { panic!("{actions:?}") };
    assert_eq!((next.way, &next.scopes), (Way::Interaction, &scopes("a b")));
}

#[test]
fn authenticates_again_as_the_challenge_says() {
    let mut client = Client::with_token(Settings::user().token_exchange(), "notes:read");
    let call = client.begin("tools/call delete_note");
    let challenge = r#"Bearer error="insufficient_user_authentication", max_age="300", acr_values="phr""#;
    let request = client.asks(call, 401, challenge);
    assert_eq!((request.way, request.token, &request.scopes), (Way::Interaction, None, &scopes("notes:read")));
    assert_eq!(
        (request.authentication.max_age_seconds, &*request.authentication.acr_values),
        (Some(300), &["phr".to_owned()][..])
    );
    // The new token has the same scopes, and is another one for the server.
    assert_eq!(client.gets(&request, "notes:read"), [send(call, 2)]);
}

#[test]
fn client_credentials_stop_by_default() {
    let mut client = Client::with_token(Settings::client_credentials(), "notes:read");
    let call = client.begin("tools/call write_note");
    assert_eq!(
        client.answer(call, 403, &lacks("notes:write")),
        [Action::Stop(call, Stop::NoStepUp(scopes("notes:write")))]
    );
    let mut client = Client::with_token(Settings::client_credentials().step_up(true), "notes:read");
    let call = client.begin("tools/call write_note");
    assert_eq!(client.asks(call, 403, &lacks("notes:write")).way, Way::ClientCredentials);
    let mut client = Client::with_token(Settings::external(), "notes:read");
    let call = client.begin("tools/call write_note");
    assert_eq!(client.asks(call, 403, &lacks("notes:write")).way, Way::External);
}

#[test]
fn takes_a_refusal_without_an_error_for_a_lack_of_scopes_only_if_scopes_are_named() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    // By the challenge.
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, "Bearer scope=\"notes:write\"");
    assert_eq!(client.gets(&request, "notes:read notes:write"), [send(call, 2)]);
    // By the metadata, which lists other scopes than the token has.
    let call = client.begin("tools/call delete_note");
    let request = client.asks(call, 403, "Bearer realm=\"notes\"");
    assert_eq!(request.scopes, scopes("notes:admin notes:read notes:write"));
    assert_eq!(client.gets(&request, "notes:admin notes:read notes:write"), [send(call, 3)]);
    // The token has them: it is another refusal.
    assert_eq!(client.answer(call, 403, "Bearer realm=\"notes\""), [Action::Deliver(call)]);
    let call = client.begin("tools/call unknown");
    assert_eq!(client.answer(call, 403, "Bearer"), [Action::Deliver(call)]);
}

#[test]
fn authenticates_again_by_a_new_login_where_the_challenge_does_not_say_how() {
    let mut client = Client::with_token(Settings::user().token_exchange(), "notes:read");
    let call = client.begin("tools/call delete_note");
    let request = client.asks(call, 401, "Bearer error=\"insufficient_user_authentication\"");
    assert_eq!((request.way, request.authentication.max_age_seconds), (Way::Interaction, Some(0)));
    assert_eq!(client.gets(&request, "notes:read"), [send(call, 2)]);
}

#[test]
fn a_declined_authentication_is_not_a_declined_scope() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call write_note");
    let challenge = "Bearer error=\"insufficient_user_authentication\", max_age=60, scope=\"notes:write\"";
    let request = client.asks(call, 401, challenge);
    client.fails(&request, Refusal::AccessDenied);
    let call = client.begin("tools/call write_note");
    let stop = Stop::Refused(scopes("notes:write"), Refusal::AccessDenied);
    assert_eq!(client.answer(call, 401, challenge), [Action::Stop(call, stop)]);
    let call = client.begin("tools/call write_note");
    client.asks(call, 403, &lacks("notes:write"));
}

#[test]
fn forgets_refusals_for_a_user_who_asks_again() {
    let mut client = Client::new(Settings::user());
    for _ in 0..2 {
        let call = client.begin("tools/list");
        let request = client.asks(call, 401, "Bearer scope=\"a\"");
        client.fails(&request, Refusal::AccessDenied);
        let call = client.begin("tools/list");
        assert!(matches!(&*client.answer(call, 401, "Bearer scope=\"a\""), [Action::Stop(..)]));
        client.step_up.forget_refusals();
    }
}

#[test]
fn hands_over_the_address_of_the_metadata() {
    let mut client = Client::new(Settings::user());
    let call = client.begin("tools/list");
    let address = "https://notes.example.com/.well-known/oauth-protected-resource/mcp";
    let request = client.asks(call, 401, &format!("Bearer resource_metadata=\"{address}\""));
    assert_eq!(request.resource_metadata.as_deref(), Some(address));
}

#[test]
fn exchanges_tokens_once_the_metadata_lists_it() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    for (listed, way) in [(true, Way::Exchange), (false, Way::Interaction)] {
        client.step_up.set_token_exchange(listed);
        let call = client.begin("tools/call write_note");
        let request = client.asks(call, 403, &lacks("notes:write"));
        assert_eq!(request.way, way);
        client.fails(&request, Refusal::Unavailable);
    }
}

#[test]
fn renews_a_token_for_the_scopes_that_were_requested() {
    let mut client = Client::with_token(Settings::user(), "notes:write");
    let call = client.begin("tools/list");
    // Without a token the client would ask for `notes:read`, which the metadata advertises.
    let request = client.asks(call, 401, "Bearer error=\"invalid_token\"");
    assert_eq!(request.scopes, scopes("notes:write"));
}

/// Answers a call in the same way after each of two new tokens.
#[track_caller]
fn exhausts(client: &mut Client, label: &str, challenge: &str) {
    let call = client.begin(label);
    for _ in 0..2 {
        let request = client.asks(call, 401, challenge);
        client.step_up.obtained(request.flight, Ok(Grant::as_requested()));
    }
    let stopped = client.answer(call, 401, challenge);
    assert!(matches!(&*stopped, [Action::Stop(_, Stop::StillRefused(_))]), "{stopped:?}");
}

#[test]
fn remembers_that_new_tokens_are_of_no_use() {
    const INVALID: &str = "Bearer error=\"invalid_token\"";
    const LOGIN: &str = "Bearer error=\"insufficient_user_authentication\", max_age=60";
    for challenge in [INVALID, LOGIN] {
        let mut client = Client::with_token(Settings::user(), "notes:read");
        exhausts(&mut client, "tools/call write_note", challenge);
        let call = client.begin("tools/call write_note");
        let stopped = client.answer(call, 401, challenge);
        assert_eq!(stopped, [Action::Stop(call, Stop::StillRefused(Scopes::NONE))], "{challenge}");
        // Another need of the same operation is another matter, and so is another operation. Other scopes of a token change nothing.
        let call = client.begin("tools/call write_note");
        let request = client.asks(call, 403, &lacks("notes:write"));
        assert_eq!(client.gets(&request, "notes:read notes:write"), [send(call, 4)]);
        assert!(matches!(&*client.answer(call, 401, challenge), [Action::Stop(_, Stop::StillRefused(_))]));
        let call = client.begin("tools/list");
        client.asks(call, 401, challenge);
        // The user asks again.
        let mut client = Client::with_token(Settings::user(), "notes:read");
        exhausts(&mut client, "tools/call write_note", challenge);
        client.step_up.forget_refusals();
        exhausts(&mut client, "tools/call write_note", challenge);
    }
    // What no token was requested for is not remembered.
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call write_note");
    for next in ["a", "b"] {
        let request = client.asks(call, 403, &lacks(next));
        client.step_up.obtained(request.flight, Ok(Grant::as_requested()));
    }
    assert!(matches!(&*client.answer(call, 401, LOGIN), [Action::Stop(_, Stop::StillRefused(_))]));
    let call = client.begin("tools/call write_note");
    client.asks(call, 401, LOGIN);
}

#[test]
fn a_user_who_was_too_slow_is_asked_again() {
    for refusal in [Refusal::TimedOut, Refusal::of_error("invalid_grant")] {
        let mut client = Client::new(Settings::user());
        for _ in 0..2 {
            let call = client.begin("tools/list");
            let request = client.asks(call, 401, "Bearer scope=\"a\"");
            let stop = Stop::Refused(scopes("a"), refusal);
            assert_eq!(client.fails(&request, refusal), [Action::Stop(call, stop)]);
        }
    }
}

#[test]
fn a_client_without_a_user_does_not_authenticate_again() {
    const LOGIN: &str = "Bearer error=\"insufficient_user_authentication\", max_age=60";
    for (settings, asks) in [
        (Settings::client_credentials(), false),
        (Settings::client_credentials().step_up(true), false),
        (Settings::user().step_up(false), false),
        (Settings::external().step_up(false), false),
        (Settings::external(), true),
    ] {
        let mut client = Client::with_token(settings, "notes:read");
        let call = client.begin("tools/call delete_note");
        if asks {
            client.asks(call, 401, LOGIN);
        } else {
            assert_eq!(client.answer(call, 401, LOGIN), [Action::Stop(call, Stop::NoAuthentication)], "{settings:?}");
        }
    }
}

#[test]
fn asks_for_refresh_tokens_where_a_user_can_consent() {
    let mut client = Client::with_token(Settings::user().token_exchange().offline_access(), "a");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("b"));
    assert_eq!((request.way, request.scopes), (Way::Exchange, scopes("a b")));
    let actions = client.step_up.obtained(request.flight, Err(Refusal::NotThisWay));
    let [Action::Obtain(request)] = &*actions else { panic!("{actions:?}") };
    assert_eq!((request.way, &request.scopes), (Way::Interaction, &scopes("a b offline_access")));
    // A token for the same scopes but this one is no step up.
    assert_eq!(client.gets(request, "a offline_access"), [Action::Stop(call, Stop::NotGranted(scopes("b")))]);

    let mut client = Client::new(Settings::client_credentials().offline_access());
    let call = client.begin("tools/list");
    assert_eq!(client.asks(call, 401, "Bearer scope=\"a\"").scopes, scopes("a"));
    // The authorization server does not know the scope.
    let mut client = Client::new(Settings::user().offline_access());
    client.step_up.set_offline_access(false);
    let call = client.begin("tools/list");
    assert_eq!(client.asks(call, 401, "Bearer scope=\"a\"").scopes, scopes("a"));
}

#[test]
fn a_401_without_a_challenge_asks_for_a_token() {
    let mut client = Client::new(Settings::user());
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, "");
    assert_eq!((&request.scopes, request.way), (&scopes("notes:read"), Way::Interaction));
    client.gets(&request, "notes:read");
    // What cannot be read is not nothing.
    let malformed = client.answer(call, 401, "\"");
    assert_eq!(malformed, [Action::Deliver(call)]);
}

const NO_NONCE: &str = r#"DPoP error="use_dpop_nonce", algs="ES256""#;

#[test]
fn repeats_requests_with_a_nonce_once() {
    let mut client = Client::new(Settings::user());
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 401, "DPoP scope=\"notes:write\"");
    // The same request: the authorizer may have a code for it.
    assert_eq!(client.fails(&request, Refusal::UseNonce), [Action::Obtain(request.clone())]);
    assert_eq!(client.gets_bound(&request), [send(call, 1)]);
    assert_eq!(client.answer(call, 401, NO_NONCE), [send(call, 1)]);
    assert_eq!(client.answer(call, 401, NO_NONCE), [Action::Stop(call, Stop::NonceRequired)]);

    // A token that is not bound has no proof, so the request would be the same. Without a token, it asks for one.
    let mut other = Client::with_token(Settings::user(), "notes:write");
    let call = other.begin("tools/call write_note");
    assert_eq!(other.answer(call, 401, NO_NONCE), [Action::Stop(call, Stop::NonceRequired)]);
    let mut other = Client::new(Settings::user());
    let call = other.begin("tools/call write_note");
    assert_eq!(other.asks(call, 401, NO_NONCE).way, Way::Interaction);

    // An authorization server that states another nonce each time. That is not remembered.
    for _ in 0..2 {
        let call = client.begin("tools/call delete_note");
        let request = client.asks(call, 403, &lacks("notes:delete"));
        assert_eq!(client.fails(&request, Refusal::UseNonce), [Action::Obtain(request.clone())]);
        let stop = Stop::Refused(scopes("notes:delete"), Refusal::UseNonce);
        assert_eq!(client.fails(&request, Refusal::UseNonce), [Action::Stop(call, stop)]);
    }
}

#[test]
fn a_login_and_a_step_up_with_nonces_take_six_requests_more() {
    let mut client = Client::new(Settings::user().token_exchange());
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 401, "DPoP scope=\"notes:read\"");
    assert_eq!(client.fails(&request, Refusal::UseNonce), [Action::Obtain(request.clone())]);
    assert_eq!(client.gets_bound(&request), [send(call, 1)]);
    assert_eq!(client.answer(call, 401, NO_NONCE), [send(call, 1)]);
    // Two are left, of which one is the call: the way that can succeed is tried, and no other.
    let request = client.asks(call, 403, &lacks("notes:write"));
    assert_eq!(request.way, Way::Interaction);
    assert_eq!(client.gets(&request, "notes:read notes:write"), [send(call, 2)]);
    assert_eq!(client.answer(call, 200, ""), [Action::Deliver(call)]);

    // For the next one both ways are open.
    let call = client.begin("tools/call delete_note");
    assert_eq!(client.asks(call, 403, &lacks("notes:delete")).way, Way::Exchange);
}
