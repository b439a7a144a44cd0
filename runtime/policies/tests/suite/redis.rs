//! The shared store against real servers, which the tests start.

mod domain;
mod faults;
mod same_decisions;
mod server;
mod sharing;
mod topologies;

use std::path::Path;

use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{
    Call, Decision, Facts, RedisSessions, Rules, SessionKey, Settings, StoreError, StoreErrorKind,
};
use std::sync::Arc;
use tokio::runtime::Runtime;

use crate::support::{path, tool};

/// Runs a test on each server that is there.
fn on_each_server<F: Future<Output = ()>>(test: impl Fn(Box<Path>) -> F) {
    for program in server::programs() {
        Runtime::new().unwrap().block_on(test(program.into()));
    }
}

/// `send` has the policy.
fn rules(policy: Policy<'_>) -> Arc<Rules> {
    let tools = [Tool::new("read", Risk::Low), Tool::new("list", Risk::Low), tool("send", Risk::Low, policy)];
    Arc::new(Rules::compile(&tools, &Settings::default()).unwrap())
}

const BLOCKED: Policy<'static> = Policy { blocked_after: &["read"], ..Policy::NONE };

fn live(subject: &str) -> SessionKey {
    SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://a", &[subject])
}

fn sandbox(subject: &str) -> SessionKey {
    SessionKey::new("https://files.example.com/mcp", Environment::Sandbox, "https://a", &[subject])
}

fn calls(rules: &Rules, name: &str) -> [Call; 1] {
    [path(rules, name, "")]
}

async fn decide(store: &RedisSessions, key: &SessionKey, name: &str) -> Result<Decision, StoreError> {
    store.decide(key, &calls(store.rules(), name), &Facts::default()).await
}

/// Decides on a call and expects it to be allowed.
async fn allow(store: &RedisSessions, key: &SessionKey, name: &str) {
    assert_eq!(decide(store, key, name).await.unwrap(), Decision::Allowed);
}

async fn fails(store: &RedisSessions, key: &SessionKey, name: &str) -> StoreErrorKind {
    decide(store, key, name).await.unwrap_err().kind().clone()
}
