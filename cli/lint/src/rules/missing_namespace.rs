use crate::{
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "missing-namespace",
    category: Naming,
    level: Deny,
    summary: "scope outside the configured namespace",
    reason: "the scope may be that of another server, whose tokens would then open this one",
    check: diagnostics(&["outside-namespace"]) and document(check),
};

/// Scopes that never have a namespace (`OpenID` Connect Core 1.0 §3.1.2.1, §5.4, §11). `reserved-scope` reports them.
const RESERVED: [&str; 6] = ["address", "email", "offline_access", "openid", "phone", "profile"];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let namespace = &document.table.namespace;
    for scope in &document.table.scopes {
        let text = scope.text.as_str();
        if !text.starts_with(namespace.as_str()) && !RESERVED.contains(&text) {
            let message = format!("scope `{text}` does not begin with the namespace `{namespace}`");
            reporter.report(message).at(&scope.place).about(text).help(format!("write `{namespace}{text}`"));
        }
    }
}
