use crate::{
    lint_model::{ParsedDocument, Profile, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "bearer-not-in-header",
    category: Document,
    level: Warn,
    summary: "bearer methods other than `header`",
    reason: "tokens in addresses end up in logs, and MCP clients send tokens in the header only",
    section: "MCP 2026-07-28, Authorization, Token Requirements",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let Some(methods) = &document.draft.document.bearer_methods_supported else { return };
    if document.profile != Profile::Mcp {
        return;
    }
    let pointer = "/bearer_methods_supported";
    for (number, method) in methods.iter().enumerate() {
        let why = match method.as_str() {
            "query" => "tokens in addresses end up in logs, and MCP forbids them there",
            "body" => "MCP clients never send a token in the body",
            _ => continue,
        };
        let at = below(pointer, &number.to_string());
        reporter
            .report(format!("`{method}`: {why}"))
            .at(&document.place(&at))
            .about(&*at)
            .help("write `[\"header\"]`, or remove the member");
    }
    if !methods.iter().any(|method| method == "header") {
        let message = "`/bearer_methods_supported` lacks `header`, the only method that MCP clients use";
        reporter
            .report(message)
            .at(&document.place(pointer))
            .about(pointer)
            .help("write `[\"header\"]`, or remove the member");
    }
}
