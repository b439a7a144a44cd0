//! Prints ratios to the code that a user would otherwise write, all from one run.
//!
//! The loads are too long for the branch predictor to learn: 1,024 tokens, 65,536 queries. Every variant answers the
//! same queries, and the results are compared before the timing starts.
#![expect(clippy::expect_used, clippy::indexing_slicing, reason = "a bench may panic")]

use std::{
    collections::{HashMap, HashSet},
    hash::BuildHasher,
    hint::black_box,
    marker::PhantomData,
    time::Instant,
};

use mcp_scopes::{Grant, ScopeTable, ToolHandle};
use mcp_scopes_bench::{Check, server_10, server_100, server_1000};
use rand::{
    Rng as _, RngExt as _, SeedableRng as _,
    rngs::StdRng,
    seq::{IndexedRandom as _, SliceRandom as _},
};

const TOKENS: usize = 1_024;
const QUERIES: usize = 65_536;
const ROUNDS: usize = 7;

fn main() {
    // `cargo test` runs this too, without the argument `--bench`. In that case it only compares the results.
    let timed = std::env::args().any(|argument| argument == "--bench");
    let mut dearest = 0.0_f64;
    for scopes in [3, 20] {
        dearest = dearest
            .max(measure::<Small>("10 tools, 10 scopes", scopes, timed))
            .max(measure::<Middle>("100 tools, 60 scopes", scopes, timed))
            .max(measure::<Large>("1000 tools, 200 scopes", scopes, timed));
    }
    if timed {
        signature(dearest);
    }
}

fn measure<S: Server>(name: &str, scopes: usize, timed: bool) -> f64 {
    // Fewer queries are enough to compare the results.
    let load = Load::<S>::new(scopes, if timed { QUERIES } else { QUERIES / 32 });
    load.check();
    if !timed {
        return 0.0;
    }
    println!("\n{name}; tokens of {scopes} scopes");
    load.report()
}

/// A server names its table at the place of use, as users do: `TOOLS.grant(..)`.
trait Server {
    fn table() -> &'static ScopeTable;
    fn checks() -> &'static [Check];
}

struct Small;
struct Middle;
struct Large;

impl Server for Small {
    fn table() -> &'static ScopeTable {
        &server_10::TOOLS
    }

    fn checks() -> &'static [Check] {
        server_10::CHECKS
    }
}

impl Server for Middle {
    fn table() -> &'static ScopeTable {
        &server_100::TOOLS
    }

    fn checks() -> &'static [Check] {
        server_100::CHECKS
    }
}

impl Server for Large {
    fn table() -> &'static ScopeTable {
        &server_1000::TOOLS
    }

    fn checks() -> &'static [Check] {
        server_1000::CHECKS
    }
}

/// One server, its tokens and the queries.
struct Load<S> {
    server: PhantomData<S>,
    tokens: Vec<String>,
    names: Vec<String>,
    handles: Vec<ToolHandle>,
    queries: Vec<Query>,
    required: Vec<Vec<&'static str>>,
    strings: HashMap<String, Vec<String>>,
    borrowed: HashMap<&'static str, Vec<&'static str>, foldhash::fast::RandomState>,
    grants: Vec<Grant>,
    string_sets: Vec<HashSet<String>>,
    borrowed_sets: Vec<HashSet<String, foldhash::fast::RandomState>>,
}

#[derive(Clone, Copy)]
struct Query {
    token: u16,
    tool: u16,
}

impl<S: Server> Load<S> {
    fn new(scopes: usize, queries: usize) -> Self {
        let table = S::table();
        let mut random = StdRng::seed_from_u64(42);
        let known: Vec<&str> = table.scopes().collect();
        let tools: Vec<ToolHandle> = table.tools().collect();
        let required: Vec<Vec<&str>> = tools.iter().map(|tool| tool.alternatives().flatten().collect()).collect();
        let tokens: Vec<String> = (0..TOKENS)
            .map(|_| {
                // A token may contain unknown scopes, which belong to other servers.
                let own = scopes.min(known.len() / 2);
                let mut token: Vec<String> = known.sample(&mut random, own).map(|scope| (*scope).to_owned()).collect();
                token.extend((own..scopes).map(|_| format!("other-{}:read", random.random_range(0..1000))));
                // The position of a scope must not favor linear searches.
                token.shuffle(&mut random);
                token.join(" ")
            })
            .collect();
        let queries = (0..queries)
            .map(|_| {
                let token = random.random_range(0..TOKENS);
                let any = random.random_range(0..tools.len());
                // Half of the queries are for tools that the token opens, even if those are rare.
                let open: Vec<usize> = (0..tools.len())
                    .filter(|_| random.next_u32() % 2 == 0)
                    .filter(|tool| one_liner(&required[*tool], &tokens[token]))
                    .collect();
                let tool = open.choose(&mut random).copied().filter(|_| random.next_u32() % 2 == 0).unwrap_or(any);
                Query {
                    token: u16::try_from(token).expect("few tokens"),
                    tool: u16::try_from(tool).expect("few tools"),
                }
            })
            .collect();
        Self {
            strings: tools
                .iter()
                .zip(&required)
                .map(|(tool, scopes)| (tool.name.to_owned(), scopes.iter().map(|scope| (*scope).to_owned()).collect()))
                .collect(),
            borrowed: tools.iter().zip(&required).map(|(tool, scopes)| (tool.name, scopes.clone())).collect(),
            grants: tokens.iter().map(|token| table.grant(token)).collect(),
            string_sets: tokens.iter().map(|token| owned(token)).collect(),
            borrowed_sets: tokens.iter().map(|token| owned(token)).collect(),
            names: tools.iter().map(|tool| tool.name.to_owned()).collect(),
            handles: tools,
            server: PhantomData,
            tokens,
            queries,
            required,
        }
    }

    /// Checks that all variants give the same results.
    fn check(&self) {
        let mut open = 0;
        for query in &self.queries {
            let (token, tool) = (usize::from(query.token), usize::from(query.tool));
            let (token, held, name) = (&self.tokens[token], &self.grants[token], &self.names[tool]);
            let answer = S::table().grant(token).authorize(name).is_ok();
            open += usize::from(answer);
            assert_eq!(answer, held.authorize_tool(self.handles[tool]).is_ok());
            assert_eq!(answer, strings(&self.strings, &owned(token), name));
            assert_eq!(answer, borrowed(&self.borrowed, &slices(token), name));
            assert_eq!(answer, one_liner(&self.required[tool], token));
        }
        let queries = self.queries.len();
        assert!(open > queries / 8 && open < queries * 7 / 8, "{open} of {queries} queries are allowed");
        let grants: Vec<&Grant> = self.grants.iter().collect();
        for (tool, check) in S::checks() {
            let open = self.string_sets.iter().filter(|set| strings(&self.strings, set, &self.names[*tool])).count();
            assert_eq!(check(&grants), open);
        }
        for (grant, set) in self.grants.iter().zip(&self.string_sets) {
            assert_eq!(grant.visible().count(), listed(&self.required, set).len());
        }
    }

    /// Prints the ratios. Returns the nanoseconds of grant and authorize.
    fn report(&self) -> f64 {
        let [ours, by_handle, hash_set, fold_hash, line, line_by_name] = medians(&mut [
            &mut || self.each(|token, tool| S::table().grant(&self.tokens[token]).authorize(&self.names[tool]).is_ok()),
            &mut || {
                self.each(|token, tool| {
                    S::table().grant(&self.tokens[token]).authorize_tool(self.handles[tool]).is_ok()
                })
            },
            &mut || self.each(|token, tool| strings(&self.strings, &owned(&self.tokens[token]), &self.names[tool])),
            &mut || self.each(|token, tool| borrowed(&self.borrowed, &slices(&self.tokens[token]), &self.names[tool])),
            &mut || self.each(|token, tool| one_liner(&self.required[tool], &self.tokens[token])),
            &mut || {
                self.each(|token, tool| {
                    let required = self.strings.get(&self.names[tool]);
                    required.is_some_and(|all| one_liner(all, &self.tokens[token]))
                })
            },
        ]);
        row(
            "grant + authorize by name",
            ours,
            &[
                ("HashSet<String>", hash_set),
                ("foldhash", fold_hash),
                ("one-liner, with the tool", line),
                ("one-liner, by name too", line_by_name),
            ],
        );
        row("grant + authorize by handle", by_handle, &[("HashSet<String>", hash_set), ("one-liner", line)]);
        let [name, hash_set, fold_hash] = medians(&mut [
            &mut || self.each(|token, tool| self.grants[token].authorize(&self.names[tool]).is_ok()),
            &mut || self.each(|token, tool| strings(&self.strings, &self.string_sets[token], &self.names[tool])),
            &mut || self.each(|token, tool| self.fold_hash(&self.borrowed_sets[token], tool)),
        ]);
        row("authorize by name", name, &[("HashSet<String>", hash_set), ("foldhash", fold_hash)]);
        // Inside a tool's own function, the caller's grant already exists.
        let held = || self.queries.iter().map(|query| usize::from(query.token));
        let grants: Vec<&Grant> = held().map(|token| &self.grants[token]).collect();
        let sets: Vec<&HashSet<String>> = held().map(|token| &self.string_sets[token]).collect();
        let borrowed_sets: Vec<_> = held().map(|token| &self.borrowed_sets[token]).collect();
        let checks = S::checks();
        let [handle, hash_set, fold_hash] = medians(&mut [
            &mut || of_tools(checks, &grants, |(_, check), grants| check(grants)),
            &mut || {
                of_tools(checks, &sets, |(tool, _), sets| {
                    let open = |set: &&&HashSet<String>| strings(&self.strings, set, black_box(&self.names[*tool]));
                    sets.iter().filter(open).count()
                })
            },
            &mut || {
                of_tools(checks, &borrowed_sets, |(tool, _), sets| {
                    sets.iter().filter(|set| self.fold_hash(set, black_box(*tool))).count()
                })
            },
        ]);
        row("authorize by const handle", handle, &[("HashSet<String>", hash_set), ("foldhash", fold_hash)]);
        let [visible, hash_set] = medians(&mut [
            &mut || self.every(|token| self.grants[token].visible().map(|tool| tool.name.len()).sum::<usize>()),
            &mut || {
                self.every(|token| {
                    let open = self.required.iter().zip(&self.names);
                    let open = open.filter(|(all, _)| all.iter().all(|scope| self.string_sets[token].contains(*scope)));
                    open.map(|(_, name)| name.len()).sum::<usize>()
                })
            },
        ]);
        row("visible list", visible, &[("HashSet<String>", hash_set)]);
        ours
    }

    fn fold_hash(&self, held: &HashSet<String, foldhash::fast::RandomState>, tool: usize) -> bool {
        let required = self.borrowed.get(self.names[tool].as_str());
        required.is_some_and(|all| all.iter().all(|scope| held.contains(*scope)))
    }

    /// The time of one query.
    fn each(&self, check: impl Fn(usize, usize) -> bool) -> f64 {
        let start = Instant::now();
        let mut open = 0_usize;
        for query in black_box(&self.queries) {
            open += usize::from(check(usize::from(query.token), usize::from(query.tool)));
        }
        black_box(open);
        start.elapsed().as_secs_f64() * 1e9 / 65_536.0
    }

    /// The time of one token.
    fn every<T>(&self, list: impl Fn(usize) -> T) -> f64 {
        let start = Instant::now();
        for token in 0..self.grants.len() {
            black_box(list(black_box(token)));
        }
        start.elapsed().as_secs_f64() * 1e9 / 1_024.0
    }
}

/// The time of one query if each tool in turn checks all tokens.
fn of_tools<T>(checks: &[Check], held: &[T], count: impl Fn(&Check, &[T]) -> usize) -> f64 {
    let start = Instant::now();
    for check in checks {
        black_box(count(check, black_box(held)));
    }
    start.elapsed().as_secs_f64() * 1e9 / 65_536.0 / f64::from(u32::try_from(checks.len()).expect("few tools"))
}

/// The cost of one RS256 verification, for comparison. A cache cannot avoid the first one.
fn signature(ours: f64) {
    // The key was generated for this bench and discarded. The message has the length of a typical token.
    let key = ring::signature::UnparsedPublicKey::new(
        &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        include_bytes!("rs256/public-key.der"),
    );
    let (message, signature) = ([b'x'; 700], include_bytes!("rs256/signature.bin"));
    assert!(key.verify(&message, signature).is_ok(), "the signature is the message's");
    let [verify] = medians(&mut [&mut || {
        let start = Instant::now();
        for _ in 0..256 {
            black_box(key.verify(black_box(&message), signature).is_ok());
        }
        start.elapsed().as_secs_f64() * 1e9 / 256.0
    }]);
    println!(
        "\none RS256 verification: {verify:.0} ns, {:.0} times the slowest grant + authorize ({ours:.0} ns)",
        verify / ours
    );
}

fn owned<S: BuildHasher + Default>(token: &str) -> HashSet<String, S> {
    token.split_whitespace().map(str::to_owned).collect()
}

fn slices(token: &str) -> HashSet<&str, foldhash::fast::RandomState> {
    token.split(' ').collect()
}

fn strings(tools: &HashMap<String, Vec<String>>, held: &HashSet<String>, tool: &str) -> bool {
    tools.get(tool).is_some_and(|required| required.iter().all(|scope| held.contains(scope)))
}

fn borrowed(
    tools: &HashMap<&str, Vec<&str>, foldhash::fast::RandomState>,
    held: &HashSet<&str, foldhash::fast::RandomState>,
    tool: &str,
) -> bool {
    tools.get(tool).is_some_and(|required| required.iter().all(|scope| held.contains(*scope)))
}

fn one_liner<S: AsRef<str>>(required: &[S], token: &str) -> bool {
    required.iter().all(|r| token.split(' ').any(|s| s == r.as_ref()))
}

fn listed(tools: &[Vec<&'static str>], held: &HashSet<String>) -> Vec<usize> {
    let open = tools.iter().enumerate().filter(|(_, all)| all.iter().all(|scope| held.contains(*scope)));
    open.map(|(tool, _)| tool).collect()
}

/// Returns the median nanoseconds of each variant. The variants alternate, so that slow phases affect all of them.
fn medians<const N: usize>(variants: &mut [&mut dyn FnMut() -> f64; N]) -> [f64; N] {
    let mut times: [Vec<f64>; N] = std::array::from_fn(|_| Vec::new());
    for round in 0..=ROUNDS {
        for (variant, times) in variants.iter_mut().zip(&mut times) {
            let time = variant();
            // The first round is a warm-up.
            if round > 0 {
                times.push(time);
            }
        }
    }
    times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    })
}

fn row(what: &str, ours: f64, others: &[(&str, f64)]) {
    let ratios: Vec<String> =
        others.iter().map(|(name, time)| format!("{:6.1}x {name} ({time:.0} ns)", time / ours)).collect();
    println!("  {what:<28} {ours:7.1} ns  {}", ratios.join("  "));
}
