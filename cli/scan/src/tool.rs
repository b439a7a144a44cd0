//! The facts of one tool in the scan: from a record to the parsed form, and from the parsed form to the model.

use bumpalo::Bump;
use mcp_scopes_grammar::{
    ir::Located,
    tool::{ConditionDecl, RequirementDecl},
};
#[cfg(feature = "artefact")]
use mcp_scopes_model::{
    Approval, Risk, SandboxMode,
    condition::MAX_CONDITIONS,
    pattern::glob_syntax,
    tool::{bits, tool_name},
};
use mcp_scopes_model::{
    Condition, Policy as ModelPolicy, Requirement as ModelRequirement, Tool as ModelTool,
    tool::{Parameter as ModelParameter, Parameters},
};

#[cfg(feature = "artefact")]
use crate::artefact::{Damage, record::RecordReader};
use crate::{
    inventory::{Parameter, ToolFacts},
    source::Place,
};
#[cfg(feature = "artefact")]
use crate::{
    inventory::{Policy, Requirement},
    source::Placed,
};

/// Returns the model of a tool. Its lists are in the arena.
pub(crate) fn model<'a>(arena: &'a Bump, tool: &'a ToolFacts<Place>) -> ModelTool<'a> {
    let parameter = |parameter: &'a Parameter| ModelParameter { name: &parameter.name, required: parameter.required };
    ModelTool {
        name: &tool.name.value,
        title: tool.title.as_ref().map_or("", |title| &title.value),
        description: &tool.description.value,
        requirement: requirement(arena, &tool.requirement),
        conditions: arena.alloc_slice_fill_iter(tool.conditions.iter().map(|decl| condition(arena, decl))),
        risk: tool.risk_or_strictest(),
        approval: tool.approval.as_ref().map(|stated| stated.value),
        sandbox: tool.sandbox.as_ref().map(|stated| stated.value),
        parameters: match &tool.parameters {
            Some(listed) => Parameters::Listed(arena.alloc_slice_fill_iter(listed.iter().map(parameter))),
            None => Parameters::Unknown,
        },
        prerequisites: texts(arena, &tool.prerequisites),
        grouped_with: texts(arena, &tool.grouped_with),
        examples: texts(arena, &tool.examples),
        policy: ModelPolicy {
            blocked_after: texts(arena, &tool.policy.blocked_after),
            requires_approval_after: texts(arena, &tool.policy.requires_approval_after),
            cooling_period_minutes: tool.policy.cooling_period_minutes,
            idempotent: tool.policy.idempotent,
            max_calls_per_session: tool.policy.max_calls_per_session,
            requires_human_review: tool.policy.requires_human_review,
            blocked_patterns: texts(arena, &tool.policy.blocked_patterns),
            max_file_size_mb: tool.policy.max_file_size_mb,
        },
        // Only the check at run time uses it.
        location: None,
    }
}

/// Returns the model of a requirement.
pub(crate) fn requirement<'a, L>(arena: &'a Bump, said: &'a RequirementDecl<L>) -> ModelRequirement<'a> {
    match said {
        RequirementDecl::Public(_) => ModelRequirement::Public,
        RequirementDecl::Authenticated(_) => ModelRequirement::Authenticated,
        RequirementDecl::ToolName => ModelRequirement::ToolName,
        RequirementDecl::AnyOf(any) => {
            ModelRequirement::AnyOf(arena.alloc_slice_fill_iter(any.iter().map(|all| texts(arena, all))))
        }
    }
}

fn condition<'a, L>(arena: &'a Bump, decl: &'a ConditionDecl<L>) -> Condition<'a> {
    Condition {
        argument: decl.argument.as_ref().map(|argument| argument.value.as_str()),
        glob: &decl.glob.value,
        scopes: texts(arena, &decl.scopes),
        alternatives: decl.alternatives,
    }
}

fn texts<'a, L>(arena: &'a Bump, list: &'a [Located<String, L>]) -> &'a [&'a str] {
    arena.alloc_slice_fill_iter(list.iter().map(|text| text.value.as_str()))
}

/// Reads one tool from the record of a program. All values have the place of the tool.
#[cfg(feature = "artefact")]
pub(crate) fn read_record(reader: &mut RecordReader<'_>) -> Result<ToolFacts<Place>, Damage> {
    let place = reader.place();
    let head = reader.number()?;
    let field = |from: u32, len: u32| head >> from & ((1 << len) - 1);
    let unknown = Damage::Broken("a tool states what is not known");
    let known = if reader.has_conditions() { bits::END } else { 16 };
    if head >> known != 0 {
        return Err(unknown);
    }
    let at = |value: String| Placed { value, place: place.clone() };
    let name = at(reader.text()?);
    if tool_name(&name.value).is_err() {
        return Err(Damage::Broken("the name of a tool is not valid"));
    }
    let mut tool = ToolFacts::new(name, at(reader.text()?));
    if head & bits::TITLE != 0 {
        tool.title = Some(at(reader.text()?));
    }
    tool.parameters = match field(bits::PARAMETERS, 2) << bits::PARAMETERS {
        bits::WRITTEN => Some(reader.text()?.lines().map(written).collect()),
        bits::LISTED => Some(reader.list(|reader| Ok(Parameter { required: reader.flag()?, name: reader.text()? }))?),
        bits::UNKNOWN => {
            reader.unrecorded.push(tool.name.value.clone());
            None
        }
        _ => None,
    };
    let namespace = (head & bits::NAMESPACE != 0).then(|| reader.text()).transpose()?;
    let all_of = |reader: &mut RecordReader<'_>, count: usize| {
        let all = (0..count).map(|_| Ok(at(reader.numbered_scope()?))).collect::<Result<Vec<_>, Damage>>()?;
        Ok(Requirement::AnyOf(vec![all]))
    };
    tool.requirement = match field(bits::REQUIREMENT, 3) << bits::REQUIREMENT {
        bits::PUBLIC => Requirement::Public(place.clone()),
        bits::AUTHENTICATED => Requirement::Authenticated(place.clone()),
        bits::TOOL_NAME => match namespace {
            // A tool name in another namespace than the table's has to be written out.
            Some(other) if other != reader.namespace => {
                Requirement::AnyOf(vec![vec![at(format!("{other}{}", tool.name.value))]])
            }
            _ => Requirement::ToolName,
        },
        bits::ONE => all_of(reader, 1)?,
        bits::TWO => all_of(reader, 2)?,
        bits::THREE => all_of(reader, 3)?,
        bits::ANY_OF => any_of(reader, &at)?,
        _ => return Err(unknown),
    };
    if head & bits::ADVICE != 0 {
        tool.prerequisites = reader.scopes()?.into_iter().map(at).collect();
        tool.grouped_with = reader.placed_texts(&place)?;
        tool.examples = reader.placed_texts(&place)?;
    }
    let risk = usize::try_from(field(bits::RISK, 3)).ok().and_then(|risk| Risk::ALL.get(risk)).copied();
    tool.risk = Some(Placed { value: risk.ok_or(unknown)?, place: place.clone() });
    let approval = match field(bits::APPROVAL, 2) {
        0 => None,
        1 => Some(Approval::Auto),
        2 => Some(Approval::User),
        _ => return Err(unknown),
    };
    tool.approval = approval.map(|value| Placed { value, place: place.clone() });
    let sandbox = match field(bits::SANDBOX, 2) {
        1 => Some(SandboxMode::Allow),
        2 => Some(SandboxMode::Deny),
        3 => Some(SandboxMode::Simulate),
        _ => None,
    };
    tool.sandbox = sandbox.map(|value| Placed { value, place: place.clone() });
    if head & bits::POLICY != 0 {
        tool.policy = Policy {
            blocked_after: reader.placed_texts(&place)?,
            requires_approval_after: reader.placed_texts(&place)?,
            blocked_patterns: reader.placed_texts(&place)?,
            cooling_period_minutes: reader.optional(RecordReader::number)?,
            max_calls_per_session: reader.optional(RecordReader::number)?,
            max_file_size_mb: reader.optional(RecordReader::number)?,
            requires_human_review: reader.flag()?,
            idempotent: reader.idempotent()?,
        };
    }
    if head & bits::CONDITIONS != 0 {
        tool.conditions = conditions(reader, &tool.requirement, &place)?;
    }
    Ok(tool)
}

/// Parses one line of the recorded parameters.
#[cfg(feature = "artefact")]
fn written(line: &str) -> Parameter {
    let optional = line.strip_prefix('?');
    Parameter { name: optional.unwrap_or(line).to_owned(), required: optional.is_none() }
}

#[cfg(feature = "artefact")]
fn any_of(reader: &mut RecordReader<'_>, at: &dyn Fn(String) -> Placed<String>) -> Result<Requirement, Damage> {
    let any = reader.list(|reader| reader.list(RecordReader::numbered_scope))?;
    // An empty list opens to no caller, an empty alternative to every caller. Both have other encodings.
    if any.is_empty() || any.iter().any(Vec::is_empty) {
        return Err(Damage::Broken("a requirement is empty"));
    }
    Ok(Requirement::AnyOf(any.into_iter().map(|all| all.into_iter().map(at).collect()).collect()))
}

/// Reads the conditions of a tool with that requirement.
#[cfg(feature = "artefact")]
fn conditions(
    reader: &mut RecordReader<'_>,
    requirement: &Requirement,
    place: &Place,
) -> Result<Vec<ConditionDecl<Place>>, Damage> {
    let at = |value: String| Placed { value, place: place.clone() };
    let count = reader.number()?;
    let alternatives = match requirement {
        Requirement::AnyOf(any) => any.len(),
        Requirement::ToolName => 1,
        Requirement::Public(_) | Requirement::Authenticated(_) => 0,
    };
    let mut conditions = Vec::new();
    for _ in 0..count {
        let (low, high) = (reader.number()?, reader.number()?);
        let condition = ConditionDecl {
            alternatives: u64::from(high) << 32 | u64::from(low),
            argument: reader.optional(RecordReader::text)?.map(at),
            glob: at(reader.text()?),
            scopes: reader.list(RecordReader::numbered_scope)?.into_iter().map(at).collect(),
        };
        // A condition that adds nothing, or to no alternative, has no encoding: a reader could take it for one that restricts calls.
        let beyond = if alternatives < 64 { condition.alternatives >> alternatives } else { 0 };
        if condition.scopes.is_empty() || condition.alternatives == 0 || beyond != 0 {
            return Err(Damage::Broken("a condition has no effect"));
        }
        if glob_syntax(&condition.glob.value).is_err() {
            return Err(Damage::Broken("the glob of a condition is not valid"));
        }
        conditions.push(condition);
    }
    if count == 0 || conditions.len() > MAX_CONDITIONS {
        return Err(Damage::Broken("the number of conditions is not valid"));
    }
    Ok(conditions)
}
