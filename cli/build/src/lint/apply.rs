//! From a report or a document to findings: each rule in turn.

use std::{collections::BTreeSet, sync::Arc};

use mcp_scopes_prm::Violation;

use crate::{
    Finding, Level, Report,
    finding::settle,
    lint::{
        Overrides, RULES,
        hits::Hits,
        levels::Levels,
        rule::{Rule, Setting},
        view::{Document, Package, Profile, Table, Tool},
    },
    scan::large_stack,
    source::Place,
};

/// Applies every rule to what a scan found.
pub(super) fn to_source(mut report: Report, overrides: &Overrides) -> Report {
    // A tool may be listed by a table of another package.
    let listed: BTreeSet<Place> = report
        .inventories
        .iter()
        .flat_map(|inventory| {
            let tools = (0..inventory.tables.len()).flat_map(|table| inventory.tools_of(table));
            tools.filter_map(|tool| inventory.tools.get(tool)).map(|tool| tool.place.clone()).collect::<Vec<_>>()
        })
        .collect();
    let mut findings = Vec::new();
    large_stack(|| {
        for inventory in &report.inventories {
            let levels = Levels::of(inventory, overrides, &mut findings);
            let package = Package::of(inventory, &listed);
            for (rule, level) in in_force(&levels) {
                let mut hits = Hits::new(rule, levels.options_of(rule));
                look(rule, &package.tools, &package.tables, &mut hits);
                findings.extend(hits.found.into_iter().map(|hit| Finding { level, ..hit }));
            }
        }
    });
    report.findings.extend(findings);
    Levels::new(overrides).raise(&mut report.findings);
    settle(&mut report.findings);
    report
}

/// Applies every rule to a document.
pub(super) fn to_document(document: &Document<'_>, levels: &Levels, findings: &mut Vec<Finding>) {
    let tools: Vec<Arc<Tool>> = document.table.tools.iter().map(|listed| listed.tool.clone()).collect();
    let mut broken: Vec<Violation> = document.draft.violations.clone();
    if document.profile == Profile::Mcp {
        broken.extend(document.draft.check_mcp());
    }
    broken.extend(document.expected_resource.and_then(|expected| document.draft.check_resource(expected)));
    for (rule, level) in in_force(levels) {
        let mut hits = Hits::new(rule, levels.options_of(rule));
        look(rule, &tools, std::slice::from_ref(&document.table), &mut hits);
        if let Some(check) = rule.check.document {
            check(document, &mut hits);
        }
        for violation in broken.iter().filter(|violation| rule.check.violations.contains(&violation.kind)) {
            let pointer = &violation.pointer;
            let subject = if pointer.is_empty() { "/" } else { pointer };
            hits.report(&document.place(pointer), subject, said(document, violation), &*violation.help);
        }
        findings.extend(hits.found.into_iter().map(|hit| Finding { level, ..hit }));
    }
    // A kind that no rule took in yet is not lost.
    for violation in &broken {
        if !RULES.iter().any(|rule| rule.check.violations.contains(&violation.kind)) {
            let finding = Finding::error(violation.kind.as_str(), said(document, violation));
            let place = document.place(&violation.pointer);
            findings.push(finding.help(&*violation.help).at(place).about(&*violation.pointer));
        }
    }
}

/// A violation as a sentence that names its member.
fn said(document: &Document<'_>, violation: &Violation) -> String {
    let (pointer, message) = (&violation.pointer, &violation.message);
    if document.value(pointer).is_none() {
        return message.clone();
    }
    let shown = if pointer.is_empty() { "the document" } else { pointer };
    if message.starts_with("is ") { format!("`{shown}` {message}") } else { format!("`{shown}`: {message}") }
}

fn look(rule: &Rule, tools: &[Arc<Tool>], tables: &[Table], hits: &mut Hits<'_>) {
    if let Some(check) = rule.check.tool {
        for tool in tools {
            check(tool, hits);
        }
    }
    if let Some(check) = rule.check.table {
        for table in tables {
            check(table, hits);
        }
    }
}

/// The rules that are applied, each at its level.
fn in_force(levels: &Levels) -> impl Iterator<Item = (&'static Rule, Level)> {
    RULES.iter().filter_map(|rule| match levels.of_rule(rule) {
        Setting::Allow => None,
        Setting::Warn => Some((rule, Level::Warning)),
        Setting::Deny => Some((rule, Level::Error)),
    })
}
