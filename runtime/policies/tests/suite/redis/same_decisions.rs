//! The script against the engine in memory and the naive one, on random tables and traces with a test clock.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use mcp_scopes_policies::{Call, Decision, Facts, RedisSessions, Rules, SessionKey, SessionView, Timestamp};
use tokio::runtime::{Builder, Runtime};

use super::{
    live,
    server::{Administer as _, Server, programs},
};
use crate::{
    oracle::{CreateEngine, Engine, assert_all_kinds, run_table},
    random::Random,
};

/// `MCP_SCOPES_REDIS_STEPS` states the number of decisions; otherwise, as many as fit in this time, and at least so many.
const TIME: Duration = Duration::from_secs(8);
const LEAST: u64 = 1_000;

struct Shared {
    runtime: Arc<Runtime>,
    /// Of each server.
    stores: Vec<RedisSessions>,
    clock: Arc<AtomicU64>,
    key: SessionKey,
}

impl Engine for Shared {
    fn decide(&self, server: usize, calls: &[Call], facts: &Facts<'_>, now: Timestamp) -> Decision {
        self.clock.store(now.as_millis(), Ordering::Relaxed);
        self.runtime.block_on(self.stores[server].decide(&self.key, calls, facts)).unwrap()
    }

    fn show(&self, server: usize) -> Option<SessionView> {
        self.runtime.block_on(self.stores[server].show(&self.key)).unwrap()
    }
}

#[test]
fn the_script_matches_the_engine_in_memory_and_the_naive_one() {
    let steps: Option<u64> = std::env::var("MCP_SCOPES_REDIS_STEPS").ok().map(|steps| steps.parse().unwrap());
    for program in programs() {
        let server = Server::start(&program, &[]);
        let runtime = Arc::new(Builder::new_current_thread().enable_all().build().unwrap());
        let tables = AtomicU64::new(0);
        let clock = Arc::new(AtomicU64::new(0));
        let store = runtime.block_on(server.connect()).with_test_clock(Arc::clone(&clock));
        let create: CreateEngine<'_> = &|rules: &[Arc<Rules>]| {
            let key = live(&tables.fetch_add(1, Ordering::Relaxed).to_string());
            let stores = rules.iter().map(|rules| store.with_rules(Arc::clone(rules))).collect();
            Box::new(Shared { runtime: Arc::clone(&runtime), stores, clock: Arc::clone(&clock), key })
        };
        let (mut random, mut seen) = (Random::new(16), BTreeMap::new());
        let begin = Instant::now();
        let is_enough = |seen: &BTreeMap<String, u64>| match steps {
            Some(steps) => seen.values().sum::<u64>() >= steps,
            None => begin.elapsed() > TIME && seen.values().sum::<u64>() >= LEAST,
        };
        while !is_enough(&seen) {
            run_table(&mut random, &mut seen, Some(create));
        }
        let count = seen.values().sum::<u64>();
        println!("{count} decisions on {} in {:.1?}", program.display(), begin.elapsed());
        if count >= 50_000 {
            assert_all_kinds(&seen);
        }
    }
}
