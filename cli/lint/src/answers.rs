//! Fixes of errors of the compiler whose help already states what to write: a key, a value, a section, a name, or the
//! missing risk.

use std::ops::Range;

use mcp_scopes_scan::{
    Finding, Fix,
    source::{Place, Sources},
};

use crate::suppress::REVIEW;

/// The errors whose help names what to write in place of the text.
const NAMED: [&str; 6] =
    ["unknown-key", "unknown-value", "unknown-section", "unknown-group-tool", "lint-config", "undeclared-scope"];

/// Returns the fix of an error of the compiler, if its help states it.
pub(super) fn fix(finding: &Finding, sources: &Sources) -> Option<Fix> {
    let place = finding.place.as_ref()?;
    match finding.rule {
        "missing-risk" => missing_risk(place, sources),
        rule if NAMED.contains(&rule) => {
            let answer = answer(&finding.help)?;
            let text = sources.text(&place.file)?;
            let range = token(text, sources.range(place)?)?;
            let (new, title) = replacement(text.get(range.clone())?, answer, &finding.message)?;
            // The scope decides who may call the tool.
            let fix = if rule == "undeclared-scope" { Fix::risky(title) } else { Fix::safe(title) };
            Some(fix.edit(&place.file, range, new))
        }
        _ => None,
    }
}

/// Returns the text that a help names, if it names nothing else.
fn answer(help: &str) -> Option<&str> {
    let named = help.strip_prefix("write `").and_then(|rest| rest.strip_suffix('`'));
    let near = || help.strip_prefix("did you mean `")?.strip_suffix("`?");
    named.or_else(near).filter(|answer| !answer.contains('`'))
}

/// Returns the range of the word or string that starts at a place. A place in TOML is a point.
fn token(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let rest = text.get(range.start..)?;
    let length = match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.get(1..)?.find(quote)? + 2,
        _ => rest.find(|end: char| !(end.is_alphanumeric() || end == '_' || end == '-')).unwrap_or(rest.len()),
    };
    let whole = range.start..range.start + length;
    (length > 0 && whole.end >= range.end.min(range.start + 1)).then_some(whole)
}

/// Returns the text to write in place of another one, and a description.
fn replacement(old: &str, answer: &str, message: &str) -> Option<(String, String)> {
    // `risk = "high"` and `[lint]` name the value and the section.
    let value = answer.split_once(" = ").map_or(answer, |(_, value)| value);
    let value = value.trim_matches(['[', ']', '"']);
    let plain = |text: &str| !text.is_empty() && !text.contains(['"', '\'', '\\', '\n', '`']);
    let bare = old.trim_matches(['"', '\'']);
    // A text with escapes, or one that only contains the name, is left to the user.
    if !plain(value) || !plain(bare) || bare == value || !message.contains(&format!("`{bare}`")) {
        return None;
    }
    let quote = old.get(..old.len() - old.trim_start_matches(['"', '\'']).len())?;
    Some((format!("{quote}{value}{quote}"), format!("write `{value}`")))
}

/// Writes the strictest usual risk as a placeholder, with a comment that a rule reports until a person removes it.
fn missing_risk(function: &Place, sources: &Sources) -> Option<Fix> {
    const NAME: &str = "mcp_tool";
    let text = sources.text(&function.file)?;
    let before = text.get(..sources.range(function)?.start)?;
    let name = before.rfind(NAME)?;
    let end = name + NAME.len();
    // The attribute is that of the function: no other item is between them.
    let between = before.get(end..)?;
    if between.matches("fn ").count() != 1 || between.contains('}') {
        return None;
    }
    let rest = text.get(end..)?;
    let blank = rest.len() - rest.trim_start().len();
    let (at, written) = match rest.trim_start().strip_prefix('(') {
        Some(arguments) if arguments.trim_start().starts_with(')') => (end + blank + 1, "risk = \"high\""),
        Some(_) => (end + blank + 1, "risk = \"high\", "),
        None if rest.trim_start().starts_with([']', ')']) => (end, "(risk = \"high\")"),
        None => return None,
    };
    let line = before.get(..name)?.rfind('\n').map_or(0, |at| at + 1);
    let indent: String = text.get(line..name)?.chars().take_while(|blank| blank.is_whitespace()).collect();
    // A comment cannot be put in front of an attribute that does not begin its line.
    let path = text.get(line..name)?.trim_start().strip_prefix("#[")?;
    // Not a text in one of the arguments.
    path.chars().all(|part| part.is_alphanumeric() || "_: ".contains(part)).then_some(())?;
    let comment = format!("{indent}// mcp-scopes: {REVIEW} a placeholder of `lint --fix`\n");
    let fix = Fix::safe("write `risk = \"high\"` as a placeholder");
    Some(fix.edit(&function.file, line..line, comment).edit(&function.file, at..at, written))
}

#[cfg(test)]
mod tests {
    use super::{answer, replacement, token};

    #[test]
    fn reads_answers_of_help_texts() {
        assert_eq!(answer("write `risk`"), Some("risk"));
        assert_eq!(answer("did you mean `files:read`?"), Some("files:read"));
        assert_eq!(answer("write `risk = \"low\"`, or one of `minimal`"), None);
        assert_eq!(answer("write one of `a`, `b`"), None);
        assert_eq!(answer("write at least one element"), None);
    }

    #[test]
    fn replaces_words_and_strings() {
        let new = |old, answer, message| replacement(old, answer, message).map(|(new, _)| new);
        assert_eq!(new("rsik", "risk", "unknown key `rsik`").as_deref(), Some("risk"));
        assert_eq!(new("\"hihg\"", "risk = \"high\"", "unknown value `hihg`").as_deref(), Some("\"high\""));
        assert_eq!(new("lnit", "[lint]", "unknown section or key `lnit`").as_deref(), Some("lint"));
        assert_eq!(new("\"raed:/etc/*\"", "read", "`raed` is not listed"), None);
        assert_eq!(new("r", "risk", "something else"), None);
    }

    #[test]
    fn finds_the_token_at_a_point() {
        assert_eq!(token("[lnit]\n", 1..2), Some(1..5));
        assert_eq!(token("a = \"b c\"", 4..5), Some(4..9));
        assert_eq!(token("a = [", 4..5), None);
    }
}
