//! The problems of a table, compared with a search by sets. The outlines are random, and most have problems.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes::{Requirement, Risk, Tool};
use mcp_scopes_model::{
    Content, Numbers, Outline, Scope,
    check::{Facts, Section},
    config::{Config, Flow, Stated as Text},
    outline::Listed,
    policy::Session,
    problem::Kind,
};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    prop_assert_eq,
    test_runner::{Config as Runs, TestCaseError, TestRunner},
};

/// A tool before construction. There are few names, so that they collide.
#[derive(Clone, Debug)]
struct Sketch {
    name: &'static str,
    /// `None` is the tool's own name. An empty list is public.
    any: Option<Vec<Vec<&'static str>>>,
    prerequisites: Vec<&'static str>,
    grouped_with: Vec<&'static str>,
    blocked_after: Vec<&'static str>,
}

/// A table before construction.
#[derive(Clone, Debug)]
struct Plan {
    namespace: &'static str,
    tools: Vec<Sketch>,
    declared: Vec<(&'static str, Vec<&'static str>)>,
    complete: bool,
    baseline: Option<Vec<&'static str>>,
    flow: Vec<&'static str>,
    /// The scopes that open a resource.
    content: Vec<&'static str>,
    /// Whether the server `own` is in a domain.
    in_domain: bool,
}

/// A problem: its kind, its subject and its literal.
type Found = (&'static str, String, String);

const TOOLS: [&str; 6] = ["a", "b", "c", "list", "list_files", "n:"];
const SCOPES: [&str; 9] =
    ["a", "b", "c", "n:a", "n:b", "n:c", "n:", "list", "the:scope:that:is:longer:than:32:bytes:and:goes:on"];
const PATTERNS: [&str; 11] =
    ["a", "b:/etc/*", "c:*.pem", "lost", "a:", "@resource", "@prompt:a", "@other", "own/a", "mail/send", "mail/send:x"];

fn names(of: &'static [&'static str], most: usize) -> impl Strategy<Value = Vec<&'static str>> {
    vec(proptest::sample::select(of), 0..most)
}

fn plan() -> impl Strategy<Value = Plan> {
    let all = vec(proptest::sample::select(SCOPES.as_slice()), 1..3);
    let need = prop_oneof![2 => Just(None), 6 => vec(all, 0..4).prop_map(Some)];
    let tool =
        (proptest::sample::select(TOOLS.as_slice()), need, names(&SCOPES, 3), names(&TOOLS, 3), names(&PATTERNS, 2));
    let tool = tool.prop_map(|(name, any, prerequisites, grouped_with, blocked_after)| Sketch {
        name,
        any,
        prerequisites,
        grouped_with,
        blocked_after,
    });
    let declared = vec((proptest::sample::select(SCOPES.as_slice()), names(&SCOPES, 3)), 0..6);
    let baseline = proptest::option::of(names(&SCOPES, 3));
    let namespace = prop_oneof![2 => Just(""), 1 => Just("n:")];
    let lists = (baseline, names(&SCOPES, 3), names(&SCOPES, 3));
    (namespace, vec(tool, 0..6), declared, any::<(bool, bool)>(), lists).prop_map(
        |(namespace, tools, declared, (complete, in_domain), (baseline, flow, content))| Plan {
            namespace,
            tools,
            declared,
            complete,
            baseline,
            flow,
            content,
            in_domain,
        },
    )
}

#[test]
fn matches_the_problems_found_by_sets() {
    let property = || {
        let runs = Runs { cases: 1_500, failure_persistence: None, ..Runs::default() };
        TestRunner::new(runs).run(&plan(), |plan| OutlineOf::plan(&plan).check(&plan)).unwrap();
    };
    std::thread::Builder::new().stack_size(64 << 20).spawn(property).unwrap().join().unwrap();
}

/// The data that an outline borrows.
struct OutlineOf<'p> {
    own_scopes: Vec<String>,
    alternatives: Vec<Vec<&'p [&'static str]>>,
    implies: Vec<Vec<Text<'static>>>,
    baseline: Option<Vec<Text<'static>>>,
    flow: Vec<Text<'static>>,
    content: Vec<Text<'static>>,
}

const fn text(text: &'static str) -> Text<'static> {
    Text { text, line: 1, column: 1 }
}

impl<'p> OutlineOf<'p> {
    fn plan(plan: &'p Plan) -> Self {
        let texts = |list: &Vec<&'static str>| list.iter().map(|scope| text(scope)).collect::<Vec<_>>();
        Self {
            own_scopes: plan.tools.iter().map(|tool| format!("{}{}", plan.namespace, tool.name)).collect(),
            alternatives: plan
                .tools
                .iter()
                .map(|tool| tool.any.iter().flatten().map(Vec::as_slice).collect())
                .collect(),
            implies: plan.declared.iter().map(|(_, implies)| texts(implies)).collect(),
            baseline: plan.baseline.as_ref().map(texts),
            flow: texts(&plan.flow),
            content: texts(&plan.content),
        }
    }

    fn check(&self, plan: &Plan) -> Result<(), TestCaseError> {
        let scopes: Vec<Scope<'_>> = plan
            .declared
            .iter()
            .zip(&self.implies)
            .map(|((name, _), implies)| Scope { name: text(name), description: "", implies })
            .collect();
        let flows = [Flow { role: "role", scopes: &self.flow }];
        let resources = [Content {
            name: text("logs://*"),
            description: "",
            requirement: Requirement::Authenticated,
            scopes: &self.content,
            risk: Some(Risk::Low),
        }];
        let config = Config {
            resources: &resources,
            namespace: plan.namespace,
            scopes: plan.complete.then_some(&scopes),
            baseline: self.baseline.as_deref(),
            flows: &flows,
            session: Session {
                domain: plan.in_domain.then_some("office"),
                server: plan.in_domain.then_some("own"),
                ..Session::NONE
            },
            ..Config::NONE
        };
        let tools: Vec<Tool<'_>> = plan
            .tools
            .iter()
            .zip(&self.alternatives)
            .map(|(sketch, alternatives)| Tool {
                requirement: match &sketch.any {
                    None => Requirement::ToolName,
                    Some(any) if any.is_empty() => Requirement::Public,
                    Some(_) => Requirement::AnyOf(alternatives),
                },
                prerequisites: &sketch.prerequisites,
                grouped_with: &sketch.grouped_with,
                policy: mcp_scopes_model::Policy {
                    blocked_after: &sketch.blocked_after,
                    ..mcp_scopes_model::Policy::NONE
                },
                ..Tool::new(sketch.name, Risk::Low)
            })
            .collect();
        let listed: Vec<Listed<'_>> = tools
            .iter()
            .zip(&self.own_scopes)
            .enumerate()
            .map(|(entry, (tool, own_scope))| Listed { tool, namespace: plan.namespace, own_scope, entry })
            .collect();
        let outline = Outline { path: "", config: &config, tools: &listed, declared: &scopes };
        let numbers = Numbers::of(&outline);
        let open = numbers.hierarchy(&outline);
        let hierarchy = open.close();
        let prerequisites = numbers.prerequisites(&outline);
        let circular = prerequisites.close().is_err();
        let facts = Facts {
            outline: &outline,
            numbers: &numbers,
            hierarchy: &hierarchy,
            prerequisites: &prerequisites,
            circular,
        };
        let naive = Naive::of(plan, &self.own_scopes);
        prop_assert_eq!(hierarchy.is_err(), naive.implies.has_circle());
        prop_assert_eq!(circular, naive.prerequisites.has_circle());
        if let Ok(closed) = &hierarchy {
            for (from, to) in numbers_of(&numbers) {
                let reached = naive.implies.reaches(numbers.scopes.name(from), numbers.scopes.name(to));
                prop_assert_eq!(closed.has(from, to), reached);
                prop_assert_eq!(open.reaches(from, to), reached);
            }
        }
        for position in 0..listed.len() {
            let found: Vec<Found> =
                (0..).map_while(|skip| facts.of_tool(position, skip)).map(|problem| said(&problem)).collect();
            prop_assert_eq!(found, naive.of_tool(plan, position), "tool {}", position);
        }
        for section in Section::ALL {
            let found = (0..).map_while(|skip| facts.of_section(section, skip));
            let circles = found.clone().filter(|problem| problem.kind == Kind::ImpliesCycle).count();
            let found: Vec<Found> =
                found.filter(|problem| problem.kind != Kind::ImpliesCycle).map(|problem| said(&problem)).collect();
            prop_assert_eq!(circles, usize::from(section == Section::Scopes && hierarchy.is_err()));
            prop_assert_eq!(found, naive.of_section(plan, section), "{:?}", section);
        }
        Ok(())
    }
}

fn numbers_of(numbers: &Numbers<'_>) -> impl Iterator<Item = (usize, usize)> + use<> {
    let len = numbers.scopes.len();
    (0..len).flat_map(move |from| (0..len).map(move |to| (from, to)))
}

fn said(problem: &mcp_scopes_model::Problem<'_>) -> Found {
    // The message must be complete, too.
    assert!(!problem.message().as_str().is_empty() && !problem.help().as_str().is_empty());
    (problem.kind.id(), problem.subject.to_owned(), problem.literal.to_owned())
}

/// A relation between names.
#[derive(Debug, Default)]
struct Relation(BTreeMap<String, BTreeSet<String>>);

impl Relation {
    fn reaches(&self, from: &str, to: &str) -> bool {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(name) = next.pop() {
            for other in self.0.get(name).into_iter().flatten() {
                if other == to {
                    return true;
                }
                if seen.insert(other) {
                    next.push(other);
                }
            }
        }
        false
    }

    fn has_circle(&self) -> bool {
        self.0.keys().any(|name| self.reaches(name, name))
    }
}

/// The problems of a plan, found by sets.
struct Naive {
    needs: Vec<Vec<Vec<String>>>,
    declared: BTreeSet<String>,
    known: BTreeSet<String>,
    implies: Relation,
    prerequisites: Relation,
}

impl Naive {
    fn of(plan: &Plan, own_scopes: &[String]) -> Self {
        let needs: Vec<Vec<Vec<String>>> = plan
            .tools
            .iter()
            .zip(own_scopes)
            .map(|(tool, own)| match &tool.any {
                None => vec![vec![own.clone()]],
                Some(any) => any.iter().map(|all| all.iter().map(|scope| (*scope).to_owned()).collect()).collect(),
            })
            .collect();
        let declared: BTreeSet<String> = plan.declared.iter().map(|(scope, _)| (*scope).to_owned()).collect();
        let known: Vec<String> = needs.iter().flatten().flatten().chain(&declared).cloned().collect();
        let known: BTreeSet<String> =
            known.into_iter().chain(plan.content.iter().map(|scope| (*scope).to_owned())).collect();
        let mut implies = Relation::default();
        for (scope, implied) in &plan.declared {
            let named = implied.iter().filter(|scope| known.contains(**scope)).map(|scope| (*scope).to_owned());
            implies.0.entry((*scope).to_owned()).or_default().extend(named);
        }
        let mut naive = Self { needs, declared, known, implies, prerequisites: Relation::default() };
        for (position, tool) in plan.tools.iter().enumerate() {
            for scope in naive.mandatory(position) {
                let first = tool.prerequisites.iter().filter(|scope| naive.known.contains(**scope));
                let first: Vec<String> = first.map(|scope| (*scope).to_owned()).collect();
                naive.prerequisites.0.entry(scope).or_default().extend(first);
            }
        }
        naive
    }

    /// The scopes that the tool cannot do without.
    fn mandatory(&self, position: usize) -> BTreeSet<String> {
        let mut alternatives = self.needs[position].iter().map(|all| all.iter().cloned().collect::<BTreeSet<_>>());
        let first = alternatives.next().unwrap_or_default();
        alternatives.fold(first, |common, all| &common & &all)
    }

    /// Returns the problem of a scope. `opens` distinguishes a requirement from a reference.
    fn of_scope(&self, plan: &Plan, scope: &str, opens: bool) -> Option<&'static str> {
        if scope.strip_prefix(plan.namespace).is_none_or(str::is_empty) {
            return Some("outside-namespace");
        }
        match (self.known.contains(scope), plan.complete && !self.declared.contains(scope)) {
            (true, true) => Some("undeclared-scope"),
            (true, false) => None,
            (false, _) if opens => unreachable!("what opens a tool is known"),
            (false, _) => Some("unknown-scope"),
        }
    }

    fn of_tool(&self, plan: &Plan, position: usize) -> Vec<Found> {
        let tool = &plan.tools[position];
        let mut found = Vec::new();
        let mut add = |kind: &'static str, literal: &str| found.push((kind, tool.name.to_owned(), literal.to_owned()));
        if plan.tools[..position].iter().any(|earlier| earlier.name == tool.name) {
            add("duplicate-tool", tool.name);
        }
        let mut once = BTreeSet::new();
        for scope in self.needs[position].iter().flatten().filter(|scope| once.insert(*scope)) {
            self.of_scope(plan, scope, true).into_iter().for_each(|kind| add(kind, scope));
        }
        for scope in &tool.prerequisites {
            self.of_scope(plan, scope, false).into_iter().for_each(|kind| add(kind, scope));
            let needs = self.mandatory(position);
            if self.known.contains(*scope)
                && needs.iter().any(|need| need == scope || self.prerequisites.reaches(scope, need))
            {
                add("prerequisite-cycle", scope);
            }
        }
        let listed = |name: &str| plan.tools.iter().any(|tool| tool.name == name);
        tool.grouped_with.iter().filter(|other| !listed(other)).for_each(|other| add("unknown-group-tool", other));
        for pattern in &tool.blocked_after {
            // The parsers reject malformed globs of tools.
            let name = pattern.split_once(':').map_or(*pattern, |(name, _)| name);
            let is_public = |tool: &Sketch| tool.name == name && tool.any.as_ref().is_some_and(Vec::is_empty);
            let kind = match *pattern {
                "@resource" | "@prompt:a" => None,
                "own/a" if plan.in_domain => Some("own-server-in-pattern"),
                "mail/send" if plan.in_domain => None,
                "own/a" | "mail/send" => Some("pattern-without-domain"),
                _ if !listed(name) => Some("unknown-policy-tool"),
                _ => plan.tools.iter().any(is_public).then_some("public-policy-tool"),
            };
            if let Some(kind) = kind {
                add(kind, pattern);
            }
        }
        found
    }

    fn of_section(&self, plan: &Plan, section: Section) -> Vec<Found> {
        let mut found = Vec::new();
        let mut add = |kind: &'static str, subject: &str, literal: &str| {
            found.push((kind, subject.to_owned(), literal.to_owned()));
        };
        match section {
            Section::Size => {}
            Section::Scopes => {
                for (place, (scope, implies)) in plan.declared.iter().enumerate() {
                    if scope.strip_prefix(plan.namespace).is_none_or(str::is_empty) {
                        add("outside-namespace", "", scope);
                    }
                    let lost = implies.iter().filter(|implied| !self.declared.contains(**implied));
                    lost.for_each(|implied| add("undeclared-scope", scope, implied));
                    let first = plan.declared[..place].iter().find(|(earlier, _)| earlier == scope);
                    if first.is_some_and(|(_, earlier)| earlier != implies) {
                        add("conflicting-scope", "", scope);
                    }
                }
            }
            Section::Baseline => {
                for scope in plan.baseline.iter().flatten() {
                    self.of_scope(plan, scope, false).into_iter().for_each(|kind| add(kind, "baseline", scope));
                }
            }
            Section::Flows => {
                for scope in &plan.flow {
                    self.of_scope(plan, scope, false).into_iter().for_each(|kind| add(kind, "role", scope));
                }
            }
            Section::Contents => {
                for scope in &plan.content {
                    self.of_scope(plan, scope, true).into_iter().for_each(|kind| add(kind, "logs://*", scope));
                }
            }
        }
        found
    }
}
