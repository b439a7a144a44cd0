//! Resources and prompts of a table, and what opens them.

use std::fmt::Write as _;

use mcp_scopes_model::{Risk, content::is_template};
use mcp_scopes_scan::{
    inventory::{Config, ConfigDecl, Requirement},
    source::{Place, Placed},
};

/// The kind of a [`Content`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// An entry of `[resources]` or `resource_scope_mapping`.
    Resource,
    /// An entry of `[prompts]` or `prompt_scope_mapping`.
    Prompt,
}

impl ContentKind {
    /// Returns its name in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::Prompt => "prompt",
        }
    }
}

/// An entry for resources or for a prompt.
#[derive(Clone, Debug)]
pub struct Content {
    /// What it opens.
    pub kind: ContentKind,
    /// The glob of URIs, the URI template, or the name of the prompt.
    pub name: Placed<String>,
    /// Its risk. Optional for prompts, and in a document.
    pub risk: Option<Placed<Risk>>,
    /// What a caller needs. In a document without a requirement, it has no alternative.
    pub requirement: Requirement,
}

impl Content {
    /// Returns whether reads of URIs match it as a glob.
    #[must_use]
    pub fn is_glob(&self) -> bool {
        self.kind == ContentKind::Resource && !is_template(&self.name.value)
    }

    /// Returns whether it states a requirement. One of a document may not, and is closed then.
    #[must_use]
    pub fn is_stated(&self) -> bool {
        !matches!(&self.requirement, Requirement::AnyOf(any) if any.is_empty())
    }

    /// Returns the requirement in words.
    #[must_use]
    pub fn needs(&self) -> String {
        let alternatives = match &self.requirement {
            Requirement::Public(_) => return "no token".to_owned(),
            Requirement::Authenticated(_) => return "any valid token".to_owned(),
            Requirement::ToolName => &[],
            Requirement::AnyOf(any) => any.as_slice(),
        };
        let mut words = String::new();
        for (place, all) in alternatives.iter().enumerate() {
            words.push_str(if place == 0 { "" } else { " or " });
            for (place, scope) in all.iter().enumerate() {
                let _ = write!(words, "{}`{}`", if place == 0 { "" } else { " and " }, scope.value);
            }
        }
        if words.is_empty() { "a requirement that is not stated".to_owned() } else { words }
    }
}

/// Returns the entries of a configuration file.
pub(super) fn of_config(config: &Config) -> Vec<Content> {
    let said: &ConfigDecl = &config.said;
    let point = |(line, column): (u32, u32)| Place::point(&config.file, line, column);
    let resources = said.resources.iter().map(|entry| (ContentKind::Resource, entry));
    let prompts = said.prompts.iter().map(|entry| (ContentKind::Prompt, entry));
    let content = |(kind, entry): (ContentKind, &mcp_scopes_grammar::ir::ContentDecl)| Content {
        kind,
        name: Placed { value: entry.name.text.clone(), place: point((entry.name.line, entry.name.column)) },
        risk: entry.risk.as_ref().map(|risk| Placed { value: risk.value, place: point(risk.place) }),
        requirement: entry.requirement.clone().map_places(&mut |place| point(place)),
    };
    resources.chain(prompts).map(content).collect()
}
