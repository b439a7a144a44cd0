//! What a set of tools needs: data for a consent screen, from the metadata alone.

mod calls;

use core::{cmp::Reverse, fmt};
use std::collections::BTreeSet;

use mcp_scopes_model::Risk;
use mcp_scopes_prm::{McpExtensions, ToolEntry};

use crate::{
    scopes::{Abridged, Scopes},
    selection::ScopeMap,
};

/// The number of alternatives of one tool that are compared, and of all tools of one plan. The metadata is that of any server, and each comparison
/// reads all of it.
const MAX_ALTERNATIVES: usize = 32;
const MAX_COMPARED: usize = 512;

/// The scopes to ask for so that a client can call certain tools, and what else they open.
///
/// For each tool, in the given order, it takes the alternative that newly opens the fewest tools, then the one with the fewest missing scopes,
/// then the first. The first 32 alternatives of a tool are compared, and 512 of all tools; of later tools it takes the alternative with the fewest
/// missing scopes. It asks for what opens each tool, and not for the scopes that only some calls need (`conditional_scopes`); it names both those and the tools
/// of which its scopes open further calls. Its `Display` is a text for a consent screen.
///
/// ```
/// use mcp_scopes_client::{Plan, ScopeMap, Scopes};
/// use mcp_scopes_prm::Metadata;
/// let metadata = Metadata::from_json(r#"{
///     "resource": "https://notes.example.com/mcp",
///     "authorization_servers": ["https://auth.example.com"],
///     "mcp_extensions": {"tool_scope_mapping": {
///         "list_notes": {"required_scopes": [["notes:read"]], "risk_level": "low"},
///         "read_note": {"required_scopes": [["notes:read"]], "risk_level": "low"}
///     }}
/// }"#)?;
/// let plan = Plan::of(&ScopeMap::of(metadata.document()), ["list_notes"], &Scopes::NONE);
/// assert_eq!(plan.scopes().to_string(), "notes:read");
/// let opened: Vec<&str> = plan.also_opened().iter().map(|tool| &*tool.name).collect();
/// assert_eq!(opened, ["read_note"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    scopes: Scopes,
    order: Vec<String>,
    needed: Vec<OpenedTool>,
    also_opened: Vec<OpenedTool>,
    further_calls: Vec<OpenedTool>,
    unknown: Vec<String>,
}

/// A tool that the scopes of a plan open.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OpenedTool {
    /// Its name.
    pub name: String,
    /// Its title or description, if the metadata has one.
    pub title: Option<String>,
    /// Its risk; `None` if the metadata does not state it.
    pub risk: Option<Risk>,
    /// The scopes that some of its calls need in addition, by their arguments, and that are neither held nor planned.
    pub conditional: Scopes,
}

impl Plan {
    /// Plans for these tools, for a client that holds some scopes already.
    pub fn of<'t>(map: &ScopeMap, tools: impl IntoIterator<Item = &'t str>, held: &Scopes) -> Self {
        let extensions = &map.extensions;
        let before = closed(extensions, held);
        let (mut all, mut asked) = (before.clone(), Scopes::NONE);
        let (mut unknown, mut wanted, mut compared) = (Vec::new(), BTreeSet::new(), 0);
        for name in tools {
            let Some(entry) = extensions.tool_scope_mapping.get(name) else {
                unknown.push(name.to_owned());
                continue;
            };
            if !is_open(entry, &all) {
                let Some(step) = least_step(extensions, entry, &all, &mut compared) else {
                    // The author of the metadata does not say what opens it.
                    unknown.push(name.to_owned());
                    continue;
                };
                all.extend(&closed(extensions, &step));
                asked.extend(&step);
            }
            wanted.insert(name);
        }
        let opened = extensions.tool_scope_mapping.iter().filter(|(_, entry)| is_open(entry, &all));
        let (needed, others): (Vec<_>, Vec<_>) = opened.partition(|(name, _)| wanted.contains(name.as_str()));
        let further = needed.iter().chain(&others).filter(|(_, entry)| calls::opens_further(entry, &before, &all));
        let further_calls = riskiest_first(further.copied(), &all);
        let newly = others.into_iter().filter(|(_, entry)| !is_open(entry, &before));
        let also_opened = riskiest_first(newly, &all);
        Self {
            order: in_order(extensions, &asked),
            scopes: asked,
            needed: needed.into_iter().map(|(name, entry)| OpenedTool::new(name, entry, &all)).collect(),
            also_opened,
            further_calls,
            unknown,
        }
    }

    /// Returns the scopes to ask for, without those that are held.
    #[must_use]
    pub const fn scopes(&self) -> &Scopes {
        &self.scopes
    }

    /// Returns the same scopes, in the order in which the server's upgrade flows name them.
    #[must_use]
    pub fn order(&self) -> &[String] {
        &self.order
    }

    /// Returns the planned tools that will be open.
    #[must_use]
    pub fn needed(&self) -> &[OpenedTool] {
        &self.needed
    }

    /// Returns the tools that the scopes open beside the planned ones, the riskiest first; those of unknown risk are last.
    #[must_use]
    pub fn also_opened(&self) -> &[OpenedTool] {
        &self.also_opened
    }

    /// Returns the tools that are open already, and of which the scopes open further calls, the riskiest first: calls whose arguments need more
    /// (`conditional_scopes`).
    #[must_use]
    pub fn further_calls(&self) -> &[OpenedTool] {
        &self.further_calls
    }

    /// Returns the tools of which the metadata does not say what opens them.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// Returns the highest risk that the scopes open.
    #[must_use]
    pub fn risk(&self) -> Option<Risk> {
        self.needed.iter().chain(&self.also_opened).chain(&self.further_calls).filter_map(|tool| tool.risk).max()
    }
}

impl OpenedTool {
    fn new(name: &str, entry: &ToolEntry, held: &Scopes) -> Self {
        let title = entry.title.as_ref().or(entry.description.as_ref()).cloned();
        Self { name: name.to_owned(), title, risk: entry.risk_level, conditional: calls::missing(entry, held) }
    }
}

fn riskiest_first<'e>(tools: impl IntoIterator<Item = (&'e String, &'e ToolEntry)>, held: &Scopes) -> Vec<OpenedTool> {
    let mut opened: Vec<_> = tools.into_iter().map(|(name, entry)| OpenedTool::new(name, entry, held)).collect();
    opened.sort_by_key(|tool| Reverse(tool.risk));
    opened
}

/// Returns whether a token with these scopes opens a tool.
fn is_open(entry: &ToolEntry, scopes: &Scopes) -> bool {
    is_open_with(entry, |scope| scopes.contains(scope))
}

fn is_open_with(entry: &ToolEntry, has: impl Fn(&str) -> bool) -> bool {
    entry.public == Some(true)
        || entry.authenticated == Some(true)
        || entry.required_scopes.iter().any(|all| !all.is_empty() && all.iter().all(|scope| has(scope)))
}

/// Adds what the scopes imply. The metadata lists all that a scope implies, also indirectly.
fn closed(extensions: &McpExtensions, scopes: &Scopes) -> Scopes {
    let mut all = scopes.clone();
    for scope in scopes.iter() {
        for implied in extensions.scope_hierarchy.get(scope).into_iter().flatten() {
            all.add(implied);
        }
    }
    all
}

/// Returns the missing scopes of the alternative that opens the least. `held` has what it implies; `compared` counts the alternatives of a plan.
fn least_step(extensions: &McpExtensions, entry: &ToolEntry, held: &Scopes, compared: &mut usize) -> Option<Scopes> {
    let alternatives = entry.required_scopes.iter().filter(|all| !all.is_empty());
    let missing = alternatives.filter_map(|all| Some(Scopes::of(all.iter().map(String::as_str)).ok()?.without(held)));
    let mut missing: Vec<Scopes> = missing.take(MAX_ALTERNATIVES).collect();
    if missing.len() < 2 {
        return missing.pop();
    }
    *compared += missing.len();
    if *compared > MAX_COMPARED {
        return missing.into_iter().min_by_key(Scopes::len);
    }
    missing.into_iter().min_by_key(|step| {
        let added = closed(extensions, step);
        let has = |scope: &str| held.contains(scope) || added.contains(scope);
        let newly = |entry: &&ToolEntry| is_open_with(entry, has) && !is_open(entry, held);
        (extensions.tool_scope_mapping.values().filter(newly).count(), step.len())
    })
}

/// Sorts scopes by their place in the first flow that names them. The others come last.
fn in_order(extensions: &McpExtensions, scopes: &Scopes) -> Vec<String> {
    let mut known = BTreeSet::new();
    let flows = extensions.scope_upgrade_flows.values().flatten().map(String::as_str);
    let all = flows.filter(|scope| scopes.contains(scope)).chain(scopes.iter());
    all.filter(|scope| known.insert(*scope)).map(ToOwned::to_owned).collect()
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scopes.is_empty() {
            f.write_str("No further scopes are needed.")?;
        } else {
            let scopes: Vec<String> = self.order.iter().map(|scope| Printable(scope).to_string()).collect();
            write!(f, "Scopes: {}", scopes.join(", "))?;
        }
        write_tools(f, "Needed", &self.needed)?;
        write_tools(f, "Also opened", &self.also_opened)?;
        write_tools(f, "Further calls of", &self.further_calls)?;
        for name in &self.unknown {
            write!(f, "\nThe server does not say what opens `{}`.", Printable(name))?;
        }
        Ok(())
    }
}

fn write_tools(f: &mut fmt::Formatter<'_>, heading: &str, tools: &[OpenedTool]) -> fmt::Result {
    if !tools.is_empty() {
        write!(f, "\n{heading}:")?;
    }
    for tool in tools {
        let risk = tool.risk.map_or("unknown", Risk::as_str);
        write!(f, "\n- {} (risk: {risk})", Printable(&tool.name))?;
        if let Some(title) = &tool.title {
            write!(f, ": {}", Printable(title))?;
        }
        if !tool.conditional.is_empty() {
            write!(f, "; some calls need {}, too", Abridged(&tool.conditional))?;
        }
    }
    Ok(())
}

/// A text of the server on one line: it must not look like a text of the consent screen.
struct Printable<'t>(&'t str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Bidirectional controls, and characters without a width, can hide or reorder text.
        let is_hidden = |c: char| {
            c.is_control()
                || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
        };
        let first: String = self.0.chars().map(|c| if is_hidden(c) { ' ' } else { c }).take(200).collect();
        f.write_str(first.trim())
    }
}
