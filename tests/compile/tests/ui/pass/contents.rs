//! Every form of an entry for a resource or a prompt.
#![deny(warnings)]

use mcp_scopes::scope_table;

scope_table! {
    /// Without any tool.
    pub static CONTENTS = [] with "tests/ui/toml/contents_all.toml";
}

fn main() {
    // Scopes that only entries require are scopes of the table.
    let grant = CONTENTS.grant("logs:admin");
    assert!(grant.holds("logs:read") && !grant.holds("reviews:write"));
    assert_eq!(CONTENTS.grant("reviews:write").scopes().collect::<Vec<_>>(), ["reviews:write"]);
    let config = CONTENTS.outline().config;
    let names = |contents: &[mcp_scopes::__private::v1::Content<'static>]| -> Vec<_> {
        contents.iter().map(|content| content.name.text).collect()
    };
    assert_eq!(names(config.resources), ["docs://*", "logs://*", "logs://{day}", "file:///srv/shared/*"]);
    assert_eq!(names(config.prompts), ["review", "a name"]);
}
