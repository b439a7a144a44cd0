use mcp_scopes_scan::inventory::Requirement;

use crate::{
    globs::Decided,
    lint_model::{Content, Hierarchy, Table},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "overlapping-resources",
    category: LeastPrivilege,
    level: Warn,
    summary: "resources that match the same URI and require different scopes",
    reason: "a read of such a URI needs what every matching entry requires, so no entry opens it alone",
    check: table(check),
};

/// The maximum number of steps to compare globs, so that many long globs do not take long.
const MOST_STEPS: usize = 20_000_000;

/// An entry, and what it decides about.
type Entry<'t> = (&'t Content, Decided);

fn check(table: &Table, reporter: &mut Reporter<'_>) {
    let hierarchy = table.hierarchy();
    let globs = table.contents.iter().filter(|content| content.is_glob() && content.is_stated());
    let globs: Vec<Entry<'_>> = globs.map(|content| (content, Decided::by(&content.name.value))).collect();
    let mut steps = MOST_STEPS;
    for (place, entry) in globs.iter().enumerate() {
        let (later, decided) = entry;
        let overlapping = globs
            .iter()
            .take(place)
            .filter(|earlier| earlier.1.overlaps(decided, &mut steps) && is_surprising(&hierarchy, earlier, entry));
        let mut earlier = overlapping.map(|(earlier, _)| *earlier);
        let Some(first) = earlier.next() else { continue };
        let (name, other) = (&later.name.value, &first.name.value);
        let more = match earlier.count() {
            0 => String::new(),
            1 => "; one more entry overlaps it".to_owned(),
            more => format!("; {more} more entries overlap it"),
        };
        let needed = match (implies(&hierarchy, first, later), implies(&hierarchy, later, first)) {
            (true, _) => first.needs(),
            (_, true) => later.needs(),
            _ => format!("both {} and {}", grouped(first), grouped(later)),
        };
        let message = format!("resources `{other}` and `{name}` match the same URIs, whose reads need {needed}{more}");
        let help =
            "write globs that match different URIs, or let the scope of the narrower one imply that of the other";
        reporter.report(message).at(&later.name.place).about(name).help(help);
    }
}

/// Returns the requirement in words, in parentheses if it has alternatives.
fn grouped(content: &Content) -> String {
    let needs = content.needs();
    if needs.contains(" or ") { format!("({needs})") } else { needs }
}

/// Returns whether an author may not expect the result: both requirements count, or the one of the wider glob, so that the other entry
/// opens nothing.
fn is_surprising<'t>(hierarchy: &Hierarchy<'t>, one: &'t Entry<'t>, other: &'t Entry<'t>) -> bool {
    let hides = |strict: &Entry<'_>, lax: &Entry<'_>| strict.1.includes(&lax.1);
    match (implies(hierarchy, one.0, other.0), implies(hierarchy, other.0, one.0)) {
        (true, true) => false,
        (true, false) => hides(one, other),
        (false, true) => hides(other, one),
        (false, false) => true,
    }
}

/// Returns whether every caller that the first entry admits is admitted by the second one.
fn implies<'t>(hierarchy: &Hierarchy<'t>, first: &'t Content, second: &'t Content) -> bool {
    let (held, needed) = match (&first.requirement, &second.requirement) {
        (_, Requirement::Public(_)) => return true,
        (held, Requirement::Authenticated(_)) => return !held.is_public(),
        (Requirement::AnyOf(held), Requirement::AnyOf(needed)) => (held, needed),
        _ => return false,
    };
    held.iter().all(|held| {
        let held = hierarchy.closure(held.iter().map(|scope| scope.value.as_str()));
        needed.iter().any(|needed| needed.iter().all(|scope| held.contains(scope.value.as_str())))
    })
}
