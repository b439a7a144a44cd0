//! Splits names into words and classifies the words.

use mcp_scopes_model::Risk;

/// Returns the words of a name, in lower case: `deleteFile` and `delete-file` are both `delete`, `file`.
#[must_use]
pub fn name_tokens(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut lower_before = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if character.is_uppercase() && lower_before {
            fresh = true;
        }
        if fresh {
            words.push(String::new());
            fresh = false;
        }
        if let Some(word) = words.last_mut() {
            if character.is_ascii() {
                word.push(character.to_ascii_lowercase());
            } else {
                word.extend(character.to_lowercase());
            }
        }
        lower_before = character.is_lowercase() || character.is_numeric();
    }
    words
}

/// Verbs. A part of a scope that is one of them is its action.
const ACTIONS: &[&str] = &[
    "access",
    "add",
    "admin",
    "all",
    "append",
    "approve",
    "archive",
    "cancel",
    "check",
    "connect",
    "copy",
    "create",
    "delete",
    "deploy",
    "describe",
    "disable",
    "download",
    "edit",
    "enable",
    "exec",
    "execute",
    "export",
    "fetch",
    "find",
    "full",
    "get",
    "import",
    "install",
    "invoke",
    "kill",
    "list",
    "login",
    "manage",
    "merge",
    "modify",
    "move",
    "open",
    "patch",
    "post",
    "publish",
    "push",
    "put",
    "query",
    "read",
    "readonly",
    "readwrite",
    "remove",
    "rename",
    "restart",
    "run",
    "search",
    "send",
    "share",
    "start",
    "stop",
    "submit",
    "subscribe",
    "sync",
    "transfer",
    "trigger",
    "update",
    "upload",
    "use",
    "view",
    "watch",
    "write",
];

/// Returns whether a part of a scope is an action: `read`, also as the first word of `read_all`.
#[must_use]
pub fn is_action(part: &str) -> bool {
    name_tokens(part).first().is_some_and(|word| ACTIONS.binary_search(&word.as_str()).is_ok())
}

/// Verbs that only read, whatever follows them: `get_transfer` transfers nothing.
const LOOKS: &[&str] = &[
    "can", "check", "count", "describe", "diff", "explain", "fetch", "find", "get", "has", "inspect", "is", "list",
    "lookup", "preview", "query", "read", "search", "show", "status", "validate", "verify", "view", "watch",
];

/// The minimum risk that a word suggests.
const RISKS: &[(&str, Risk)] = &[
    ("delete", Risk::High),
    ("deploy", Risk::Medium),
    ("destroy", Risk::High),
    ("drop", Risk::High),
    ("erase", Risk::High),
    ("eval", Risk::High),
    ("exec", Risk::High),
    ("execute", Risk::High),
    ("format", Risk::Medium),
    ("grant", Risk::High),
    ("impersonate", Risk::High),
    ("kill", Risk::High),
    ("overwrite", Risk::Medium),
    ("pay", Risk::High),
    ("purge", Risk::High),
    ("refund", Risk::High),
    ("remove", Risk::Medium),
    ("reset", Risk::Medium),
    ("revoke", Risk::Medium),
    ("rm", Risk::High),
    ("send", Risk::Medium),
    ("shell", Risk::High),
    ("shutdown", Risk::High),
    ("sudo", Risk::High),
    ("terminate", Risk::High),
    ("transfer", Risk::High),
    ("truncate", Risk::High),
    ("uninstall", Risk::Medium),
    ("wipe", Risk::High),
    ("withdraw", Risk::High),
    ("write", Risk::Medium),
];

/// Returns whether a tool's name says that it only reads.
pub(crate) fn looks(name: &str) -> bool {
    name_tokens(name).first().is_some_and(|word| LOOKS.contains(&word.as_str()))
}

/// Returns the word of a tool's name that suggests the highest risk, and that risk.
#[must_use]
pub fn suggested(name: &str) -> Option<(String, Risk)> {
    if looks(name) {
        return None;
    }
    let words = name_tokens(name);
    let known = words.into_iter().filter_map(|word| {
        let (_, risk) = RISKS.iter().find(|(known, _)| *known == word)?;
        Some((word, *risk))
    });
    // Of equal risks the first counts.
    known.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// Returns the separator between the parts of a scope: the strongest one that it contains. A URL has no parts.
pub(crate) fn separator(scope: &str) -> Option<char> {
    if scope.contains("://") {
        return None;
    }
    [':', '/', '.'].into_iter().find(|separator| scope.contains(*separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_names_into_words() {
        assert_eq!(name_tokens("deleteFile2_now-x.Y"), ["delete", "file2", "now", "x", "y"]);
        assert_eq!(name_tokens("HTTPGet"), ["httpget"]);
        assert!(name_tokens("::").is_empty());
    }

    #[test]
    fn actions_are_sorted() {
        assert!(ACTIONS.is_sorted());
        assert!(is_action("read") && is_action("read_all") && !is_action("files"));
    }

    #[test]
    fn names_suggest_risks() {
        assert_eq!(suggested("drop_table"), Some(("drop".to_owned(), Risk::High)));
        assert_eq!(suggested("send_and_delete"), Some(("delete".to_owned(), Risk::High)));
        assert_eq!(suggested("get_transfer"), None);
        assert_eq!(suggested("list_files"), None);
    }

    #[test]
    fn finds_separators() {
        assert_eq!(separator("a.b:c"), Some(':'));
        assert_eq!([separator("list_files"), separator("https://h/auth/mail.read")], [None, None]);
    }
}
