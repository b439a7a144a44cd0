use crate::{
    addresses::{Use, of_document},
    lint_model::Document,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "page-not-https",
    category: Document,
    level: Warn,
    reason: "what a person reads before consenting can be replaced on the way, or be no page at all",
    section: "RFC 9728 §2",
    check: document(check),
};

fn check(document: &Document<'_>, reporter: &mut Reporter<'_>) {
    for stated in of_document(document).iter().filter(|stated| stated.is == Use::Page && !stated.parts.is_https()) {
        let scheme = stated.parts.scheme.to_ascii_lowercase();
        let message = if scheme == "http" {
            format!("`{}` is a page that anybody on the way can replace", stated.text)
        } else {
            format!("`{}` is no page: clients open `{scheme}:` in other ways, or refuse it", stated.text)
        };
        reporter.report(message).at(&stated.place).about(&*stated.subject).help("write the https address of the page");
    }
}
