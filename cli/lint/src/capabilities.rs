//! Infers the capabilities of a tool from its name, its hints and its risk. A tool without evidence of a capability
//! does not have it: the rules would rather miss a chain than report a false one.

use mcp_scopes_model::Risk;

use crate::{
    lint_model::Tool,
    name_tokens::{looks, name_tokens},
};

/// First words of names that return contents. `list` and `count` return what exists, not its contents.
const READING: &[&str] = &[
    "cat", "download", "dump", "export", "fetch", "find", "get", "load", "lookup", "open", "query", "read", "retrieve",
    "search", "select", "show", "view",
];

/// Words for private data.
const PRIVATE: &[&str] = &[
    "clipboard",
    "contact",
    "contacts",
    "conversation",
    "conversations",
    "customer",
    "customers",
    "database",
    "document",
    "documents",
    "email",
    "emails",
    "file",
    "files",
    "inbox",
    "mail",
    "mailbox",
    "mails",
    "memories",
    "memory",
    "message",
    "messages",
    "note",
    "notes",
    "patient",
    "patients",
    "payroll",
    "personal",
    "private",
    "salaries",
    "salary",
    "sql",
    "transactions",
];

/// Words for system configuration and credentials.
const SETTINGS: &[&str] = &[
    "config",
    "configs",
    "configuration",
    "configurations",
    "credential",
    "credentials",
    "env",
    "environment",
    "keys",
    "password",
    "passwords",
    "secret",
    "secrets",
    "settings",
    "tokens",
];

/// First words of names that send data to others.
const SENDING: &[&str] = &[
    "broadcast",
    "email",
    "forward",
    "mail",
    "notify",
    "post",
    "publish",
    "reply",
    "send",
    "share",
    "tweet",
    "upload",
];

/// Last words of names that send: `mail_send`, `create_post`.
const SENT: &[&str] = &["broadcast", "notify", "post", "publish", "reply", "send", "tweet", "upload"];

/// First words that revoke or change sent data, and so send nothing.
const UNDOING: &[&str] =
    &["archive", "cancel", "clear", "delete", "disable", "edit", "enable", "mute", "remove", "stop", "undo", "update"];

/// First words that call another server, if the last word is `url`.
const ASKING: &[&str] = &["browse", "call", "crawl", "fetch", "load", "open", "request", "scrape", "visit"];

/// Words that execute their input.
const RUNNING: &[&str] =
    &["bash", "eval", "exec", "execute", "powershell", "shell", "ssh", "subprocess", "sudo", "terminal"];

/// First words that execute, if one of [`PROGRAMS`] follows.
const STARTING: &[&str] = &["invoke", "launch", "run", "spawn", "start"];
const PROGRAMS: &[&str] = &["code", "command", "commands", "program", "python", "script", "scripts"];

/// Objects of `execute` that are not programs: `execute_query`, `execute_trade`.
const ERRANDS: &[&str] = &[
    "order",
    "orders",
    "payment",
    "plan",
    "query",
    "search",
    "sql",
    "trade",
    "trades",
    "transaction",
    "transactions",
    "workflow",
];

/// Returns whether a name contains a word for private data, system configuration or credentials.
#[must_use]
pub fn names_private_data(name: &str) -> bool {
    name_tokens(name).iter().any(|word| PRIVATE.contains(&word.as_str()) || SETTINGS.contains(&word.as_str()))
}

/// Returns whether the tool reads private data. Its name says so, or it reads and has at least medium risk.
pub(crate) fn reads_private(tool: &Tool) -> bool {
    let at_least = |least| tool.risk.as_ref().is_some_and(|risk| risk.value >= least);
    let says = says_any(tool, PRIVATE) || says_any(tool, SETTINGS);
    // A risk of `minimal` means that the tool reads nothing of value (see `Risk`).
    reads(tool) && (at_least(Risk::Medium) || (says && (at_least(Risk::Low) || tool.risk.is_none())))
}

/// Returns whether the tool reads system configuration. A tool that reads any file does.
pub(crate) fn reads_settings(tool: &Tool) -> bool {
    let minimal = tool.risk.as_ref().is_some_and(|risk| risk.value == Risk::Minimal);
    reads(tool) && !minimal && (says_any(tool, SETTINGS) || says_any(tool, &["file", "files"]))
}

/// Returns whether the tool sends data to others.
pub(crate) fn sends(tool: &Tool) -> bool {
    let words = name_tokens(&tool.name.value);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let within = tool.hints.open_world.as_ref().is_some_and(|hint| !hint.value);
    if within || UNDOING.contains(&first.as_str()) {
        return false;
    }
    // A URL can carry data, so a tool that only fetches it also sends.
    let asks = first == "http" || first == "curl" || (last == "url" && ASKING.contains(&first.as_str()));
    let says = SENDING.contains(&first.as_str()) || SENT.contains(&last.as_str()) || words.contains(&"webhook".into());
    asks || (says && !looks(&tool.name.value) && !tool.hints.says_read_only())
}

/// Returns whether the tool executes its input.
pub(crate) fn executes(tool: &Tool) -> bool {
    if looks(&tool.name.value) || tool.hints.says_read_only() || says_any(tool, ERRANDS) {
        return false;
    }
    let starts = name_tokens(&tool.name.value).first().is_some_and(|first| STARTING.contains(&first.as_str()));
    says_any(tool, RUNNING) || (starts && says_any(tool, PROGRAMS))
}

/// Returns whether the name says that the tool reads or searches.
pub(crate) fn is_reading(name: &str) -> bool {
    looks(name) || name_tokens(name).first().is_some_and(|first| READING.contains(&first.as_str()))
}

/// Returns whether the tool only reads. A public tool does not return private data.
fn reads(tool: &Tool) -> bool {
    let first = name_tokens(&tool.name.value).first().is_some_and(|first| READING.contains(&first.as_str()));
    let changes = tool.hints.read_only.as_ref().is_some_and(|hint| !hint.value);
    !tool.public && !changes && (first || tool.hints.says_read_only()) && !executes(tool) && !sends(tool)
}

fn says_any(tool: &Tool, list: &[&str]) -> bool {
    name_tokens(&tool.name.value).iter().any(|word| list.contains(&word.as_str()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use mcp_scopes_prm::Draft;
    use mcp_scopes_scan::source::{Place, Placed};

    use super::{executes, reads_private, reads_settings, sends};
    use crate::lint_model::{ParsedDocument, Tool};

    fn tool(name: &str, risk: &str) -> Tool {
        let text =
            format!(r#"{{"mcp_extensions": {{"tool_scope_mapping": {{"{name}": {{"risk_level": "{risk}"}}}}}}}}"#);
        let draft = Draft::read(&text).unwrap();
        let file: Arc<str> = "a.json".into();
        let table = ParsedDocument::new(&file, &text, &draft, None).table;
        Tool::clone(&table.tools.first().unwrap().tool)
    }

    #[expect(clippy::unnecessary_wraps, reason = "a hint is an option")]
    fn hint(value: bool) -> Option<Placed<bool>> {
        Some(Placed { value, place: Place::point(&"a.json".into(), 1, 1) })
    }

    #[test]
    fn recognizes_readers() {
        for (name, risk, private, settings) in [
            ("read_file", "low", true, true),
            ("readSecrets", "low", true, true),
            ("get_config", "low", true, true),
            ("get_config", "minimal", false, false),
            ("read_inbox", "low", true, false),
            ("get_balance", "medium", true, false),
            ("get_weather", "low", false, false),
            ("list_files", "low", false, false),
            ("check_mail", "low", false, false),
            ("write_file", "medium", false, false),
            ("file_reader", "low", false, false),
            ("fetch_url", "medium", false, false),
        ] {
            let tool = tool(name, risk);
            assert_eq!((reads_private(&tool), reads_settings(&tool)), (private, settings), "{name} {risk}");
        }
        let mut reader = tool("customer_sheet", "low");
        assert!(!reads_private(&reader));
        reader.hints.read_only = hint(true);
        assert!(reads_private(&reader) && !reads_settings(&reader));
        reader.public = true;
        assert!(!reads_private(&reader));
    }

    #[test]
    fn recognizes_senders() {
        for (name, is) in [
            ("send_email", true),
            ("mail_send", true),
            ("topic_create_reply", true),
            ("create_webhook", true),
            ("fetch_url", true),
            ("http_get", true),
            ("get_post", false),
            ("get_download_url", false),
            ("delete_post", false),
            ("share_price", true),
            ("list_webhooks", false),
        ] {
            assert_eq!(sends(&tool(name, "medium")), is, "{name}");
        }
        // A word of the name may have another meaning, which a hint resolves.
        let mut price = tool("share_price", "low");
        price.hints.read_only = hint(true);
        assert!(!sends(&price));
        let mut inside = tool("post_message", "low");
        inside.hints.open_world = hint(false);
        assert!(!sends(&inside));
    }

    #[test]
    fn recognizes_runners() {
        for (name, is) in [
            ("execute_command", true),
            ("run_script", true),
            ("shell", true),
            ("run_report", false),
            ("execute_query", false),
            ("execute_trade", false),
            ("get_shell", false),
        ] {
            assert_eq!(executes(&tool(name, "high")), is, "{name}");
        }
    }
}
