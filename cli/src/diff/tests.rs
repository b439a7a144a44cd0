use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_prm::{Document, Metadata};
use proptest::{prelude::*, test_runner::Config};

use super::{
    change::{Change, Kind, Security},
    compare::changes,
};
use crate::verdict::{Compatibility, Verdict};

fn document(extensions: &str) -> Document {
    whole(&format!(r#""mcp_extensions": {{{extensions}}}"#))
}

fn whole(members: &str) -> Document {
    let comma = if members.is_empty() { "" } else { ", " };
    let text = format!(r#"{{"resource": "https://a.example.com/mcp"{comma}{members}}}"#);
    Metadata::from_json(text).unwrap().into_document()
}

/// Returns a document with one tool `t` with these alternatives.
fn opened_by(required: &str, hierarchy: &str) -> Document {
    document(&format!(
        r#""tool_scope_mapping": {{"t": {{"risk_level": "low", "required_scopes": {required}, "parameters": []}}}},
           "scope_hierarchy": {{"unused": ["unused-too"]{hierarchy}}}"#
    ))
}

fn ids(changes: &[Change]) -> Vec<&'static str> {
    changes.iter().map(|change| change.kind.id()).collect()
}

/// Returns an example of every kind of change: the documents before and after, the kind, and its effect on access
/// control.
fn examples() -> Vec<(Document, Document, Kind, Security)> {
    let (neutral, weakens, tightens) = (Security::NEUTRAL, Security::WEAKENS, Security::TIGHTENS);
    let both = weakens.and(tightens);
    let a = || opened_by(r#"[["a"]]"#, "");
    let tool =
        |members: &str| document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]{members}}}}}"#));
    let policy = |members: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]}}}}, "tool_interaction_policies": {{"t": {{{members}}}}}"#
        ))
    };
    // Tokens hold the scope of the tool.
    let beside = r#""tool_scope_mapping": {"t": {"required_scopes": [["a"]]}}"#;
    let resources = |entries: &str| document(&format!(r#"{beside}, "resource_scope_mapping": {{{entries}}}"#));
    let resource = |glob: &str, scope: &str| format!(r#""{glob}": {{"required_scopes": [["{scope}"]]}}"#);
    let prompts = |entries: &str| document(&format!(r#"{beside}, "prompt_scope_mapping": {{{entries}}}"#));
    let with_two = |scope: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"risk_level": "low", "required_scopes": [["a"]], "parameters": []}},
               "u": {{"required_scopes": [["{scope}"]]}}}}, "scope_hierarchy": {{"unused": ["unused-too"]}}"#
        ))
    };
    vec![
        (whole(r#""resource_name": "x""#), whole(r#""resource_name": "y""#), Kind::TextChanged, neutral),
        (whole(""), whole(r#""authorization_servers": ["https://i.example.com"]"#), Kind::IssuerAdded, weakens),
        (whole(""), whole(r#""scopes_supported": ["a"]"#), Kind::BaselineGrown, weakens),
        (whole(""), whole(r#""bearer_methods_supported": ["header", "query"]"#), Kind::BearerMethodAdded, weakens),
        (whole(r#""dpop_bound_access_tokens_required": true"#), whole(""), Kind::BindingDropped, weakens),
        (whole(r#""jwks_uri": "https://a.example.com/1""#), whole(""), Kind::MemberChanged, neutral),
        // Existing tokens gain a tool behind a scope that they hold, but not behind a new scope.
        (a(), with_two("a"), Kind::ToolAdded, weakens),
        (a(), with_two("new"), Kind::ToolAdded, neutral),
        (opened_by(r#"[["a", "b"]]"#, ""), a(), Kind::AccessWidened, weakens),
        (a(), opened_by(r#"[["a"], ["b"]]"#, ""), Kind::AccessWidened, weakens),
        (resources(""), resources(&resource("r://*", "a")), Kind::ResourceAdded, weakens),
        (resources(""), resources(&resource("r://*", "new")), Kind::ResourceAdded, neutral),
        // A URI that matches both entries needs both.
        (
            resources(&resource("r://*", "a")),
            resources(&format!("{}, {}", resource("r://*", "a"), resource("r://secret/*", "new"))),
            Kind::ResourceAdded,
            tightens,
        ),
        (
            resources(&format!("{}, {}", resource("r://*", "a"), resource("r://secret/*", "a"))),
            resources(&resource("r://*", "a")),
            Kind::ResourceRemoved,
            both,
        ),
        (resources(&resource("r://*", "a")), resources(""), Kind::ResourceRemoved, tightens),
        (
            resources(&resource("r://*", "a")),
            resources(r#""r://*": {"required_scopes": [["a"], ["b"]]}"#),
            Kind::AccessWidened,
            weakens,
        ),
        (
            resources(r#""r://*": {"required_scopes": [["a"]], "risk_level": "high"}"#),
            resources(r#""r://*": {"required_scopes": [["a"]], "risk_level": "low"}"#),
            Kind::RiskLowered,
            weakens,
        ),
        (prompts(""), prompts(r#""p": {"public": true}"#), Kind::PromptAdded, weakens),
        (prompts(r#""p": {"authenticated": true}"#), prompts(r#""p": {"public": true}"#), Kind::AccessWidened, weakens),
        (a(), opened_by(r#"[["b"]]"#, ""), Kind::AccessMoved, both),
        (a(), opened_by(r#"[["a"], ["a", "b"]]"#, ""), Kind::AccessRewritten, neutral),
        (a(), opened_by(r#"[["a"]]"#, r#", "admin": ["a"]"#), Kind::ImpliesAdded, weakens),
        // The implied scope opens nothing.
        (a(), opened_by(r#"[["a"]]"#, r#", "a": ["nothing"]"#), Kind::ImpliesAdded, neutral),
        (tool(r#", "risk_level": "high""#), tool(r#", "risk_level": "low""#), Kind::RiskLowered, weakens),
        (tool(""), tool(r#", "auto_approvable": true"#), Kind::ApprovalLoosened, weakens),
        (tool(r#", "requires_user_approval": true"#), tool(""), Kind::ApprovalLoosened, weakens),
        (tool(""), tool(r#", "sandbox": "simulate""#), Kind::SandboxLoosened, weakens),
        (
            policy(r#""max_calls_per_session": 3"#),
            policy(r#""max_calls_per_session": 4"#),
            Kind::PolicyLoosened,
            weakens,
        ),
        (policy(r#""cooling_period_minutes": 3"#), policy(r#""max_file_size_mb": 1"#), Kind::PolicyLoosened, weakens),
        (
            policy(r#""blocked_after": ["t:/etc/*"]"#),
            policy(r#""requires_human_review": true"#),
            Kind::PolicyLoosened,
            weakens,
        ),
        (document(r#""session_policies": {"max_high_risk_calls": 3}"#), document(""), Kind::PolicyLoosened, weakens),
        (tool(r#", "title": "T""#), tool(r#", "title": "U""#), Kind::ToolReworded, Security::REWORDED),
        (tool(""), tool(r#", "description": "Send it""#), Kind::ToolReworded, Security::REWORDED),
        (tool(r#", "readOnlyHint": true"#), tool(r#", "readOnlyHint": false"#), Kind::ToolReworded, Security::REWORDED),
        (
            tool(r#", "parameters": ["a"]"#),
            tool(r#", "parameters": ["a", "b"]"#),
            Kind::ParameterAdded,
            Security::REWORDED,
        ),
        (
            tool(r#", "parameters": ["a"]"#),
            tool(r#", "parameters": ["a"], "required_parameters": ["a"]"#),
            Kind::ParameterRequired,
            Security::REWORDED,
        ),
        (
            tool(r#", "parameters_unknown": true"#),
            tool(r#", "parameters": ["a"], "required_parameters": ["a"]"#),
            Kind::ParametersKnown,
            Security::REWORDED,
        ),
        (document(""), document(r#""scope_upgrade_flows": {"r": ["a"]}"#), Kind::FlowChanged, neutral),
        (document(""), document(r#""sandbox": {"header": "X-Env"}"#), Kind::PlaceChanged, neutral),
        (
            whole(""),
            Metadata::from_json(r#"{"resource": "https://b.example.com/mcp"}"#).unwrap().into_document(),
            Kind::ResourceChanged,
            neutral,
        ),
    ]
}

#[test]
fn verdicts_of_the_examples() {
    for (old, new, kind, security) in examples() {
        let found = changes(&old, &new);
        let change = found.iter().find(|change| change.kind == kind);
        let change = change.unwrap_or_else(|| panic!("{} is not among {:?}", kind.id(), ids(&found)));
        assert_eq!(change.security, security, "{}: {}", kind.id(), change.message);
        assert!(!change.message.contains('\n'), "{}", change.message);
    }
}

/// Every valid token opens an `authenticated` tool, and a caller without a token does not.
#[test]
fn compares_public_authenticated_and_scopes() {
    let tool = |members: &str| document(&format!(r#""tool_scope_mapping": {{"t": {{{members}}}}}"#));
    let (public, authenticated) = (tool(r#""public": true"#), tool(r#""authenticated": true"#));
    let scope = tool(r#""required_scopes": [["a"]]"#);
    // From the widest to the narrowest.
    let widths = [("every caller", &public), ("every valid token", &authenticated), ("`a`", &scope)];
    for (place, (wide, open)) in widths.iter().enumerate() {
        assert_eq!(ids(&changes(open, open)), [""; 0], "{wide}");
        for (narrow, closed) in &widths[place + 1..] {
            for (old, new, kind, security, message) in [
                (open, closed, Kind::AccessNarrowed, Security::TIGHTENS, format!("by {narrow}, and was by {wide}")),
                (closed, open, Kind::AccessWidened, Security::WEAKENS, format!("by {wide}, and was by {narrow}")),
            ] {
                let found = changes(old, new);
                let change = found.iter().find(|change| change.kind == kind);
                let change = change.unwrap_or_else(|| panic!("{message}: {:?}", ids(&found)));
                assert_eq!(change.security, security, "{message}");
                assert_eq!(change.message, format!("`t` is opened {message}"));
                assert_eq!(change.pointer, "/mcp_extensions/tool_scope_mapping/t/required_scopes");
            }
        }
    }
}

/// A reviewer judges a member without a verdict by its values.
#[test]
fn shows_both_values_of_a_member() {
    let message = |old: &str, new: &str| changes(&whole(old), &whole(new))[0].message.clone();
    let (files, notes) = (r#""resource_name": "Files""#, r#""resource_name": "Notes""#);
    assert_eq!(message(files, notes), "`resource_name` was `Files`, is `Notes`");
    assert_eq!(message("", notes), "`resource_name` is added: `Notes`");
    assert_eq!(message(files, ""), "`resource_name` is removed: it was `Files`");
    let member = |text: &str| format!(r#""x_limits": {{"calls": [{text}]}}"#);
    assert_eq!(message(&member("1"), &member("2")), r#"`x_limits` was `{"calls":[1]}`, is `{"calls":[2]}`"#);
    let long = |end: &str| member(&format!("{}{end}", "1, ".repeat(400)));
    assert!(message(&long("1"), &long("2")).len() < 300);
}

/// Existing tokens gain a new tool that every valid token opens.
#[test]
fn adding_an_authenticated_tool_weakens() {
    let old = document(r#""tool_scope_mapping": {"t": {"required_scopes": [["a"]]}}"#);
    let new = document(r#""tool_scope_mapping": {"t": {"required_scopes": [["a"]]}, "u": {"authenticated": true}}"#);
    let (added, removed) = (changes(&old, &new), changes(&new, &old));
    assert_eq!((ids(&added), added[0].security), (vec!["tool-added"], Security::WEAKENS));
    assert_eq!(added[0].message, "tool `u` is added, open to every valid token");
    assert_eq!((ids(&removed), removed[0].security), (vec!["tool-removed"], Security::TIGHTENS));
}

/// Parameters that are not known on one side are neither added nor removed.
#[test]
fn unknown_parameters_are_one_change() {
    let tool =
        |members: &str| document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]{members}}}}}"#));
    let listed = tool(r#", "parameters": ["a", "b"], "required_parameters": ["a"]"#);
    for unknown in [tool(r#", "parameters_unknown": true"#), tool("")] {
        assert_eq!(ids(&changes(&unknown, &listed)), ["parameters-known"]);
        assert_eq!(ids(&changes(&listed, &unknown)), ["parameters-unknown"]);
        assert_eq!(ids(&changes(&unknown, &unknown)), [""; 0]);
    }
    let verdict = changes(&listed, &tool(""))[0].verdict();
    assert_eq!((verdict.compatibility, verdict.security), (Compatibility::Patch, Security::REWORDED));
}

/// The reverse change has the mirror kind and the mirrored verdict. Every kind occurs.
#[test]
fn each_kind_has_its_mirror() {
    let mut shown = BTreeSet::new();
    for (old, new, kind, security) in examples() {
        let back = changes(&new, &old);
        let mirror = back.iter().find(|change| change.kind == kind.mirror());
        let mirror = mirror.unwrap_or_else(|| panic!("{} backwards: {:?}", kind.id(), ids(&back)));
        assert_eq!(kind.mirror().mirror(), kind, "{}", kind.id());
        // The removal always tightens access: tokens may hold the scope by then, even if it was new before.
        let is_added = [Kind::ToolAdded, Kind::ResourceAdded, Kind::PromptAdded].contains(&kind);
        let expected = Security { tightens: security.mirrored().tightens || is_added, ..security.mirrored() };
        assert_eq!(mirror.security, expected, "{} backwards: {}", kind.id(), mirror.message);
        shown.extend([kind, kind.mirror()]);
    }
    let missing: Vec<&str> = Kind::ALL.iter().filter(|kind| !shown.contains(kind)).map(|kind| kind.id()).collect();
    assert!(missing.is_empty(), "no example of {missing:?}");
    let distinct: BTreeSet<&str> = Kind::ALL.iter().map(|kind| kind.id()).collect();
    assert_eq!(distinct.len(), Kind::ALL.len());
}

#[test]
fn shows_both_texts_that_models_read() {
    let tool = |text: &str| {
        document(&format!(r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]], "description": "{text}"}}}}"#))
    };
    let found = changes(&tool("Read a file"), &tool("Read a file, and send it"));
    let [change] = found.as_slice() else { panic!("{:?}", ids(&found)) };
    assert_eq!(change.message, "description of `t`: was `Read a file`, is `Read a file, and send it`");
    assert_eq!(change.pointer, "/mcp_extensions/tool_scope_mapping/t/description");
    assert_eq!(change.verdict().to_string(), "patch, reworded");
}

#[test]
fn kinds_have_the_expected_compatibility() {
    for kind in [Kind::ResourceChanged, Kind::IssuerRemoved, Kind::ToolRemoved, Kind::AccessNarrowed] {
        assert_eq!(kind.compatibility(), Compatibility::Major, "{}", kind.id());
    }
    for kind in [Kind::ToolAdded, Kind::IssuerAdded, Kind::BaselineGrown] {
        assert_eq!(kind.compatibility(), Compatibility::Minor, "{}", kind.id());
    }
    for kind in [Kind::AccessWidened, Kind::ImpliesAdded, Kind::AccessRewritten] {
        assert_eq!(kind.compatibility(), Compatibility::Patch, "{}", kind.id());
    }
}

/// Existing tokens gain a tool that an old scope opens through a new `implies`.
#[test]
fn weakens_if_an_old_scope_implies_a_new_one() {
    let tools = |more: &str, hierarchy: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": [["a"]]}}{more}}}, "scope_hierarchy": {{"x": ["y"]{hierarchy}}}"#
        ))
    };
    let added = |hierarchy: &str| {
        let new = tools(r#", "u": {"required_scopes": [["new"]]}"#, hierarchy);
        let found = changes(&tools("", ""), &new);
        found.into_iter().find(|change| change.kind == Kind::ToolAdded).unwrap().security
    };
    assert_eq!(added(""), Security::NEUTRAL);
    assert_eq!(added(r#", "a": ["new"]"#), Security::WEAKENS);
    assert_eq!(added(r#", "also-new": ["new"]"#), Security::NEUTRAL);
}

/// The digits accept one change, so a wider change of the same kind has others, also if only the hierarchy makes it wider.
#[test]
fn digits_depend_on_both_values() {
    let digits = |old: &Document, new: &Document, kind: Kind| {
        let found = changes(old, new).into_iter().find(|change| change.kind == kind);
        found.unwrap_or_else(|| panic!("{} is not among {:?}", kind.id(), ids(&changes(old, new)))).digits
    };
    let tool = |any: &str, implied: &str| {
        document(&format!(
            r#""tool_scope_mapping": {{"t": {{"required_scopes": {any}}}}}, "scope_hierarchy": {{"x": ["y"]{implied}}}"#
        ))
    };
    let (a, b) = (r#"[["a"]]"#, r#"[["a"], ["b"]]"#);
    let accepted = digits(&tool(a, ""), &tool(b, ""), Kind::AccessWidened);
    assert_eq!(accepted.len(), 12);
    assert_eq!(accepted, digits(&tool(a, ""), &tool(b, r#", "z": ["y"]"#), Kind::AccessWidened));
    for (old, new) in [
        (tool(a, ""), tool(r#"[["a"], ["b"], ["c"]]"#, "")),
        (tool(a, ""), tool(b, r#", "z": ["b"]"#)),
        (tool(r#"[["a", "c"]]"#, ""), tool(b, "")),
        (tool(a, ""), document(r#""tool_scope_mapping": {"t": {"public": true}}, "scope_hierarchy": {"x": ["y"]}"#)),
    ] {
        assert_ne!(accepted, digits(&old, &new, Kind::AccessWidened));
    }
    let added = |members: &str| {
        digits(&document(""), &document(&format!(r#""tool_scope_mapping": {{"t": {{{members}}}}}"#)), Kind::ToolAdded)
    };
    let minimal = added(r#""required_scopes": [["a"]], "risk_level": "minimal""#);
    for members in [
        r#""public": true, "risk_level": "minimal""#,
        r#""required_scopes": [["a"]], "risk_level": "high""#,
        r#""required_scopes": [["a"]], "risk_level": "minimal", "description": "Also send it""#,
        r#""required_scopes": [["a"]], "risk_level": "minimal", "auto_approvable": true"#,
    ] {
        assert_ne!(minimal, added(members), "{members}");
    }
    // Long texts are shown in part, and differ as a whole.
    let long = |end: &str| {
        let text = format!("{}b{}{end}", "a".repeat(400), "c".repeat(400));
        document(&format!(r#""tool_scope_mapping": {{"t": {{"public": true, "description": "{text}"}}}}"#))
    };
    let reworded = |end: &str| digits(&long(""), &long(end), Kind::ToolReworded);
    assert_ne!(reworded("x"), reworded("y"));
}

/// Clients request every advertised scope, so one that opens a risky resource or prompt is no addition without effect.
#[test]
fn advertised_scopes_open_resources_and_prompts() {
    let new = |mapping: &str, entry: &str, risk: &str| {
        whole(&format!(
            r#""scopes_supported": ["new"], "mcp_extensions": {{"{mapping}": {{"{entry}": {{"required_scopes": [["new"]], "risk_level": "{risk}"}}}}}}"#
        ))
    };
    for (mapping, entry) in
        [("tool_scope_mapping", "t"), ("resource_scope_mapping", "r://*"), ("prompt_scope_mapping", "p")]
    {
        for (risk, security) in [("minimal", Security::NEUTRAL), ("critical", Security::WEAKENS)] {
            let found = changes(&whole(""), &new(mapping, entry, risk));
            let grown = found.iter().find(|change| change.kind == Kind::BaselineGrown).unwrap();
            assert_eq!(grown.security, security, "{mapping} {risk}");
        }
    }
}

/// A document can state a chain of scopes without its closure, which would have the square of its size.
#[test]
fn compares_long_chains_of_scopes() {
    const LENGTH: usize = 10_000;
    let chain = |skipped: usize| {
        let scopes = (0..LENGTH).filter(|at| *at != skipped).map(|at| format!(r#""s{at}": ["s{}"]"#, at + 1));
        let tools = (0..LENGTH).step_by(10).map(|at| format!(r#""t{at}": {{"required_scopes": [["s{at}"]]}}"#));
        document(&format!(
            r#""tool_scope_mapping": {{{}}}, "scope_hierarchy": {{{}}}"#,
            tools.collect::<Vec<_>>().join(", "),
            scopes.collect::<Vec<_>>().join(", ")
        ))
    };
    let whole = chain(LENGTH);
    assert_eq!(ids(&changes(&whole, &chain(LENGTH))), [""; 0]);
    let found = changes(&whole, &chain(LENGTH - 1));
    assert!(found.iter().any(|change| change.kind == Kind::ImpliesRemoved), "{:?}", ids(&found));
}

const SCOPES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// A small table: the requirement of each tool as bit sets, and the hierarchy of scopes.
#[derive(Clone, Debug)]
struct Small {
    tools: BTreeMap<&'static str, Vec<u32>>,
    implies: Vec<(usize, usize)>,
}

impl Small {
    fn document(&self) -> Document {
        let names = |bits: u32| -> Vec<&str> {
            SCOPES.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, scope)| *scope).collect()
        };
        let tool = |(name, any): (&&str, &Vec<u32>)| {
            let any: Vec<Vec<&str>> = any.iter().map(|all| names(*all)).collect();
            format!(r#""{name}": {{"required_scopes": {}}}"#, serde_json::to_string(&any).unwrap())
        };
        let tools: Vec<String> = self.tools.iter().map(tool).collect();
        let mut implied: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (from, to) in &self.implies {
            implied.entry(SCOPES[*from]).or_default().push(SCOPES[*to]);
        }
        let hierarchy = serde_json::to_string(&implied).unwrap();
        document(&format!(r#""tool_scope_mapping": {{{}}}, "scope_hierarchy": {hierarchy}"#, tools.join(", ")))
    }

    fn closed(&self, mut token: u32) -> u32 {
        for _ in 0..SCOPES.len() {
            for (from, to) in &self.implies {
                token |= (token >> from & 1) << to;
            }
        }
        token
    }

    fn opens(&self, tool: &str, token: u32) -> bool {
        let held = self.closed(token);
        self.tools.get(tool).is_some_and(|any| any.iter().any(|all| all & !held == 0))
    }

    /// Returns the scopes that are named anywhere.
    fn known(&self) -> u32 {
        let required = self.tools.values().flatten().fold(0, |known, all| known | all);
        self.implies.iter().fold(required, |known, (from, to)| known | 1 << from | 1 << to)
    }

    /// Returns whether some token opens a tool in this table but not in the other.
    fn opens_beyond(&self, there: &Self, only_known: bool) -> bool {
        let tools: BTreeSet<&&str> = self.tools.keys().collect();
        tools.iter().any(|tool| {
            let new = only_known && !there.tools.contains_key(**tool);
            let tokens = (0..1 << SCOPES.len()).filter(|token| !new || token & !there.known() == 0);
            tokens.into_iter().any(|token| self.opens(tool, token) && !there.opens(tool, token))
        })
    }
}

fn small() -> impl Strategy<Value = Small> {
    let any = proptest::collection::vec(1_u32..32, 1..4);
    let tools = proptest::collection::btree_map(proptest::sample::select(vec!["t", "u", "v"]), any, 0..3);
    let implies = proptest::collection::vec((0..SCOPES.len(), 0..SCOPES.len()), 0..5);
    (tools, implies).prop_map(|(tools, implies)| {
        let implies = implies.into_iter().filter(|(from, to)| from < to).collect();
        Small { tools, implies }
    })
}

proptest! {
    #![proptest_config(Config { cases: 2_000, failure_persistence: None, ..Config::default() })]

    /// Compares the verdict with an exhaustive search over tokens.
    #[test]
    fn matches_an_exhaustive_search_over_tokens(old in small(), new in small()) {
        let found = changes(&old.document(), &new.document());
        let security =
            Verdict::over(found.iter().map(Change::verdict)).map_or(Security::NEUTRAL, |verdict| verdict.security);
        prop_assert_eq!(security.weakens, new.opens_beyond(&old, true), "{:?}", ids(&found));
        prop_assert_eq!(security.tightens, old.opens_beyond(&new, false), "{:?}", ids(&found));
    }
}
