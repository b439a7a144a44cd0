use crate::{
    lint_model::{Table, Tool},
    name_tokens::name_tokens,
    reporter::Reporter,
    rule::{Rule, rule},
};

pub(super) const RULE: Rule = rule! {
    id: "description-equals-name",
    category: Naming,
    level: Warn,
    summary: "description that only repeats the name",
    reason: "users and models cannot tell from it when the tool is the right one",
    section: "MCP 2026-07-28, Tools",
    check: tool(tool) and table(scopes),
};

/// Words that add no information.
const FILLERS: &[&str] = &["a", "an", "the", "this", "tool", "tools", "to"];

fn tool(tool: &Tool, reporter: &mut Reporter<'_>) {
    let (name, description) = (&tool.name.value, &tool.description);
    if significant_words(&description.value) == significant_words(name) && !description.value.trim().is_empty() {
        let message = format!("the description of tool `{name}` only repeats its name");
        let help = "describe what it does, what it acts on and what it returns";
        reporter.report(message).at(&description.place).about(name).help(help);
    }
}

/// The description `Read files` of `files:read` is allowed, since it relates the two words. The same words in the same
/// order add nothing.
fn scopes(table: &Table, reporter: &mut Reporter<'_>) {
    if !table.declares_scopes {
        return;
    }
    for scope in &table.scopes {
        let Some(place) = &scope.declared else { continue };
        if name_tokens(&scope.description) == name_tokens(&scope.bare) && !scope.description.trim().is_empty() {
            let message = format!("the description of scope `{}` only repeats its name", scope.text);
            reporter
                .report(message)
                .at(place)
                .about(&*scope.text)
                .help("describe what it opens, in words that a user who consents understands");
        }
    }
}

/// Returns the significant words, in the singular.
fn significant_words(text: &str) -> Vec<String> {
    let words = name_tokens(text).into_iter().filter(|word| !FILLERS.contains(&word.as_str()));
    words.map(|word| word.strip_suffix('s').map(str::to_owned).unwrap_or(word)).collect()
}
