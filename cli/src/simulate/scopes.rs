//! Conditional scopes: what a call needs by its arguments.

use indexmap::IndexMap;
use mcp_scopes_model::{
    Condition, Risk, Tool,
    tool::{Parameter, Parameters},
};
use mcp_scopes_policies::{CompileError, Conditions};
use mcp_scopes_prm::{McpExtensions, ToolEntry, json::Json};

/// What some calls of the tools of a document need in addition.
#[derive(Debug)]
pub(super) struct ConditionalScopes {
    compiled: Conditions,
    /// The tools that have conditions.
    tools: IndexMap<String, ToolEntry>,
}

/// The scopes of a call, as far as its arguments decide.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CallScopes {
    /// Those of every call of the tool.
    OfTheTool,
    /// All scopes of one of these lists.
    AnyOf(Vec<Vec<String>>),
    /// The arguments decide, and they are not known.
    Unknown,
    /// A condition is about an argument, and the call has a member that is no parameter. The server refuses it.
    Unlisted,
}

impl ConditionalScopes {
    /// Compiles the conditions.
    ///
    /// A document may not list the parameters of a tool. The server knows them, and starts only if the conditions are about some of them; so
    /// here they are taken for the parameters, and other members for parameters too.
    pub(super) fn of(extensions: &McpExtensions) -> Result<Self, CompileError> {
        let with_conditions =
            extensions.tool_scope_mapping.iter().filter(|(_, entry)| !entry.conditional_scopes.is_empty());
        let tools: IndexMap<String, ToolEntry> =
            with_conditions.map(|(name, entry)| (name.clone(), entry.clone())).collect();
        let stated: Vec<_> = tools.iter().map(|(name, entry)| (name, conditions(entry), parameters(entry))).collect();
        let stated: Vec<_> = stated
            .iter()
            .map(|(name, conditions, parameters)| Tool {
                conditions,
                parameters: Parameters::Listed(parameters),
                ..Tool::new(name, Risk::Critical)
            })
            .collect();
        let compiled = Conditions::compile(&stated)?;
        Ok(Self { compiled, tools })
    }

    /// Returns what a call with these arguments needs.
    pub(super) fn of_call(&self, tool: &str, arguments: Option<&Json>) -> CallScopes {
        let (Some(conditions), Some(entry), Some(Json::Object(members))) =
            (self.compiled.of(tool), self.tools.get(tool), arguments)
        else {
            return CallScopes::OfTheTool;
        };
        if entry.parameters.is_some() && members.keys().any(|name| !conditions.admits_member(name)) {
            return CallScopes::Unlisted;
        }
        let mut call = conditions.call();
        for (name, value) in members {
            read_strings(name, value, &mut |_, text| call.argument(name, text));
        }
        match call.matched() {
            0 => CallScopes::OfTheTool,
            matched => CallScopes::AnyOf(alternatives(entry, matched)),
        }
    }

    /// Returns what a call needs whose arguments are not known.
    pub(super) fn of_event(&self, tool: &str) -> CallScopes {
        if self.tools.contains_key(tool) { CallScopes::Unknown } else { CallScopes::OfTheTool }
    }
}

/// Reads the strings of an argument. `name` is the member that holds the value.
pub(super) fn read_strings(name: &str, value: &Json, sink: &mut dyn FnMut(&str, &str)) {
    match value {
        Json::String(text) => sink(name, text),
        Json::Array(elements) => elements.iter().for_each(|element| read_strings(name, element, sink)),
        Json::Object(members) => members.iter().for_each(|(name, member)| read_strings(name, member, sink)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// Returns the lists of a tool, each with the scopes of its matched conditions.
fn alternatives(entry: &ToolEntry, matched: u64) -> Vec<Vec<String>> {
    // INVARIANT: a tool with more conditions does not compile.
    let conditions = (0_u32..64).zip(&entry.conditional_scopes);
    let met: Vec<_> = conditions.filter(|(number, _)| matched >> number & 1 == 1).map(|(_, met)| met).collect();
    let with_conditions = |(place, scopes): (usize, &Vec<String>)| {
        let mut scopes = scopes.clone();
        for scope in met.iter().filter(|condition| condition.applies_to(place)).flat_map(|met| &met.scopes) {
            if !scopes.contains(scope) {
                scopes.push(scope.clone());
            }
        }
        scopes
    };
    entry.required_scopes.iter().enumerate().map(with_conditions).collect()
}

fn conditions(entry: &ToolEntry) -> Vec<Condition<'_>> {
    let stated = entry.conditional_scopes.iter().map(|stated| Condition {
        argument: stated.argument.as_deref(),
        // A document without one is not valid.
        glob: stated.glob.as_deref().unwrap_or("*"),
        scopes: &[],
        // Which lists they belong to does not matter for what a call matches.
        alternatives: u64::MAX,
    });
    stated.collect()
}

fn parameters(entry: &ToolEntry) -> Vec<Parameter<'_>> {
    let names: Vec<&str> = match &entry.parameters {
        Some(listed) => listed.iter().map(String::as_str).collect(),
        None => entry.conditional_scopes.iter().filter_map(|condition| condition.argument.as_deref()).collect(),
    };
    names.into_iter().map(|name| Parameter { name, required: false }).collect()
}
