//! Member names that differ from known ones only by case or U+0000.
//!
//! Parsers in other languages match names case-insensitively, skip U+0000, or end names there. Such a parser takes `NAME` for `name`
//! and runs another tool than the one that was checked (CVE-2026-27896 is of this kind). So these spellings are rejected where
//! a decision depends on a name: in the envelope, in the version members of `_meta`, and among the parameters of the methods
//! for which a decision depends on a parameter. Other members may have any name.

/// The member of `_meta` that states the revision (MCP 2026-07-28, "Per-request protocol fields").
pub(super) const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// The member of `_meta` that states what the client supports.
pub(super) const CAPABILITIES: &str = "io.modelcontextprotocol/clientCapabilities";

const ENVELOPE: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];
const VERSIONS: [&str; 3] = [VERSION, CAPABILITIES, "io.modelcontextprotocol/clientInfo"];
/// All parameters that a decision depends on, for any method.
const PARAMS: [&str; 10] = [
    "_meta",
    "name",
    "arguments",
    "uri",
    "taskId",
    "ref",
    "argument",
    "notifications",
    "inputResponses",
    "requestState",
];
/// The members of `ref` (MCP 2026-07-28, "Completion").
const REFERENCE: [&str; 3] = ["type", "name", "uri"];
/// The member of `notifications` that names resources (MCP 2026-07-28, "Subscriptions").
const SUBSCRIPTION: &str = "resourceSubscriptions";

/// Returns the parameters, besides `_meta`, that the decision about a method depends on.
fn deciding(method: &str) -> &'static [&'static str] {
    match method {
        "tools/call" => &["name", "arguments", "inputResponses", "requestState"],
        "prompts/get" => &["name", "arguments"],
        "resources/read" | "resources/subscribe" | "resources/unsubscribe" | "resources/directory/read" => &["uri"],
        "completion/complete" => &["ref", "argument"],
        "subscriptions/listen" => &["notifications"],
        method if method.starts_with("tasks/") => &["taskId"],
        _ => &[],
    }
}

/// Returns whether a name is another spelling of a member of the envelope.
pub(super) fn looks_like_envelope(key: &str) -> bool {
    ENVELOPE.iter().any(|known| is_other_spelling(key, known))
}

/// Returns whether a name is another spelling of a member of `_meta` that states version or capabilities.
pub(super) fn looks_like_version(key: &str) -> bool {
    VERSIONS.iter().any(|known| is_other_spelling(key, known))
}

/// Returns whether a name is another spelling of a member of `ref`.
pub(super) fn looks_like_reference(key: &str) -> bool {
    REFERENCE.iter().any(|known| is_other_spelling(key, known))
}

/// Returns whether a name is another spelling of the member of `notifications` that names resources.
pub(super) fn looks_like_subscription(key: &str) -> bool {
    is_other_spelling(key, SUBSCRIPTION)
}

/// The parameters that were found in another spelling: one bit for each of [`PARAMS`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Similar(u16);

impl Similar {
    /// Records the name of a parameter.
    pub(super) fn note(&mut self, key: &str) {
        for (bit, known) in PARAMS.iter().enumerate() {
            if is_other_spelling(key, known) {
                self.0 |= 1 << bit;
            }
        }
    }

    /// Records that a member within a parameter was found in another spelling.
    pub(super) fn note_within(&mut self, param: &str, is_similar: bool) {
        let place = PARAMS.iter().position(|known| *known == param);
        if let (true, Some(bit)) = (is_similar, place) {
            self.0 |= 1 << bit;
        }
    }

    /// Returns whether a parameter that the decision about this method depends on was found in another spelling, or a member of it.
    pub(super) fn matters_to(self, method: &str) -> bool {
        let decides = |known: &&str| *known == "_meta" || deciding(method).contains(known);
        PARAMS.iter().enumerate().any(|(bit, known)| self.0 >> bit & 1 == 1 && decides(known))
    }
}

/// Returns whether a name differs from the known one, but equals it after U+0000 is removed, alone or with all that follows, and case
/// is folded.
fn is_other_spelling(key: &str, known: &str) -> bool {
    if key == known {
        return false;
    }
    if key.is_ascii() && !key.contains('\0') {
        return key.eq_ignore_ascii_case(known);
    }
    let is_known =
        |text: &str| text.chars().filter(|letter| *letter != '\0').flat_map(folded).eq(known.chars().flat_map(folded));
    is_known(key) || key.split_once('\0').is_some_and(|(front, _)| is_known(front))
}

/// Returns the case-folded letter: the full case folding of Unicode, and the Turkic one for the two further letters `i`,
/// because comparisons of single letters in upper case fold these as well.
fn folded(letter: char) -> impl Iterator<Item = char> {
    let letter = if matches!(letter, '\u{130}' | '\u{131}') { 'i' } else { letter };
    letter.to_lowercase().flat_map(char::to_uppercase).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::{PARAMS, Similar, is_other_spelling};

    #[test]
    fn finds_every_spelling_that_a_case_folding_parser_accepts() {
        for (key, known) in [
            ("NAME", "name"),
            ("Name", "name"),
            ("name\0", "name"),
            ("\0na\0me", "name"),
            ("N\0AME", "name"),
            ("name\0x", "name"),
            ("NAME\0\0name", "name"),
            ("param\u{17f}\0x", "params"),
            ("param\u{17f}", "params"),
            ("PARAM\u{17f}", "params"),
            ("ta\u{17f}\u{212a}id", "taskId"),
            ("URI", "uri"),
            ("ur\u{131}", "uri"),
            ("UR\u{130}", "uri"),
            ("taskid", "taskId"),
            ("jsonRPC", "jsonrpc"),
        ] {
            assert!(is_other_spelling(key, known), "{key:?}");
        }
        for (key, known) in [
            ("name", "name"),
            ("names", "name"),
            ("nam", "name"),
            ("", "name"),
            ("\0", "name"),
            ("\0x", "name"),
            ("nam\0x", "name"),
            ("x\0name", "name"),
            ("n\u{e4}me", "name"),
            ("na me", "name"),
            ("n\u{430}me", "name"),
        ] {
            assert!(!is_other_spelling(key, known), "{key:?}");
        }
    }

    #[test]
    fn folds_every_letter_that_unicode_folds_to_ascii() {
        // CaseFolding.txt, statuses C, F and T: all letters that fold to ASCII only.
        for (letter, ascii) in [
            ('\u{df}', "ss"),
            ('\u{130}', "i"),
            ('\u{131}', "i"),
            ('\u{17f}', "s"),
            ('\u{1e9e}', "ss"),
            ('\u{212a}', "k"),
            ('\u{fb00}', "ff"),
            ('\u{fb01}', "fi"),
            ('\u{fb02}', "fl"),
            ('\u{fb03}', "ffi"),
            ('\u{fb04}', "ffl"),
            ('\u{fb05}', "st"),
            ('\u{fb06}', "st"),
        ] {
            assert!(is_other_spelling(&letter.to_string(), ascii), "{letter:?}");
        }
    }

    #[test]
    fn matches_parameters_only_for_methods_that_they_affect() {
        for (key, method, matters) in [
            ("NAME", "tools/call", true),
            ("Arguments", "tools/call", true),
            ("InputResponses", "tools/call", true),
            ("requeststate", "tools/call", true),
            ("requeststate", "prompts/get", false),
            ("URI", "tools/call", false),
            ("URI", "resources/read", true),
            ("taskID", "tasks/result", true),
            ("Name", "prompts/get", true),
            ("Ref", "completion/complete", true),
            ("NAME", "tools/list", false),
            ("NAME", "vendor/extension", false),
            ("_Meta", "vendor/extension", true),
            ("Cursor", "tools/list", false),
        ] {
            let mut similar = Similar::default();
            similar.note(key);
            assert_eq!(similar.matters_to(method), matters, "{key} {method}");
        }
        for (param, method, matters) in [
            ("ref", "completion/complete", true),
            ("ref", "vendor/extension", false),
            ("notifications", "subscriptions/listen", true),
            ("notifications", "completion/complete", false),
        ] {
            let mut similar = Similar::default();
            similar.note_within(param, false);
            assert!(!similar.matters_to(method), "{param} {method}");
            similar.note_within(param, true);
            assert_eq!(similar.matters_to(method), matters, "{param} {method}");
        }
        let mut none = Similar::default();
        for known in PARAMS {
            none.note(known);
        }
        assert!(!none.matters_to("tools/call"));
    }
}
