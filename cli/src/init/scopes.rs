//! The scopes of tools: by a convention, or from a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use clap::ValueEnum;
use mcp_scopes_grammar::limits;
use mcp_scopes_lint::{is_action, name_tokens};
use mcp_scopes_model::scope::scope_token;
use mcp_scopes_prm::json::Json;
use mcp_scopes_scan::file;

use super::failure::Failure;

/// How scopes are named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Convention {
    /// Each tool has a scope with its name
    #[default]
    ToolName,
    /// Tools are grouped by the words of their names: `list_files` and `read_file` are `files:read`
    #[value(name = "resource:action")]
    ResourceAction,
}

impl Convention {
    /// Returns its name in `mcp-scopes.toml`.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::ToolName => "tool-name",
            Self::ResourceAction => "resource:action",
        }
    }
}

/// The maximum number of tools of one scope, above which the lint rule `broad-scope` reports it.
const MAX_TOOLS: usize = 15;

const READING: [&str; 13] =
    ["check", "count", "describe", "fetch", "find", "get", "list", "lookup", "query", "read", "search", "show", "view"];
const WRITING: [&str; 9] = ["add", "append", "create", "edit", "modify", "patch", "put", "set", "update"];

/// The scope of each tool.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    by_tool: BTreeMap<String, String>,
    /// The tools that the given file does not name.
    pub(super) unnamed: Vec<String>,
}

impl Scopes {
    /// Returns the scopes of these tools.
    pub(super) fn new(tools: &BTreeSet<String>, convention: Convention, stated: Option<&Stated>) -> Self {
        let mut scopes = Self::default();
        let grouped = if convention == Convention::ResourceAction { grouped(tools) } else { BTreeMap::new() };
        for tool in tools {
            let given = stated.and_then(|stated| stated.0.get(tool));
            if stated.is_some() && given.is_none() {
                scopes.unnamed.push(tool.clone());
            }
            let scope = given.or_else(|| grouped.get(tool)).unwrap_or(tool);
            scopes.by_tool.insert(tool.clone(), scope.clone());
        }
        scopes
    }

    /// Returns the scope of a tool.
    pub(super) fn of<'s>(&'s self, tool: &'s str) -> &'s str {
        self.by_tool.get(tool).map_or(tool, String::as_str)
    }
}

/// The scopes that a file states.
#[derive(Debug)]
pub(super) struct Stated(BTreeMap<String, String>);

impl Stated {
    /// Reads a file of `tool = "scope"`, as TOML or JSON.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let text = file::text(path).map_err(|error| Failure::new(format!("cannot read `{shown}`: {error}")))?;
        let form = "write `tool = \"scope\"` lines as TOML, or one JSON object of them";
        let wrong = |why: String| Failure::new(format!("cannot use `{shown}`: {why}")).help(form);
        let is_json = path.extension().is_some_and(|end| end == "json") || text.trim_start().starts_with('{');
        let pairs: Vec<(String, Option<String>)> = if is_json {
            let Json::Object(members) = Json::parse(&text).map_err(|error| wrong(error.message().to_owned()))? else {
                return Err(wrong("it is not an object".to_owned()));
            };
            members.iter().map(|(tool, scope)| (tool.clone(), scope.as_str().map(str::to_owned))).collect()
        } else {
            limits::check(&text).map_err(|exceeded| wrong(exceeded.to_string()))?;
            let table: toml::Table =
                text.parse().map_err(|error: toml::de::Error| wrong(error.message().to_owned()))?;
            table.into_iter().map(|(tool, scope)| (tool, scope.as_str().map(str::to_owned))).collect()
        };
        let mut stated = BTreeMap::new();
        for (tool, scope) in pairs {
            let scope = scope.ok_or_else(|| wrong(format!("the scope of `{tool}` is not a string")))?;
            if scope_token(&scope).is_err() {
                return Err(wrong(format!("`{scope}` of `{tool}` is not a scope-token (RFC 6749 §3.3)")));
            }
            stated.insert(tool, scope);
        }
        Ok(Self(stated))
    }

    /// Returns the first tool of the file that does not exist.
    pub(super) fn unknown(&self, tools: &BTreeSet<String>) -> Option<&str> {
        self.0.keys().find(|tool| !tools.contains(*tool)).map(String::as_str)
    }
}

/// Returns `resource:action` for each tool.
fn grouped(tools: &BTreeSet<String>) -> BTreeMap<String, String> {
    let parts: BTreeMap<&String, Parts> = tools.iter().map(|tool| (tool, Parts::of(tool))).collect();
    // A word is written as a plural if one of the names has it.
    let words: BTreeSet<&String> = parts.values().flat_map(|parts| &parts.nouns).collect();
    let shown = |word: &String| {
        let plural = format!("{word}s");
        if words.contains(&plural) { plural } else { word.clone() }
    };
    let short = |parts: &Parts| {
        let resource = parts.nouns.first().map_or_else(|| "server".to_owned(), &shown);
        format!("{resource}:{}", parts.action)
    };
    let long = |parts: &Parts| {
        let (last, rest) = parts.nouns.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
        let words: Vec<String> = rest.iter().cloned().chain(last.map(&shown)).collect();
        format!("{}:{}", words.join("-"), parts.action)
    };
    let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
    for parts in parts.values() {
        *sizes.entry(short(parts)).or_default() += 1;
    }
    let scope = |parts: &Parts| {
        let scope = short(parts);
        let is_broad = sizes.get(&scope).is_some_and(|size| *size > MAX_TOOLS);
        if is_broad && parts.nouns.len() > 1 { long(parts) } else { scope }
    };
    parts.iter().map(|(tool, parts)| ((*tool).clone(), scope(parts))).collect()
}

/// The words of a name.
#[derive(Debug)]
struct Parts {
    nouns: Vec<String>,
    action: String,
}

impl Parts {
    fn of(tool: &str) -> Self {
        let mut words = name_tokens(tool);
        let is_verb =
            |word: &String| is_action(word) || READING.contains(&word.as_str()) || WRITING.contains(&word.as_str());
        let at = words.iter().position(is_verb);
        let action = match at {
            Some(at) => words.remove(at),
            // `screenshot`, `page_screenshot`: what it does is not in the name.
            None => "use".to_owned(),
        };
        let action = match action.as_str() {
            word if READING.contains(&word) => "read".to_owned(),
            word if WRITING.contains(&word) => "write".to_owned(),
            _ => action,
        };
        // Words that only join others.
        words.retain(|word| {
            !["a", "all", "and", "by", "for", "from", "in", "of", "on", "the", "to", "with"].contains(&word.as_str())
        });
        Self { nouns: words, action }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Convention, Scopes};

    fn scopes(names: &[&str]) -> Vec<String> {
        let tools: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let scopes = Scopes::new(&tools, Convention::ResourceAction, None);
        names.iter().map(|name| scopes.of(name).to_owned()).collect()
    }

    #[test]
    fn groups_tools_by_the_words_of_their_names() {
        let names = ["list_files", "readFile", "delete-file", "browser_open", "ping", "create_note", "execute"];
        let expected =
            ["files:read", "files:read", "files:delete", "browser:open", "ping:use", "note:write", "server:execute"];
        assert_eq!(scopes(&names), expected);
    }

    #[test]
    fn splits_groups_that_are_too_broad() {
        let names: Vec<String> = (0..20).map(|number| format!("get_repo_part{number}")).collect();
        let found = scopes(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(found.first().map(String::as_str), Some("repo-part0:read"));
    }

    #[test]
    fn every_tool_has_a_scope_with_its_name_by_default() {
        let tools = BTreeSet::from(["a.b".to_owned()]);
        assert_eq!(Scopes::new(&tools, Convention::default(), None).of("a.b"), "a.b");
    }
}
