//! Random servers: their tables, settings and calls.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use mcp_scopes_model::{Policy, Requirement, Risk, Tool};
use mcp_scopes_policies::{Domain, Evidence, Rules, Settings};

use crate::{naive::LoggedCall, naive_matcher::any_matches, random::Random};

pub(crate) const NAMES: [&str; 6] = ["t0", "t1", "t2", "t3", "t4", "t5"];
const GLOBS: [&str; 5] = ["*", "/etc/*", "*.key", "/a/?", "x"];
const TEXTS: [&str; 10] =
    ["/etc/x", "/etc/id.key", "x", "/a/b", "/a/../etc/x", "%2Fetc%2Fx", "y", "", "a\n", "logs://h/a.key"];
const PROMPTS: [&str; 3] = ["summary", "review", "x"];
/// The servers of a domain.
const SERVERS: [&str; 2] = ["a", "b"];
const MOST_PATTERNS: usize = 210;

/// Servers with the same sessions: one, or two of a domain.
pub(crate) struct Servers {
    pub(crate) all: Vec<Server>,
    /// What the naive engine knows of them.
    pub(crate) tools: Vec<Tool<'static>>,
    pub(crate) settings: Settings,
}

pub(crate) struct Server {
    pub(crate) rules: Arc<Rules>,
    /// The place of its first tool among those of all servers.
    pub(crate) first: usize,
    is_public: Vec<bool>,
}

/// What a call addresses.
pub(crate) enum Subject {
    Tool(&'static str),
    Resource,
    Prompt,
}

impl Servers {
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut settings = settings(random);
        if random.percent(25) {
            let name = format!("d{}", random.next());
            settings.domain = Some(Domain { name, server: SERVERS[0].to_owned() });
        }
        let count = if settings.domain.is_some() && random.percent(75) { 2 } else { 1 };
        let is_public: Vec<Vec<bool>> = (0..count).map(|_| publics(random)).collect();
        let (mut servers, mut all) = (Vec::new(), Vec::new());
        for (name, is_public) in SERVERS.iter().zip(is_public) {
            let domain = settings.domain.clone().map(|domain| Domain { server: (*name).to_owned(), ..domain });
            let settings = Settings { domain, ..settings.clone() };
            let tools = tools(random, &is_public, settings.domain.is_some().then_some(*name));
            let rules = Arc::new(Rules::compile(&tools, &settings).unwrap());
            servers.push(Server { rules, first: all.len(), is_public });
            let server = settings.domain.is_some().then_some(*name);
            all.extend(tools.iter().map(|tool| seen_by_all(server, tool)));
            let contents = ["@resource", "@prompt"];
            all.extend(contents.map(|name| Tool::new(qualified(server, name), Risk::Minimal)));
        }
        Self { all: servers, tools: all, settings }
    }
}

impl Server {
    pub(crate) fn subject(&self, call: &LoggedCall) -> Subject {
        match call.tool - self.first {
            tool if tool < self.is_public.len() => Subject::Tool(NAMES[tool]),
            tool if tool == self.is_public.len() => Subject::Resource,
            _ => Subject::Prompt,
        }
    }

    /// Returns a call of one of its tools, or of a resource or prompt.
    pub(crate) fn random_call(&self, random: &mut Random, tools: &[Tool<'_>]) -> LoggedCall {
        let count = self.is_public.len();
        if random.percent(20) {
            let is_prompt = random.percent(40);
            let texts = vec![if is_prompt { *random.pick(&PROMPTS) } else { *random.pick(&TEXTS) }];
            let hits = if is_prompt { texts.clone() } else { hits(&texts) };
            let tool = self.first + count + usize::from(is_prompt);
            return LoggedCall {
                tool,
                risk: *random.pick(&Risk::ALL),
                texts,
                hits,
                evidence: Evidence::None,
                approval: None,
            };
        }
        let evidence = match random.below(10) {
            0 => Evidence::Caller,
            1 => Evidence::Reviewer,
            _ => Evidence::None,
        };
        let texts: Vec<_> = (0..random.below(3)).map(|_| *random.pick(&TEXTS)).collect();
        let hits = hits(&texts);
        let tool = usize::try_from(random.below(count as u64)).unwrap();
        // Only calls that need an approval have one that counts once.
        let counts_once = evidence == Evidence::Caller && !self.is_public[tool];
        let approval = counts_once.then(|| u8::try_from(random.below(3)).unwrap());
        let tool = self.first + tool;
        LoggedCall { tool, risk: tools[tool].risk, texts, hits, evidence, approval }
    }
}

/// Whether each tool of a server is public. One is not.
fn publics(random: &mut Random) -> Vec<bool> {
    let mut publics: Vec<bool> = (0..3 + random.below(4)).map(|_| random.percent(10)).collect();
    if publics.iter().all(|is_public| *is_public) {
        publics[0] = false;
    }
    publics
}

fn tools(random: &mut Random, is_public: &[bool], server: Option<&'static str>) -> Vec<Tool<'static>> {
    let known = known_patterns(is_public, server);
    let mut tools = Vec::new();
    for (name, is_public) in NAMES.into_iter().zip(is_public) {
        let [blocked_after, requires_approval_after] = [(); 2].map(|()| some(random, &known));
        let blocked_patterns = some(random, &GLOBS);
        let mut policy = Policy { blocked_patterns, ..Policy::NONE };
        if random.percent(85) {
            policy.blocked_patterns = &[];
        }
        if !is_public {
            policy.blocked_after = if random.percent(25) { blocked_after } else { &[] };
            policy.requires_approval_after = if random.percent(25) { requires_approval_after } else { &[] };
            policy.cooling_period_minutes = random.percent(30).then(|| 1 + small(random, 3));
            policy.max_calls_per_session = random.percent(30).then(|| 1 + small(random, 4));
            policy.requires_human_review = random.percent(8);
        }
        policy.idempotent = policy.cooling_period_minutes.is_some() && random.percent(50);
        let requirement = if *is_public { Requirement::Public } else { Requirement::ToolName };
        tools.push(Tool { policy, requirement, ..Tool::new(name, *random.pick(&Risk::ALL)) });
    }
    if random.percent(5) {
        add_many_patterns(random, &mut tools, &known);
    }
    tools
}

/// Makes one tool or the resources have more patterns than fit into one or three words. They come before all others that name it.
fn add_many_patterns(random: &mut Random, tools: &mut [Tool<'static>], known: &[&str]) {
    let named: Vec<&str> = known.iter().copied().filter(|pattern| !pattern.contains([':', '/'])).collect();
    let named = random.pick(&named);
    let count = 60 + usize::try_from(random.below(150)).unwrap();
    let patterns: Vec<&str> = UNUSED.iter().take(count).map(|glob| leaked(format!("{named}:{glob}"))).collect();
    let first = tools.iter_mut().find(|tool| !matches!(tool.requirement, Requirement::Public)).unwrap();
    first.policy.blocked_after = patterns.leak();
}

/// Returns patterns that name a tool of the server that is not public, resources, prompts or, in a domain, tools of the other server.
fn known_patterns(is_public: &[bool], server: Option<&str>) -> Vec<&'static str> {
    let tools = NAMES.into_iter().zip(is_public).filter(|(_, is_public)| !**is_public).map(|(name, _)| name);
    let named = || tools.clone().chain(["@resource"]);
    let globs = named().flat_map(|name| GLOBS.map(|glob| format!("{name}:{glob}")));
    let prompts = PROMPTS.iter().map(|name| format!("@prompt:{name}"));
    let other = server.and_then(|server| SERVERS.into_iter().find(|other| *other != server));
    let others = other.into_iter().flat_map(|server| NAMES.map(|name| format!("{server}/{name}")));
    let all = named().map(str::to_owned).chain(["@prompt".to_owned()]).chain(globs).chain(prompts).chain(others);
    all.map(leaked).collect()
}

/// Returns a tool under the names that all servers of the domain know.
fn seen_by_all(server: Option<&str>, tool: &Tool<'static>) -> Tool<'static> {
    let all = |patterns: &[&'static str]| -> &'static [&'static str] {
        let patterns: Vec<&str> = patterns.iter().map(|pattern| qualified(server, pattern)).collect();
        patterns.leak()
    };
    let mut seen = Tool { name: qualified(server, tool.name), ..*tool };
    seen.policy.blocked_after = all(tool.policy.blocked_after);
    seen.policy.requires_approval_after = all(tool.policy.requires_approval_after);
    seen
}

/// Returns a name or pattern with the name of its server before it.
fn qualified(server: Option<&str>, text: &'static str) -> &'static str {
    let names_server = SERVERS.iter().any(|server| text.split_once('/').is_some_and(|(name, _)| name == *server));
    match server {
        Some(server) if !names_server => leaked(format!("{server}/{text}")),
        _ => text,
    }
}

/// The tables of a test are few and small.
fn leaked(text: String) -> &'static str {
    text.leak()
}

fn settings(random: &mut Random) -> Settings {
    let mut settings = Settings { caller_approval: true, human_review: true, ..Settings::default() };
    settings.session.idle_minutes = 1 + small(random, 5);
    settings.session.max_minutes = 2 + small(random, 10);
    settings.session.max_refused_calls = random.percent(25).then(|| 2 + small(random, 5));
    settings.session.max_high_risk_calls = random.percent(30).then(|| 1 + small(random, 4));
    settings.session.require_reauth_after_minutes = random.percent(15).then(|| 2 + small(random, 3));
    settings.session.escalation_seconds = random.percent(40).then(|| 20 + small(random, 70));
    for rule in &mut settings.risk {
        rule.max_auth_age_minutes = random.percent(5).then(|| 1 + small(random, 3));
        if random.percent(4) {
            rule.acr_values = vec!["gold".to_owned()];
        }
    }
    settings.sign_in_approval = random.percent(85).then(|| vec!["gold".to_owned()]);
    settings
}

/// Globs that no text matches but one that matches all.
static UNUSED: LazyLock<Vec<&str>> =
    LazyLock::new(|| (0..MOST_PATTERNS).map(|number| leaked(format!("/none/{number}"))).collect());

/// The globs that each text matches.
static HITS: LazyLock<BTreeMap<&str, Vec<&str>>> = LazyLock::new(|| {
    let globs = || GLOBS.into_iter().chain(UNUSED.iter().copied());
    TEXTS.into_iter().map(|text| (text, globs().filter(|glob| any_matches(glob, &[text])).collect())).collect()
});

fn hits(texts: &[&str]) -> Vec<&'static str> {
    texts.iter().flat_map(|text| HITS[text].iter().copied()).collect()
}

fn some(random: &mut Random, list: &[&'static str]) -> &'static [&'static str] {
    if list.is_empty() {
        return &[];
    }
    let mut chosen: Vec<_> = (0..=random.below(3)).map(|_| *random.pick(list)).collect();
    chosen.sort_unstable();
    chosen.dedup();
    chosen.leak()
}

fn small(random: &mut Random, bound: u64) -> u32 {
    u32::try_from(random.below(bound)).unwrap()
}
