//! Random tables.

use std::collections::BTreeSet;

use mcp_scopes::{Condition, Requirement};
use proptest::{
    collection::vec,
    prelude::{Just, Strategy, any, prop_oneof},
    sample::Index,
};

use mcp_scopes_core_tests::{spec::TableSpec, tokens::token};

use super::made::{keep_all, text};

/// The maximum number of alternatives of a random requirement.
pub(crate) const MOST_ALTERNATIVES: usize = 5;
/// The maximum number of scopes of one alternative.
pub(crate) const MOST_SCOPES: usize = 4;

/// The maximum number of conditions of a random requirement, each with one scope.
pub(crate) const MOST_CONDITIONS: usize = 3;

/// The numbers of tools and scopes of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub tools: usize,
    pub scopes: usize,
}

/// A requirement with scopes that have no names yet.
#[derive(Clone, Debug)]
enum Need {
    Public,
    Authenticated,
    ToolName,
    /// The alternatives, and conditions: the alternatives of each as bits, and its scope.
    AnyOf(Vec<Vec<Index>>, Vec<(u64, Index)>),
}

/// A valid table and tokens for it. Each token is a list of pieces, to be joined or used as elements of an array.
pub(crate) fn table_with_tokens(size: Size) -> impl Strategy<Value = (TableSpec, Vec<Vec<String>>)> {
    let tool = (name(), need());
    let edges = vec((any::<Index>(), any::<Index>()), 0..size.scopes.min(60) * 2);
    let namespace = prop_oneof![Just(""), Just("dev-tools:"), Just("a.very.long.namespace.of.some.organisation/")];
    let table = (vec(tool, size.tools), vec(name(), size.scopes), edges, namespace, any::<bool>());
    table.prop_flat_map(move |(tools, others, edges, namespace, complete)| {
        let spec = sound(size, &tools, &others, &edges, namespace, complete);
        let known = spec.scopes().into_iter().collect();
        (Just(spec), vec(token(known, namespace), 1..6))
    })
}

/// Names of all lengths. Some are prefixes of others, some differ in the middle only, some in case only.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-cA-C]{1,3}[:._/-]?[a-c]{0,2}",
        1 => "[a-z]{4,7}",
        1 => "[a-z]{8,15}[:.][a-z]{1,16}",
        1 => "files:(read|write|read_all|read[.]all)",
        1 => "[ab]{31,34}",
        1 => "the_same_beginning_[a-c]{1,40}_the_same_end_of_many_bytes",
        1 => "[!#-\\[\\]-~]{60,110}",
    ]
}

fn need() -> impl Strategy<Value = Need> {
    let all = vec(any::<Index>(), 1..=MOST_SCOPES);
    prop_oneof![
        1 => Just(Need::Public),
        1 => Just(Need::Authenticated),
        2 => Just(Need::ToolName),
        4 => vec(all.clone(), 1..=MOST_ALTERNATIVES).prop_map(|any| Need::AnyOf(any, Vec::new())),
        2 => (vec(all, 1..=MOST_ALTERNATIVES), vec((1..1_u64 << MOST_ALTERNATIVES, any::<Index>()), 1..=MOST_CONDITIONS))
            .prop_map(|(any, conditions)| Need::AnyOf(any, conditions)),
    ]
}

/// Constructs a table without problems: names are distinct, and `implies` leads from later scopes to earlier ones.
fn sound(
    size: Size,
    tools: &[(String, Need)],
    others: &[String],
    edges: &[(Index, Index)],
    namespace: &'static str,
    complete: bool,
) -> TableSpec {
    let mut taken = BTreeSet::new();
    let tools: Vec<(&'static str, &Need)> = tools
        .iter()
        .map(|(name, need)| {
            let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
            (text(distinct(name, &mut taken)), need)
        })
        .collect();
    // The scopes: first those with the names of tools, as far as they fit, then others.
    let (mut taken, mut scopes) = (BTreeSet::new(), Vec::<&'static str>::new());
    for (name, need) in &tools {
        if matches!(need, Need::ToolName) && scopes.len() < size.scopes {
            scopes.push(text(distinct(format!("{namespace}{name}"), &mut taken)));
        }
    }
    for name in others {
        if scopes.len() < size.scopes {
            scopes.push(text(distinct(format!("{namespace}{name}"), &mut taken)));
        }
    }
    let mut implies = vec![BTreeSet::new(); scopes.len()];
    for (from, to) in edges {
        let (from, to) = (from.index(scopes.len()), to.index(scopes.len()));
        if from != to {
            implies[from.max(to)].insert(from.min(to));
        }
    }
    let conditions = tools.iter().map(|(_, need)| {
        let conditions: &[(u64, Index)] = if let Need::AnyOf(_, conditions) = need { conditions } else { &[] };
        keep_all(conditions.iter().map(|(alternatives, scope)| Condition {
            argument: None,
            glob: "/etc/*",
            scopes: keep_all([scopes[scope.index(scopes.len())]]),
            alternatives: *alternatives,
        }))
    });
    let conditions = keep_all(conditions.collect::<Vec<_>>());
    let tools = tools.iter().map(|(name, need)| {
        let own = format!("{namespace}{name}");
        let requirement = match need {
            Need::Public => Requirement::Public,
            Need::Authenticated => Requirement::Authenticated,
            Need::ToolName if taken.contains(&own) => Requirement::ToolName,
            Need::ToolName => Requirement::AnyOf(keep_all([keep_all([scopes[0]])])),
            Need::AnyOf(any, _) => written(keep_all(any.iter().map(|all| {
                let mut once = BTreeSet::new();
                keep_all(all.iter().map(|scope| scopes[scope.index(scopes.len())]).filter(|scope| once.insert(*scope)))
            }))),
        };
        (*name, requirement)
    });
    let tools = keep_all(tools.collect::<Vec<_>>());
    // Declared in a separate order, so that numbers and indices differ.
    let declared = scopes.iter().enumerate().rev();
    let declared =
        declared.map(|(place, scope)| (*scope, keep_all(implies[place].iter().map(|implied| scopes[*implied]))));
    TableSpec { namespace, tools, conditions, declared: keep_all(declared.collect::<Vec<_>>()), complete }
}

/// The requirement as an annotation states it, in the short form if there are few scopes.
fn written(any: &'static [&'static [&'static str]]) -> Requirement<'static> {
    match any {
        [[scope]] => Requirement::One(scope),
        [[one, other]] => Requirement::Two([one, other]),
        [[one, other, third]] => Requirement::Three([one, other, third]),
        any => Requirement::AnyOf(any),
    }
}

/// Extends a name until it is unique.
fn distinct(mut name: String, taken: &mut BTreeSet<String>) -> String {
    while !taken.insert(name.clone()) {
        name.push('x');
    }
    name
}
