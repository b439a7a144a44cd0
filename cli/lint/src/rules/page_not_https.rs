use crate::{
    addresses::{Use, of_document},
    lint_model::ParsedDocument,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "page-not-https",
    category: Document,
    level: Warn,
    summary: "page address that is not an https URL",
    reason: "a page that users read before they consent can be replaced on the network",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &ParsedDocument<'_>, reporter: &mut Reporter<'_>) {
    for stated in of_document(document).iter().filter(|stated| stated.is == Use::Page && !stated.parts.is_https()) {
        let scheme = stated.parts.scheme.to_ascii_lowercase();
        let message = if scheme == "http" {
            format!("`{}` is not an https URL, so the page can be replaced on the network", stated.text)
        } else {
            format!("`{}` is not a web page: clients reject `{scheme}:` or open it in another program", stated.text)
        };
        reporter.report(message).at(&stated.place).about(&*stated.subject).help("write the https address of the page");
    }
}
