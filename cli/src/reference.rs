//! Reference documentation of the program.
//!
//! | module | holds |
//! |---|---|
//! | `explain` | `mcp-scopes explain` |
//! | `ids` | the ids that are no lint rules |
//! | `generated` | `mcp-scopes completions`, `man`: generated from the commands |
//! | `page` | renders a Markdown page for a terminal |
//! | `rules` | `mcp-scopes rules` |
//! | `schema` | `mcp-scopes schema` |

pub(crate) mod explain;
pub(crate) mod generated;
mod ids;
mod page;
pub(crate) mod rules;
pub(crate) mod schema;

use mcp_scopes_lint::OptionValue;

/// Returns the value of an option in TOML syntax.
fn value(option: &OptionValue) -> String {
    match option {
        OptionValue::Int(number) => number.to_string(),
        OptionValue::Text(text) => format!("\"{}\"", text.escape_default()),
        OptionValue::Texts(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| format!("\"{}\"", text.escape_default())).collect();
            format!("[{}]", texts.join(", "))
        }
        OptionValue::Flag(flag) => flag.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{OptionValue, value};

    #[test]
    fn values_are_printed_as_toml() {
        let texts = OptionValue::Texts(vec!["a".into(), "b\"".into()].into());
        let shown = [OptionValue::Int(8), OptionValue::Text("x".into()), texts, OptionValue::Flag(true)]
            .map(|option| value(&option));
        assert_eq!(shown, ["8", "\"x\"", "[\"a\", \"b\\\"\"]", "true"]);
    }
}
