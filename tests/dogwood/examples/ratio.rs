//! Prints how long a decision takes here and in Dogwood's interpreter: `cargo run --release --example ratio` in `tests/dogwood`.
//!
//! Both have the same rules and the same history, in memory. Requests of Dogwood say which globs match, so the decision alone compares with a call of
//! ours that has been read. Two more columns include reading its arguments, which Dogwood is spared. All are measured in turns in one run, and
//! of each the fastest round counts.

use std::{
    error::Error,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use dogwood_language::Event;
use mcp_scopes_dogwood::{
    LIMITS,
    interpreter::{Dogwood, Facts, Mode, arrival, request, responses},
    translation::Translation,
};
use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{Call, Decision, Facts as TokenFacts, MemoryStore, Rules, SessionKey, Settings, Timestamp};

const ROUNDS: u32 = 60;
/// Decisions of the engine in a round.
const DECISIONS: u32 = 500;
/// Decisions of the interpreter in a round. It keeps the requests, so its history grows a little.
const INTERPRETED: u32 = 10;
/// The numbers of earlier calls.
const HISTORIES: [i64; 3] = [1, 10, 100];
/// In seconds since the epoch.
const NOW: i64 = 1_800_000_000;
/// The ratio that the engine must reach.
const MARK: f64 = 50.0;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    let policy = |blocked_after| Policy { blocked_after, ..Policy::NONE };
    let three = [Tool {
        policy: policy(&["read_file:/etc/*", "read_file:*.key", "read_file:*/secret/*"]),
        ..Tool::new("read_file", Risk::Low)
    }];
    let read = Policy {
        blocked_patterns: &["/etc/shadow", "*.key", "*.pem"],
        requires_approval_after: &["list_files:/etc", "list_files:/home/*"],
        ..Policy::NONE
    };
    let execute = Policy {
        requires_approval_after: &["read_config", "list_files:/sensitive/*"],
        cooling_period_minutes: Some(5),
        max_calls_per_session: Some(3),
        ..policy(&["read_file:/etc/*", "list_files:/etc"])
    };
    let send = Policy {
        requires_approval_after: &["list_files", "read_file"],
        requires_human_review: true,
        ..policy(&["read_file:*.json", "read_file:*.key"])
    };
    let files = [
        Tool { policy: read, ..Tool::new("read_file", Risk::Low) },
        Tool::new("list_files", Risk::Low),
        Tool::new("read_config", Risk::Medium),
        Tool { policy: execute, ..Tool::new("execute_command", Risk::High) },
        Tool { policy: send, ..Tool::new("send_email", Risk::High) },
    ];
    let mut settings = Settings { caller_approval: true, human_review: true, ..Settings::default() };
    // `formerly within 24h`, without an end of the session before it.
    settings.session.idle_minutes = settings.session.max_minutes;
    let mut limited = settings.clone();
    limited.session.max_high_risk_calls = Some(5);
    limited.session.escalation_seconds = Some(60);

    println!("{:>29} | {:^26} | {:^17} | ratio to the faster one", "", "engine, µs", "interpreter, µs");
    println!(
        "{:<21} {:>7} | {:>8} {:>8} {:>8} | {:>8} {:>8} | {:>8} {:>8} {:>8}",
        "rules", "earlier", "alone", "path", "1 KB", "default", "tuned", "alone", "path", "1 KB"
    );
    let [alone_three, long_three] = measure("three", &three, &settings)?;
    let [alone_files, long_files] = measure("a file server", &files, &limited)?;
    println!(
        "default: as `Authorizer::new` does; tuned: a history for each caller, and only the conditions of the tool"
    );
    let [alone, long] = [alone_three.min(alone_files), long_three.min(long_files)];
    println!(
        "mark: at least {MARK} times faster. Smallest ratio of the decision alone: {alone:.0}; with 1 KB of arguments: {long:.0}\n"
    );
    println!("What Dogwood cannot state, and what is left out:\n{LIMITS}");
    Ok(())
}

/// Prints a line for each history, of calls of the first tool, and returns the smallest ratios: of the decision alone, and
/// with 1 KB of arguments.
fn measure(name: &str, tools: &[Tool<'_>], settings: &Settings) -> Outcome<[f64; 2]> {
    let translation = Translation::of(tools, settings)?;
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(23);
    let path = "/srv/projects/mcp-scopes/runtime/policies/src/lib.rs";
    let short = [("path", path)];
    let long = [("path", path), ("text", text.get(..1024 - path.len()).ok_or("too short")?)];
    let tool = tools.first().ok_or("no tool")?;
    let call = Facts { tool, matches: vec![false; translation.globs.len()], is_approved: false, is_reviewed: false };
    let asked = request("ada", &call, NOW);
    let mut smallest = [f64::INFINITY; 2];
    for earlier in HISTORIES {
        let engine = Engine::new(tools, settings)?;
        let read = engine.read(&short)?;
        times_of(earlier).try_for_each(|time| engine.decide(&read, time))?;
        let mut best = [Duration::MAX; 5];
        for _ in 0..ROUNDS {
            let mut default = interpreter(&translation, Mode::Default, &call, earlier)?;
            let mut tuned = interpreter(&translation, Mode::Tuned, &call, earlier)?;
            let times = [
                time(DECISIONS, || engine.decide(black_box(&read), NOW))?,
                time(DECISIONS, || engine.decide(&engine.read(black_box(&short))?, NOW))?,
                time(DECISIONS, || engine.decide(&engine.read(black_box(&long))?, NOW))?,
                time(INTERPRETED, || allows(&mut default, &asked))?,
                time(INTERPRETED, || allows(&mut tuned, &asked))?,
            ];
            for (best, time) in best.iter_mut().zip(times) {
                *best = (*best).min(time);
            }
        }
        let [alone, short, long, default, tuned] = best.map(|time| time.as_secs_f64() * 1e6);
        let faster = default.min(tuned);
        let ratios = [faster / alone, faster / long];
        println!(
            "{name:<21} {earlier:>7} | {alone:>8.2} {short:>8.2} {long:>8.2} | {default:>8.1} {tuned:>8.1} | {:>8.0} {:>8.0} {:>8.0}",
            faster / alone,
            faster / short,
            faster / long
        );
        smallest.iter_mut().zip(ratios).for_each(|(smallest, ratio)| *smallest = smallest.min(ratio));
    }
    Ok(smallest)
}

/// Returns how long one of several decisions takes.
fn time(count: u32, mut decide: impl FnMut() -> Outcome<()>) -> Outcome<Duration> {
    let begin = Instant::now();
    for _ in 0..count {
        decide()?;
    }
    Ok(begin.elapsed() / count)
}

/// Returns the times of earlier calls, one each minute.
fn times_of(earlier: i64) -> impl Iterator<Item = i64> {
    (1..=earlier).rev().map(|number| NOW - 60 * number)
}

/// Creates an interpreter whose caller has made calls that match no glob.
fn interpreter(translation: &Translation, mode: Mode, call: &Facts<'_>, earlier: i64) -> Result<Dogwood, String> {
    let mut dogwood = Dogwood::new(translation, mode)?;
    for time in times_of(earlier) {
        let events = responses("ada", call, time);
        [arrival("ada", time)].iter().chain(&events).try_for_each(|event| dogwood.record(event))?;
    }
    Ok(dogwood)
}

fn allows(dogwood: &mut Dogwood, asked: &Event) -> Outcome<()> {
    if dogwood.ask(black_box(asked))?.is_empty() { Ok(()) } else { Err("Dogwood denies".into()) }
}

struct Engine {
    store: MemoryStore,
    key: SessionKey,
}

impl Engine {
    /// Creates an engine without a session.
    fn new(tools: &[Tool<'_>], settings: &Settings) -> Outcome<Self> {
        let store = MemoryStore::new(Arc::new(Rules::compile(tools, settings)?));
        let key =
            SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://auth.example.com", &["ada"]);
        Ok(Self { store, key })
    }

    /// Reads the arguments of a call.
    fn read(&self, arguments: &[(&str, &str)]) -> Outcome<[Call; 1]> {
        let rules = self.store.rules();
        let mut reader = rules.call(rules.tool("read_file").ok_or("no such tool")?);
        for (name, text) in arguments {
            reader.argument(name, text);
        }
        Ok([reader.finish()])
    }

    fn decide(&self, calls: &[Call], seconds: i64) -> Outcome<()> {
        let now = Timestamp::from_millis(u64::try_from(seconds)? * 1000);
        let decision = self.store.decide(&self.key, calls, &TokenFacts::default(), now)?;
        if decision == Decision::Allowed { Ok(()) } else { Err("the engine denies".into()) }
    }
}
