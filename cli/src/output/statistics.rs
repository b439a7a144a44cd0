//! `--statistics`: how often each rule reports.

use std::{cmp::Reverse, collections::BTreeMap, fmt::Write as _};

use super::{
    diagnostic::{Diagnostic, Level},
    diagnostics::Diagnostics,
};

/// Returns a line for each rule with active findings, the most frequent first: count, level, whether `--fix` can apply
/// fixes, and the rule.
pub(crate) fn table(diagnostics: &Diagnostics<'_>) -> String {
    let mut rules: BTreeMap<&str, (usize, usize, Level)> = BTreeMap::new();
    for Diagnostic { id, level, fix, .. } in &diagnostics.active {
        let (count, fixable, worst) = rules.entry(id).or_insert((0, 0, *level));
        *count += 1;
        *fixable += usize::from(fix.is_some());
        *worst = (*worst).max(*level);
    }
    let mut rows: Vec<_> = rules.into_iter().collect();
    rows.sort_by_key(|(id, (count, ..))| (Reverse(*count), *id));
    let mut text = String::new();
    for (id, (count, fixable, level)) in rows {
        let mark = if fixable > 0 { "[*]" } else { "" };
        // Writing to a string does not fail.
        let _ = writeln!(text, "{count:>5}  {:<7}  {mark:<3}  {id}", level.as_str());
    }
    text
}
