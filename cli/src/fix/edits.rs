//! Selects compatible fixes and applies them to a text.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use mcp_scopes_scan::{Edit, Fix, Report, Safety};

/// Fixes that do not overlap.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// Number of fixes.
    pub(super) count: usize,
    /// Their edits.
    pub(super) by_file: BTreeMap<Arc<str>, Vec<Edit>>,
}

/// Selects the fixes of a report that are safe enough, in order. A fix that touches a selected one waits for the next
/// round.
pub(super) fn choose(report: &Report, safety: Safety) -> Chosen {
    let mut chosen = Chosen::default();
    for fix in report.findings.iter().filter_map(|finding| finding.fix.as_ref()) {
        if fix.safety <= safety && !fix.edits.is_empty() && chosen.fits(fix) {
            chosen.count += 1;
            for edit in &fix.edits {
                chosen.by_file.entry(edit.file.clone()).or_default().push(edit.clone());
            }
        }
    }
    chosen
}

impl Chosen {
    fn fits(&self, fix: &Fix) -> bool {
        let taken = |edit: &Edit| self.by_file.get(&edit.file).into_iter().flatten();
        fix.edits.iter().all(|edit| taken(edit).all(|other| !touch(&edit.range, &other.range)))
    }
}

/// Returns whether two ranges overlap or meet.
fn touch(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Applies edits to a text. `seen` is the text that their offsets refer to: the same text, or without a byte order mark
/// and with LF for CRLF. Returns `None` if it is neither, or if an edit does not fit.
pub(crate) fn apply(text: &str, seen: &str, mut edits: Vec<Edit>) -> Option<String> {
    let places = if text == seen { None } else { Some(places(text, seen)?) };
    let place = |at: usize| places.as_ref().map_or(Some(at), |places| places.get(at).copied());
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    let mut new = text.to_owned();
    for edit in edits {
        let range = place(edit.range.start)?..place(edit.range.end)?;
        new.get(range.clone())?;
        new.replace_range(range, &edit.text);
    }
    Some(new)
}

/// Returns the offset in `text` for each byte of `seen`, and for its end.
fn places(text: &str, seen: &str) -> Option<Vec<usize>> {
    let bytes = text.as_bytes();
    let mark = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut places = Vec::with_capacity(seen.len() + 1);
    let mut expected = seen.bytes();
    let mut ends_line = false;
    for (at, byte) in bytes.iter().copied().enumerate().skip(mark) {
        let return_of_line = byte == b'\r' && bytes.get(at + 1) == Some(&b'\n');
        if return_of_line {
            // CRLF is one unit: an edit before or after it never splits it.
            places.push(at);
            ends_line = true;
            continue;
        }
        if expected.next() != Some(byte) {
            return None;
        }
        if !std::mem::take(&mut ends_line) {
            places.push(at);
        }
    }
    places.push(text.len());
    expected.next().is_none().then_some(places)
}

#[cfg(test)]
mod tests {
    use mcp_scopes_scan::{Edit, Finding, Fix, Report, Safety};

    use super::{apply, choose};

    fn edit(range: std::ops::Range<usize>, text: &str) -> Edit {
        Edit { file: "a".into(), range, text: text.to_owned() }
    }

    #[test]
    fn keeps_all_other_bytes() {
        let edits = || vec![edit(0..1, "AA"), edit(3..4, "")];
        assert_eq!(apply("a\nbc\n", "a\nbc\n", edits()).unwrap(), "AA\nb\n");
        assert_eq!(apply("\u{feff}a\r\nbc\r\n", "a\nbc\n", edits()).unwrap(), "\u{feff}AA\r\nb\r\n");
        assert_eq!(apply("a\nbc\r", "a\nbc\r", edits()).unwrap(), "AA\nb\r");
        // A removal up to the end of a line, and one that includes the line break.
        assert_eq!(apply("ab\r\nc", "ab\nc", vec![edit(1..2, "")]).unwrap(), "a\r\nc");
        assert_eq!(apply("ab\r\nc", "ab\nc", vec![edit(1..3, "")]).unwrap(), "ac");
    }

    #[test]
    fn rejects_edits_that_do_not_fit() {
        assert_eq!(apply("a", "b", vec![edit(0..1, "")]), None);
        assert_eq!(apply("a\r\n", "a\nb", vec![edit(0..1, "")]), None);
        assert_eq!(apply("a", "a", vec![edit(0..2, "")]), None);
        assert_eq!(apply("é", "é", vec![edit(0..1, "")]), None);
    }

    #[test]
    fn postpones_fixes_that_touch_others() {
        let file = "a".into();
        let mut report = Report::default();
        for (fix, start) in [(Fix::safe("x"), 0), (Fix::safe("y"), 3), (Fix::risky("z"), 9), (Fix::safe("w"), 20)] {
            let mut finding = Finding::warning("rule", "message");
            finding.fix = Some(fix.edit(&file, start..start + 3, ""));
            report.findings.push(finding);
        }
        let starts = |safety| {
            let chosen = choose(&report, safety);
            assert_eq!(chosen.count, chosen.by_file["a"].len());
            chosen.by_file["a"].iter().map(|edit| edit.range.start).collect::<Vec<_>>()
        };
        assert_eq!(starts(Safety::Safe), [0, 20]);
        assert_eq!(starts(Safety::Unsafe), [0, 9, 20]);
    }
}
