//! Counts in summaries.

/// Returns a count with its noun: `1 tool`, `2 tools`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn counts_one_in_the_singular() {
        assert_eq!([counted(1, "tool"), counted(2, "tool")], ["1 tool", "2 tools"]);
    }
}
