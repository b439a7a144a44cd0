use mcp_scopes_model::nearest::Nearest;

use crate::{
    lint_model::{ParsedDocument, below},
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "bearer-method",
    category: Document,
    level: Warn,
    summary: "bearer method that RFC 9728 does not define",
    reason: "clients support `header`, `body` and `query` only and ignore other values",
    section: "RFC 9728 §2",
    check: document(check),
};

/// The methods of RFC 6750 §2.1, §2.2 and §2.3.
const METHODS: [&str; 3] = ["header", "body", "query"];

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    let methods = document.draft.document.bearer_methods_supported.iter().flatten();
    for (number, method) in methods.enumerate().filter(|(_, method)| !METHODS.contains(&method.as_str())) {
        let at = below("/bearer_methods_supported", &number.to_string());
        let near = METHODS.into_iter().fold(Nearest::to(method), Nearest::or).found();
        let help = match near {
            Some(near) => format!("write `{near}`"),
            None => "write `header`; a cookie or an API key is not a bearer token".to_owned(),
        };
        let message = format!("unknown bearer method `{}`", method.escape_debug());
        reporter.report(message).at(&document.place(&at)).about(&*at).help(help);
    }
}
