//! What a tool does, as far as its name, its hints and its risk tell. Where they tell nothing, it does nothing of the kind:
//! the rules that ask would rather miss a chain than report one that is none.

use mcp_scopes_model::Risk;

use crate::{
    lint_model::Tool,
    name_tokens::{looks, name_tokens},
};

/// First words of names that hand out what something holds. `list` and `count` tell what there is, not what is in it.
const READING: &[&str] = &[
    "cat", "download", "dump", "export", "fetch", "find", "get", "load", "lookup", "open", "query", "read", "retrieve",
    "search", "select", "show", "view",
];

/// What is nobody else's business.
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

/// What tells how a system is set up, and how to get in.
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

/// First words of names that hand something to others.
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

/// Last words of names that do: `mail_send`, `create_post`.
const SENT: &[&str] = &["broadcast", "notify", "post", "publish", "reply", "send", "tweet", "upload"];

/// First words that take back or change what was sent, and so send nothing.
const UNDOING: &[&str] =
    &["archive", "cancel", "clear", "delete", "disable", "edit", "enable", "mute", "remove", "stop", "undo", "update"];

/// First words that ask another server, if the last word is `url`.
const ASKING: &[&str] = &["browse", "call", "crawl", "fetch", "load", "open", "request", "scrape", "visit"];

/// Words that run whatever they are given.
const RUNNING: &[&str] =
    &["bash", "eval", "exec", "execute", "powershell", "shell", "ssh", "subprocess", "sudo", "terminal"];

/// First words that do, with one of [`PROGRAMS`] behind them.
const STARTING: &[&str] = &["invoke", "launch", "run", "spawn", "start"];
const PROGRAMS: &[&str] = &["code", "command", "commands", "program", "python", "script", "scripts"];

/// What is executed without being a program: `execute_query`, `execute_trade`.
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

/// Whether it hands out what should not leave: its name says so, or it reads and is of at least medium risk.
pub(crate) fn reads_private(tool: &Tool) -> bool {
    let at_least = |least| tool.risk.as_ref().is_some_and(|risk| risk.value >= least);
    let says = says_any(tool, PRIVATE) || says_any(tool, SETTINGS);
    // A risk of `minimal` says that nothing of worth is read (see `Risk`).
    reads(tool) && (at_least(Risk::Medium) || (says && (at_least(Risk::Low) || tool.risk.is_none())))
}

/// Whether it hands out how the system is set up. So does what reads any file.
pub(crate) fn reads_settings(tool: &Tool) -> bool {
    let minimal = tool.risk.as_ref().is_some_and(|risk| risk.value == Risk::Minimal);
    reads(tool) && !minimal && (says_any(tool, SETTINGS) || says_any(tool, &["file", "files"]))
}

/// Whether it hands something to others.
pub(crate) fn sends(tool: &Tool) -> bool {
    let words = name_tokens(&tool.name.value);
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
    let within = tool.hints.open_world.as_ref().is_some_and(|hint| !hint.value);
    if within || UNDOING.contains(&first.as_str()) {
        return false;
    }
    // An address can carry what was read, so that a tool that only fetches it sends too.
    let asks = first == "http" || first == "curl" || (last == "url" && ASKING.contains(&first.as_str()));
    let says = SENDING.contains(&first.as_str()) || SENT.contains(&last.as_str()) || words.contains(&"webhook".into());
    asks || (says && !looks(&tool.name.value) && !tool.hints.says_read_only())
}

/// Whether it runs what it is given.
pub(crate) fn executes(tool: &Tool) -> bool {
    if looks(&tool.name.value) || tool.hints.says_read_only() || says_any(tool, ERRANDS) {
        return false;
    }
    let starts = name_tokens(&tool.name.value).first().is_some_and(|first| STARTING.contains(&first.as_str()));
    says_any(tool, RUNNING) || (starts && says_any(tool, PROGRAMS))
}

/// Whether its name says that it reads or looks.
pub(crate) fn is_reading(name: &str) -> bool {
    looks(name) || name_tokens(name).first().is_some_and(|first| READING.contains(&first.as_str()))
}

/// Whether it only hands something out; what everybody may call hands out nothing private.
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
    use crate::lint_model::{Document, Tool};

    fn tool(name: &str, risk: &str) -> Tool {
        let text =
            format!(r#"{{"mcp_extensions": {{"tool_scope_mapping": {{"{name}": {{"risk_level": "{risk}"}}}}}}}}"#);
        let draft = Draft::read(&text).unwrap();
        let file: Arc<str> = "a.json".into();
        let table = Document::new(&file, &text, &draft, None).table;
        Tool::clone(&table.tools.first().unwrap().tool)
    }

    #[expect(clippy::unnecessary_wraps, reason = "a hint is an option")]
    fn hint(value: bool) -> Option<Placed<bool>> {
        Some(Placed { value, place: Place::point(&"a.json".into(), 1, 1) })
    }

    #[test]
    fn readers() {
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
    fn senders() {
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
        // A name may mean another thing, which a hint tells.
        let mut price = tool("share_price", "low");
        price.hints.read_only = hint(true);
        assert!(!sends(&price));
        let mut inside = tool("post_message", "low");
        inside.hints.open_world = hint(false);
        assert!(!sends(&inside));
    }

    #[test]
    fn runners() {
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
