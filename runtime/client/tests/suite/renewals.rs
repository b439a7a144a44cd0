//! Tokens that are obtained again, operations that wait for different needs, and what a refusal of one means for the others.

use mcp_scopes_client::{Action, Answer, Challenges, Grant, Refusal, Settings, Stop, Way};

use super::step_up::{Client, lacks, scopes, send};

const INVALID: &str = "Bearer error=\"invalid_token\"";

/// A client whose token can be refreshed.
fn with_refresh_token(settings: Settings, held: &str) -> Client {
    let mut client = Client::with_token(settings, held);
    client.step_up.restore(Grant::as_requested().can_refresh(), scopes(held));
    client
}

#[test]
fn asks_the_user_where_a_refreshed_token_is_refused() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, INVALID);
    assert_eq!(request.way, Way::Refresh);
    assert_eq!(client.step_up.obtained(request.flight, Ok(Grant::as_requested().can_refresh())), [send(call, 3)]);
    // Also if the server names other scopes each time.
    let request = client.asks(call, 401, "Bearer error=\"invalid_token\", scope=\"b\"");
    assert_eq!((request.way, &request.scopes), (Way::Interaction, &scopes("a b")));
}

#[test]
fn asks_the_user_where_an_exchange_adds_no_scope() {
    let settings = Settings::user().token_exchange();
    let mut client = with_refresh_token(settings, "a");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("b"));
    assert_eq!(request.way, Way::Exchange);
    assert!(!client.step_up.accepts(request.flight, &Grant::with_scopes(scopes("a"))));
    let actions = client.gets(&request, "a");
    let [Action::Obtain(next)] = &*actions else { panic!("{actions:?}") };
    // The token is that from before.
    assert_eq!((next.way, client.step_up.token()), (Way::Interaction, Some(2)));
    assert_eq!(client.fails(next, Refusal::AccessDenied).len(), 1);
    let call = client.begin("tools/list");
    assert_eq!(client.asks(call, 401, INVALID).way, Way::Refresh);

    // It adds another scope, which does not help: not by exchange again.
    let mut client = Client::with_token(settings, "a");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("b"));
    assert_eq!(client.gets(&request, "a c"), [send(call, 2)]);
    assert_eq!(client.asks(call, 403, &lacks("b")).way, Way::Interaction);
}

#[test]
fn a_refusal_ends_only_what_needs_the_same() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let (first, second) = (client.begin("tools/call delete_note"), client.begin("tools/list"));
    let request = client.asks(first, 403, &lacks("b"));
    assert_eq!(client.answer(second, 401, INVALID), []);
    let actions = client.fails(&request, Refusal::AccessDenied);
    let [stopped, Action::Obtain(next)] = &*actions else { panic!("{actions:?}") };
    assert_eq!(*stopped, Action::Stop(first, Stop::Refused(scopes("b"), Refusal::AccessDenied)));
    assert_eq!((next.operation, next.way), (second, Way::Refresh));

    // Before the first token: the user was not asked for the smaller set.
    let mut client = Client::new(Settings::user());
    let (first, second) = (client.begin("tools/call write_note"), client.begin("tools/list"));
    let request = client.asks(first, 401, "Bearer scope=\"a b\"");
    assert_eq!(client.answer(second, 401, "Bearer scope=\"a\""), []);
    let actions = client.fails(&request, Refusal::AccessDenied);
    assert!(matches!(&*actions, [Action::Stop(..), Action::Obtain(next)] if next.scopes == scopes("a")), "{actions:?}");
}

#[test]
fn a_token_without_further_scopes_is_a_new_one_for_those_that_need_that() {
    let mut client = Client::with_token(Settings::user(), "a");
    let (first, second) = (client.begin("tools/call delete_note"), client.begin("tools/list"));
    let request = client.asks(first, 403, &lacks("b"));
    assert_eq!(client.answer(second, 401, INVALID), []);
    let stopped = Action::Stop(first, Stop::NotGranted(scopes("b")));
    assert_eq!(client.gets(&request, "a"), [stopped, send(second, 2)]);
}

#[test]
fn a_declined_login_counts_until_the_next_login() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, INVALID);
    let actions = client.fails(&request, Refusal::InvalidGrant);
    let [Action::Obtain(login)] = &*actions else { panic!("{actions:?}") };
    let stop = || Stop::Refused(scopes(""), Refusal::AccessDenied);
    assert_eq!(client.fails(login, Refusal::AccessDenied), [Action::Stop(call, stop())]);
    // The refresh token is still used, and its failure is not what the user reads.
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, INVALID);
    assert_eq!(request.way, Way::Refresh);
    assert_eq!(client.fails(&request, Refusal::InvalidGrant), [Action::Stop(call, stop())]);

    // Another operation logs in, with the same scopes.
    let call = client.begin("tools/call run");
    let request = client.asks(call, 401, INVALID);
    let actions = client.fails(&request, Refusal::InvalidGrant);
    let [Action::Obtain(login)] = &*actions else { panic!("{actions:?}") };
    client.step_up.obtained(login.flight, Ok(Grant::as_requested().can_refresh()));
    client.answer(call, 200, "");
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, INVALID);
    assert_eq!(request.way, Way::Refresh);
    let actions = client.fails(&request, Refusal::InvalidGrant);
    assert!(matches!(&*actions, [Action::Obtain(next)] if next.way == Way::Interaction), "{actions:?}");
}

#[test]
fn a_401_does_not_widen_the_token_of_a_client_that_does_not_step_up() {
    for settings in [Settings::client_credentials(), Settings::user().step_up(false)] {
        let mut client = Client::with_token(settings, "a");
        let call = client.begin("tools/call write_note");
        let request = client.asks(call, 401, "Bearer scope=\"b\", error=\"invalid_token\"");
        assert_eq!(request.scopes, scopes("a"));
        let mut client = Client::with_token(settings, "a");
        let call = client.begin("tools/call write_note");
        let stopped = client.answer(call, 401, &lacks("b"));
        assert_eq!(stopped, [Action::Stop(call, Stop::NoStepUp(scopes("b")))]);
    }
}

#[test]
fn each_way_may_lack_a_nonce() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, INVALID);
    assert_eq!(client.fails(&request, Refusal::UseNonce), [Action::Obtain(request.clone())]);
    let actions = client.fails(&request, Refusal::InvalidGrant);
    let [Action::Obtain(login)] = &*actions else { panic!("{actions:?}") };
    assert_eq!(client.fails(login, Refusal::UseNonce), [Action::Obtain(login.clone())]);
    assert_eq!(client.step_up.obtained(login.flight, Ok(Grant::as_requested())), [send(call, 3)]);
}

#[test]
fn six_requests_are_the_most_also_with_a_token_of_another_operation() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, INVALID);
    client.fails(&request, Refusal::UseNonce);
    let actions = client.fails(&request, Refusal::InvalidGrant);
    let [Action::Obtain(login)] = &*actions else { panic!("{actions:?}") };
    client.fails(login, Refusal::UseNonce);
    // Four requests for tokens, and two of the operation.
    let bound = client.step_up.obtained(login.flight, Ok(Grant::as_requested().bound()));
    assert_eq!(bound, [send(call, 3)]);
    assert_eq!(client.answer(call, 401, "DPoP error=\"use_dpop_nonce\""), [send(call, 3)]);
    let other = client.begin("tools/call write_note");
    let request = client.asks(other, 403, &lacks("b"));
    assert_eq!(client.gets(&request, "a b"), [send(other, 4)]);
    let challenges = Challenges::parse([INVALID]);
    let answer = Answer { status: 401, challenges: &challenges, token: Some(3) };
    assert_eq!(client.step_up.answered(call, answer), [Action::Stop(call, Stop::StillRefused(scopes("")))]);
}

#[test]
fn a_refresh_requests_nothing_more() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let call = client.begin("tools/list");
    let request = client.asks(call, 401, "Bearer error=\"invalid_token\", scope=\"b\"");
    assert_eq!((request.way, &request.scopes), (Way::Refresh, &scopes("a")));
    assert_eq!(client.step_up.obtained(request.flight, Ok(Grant::as_requested())), [send(call, 3)]);
    assert_eq!(client.answer(call, 200, ""), [Action::Deliver(call)]);
    let call = client.begin("tools/call write_note");
    assert_eq!(client.asks(call, 403, &lacks("c")).scopes, scopes("a c"));
}

#[test]
fn a_proof_that_is_not_accepted_is_no_reason_for_a_login() {
    const INVALID_PROOF: &str = "DPoP error=\"invalid_dpop_proof\"";
    let mut client = Client::with_token(Settings::user(), "a");
    let call = client.begin("tools/list");
    let stopped = client.answer(call, 401, INVALID_PROOF);
    assert_eq!(stopped, [Action::Stop(call, Stop::InvalidProof)]);
    assert!(Stop::InvalidProof.to_string().contains("check the clock of this machine"));
    // The key of a token that was kept is another one.
    client.step_up.restore(Grant::as_requested().bound(), scopes("a"));
    let call = client.begin("tools/list");
    assert_eq!(client.asks(call, 401, INVALID_PROOF).way, Way::Interaction);
}

#[test]
fn what_was_not_granted_does_not_choose_the_next_scopes() {
    let mut client = Client::with_token(Settings::user(), "notes:read");
    let call = client.begin("tools/call write_note");
    let request = client.asks(call, 403, &lacks("notes:admin notes:write"));
    assert!(matches!(&*client.gets(&request, "notes:read"), [Action::Stop(_, Stop::NotGranted(_))]));
    // Of the alternatives of the metadata, both are missing: that with the fewest scopes is next.
    let call = client.begin("tools/call delete_note");
    let request = client.asks(call, 403, "Bearer error=\"insufficient_scope\"");
    assert!(request.scopes.contains("notes:delete"), "{}", request.scopes);
}

#[test]
fn tokens_are_forgotten_with_what_was_refused() {
    let mut client = with_refresh_token(Settings::user(), "a");
    let (first, second) = (client.begin("tools/call write_note"), client.begin("tools/list"));
    let request = client.asks(first, 403, &lacks("b"));
    let actions = client.step_up.forget_tokens();
    let [Action::Obtain(next)] = &*actions else { panic!("{actions:?}") };
    assert_eq!((next.way, &next.scopes, client.step_up.token()), (Way::Interaction, &scopes("b"), None));
    // The login of the user before does not count.
    assert_eq!(client.gets(&request, "a b"), []);
    assert_eq!(client.gets(next, "b"), [send(first, 3)]);
    // A response to a token of the user before.
    let challenges = Challenges::parse([INVALID]);
    let answer = Answer { status: 401, challenges: &challenges, token: Some(2) };
    assert_eq!(client.step_up.answered(second, answer), [send(second, 3)]);
}

#[test]
fn says_what_to_do_about_each_error() {
    for (error, part) in [
        ("invalid_request", "report it to its operator"),
        ("unauthorized_client", "ask the operator of the authorization server to allow it"),
        ("unsupported_response_type", "ask its operator to allow it"),
        ("unsupported_grant_type", "ask its operator to allow it"),
        ("login_required", "sign in there, then try again"),
        ("consent_required", "ask its administrator to consent"),
        ("unmet_authentication_requirements", "set up another method"),
    ] {
        let text = Refusal::of_error(error).to_string();
        assert!(text.contains(part) && text.contains(error), "{text}");
    }
    assert_eq!(Refusal::of_error("something else"), Refusal::NotThisWay);
}

#[test]
fn messages_do_not_show_all_scopes_of_a_server() {
    let many: Vec<String> = (0..500).map(|number| format!("s{number:03}")).collect();
    let text = Stop::NotGranted(scopes(&many.join(" "))).to_string();
    assert!(text.contains("`s000 s001") && text.contains("s019` and 480 more, and the authorization"), "{text}");
    let long = Stop::NotGranted(scopes(&"s".repeat(60_000))).to_string();
    assert!(long.len() < 300, "{long}");
}
