//! The function that runs for a call, for every combination of scopes, environment and sandbox mode.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use mcp_scopes::{Caller, Denied, Environment, Reason, Route, SandboxMode, mcp_tool, scope_table};

/// The function that ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ran {
    Live,
    Simulation,
}

type Answer = Result<Ran, Denied>;

/// Tools of every sandbox mode, guarded, sync and async.
macro_rules! tools {
    ($($name:ident $waiting:ident ($($key:tt)*);)*) => {$(
        #[mcp_tool(scope = "run", risk = "low", guard = caller $($key)*)]
        fn $name(caller: &Caller, number: u32) -> Result<Ran, Denied> {
            assert_eq!((number, caller.grant().is_anonymous()), (7, false));
            Ok(Ran::Live)
        }

        #[mcp_tool(scope = "run", risk = "low", guard = caller $($key)*)]
        async fn $waiting(caller: Option<Caller>, number: u32) -> Result<Ran, Denied> {
            std::future::ready(()).await;
            assert_eq!((number, caller.is_some()), (7, true));
            Ok(Ran::Live)
        }
    )*};
}

tools! {
    unstated unstated_waiting ();
    allowed allowed_waiting (, sandbox = "allow");
    forbidden forbidden_waiting (, sandbox = "deny");
}

#[mcp_tool(scope = "run", risk = "low", guard = caller, sandbox = simulate(pretend))]
fn simulated(caller: &Caller, number: u32) -> Result<Ran, Denied> {
    _ = (caller, number);
    Ok(Ran::Live)
}

#[mcp_tool(scope = "run", risk = "low", guard = caller, sandbox = simulate(pretend_waiting))]
async fn simulated_waiting(caller: Option<Caller>, number: u32) -> Result<Ran, Denied> {
    std::future::ready(()).await;
    _ = (caller, number);
    Ok(Ran::Live)
}

#[mcp_tool(public, risk = "low", guard = caller, sandbox = simulate(pretend))]
fn open_to_all(caller: &Caller, number: u32) -> Result<Ran, Denied> {
    _ = (caller, number);
    Ok(Ran::Live)
}

#[expect(clippy::unnecessary_wraps, reason = "a substitute returns what its tool returns")]
fn pretend(_caller: &Caller, number: u32) -> Answer {
    assert_eq!(number, 7);
    Ok(Ran::Simulation)
}

async fn pretend_waiting(caller: Option<Caller>, number: u32) -> Result<Ran, Denied> {
    std::future::ready(()).await;
    assert_eq!((number, caller.is_some()), (7, true));
    Ok(Ran::Simulation)
}

scope_table! {
    static TOOLS = [
        unstated, unstated_waiting, allowed, allowed_waiting, forbidden, forbidden_waiting, simulated,
        simulated_waiting, open_to_all,
    ];
}

/// A server that does not list these tools.
#[mcp_tool(risk = "low")]
fn stranger() {}
scope_table! { static OTHER = [stranger]; }

/// Runs a future that is always ready.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the future is always ready"),
    }
}

type Call = fn(Caller) -> Answer;

/// Each tool with its mode and both of its calls.
const CALLS: [(&str, Option<SandboxMode>, Call); 8] = [
    ("unstated", None, |caller| unstated(&caller, 7)),
    ("unstated_waiting", None, |caller| now(unstated_waiting(Some(caller), 7))),
    ("allowed", Some(SandboxMode::Allow), |caller| allowed(&caller, 7)),
    ("allowed_waiting", Some(SandboxMode::Allow), |caller| now(allowed_waiting(Some(caller), 7))),
    ("forbidden", Some(SandboxMode::Deny), |caller| forbidden(&caller, 7)),
    ("forbidden_waiting", Some(SandboxMode::Deny), |caller| now(forbidden_waiting(Some(caller), 7))),
    ("simulated", Some(SandboxMode::Simulate), |caller| simulated(&caller, 7)),
    ("simulated_waiting", Some(SandboxMode::Simulate), |caller| now(simulated_waiting(Some(caller), 7))),
];

/// The rule of the design, independent of the implementation: scopes first, then the environment.
fn expected(environment: Environment, mode: Option<SandboxMode>, opens: bool) -> Result<Ran, Reason> {
    match (opens, environment, mode) {
        (false, _, _) => Err(Reason::MissingScopes),
        (true, Environment::Live, _) | (true, Environment::Sandbox, Some(SandboxMode::Allow)) => Ok(Ran::Live),
        (true, Environment::Sandbox, Some(SandboxMode::Simulate)) => Ok(Ran::Simulation),
        (true, Environment::Sandbox, Some(SandboxMode::Deny) | None) => Err(Reason::NotInSandbox),
    }
}

#[test]
fn runs_functions_by_scopes_environment_and_mode() {
    let (mut live, mut simulations) = (0, 0);
    for environment in [Environment::Live, Environment::Sandbox] {
        for (token, opens) in [("run", true), ("openid run", true), ("", false), ("runs", false), ("RUN", false)] {
            let caller = Caller::new(TOOLS.grant(token), environment);
            for (name, mode, call) in CALLS {
                let expected = expected(environment, mode, opens);
                let route = caller.authorize(name).map_err(|denied| denied.reason());
                assert_eq!(
                    route,
                    expected.map(|ran| if ran == Ran::Live { Route::Run } else { Route::Simulate }),
                    "{name} {token} {environment:?}"
                );
                let ran = call(caller).map_err(|denied| denied.reason());
                assert_eq!(ran, expected, "{name} {token} {environment:?}");
                live += usize::from(ran == Ok(Ran::Live));
                simulations += usize::from(ran == Ok(Ran::Simulation));
            }
        }
    }
    // Two tokens open the tools: all eight run live, two of them in the sandbox, where two more are simulated.
    assert_eq!((live, simulations), (2 * 8 + 2 * 2, 2 * 2));
}

#[test]
fn returns_the_sandbox_mode() {
    for (name, mode, _) in CALLS {
        assert_eq!(TOOLS.handle(name).sandbox, mode, "{name}");
    }
}

#[test]
fn denies_calls_without_a_caller() {
    let waiting: [fn() -> Answer; 4] = [
        || now(unstated_waiting(None, 7)),
        || now(allowed_waiting(None, 7)),
        || now(forbidden_waiting(None, 7)),
        || now(simulated_waiting(None, 7)),
    ];
    for call in waiting {
        assert_eq!(call().unwrap_err().reason(), Reason::NoCaller);
    }
}

#[test]
fn runs_only_public_tools_without_a_token() {
    let anonymous = Caller::anonymous(&TOOLS);
    for (name, _, call) in CALLS {
        assert_eq!(call(anonymous).unwrap_err().reason(), Reason::NoCredentials, "{name}");
    }
    assert_eq!(open_to_all(&anonymous, 7).unwrap(), Ran::Live);
    let trainee = Caller::new(TOOLS.anonymous(), Environment::Sandbox);
    assert_eq!(open_to_all(&trainee, 7).unwrap(), Ran::Simulation);
}

#[test]
fn denies_callers_of_another_table() {
    let caller = Caller::new(OTHER.grant("run stranger"), Environment::Live);
    for (name, _, call) in CALLS {
        assert_eq!(call(caller).unwrap_err().reason(), Reason::UnknownTool, "{name}");
    }
}

/// A server with a different, public function as `simulated`.
mod lax {
    use mcp_scopes::{mcp_tool, scope_table};

    #[mcp_tool(public, risk = "low", guard = caller)]
    pub fn simulated(caller: &mcp_scopes::Caller) -> Result<(), mcp_scopes::Denied> {
        _ = caller;
        Ok(())
    }

    scope_table! { pub static TOOLS = [simulated]; }
}

#[test]
fn denies_callers_of_a_tool_with_the_same_name() {
    let stranger = Caller::new(lax::TOOLS.grant("run"), Environment::Live);
    assert_eq!(stranger.authorize("simulated").expect("the lax server lets everyone in"), Route::Run);
    lax::simulated(&stranger).expect("its own function too");
    let denied = simulated(&stranger, 7).expect_err("another server's function does not");
    assert_eq!(denied.reason(), Reason::OtherTable);
}

#[test]
fn lists_callable_tools_in_the_sandbox() {
    let grant = lax::TOOLS.anonymous();
    for (environment, count) in [(Environment::Live, 1), (Environment::Sandbox, 0)] {
        let caller = Caller::new(grant, environment);
        assert_eq!(caller.visible().count(), count);
        assert!(caller.visible().all(|tool| caller.authorize(tool.name).is_ok()));
    }
}
