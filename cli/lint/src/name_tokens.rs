//! What the parts of a name tell.

use mcp_scopes_model::Risk;

/// The words of a name, in lower case: `deleteFile` and `delete-file` are both `delete`, `file`.
pub(crate) fn name_tokens(name: &str) -> Vec<String> {
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

/// Words that say what is done. A scope's part that is one of them is the action.
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

/// Whether a part of a scope says what is done: `read`, also as the first word of `read_all`.
pub(crate) fn is_action(part: &str) -> bool {
    name_tokens(part).first().is_some_and(|word| ACTIONS.binary_search(&word.as_str()).is_ok())
}

/// Words that only look, whatever stands behind them: `get_transfer` transfers nothing.
const LOOKS: &[&str] = &[
    "can", "check", "count", "describe", "diff", "explain", "fetch", "find", "get", "has", "inspect", "is", "list",
    "lookup", "preview", "query", "read", "search", "show", "status", "validate", "verify", "view", "watch",
];

/// What a word suggests a call can do, at the least.
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

/// Whether a tool's name says that it only looks.
pub(crate) fn looks(name: &str) -> bool {
    name_tokens(name).first().is_some_and(|word| LOOKS.contains(&word.as_str()))
}

/// The word of a tool's name that suggests the most, and what it suggests.
pub(crate) fn suggested(name: &str) -> Option<(String, Risk)> {
    if looks(name) {
        return None;
    }
    let words = name_tokens(name);
    let known = words.into_iter().filter_map(|word| {
        let (_, risk) = RISKS.iter().find(|(known, _)| *known == word)?;
        Some((word, *risk))
    });
    // Of equal ones the first.
    known.reduce(|best, next| if next.1 > best.1 { next } else { best })
}

/// The character that separates the parts of a scope: the strongest of those it has. A URL is no scope of parts.
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
    fn names_are_taken_apart() {
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
    fn separators() {
        assert_eq!(separator("a.b:c"), Some(':'));
        assert_eq!([separator("list_files"), separator("https://h/auth/mail.read")], [None, None]);
    }
}
