//! The scopes of tools: by a convention, or from a file.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use clap::ValueEnum;
use mcp_scopes_grammar::limits;
use mcp_scopes_lint::{is_action, name_tokens, suggested_risk};
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

    /// Returns the convention with that name in `mcp-scopes.toml`.
    pub(super) fn of(name: &str) -> Option<Self> {
        [Self::ToolName, Self::ResourceAction].into_iter().find(|known| known.name() == name)
    }
}

/// The maximum number of tools of one scope, above which the lint rule `broad-scope` reports it.
const MAX_TOOLS: usize = 15;

const READING: [&str; 13] =
    ["check", "count", "describe", "fetch", "find", "get", "list", "lookup", "query", "read", "search", "show", "view"];
const WRITING: [&str; 10] = ["add", "append", "create", "edit", "modify", "patch", "put", "set", "update", "write"];

/// The scope of each tool.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    by_tool: BTreeMap<String, String>,
    /// The tools that the given file does not name.
    pub(super) unnamed: Vec<String>,
}

impl Scopes {
    /// Returns the scopes of these tools. `changing` are those whose hints say that they change something.
    pub(super) fn new(
        tools: &BTreeSet<String>,
        changing: &BTreeSet<String>,
        convention: Convention,
        stated: Option<&Stated>,
    ) -> Self {
        let mut scopes = Self::default();
        let is_grouped = convention == Convention::ResourceAction;
        let grouped = if is_grouped { grouped(tools, changing) } else { BTreeMap::new() };
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
fn grouped(tools: &BTreeSet<String>, changing: &BTreeSet<String>) -> BTreeMap<String, String> {
    let parts = tools.iter().map(|tool| {
        let mut parts = Parts::of(tool);
        // A scope that reads never opens a tool that says that it changes something.
        if parts.action == READ && changing.contains(tool) {
            WRITE.clone_into(&mut parts.action);
        }
        (tool, parts)
    });
    let parts: BTreeMap<&String, Parts> = parts.collect();
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

const READ: &str = "read";
const WRITE: &str = "write";
/// Words between two actions.
const JOINING: [&str; 3] = ["and", "or", "then"];
/// Words that are no part of a resource.
const SMALL: [&str; 11] = ["a", "all", "by", "for", "from", "in", "of", "on", "the", "to", "with"];

/// The words of a name.
#[derive(Debug)]
struct Parts {
    nouns: Vec<String>,
    action: String,
}

impl Parts {
    /// Splits a name. Of several actions the strictest counts. An action that is not known, or that may be a noun, is shared
    /// with no other tool: `page:screenshot`, `server:get-transfer`.
    fn of(tool: &str) -> Self {
        let mut words = name_tokens(tool);
        words.retain(|word| !SMALL.contains(&word.as_str()));
        let is_joining = |word: &String| JOINING.contains(&word.as_str());
        let is_joined = words.iter().any(is_joining);
        // Each part has an action, or is one that is not known.
        let is_known = words.split(is_joining).all(|part| part.iter().any(|word| rank(word).is_some()));
        words.retain(|word| !is_joining(word));
        let verbs: Vec<&String> = words.iter().filter(|word| rank(word).is_some()).collect();
        // Of equal ranks the first counts.
        let strictest = verbs.iter().copied().reduce(|best, next| if rank(next) > rank(best) { next } else { best });
        let is_first =
            strictest.is_some_and(|strictest| rank(strictest) == verbs.first().and_then(|first| rank(first)));
        match strictest.filter(|_| is_known && (is_joined || is_first)) {
            Some(verb) => {
                let action = match verb.as_str() {
                    word if READING.contains(&word) => READ.to_owned(),
                    word if WRITING.contains(&word) => WRITE.to_owned(),
                    word => word.to_owned(),
                };
                let mut nouns: Vec<String> = words.iter().filter(|word| rank(word).is_none()).cloned().collect();
                if nouns.is_empty() && !is_joined {
                    // A second action is a noun: `get_query`.
                    nouns.extend(verbs.into_iter().filter(|other| *other != verb).cloned());
                }
                Self { nouns, action }
            }
            None => Self::own(&words),
        }
    }

    /// Returns a scope of one tool: its resource is the first word that is no action.
    fn own(words: &[String]) -> Self {
        let at = words.iter().position(|word| rank(word).is_none());
        let rest = words.iter().enumerate().filter(|(place, _)| Some(*place) != at).map(|(_, word)| word.as_str());
        let rest: Vec<&str> = rest.collect();
        let action = if rest.is_empty() { "use".to_owned() } else { rest.join("-") };
        Self { nouns: at.and_then(|at| words.get(at)).cloned().into_iter().collect(), action }
    }
}

/// Returns how strict an action is, or `None` for a word that is no action.
fn rank(word: &str) -> Option<u8> {
    match suggested_risk(word) {
        _ if READING.contains(&word) => Some(0),
        Some((_, risk)) if !WRITING.contains(&word) => Some(3 + risk as u8),
        _ if WRITING.contains(&word) => Some(2),
        _ => is_action(word).then_some(1),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Convention, Scopes};

    fn scopes(names: &[&str]) -> Vec<String> {
        let tools: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let changing = BTreeSet::from(["get_counter".to_owned()]);
        let scopes = Scopes::new(&tools, &changing, Convention::ResourceAction, None);
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
    fn the_strictest_of_several_actions_counts() {
        for (name, scope) in [
            ("read_file_and_delete", "file:delete"),
            ("get_or_create_note", "note:write"),
            ("write_file_and_read", "file:write"),
            ("list_or_purge_queue", "queue:purge"),
            ("open_and_write_page", "page:write"),
            ("find_and_read_page", "page:read"),
            ("delete_read_marker", "marker:delete"),
            ("delete_query", "query:delete"),
            // The second may be a noun.
            ("get_transfer", "server:get-transfer"),
            ("read_write_file", "file:read-write"),
            // What it does is not known.
            ("read_file_and_shred", "file:read-shred"),
            ("list_files_and_folders", "files:list-folders"),
            ("disk_defrag", "disk:defrag"),
            ("wipe_disk", "disk:wipe"),
            // A hint says that it changes something.
            ("get_counter", "counter:write"),
        ] {
            assert_eq!(scopes(&[name]), [scope], "{name}");
        }
    }

    #[test]
    fn unknown_actions_share_no_scope() {
        let names = ["page_screenshot", "page_blank", "read_page", "page_get_and_blank"];
        assert_eq!(scopes(&names), ["page:screenshot", "page:blank", "page:read", "page:get-blank"]);
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
        assert_eq!(Scopes::new(&tools, &BTreeSet::new(), Convention::default(), None).of("a.b"), "a.b");
    }
}
