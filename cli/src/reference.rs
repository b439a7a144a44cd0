//! Reference documentation of the program.
//!
//! | module | holds |
//! |---|---|
//! | `explain` | `mcp-scopes explain` |
//! | `generated` | `mcp-scopes completions`, `man`: generated from the commands |
//! | `page` | renders a Markdown page for a terminal |
//! | `rules` | `mcp-scopes rules` |
//! | `schema` | `mcp-scopes schema` |

pub(crate) mod explain;
pub(crate) mod generated;
mod page;
pub(crate) mod rules;
pub(crate) mod schema;

use mcp_scopes_lint::rule::Choice;

/// Returns the value of an option in TOML syntax.
fn value(choice: &Choice) -> String {
    match choice {
        Choice::Int(number) => number.to_string(),
        Choice::Text(text) => format!("\"{}\"", text.escape_default()),
        Choice::Texts(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| format!("\"{}\"", text.escape_default())).collect();
            format!("[{}]", texts.join(", "))
        }
        Choice::Flag(flag) => flag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Choice, value};

    #[test]
    fn values_are_printed_as_toml() {
        let texts = Choice::Texts(vec!["a".into(), "b\"".into()].into());
        let shown = [Choice::Int(8), Choice::Text("x".into()), texts, Choice::Flag(true)].map(|choice| value(&choice));
        assert_eq!(shown, ["8", "\"x\"", "[\"a\", \"b\\\"\"]", "true"]);
    }
}
