//! Properties of every table and every token.

use std::collections::BTreeSet;

use mcp_scopes::{__private::v1, Caller, Challenge, Environment, Grant, Reason, Requirement, ScopeTable, ToolHandle};
use proptest::{prop_assert, prop_assert_eq, test_runner::TestCaseError};

use crate::{
    naive::{ALL, Naive},
    spec::TableSpec,
};

type Outcome = Result<(), TestCaseError>;

/// The table contains the facts of its specification.
pub fn is_made_of(table: &'static ScopeTable, spec: &TableSpec) -> Outcome {
    let names: Vec<&str> = spec.tools.iter().map(|(name, _)| *name).collect();
    prop_assert_eq!(table.tools().map(|tool| tool.name).collect::<Vec<_>>(), names.clone());
    prop_assert_eq!(table.outline().config.scopes.is_some(), spec.complete);
    let mut scopes: Vec<&str> = table.scopes().collect();
    scopes.sort_unstable();
    prop_assert_eq!(scopes, spec.scopes().into_iter().collect::<Vec<_>>());
    for (place, name) in names.iter().enumerate() {
        let tool = table.tool(name).ok_or_else(|| TestCaseError::fail(format!("{name} is not found")))?;
        prop_assert_eq!(tool.name, *name);
        prop_assert!(tool == table.handle(name));
        let alternatives: Vec<Vec<&str>> = tool.alternatives().map(Iterator::collect).collect();
        prop_assert_eq!(alternatives, spec.alternatives(place).unwrap_or_default());
        prop_assert_eq!(tool.conditions, spec.conditions(place));
        for unknown in [&name[1..], &name[..name.len() - 1], &format!("{name} "), &name.to_uppercase()] {
            prop_assert_eq!(table.tool(unknown).is_some(), names.contains(&unknown));
        }
    }
    Ok(())
}

/// All results for a token are those of the oracle.
pub fn on_token(table: &'static ScopeTable, spec: &TableSpec, naive: &Naive, pieces: &[String]) -> Outcome {
    let token = pieces.concat();
    on_grant(table, spec, naive, &table.grant(&token), token.split(' '))?;
    let scp = table.grant_scp(pieces);
    on_grant(table, spec, naive, &scp, pieces.iter().map(String::as_str))
}

/// Without a token, public tools and no others are open.
pub fn on_anonymous(table: &'static ScopeTable, spec: &TableSpec) -> Outcome {
    let grant = table.anonymous();
    let mut open = Vec::new();
    for (handle, (name, requirement)) in table.tools().zip(spec.tools) {
        let is_public = matches!(requirement, Requirement::Public);
        prop_assert_eq!(grant.authorize_tool(handle).is_ok(), is_public, "{:?}", handle);
        match grant.authorize(name) {
            Ok(found) => prop_assert!(is_public && found == handle, "{:?}", handle),
            Err(denied) => {
                prop_assert!(!is_public, "{:?}", handle);
                prop_assert_eq!(denied.reason(), Reason::NoCredentials);
                prop_assert_eq!(denied.tool(), Some(handle));
                let needs_scopes = !matches!(requirement, Requirement::Authenticated);
                prop_assert_eq!(denied.step().next().is_some(), needs_scopes, "{:?}", handle);
                prop_assert_eq!(denied.missing().next().is_some(), needs_scopes, "{:?}", handle);
            }
        }
        if is_public {
            open.push(*name);
        }
    }
    prop_assert_eq!(grant.visible().map(|tool| tool.name).collect::<Vec<_>>(), open);
    Ok(())
}

fn on_grant<'t>(
    table: &'static ScopeTable,
    spec: &TableSpec,
    naive: &Naive,
    grant: &Grant,
    tokens: impl Iterator<Item = &'t str>,
) -> Outcome {
    let held = naive.held(tokens);
    let mut scopes: Vec<&str> = grant.scopes().collect();
    scopes.sort_unstable();
    prop_assert_eq!(&scopes, &held.iter().map(String::as_str).collect::<Vec<_>>());
    for scope in spec.scopes() {
        prop_assert_eq!(grant.holds(&scope), held.contains(&scope), "{}", scope);
    }
    // For each alternative, the oracle looks at all tools. For large tables, some of the tools are enough.
    let sample = 1 + spec.tools.len() / 20;
    for (place, handle) in table.tools().enumerate() {
        let opens = naive.opens(&held, place, ALL);
        prop_assert_eq!(grant.authorize_tool(handle).is_ok(), opens, "{:?}", handle);
        match grant.authorize(handle.name) {
            Ok(found) => prop_assert!(opens && found == handle, "{:?}", handle),
            Err(denied) => {
                prop_assert!(!opens, "{:?}", handle);
                prop_assert_eq!(denied.reason(), Reason::MissingScopes);
                if place % sample != 0 {
                    continue;
                }
                let step = naive.step(&held, place, ALL);
                prop_assert_eq!(denied.step().collect::<Vec<_>>(), step.clone(), "{:?}", handle);
                let missing: Vec<&String> = step.iter().filter(|scope| !held.contains(*scope)).collect();
                prop_assert_eq!(denied.missing().collect::<Vec<_>>(), missing, "{:?}", handle);
                // The requested scopes open the tool, also if the client drops its earlier scopes.
                let asked: Vec<&str> = Challenge::of(&denied).scopes().collect();
                prop_assert!(table.grant(&asked.join(" ")).authorize_tool(handle).is_ok(), "{:?}", asked);
            }
        }
        on_calls(naive, grant, &held, (place, handle))?;
    }
    prop_assert_eq!(grant.visible().map(|tool| tool.name).collect::<Vec<_>>(), naive.visible(&held));
    let (least, most) = grant.visible().size_hint();
    let count = grant.visible().count();
    prop_assert!(least <= count && most.is_some_and(|most| count <= most));
    Ok(())
}

/// Calls of a tool that match some of its conditions.
fn on_calls(naive: &Naive, grant: &Grant, held: &BTreeSet<String>, (place, handle): (usize, ToolHandle)) -> Outcome {
    if handle.conditions.is_empty() {
        return Ok(());
    }
    let caller = |grant| Caller::new(grant, Environment::Live);
    prop_assert_eq!(v1::caller_reaches(&caller(*grant), handle.name), naive.opens(held, place, 0), "{:?}", handle);
    for matched in 0..1 << handle.conditions.len() {
        let decided = v1::authorize_matched(&caller(*grant), handle, matched);
        prop_assert_eq!(decided.is_ok(), naive.opens(held, place, matched), "{:?} {:b}", handle, matched);
        let Err(denied) = decided else { continue };
        let step = naive.step(held, place, matched);
        prop_assert_eq!(denied.step().collect::<Vec<_>>(), step.clone(), "{:?} {:b}", handle, matched);
        let missing: Vec<&String> = step.iter().filter(|scope| !held.contains(*scope)).collect();
        prop_assert_eq!(denied.missing().collect::<Vec<_>>(), missing, "{:?} {:b}", handle, matched);
        prop_assert_eq!(denied.tool(), Some(handle));
        // One challenge is enough.
        let asked: Vec<&str> = Challenge::of(&denied).scopes().collect();
        let stepped_up = caller(handle.table().grant(&asked.join(" ")));
        prop_assert!(v1::authorize_matched(&stepped_up, handle, matched).is_ok(), "{:?}", asked);
    }
    Ok(())
}
