//! Prints the speed of decisions: `cargo run --release -p mcp-scopes-policies --example speed`.

use std::{
    error::Error,
    fmt::Write as _,
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use allocation_counter::measure;
use mcp_scopes_model::{Environment, Policy, Risk, Tool};
use mcp_scopes_policies::{ArgumentHasher, Facts, MemoryStore, Rules, SessionKey, Settings, Timestamp};

/// Rounds, of which the fastest counts, and decisions in each.
const ROUNDS: u32 = 400;
const DECISIONS: u32 = 500;
/// The most that a decision with 3 patterns and 1 KB of arguments may take, in nanoseconds.
const MARK: f64 = 1_500.0;
/// The most that the size of a table may add to a decision.
const RATIO_MARK: f64 = 1.3;

const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

fn main() -> Result<(), Box<dyn Error>> {
    let path = "/home/ada/projects/mcp-scopes/runtime/policies/src/lib.rs";
    // 1 KB: a path, and a text without control characters.
    let text = "The quick brown fox jumps over the lazy dog. ".repeat(23);
    let arguments = [("path", path), ("text", text.get(..1024 - path.len()).ok_or("too short")?)];
    let lines = text.replace(". ", ".\n");

    let (small, alone, large) = (store(&table(1, 3))?, store(&table(1, 10))?, store(&table(1000, 10))?);
    let named = "3 patterns, 1 KB of arguments";
    let cases = [
        Case { name: named, store: &small, tool: "tool0", arguments: &arguments },
        Case { name: "10 patterns of 10, the only tool", store: &alone, tool: "tool0", arguments: &arguments },
        Case {
            name: "10 patterns of 10,000, one of 1,000 tools",
            store: &large,
            tool: "tool500",
            arguments: &arguments,
        },
        Case { name: "3 patterns, no arguments", store: &small, tool: "tool0", arguments: &[] },
        Case {
            name: "3 patterns, 1 KB with line ends, which normalising removes",
            store: &small,
            tool: "tool0",
            arguments: &[("text", &lines)],
        },
    ];
    println!("{:<64} {:>9} {:>12}", "decision, in memory", "ns", "allocations");
    let times = in_turns(&cases)?;
    for (case, time) in cases.iter().zip(&times) {
        let mark = if case.name == named { format!("   (at most {MARK} ns, 0 allocations)") } else { String::new() };
        println!("{:<64} {time:>9.0} {:>12}{mark}", case.name, measure(case.decision()?).count_total);
    }
    let &[one, ten, thousand, ..] = times.as_slice() else { return Err("a case is missing".into()) };
    println!(
        "{:<64} {:>9.2}   (at most {RATIO_MARK})",
        "10,000 patterns against 10, of which 10 name the tool",
        thousand / ten
    );
    println!("{:<64} {:>9.2}", "10,000 patterns against 3", thousand / one);

    let fastest = |work: &mut dyn FnMut()| {
        let rounds = (0..ROUNDS).map(|_| {
            let begin = Instant::now();
            (0..DECISIONS).for_each(|_| work());
            begin.elapsed()
        });
        nanoseconds(rounds.min().unwrap_or_default() / DECISIONS)
    };
    let issuer = "https://auth.example.com/realms/one";
    let key = || SessionKey::new("https://files.example.com/mcp", Environment::Live, issuer, &["ada"]);
    println!("{:<64} {:>9.0}", "key of a session", fastest(&mut || _ = black_box(key())));
    let hasher = ArgumentHasher::new(&[7; 32]);
    let hash = fastest(&mut || _ = black_box(hasher.hash("tool0", black_box(&text))));
    println!("{:<64} {hash:>9.0}", "hash of 1 KB of arguments, for idempotent tools");

    let few = sessions(1_000)?;
    let many = sessions(1_000_000)?;
    println!("{:<64} {:>9.2}", "1,000,000 sessions against 1,000", many / few);

    let begin = Instant::now();
    black_box(store(&table(1000, 10))?);
    println!("{:<64} {:>9?}", "compiling 10,000 patterns", begin.elapsed());
    Ok(())
}

/// The patterns of tools that block each other in a ring.
struct Table(Vec<(String, Vec<String>)>);

fn table(tools: usize, patterns: usize) -> Table {
    let pattern = |other: usize, number: usize| match number % 3 {
        0 => format!("tool{other}:/etc/{number}/*"),
        1 => format!("tool{other}:*.key{number}"),
        _ => format!("tool{other}:*/secret{number}/*"),
    };
    let row = |tool: usize| {
        let next = (tool + 1) % tools;
        (format!("tool{tool}"), (0..patterns).map(|number| pattern(next, number)).collect())
    };
    Table((0..tools).map(row).collect())
}

fn store(table: &Table) -> Result<MemoryStore, Box<dyn Error>> {
    let texts: Vec<Vec<&str>> =
        table.0.iter().map(|(_, patterns)| patterns.iter().map(String::as_str).collect()).collect();
    let tools: Vec<_> = table
        .0
        .iter()
        .zip(&texts)
        .map(|((name, _), blocked_after)| {
            let policy = Policy { blocked_after, max_calls_per_session: Some(u32::MAX), ..Policy::NONE };
            Tool { policy, ..Tool::new(name, Risk::Low) }
        })
        .collect();
    Ok(MemoryStore::new(Arc::new(Rules::compile(&tools, &Settings::default())?)))
}

fn nanoseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e9
}

/// Calls of one tool by a caller with a session.
struct Case<'c> {
    name: &'c str,
    store: &'c MemoryStore,
    tool: &'c str,
    arguments: &'c [(&'c str, &'c str)],
}

impl<'c> Case<'c> {
    /// Returns what reads the arguments of a call and decides on it.
    fn decision(&self) -> Result<impl Fn() + use<'c>, Box<dyn Error>> {
        let Self { store, arguments, .. } = *self;
        let tool = store.rules().tool(self.tool).ok_or("no such tool")?;
        let realm = "https://files.example.com/mcp";
        let key = SessionKey::new(realm, Environment::Live, "https://auth.example.com", &["ada"]);
        Ok(move || {
            let mut reader = store.rules().call(tool);
            for (name, text) in black_box(arguments) {
                reader.argument(name, text);
            }
            let _ = black_box(store.decide(&key, &[reader.finish()], &Facts::default(), NOW));
        })
    }
}

/// Returns the time of a decision of each case, in nanoseconds. The cases take turns, so that slow phases of the machine affect all of them.
fn in_turns(cases: &[Case<'_>]) -> Result<Vec<f64>, Box<dyn Error>> {
    let decisions = cases.iter().map(Case::decision).collect::<Result<Vec<_>, _>>()?;
    let mut fastest = vec![Duration::MAX; cases.len()];
    for _ in 0..ROUNDS {
        for (decide, fastest) in decisions.iter().zip(&mut fastest) {
            let begin = Instant::now();
            (0..DECISIONS).for_each(|_| decide());
            *fastest = begin.elapsed().min(*fastest);
        }
    }
    Ok(fastest.into_iter().map(|time| nanoseconds(time / DECISIONS)).collect())
}

/// Prints what sessions take, in a table of 20 tools with 60 patterns, of which each tool has a limit and five cool. Returns the time of a decision
/// in nanoseconds.
fn sessions(count: u32) -> Result<f64, Box<dyn Error>> {
    let Table(rows) = table(20, 3);
    let mut tools = Vec::new();
    let texts: Vec<Vec<&str>> =
        rows.iter().map(|(_, patterns)| patterns.iter().map(String::as_str).collect()).collect();
    for (number, ((name, _), blocked_after)) in rows.iter().zip(&texts).enumerate() {
        let policy = Policy {
            blocked_after,
            max_calls_per_session: Some(u32::MAX),
            cooling_period_minutes: (number < 5).then_some(1),
            ..Policy::NONE
        };
        tools.push(Tool { policy, ..Tool::new(name, Risk::Low) });
    }
    let rules = Arc::new(Rules::compile(&tools, &Settings::default())?);
    let store = MemoryStore::new(Arc::clone(&rules));
    let tool = rules.tool("tool10").ok_or("no such tool")?;
    let key = |number: u32| {
        let mut subject = String::new();
        let _ = write!(subject, "{number}");
        SessionKey::new("https://files.example.com/mcp", Environment::Live, "https://auth.example.com", &[&subject])
    };
    let decide = |number: u32| {
        let mut reader = rules.call(tool);
        reader.argument("path", "/home/ada/notes.txt");
        let _ = black_box(store.decide(&key(number), &[reader.finish()], &Facts::default(), NOW));
    };
    let used = measure(|| (0..count).for_each(decide)).bytes_current;
    let bytes = u64::try_from(used)? / u64::from(count);
    // In an order that no cache expects.
    let begin = Instant::now();
    (0..100_000_u32).for_each(|number| decide(number.wrapping_mul(2_654_435_761) % count));
    let each = nanoseconds(begin.elapsed() / 100_000);
    println!("{:<64} {each:>9.0}", format!("decision with key, {} sessions of {bytes} bytes with key", store.len()));
    Ok(each)
}
