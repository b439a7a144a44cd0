//! What a rejection says to logs and to the audit, besides its response.

use std::borrow::Cow;

use super::Step;

/// Details of a rejection besides its response. All of them come from this program and its settings: texts, tools of the
/// table.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    step: Step,
    tool: Option<&'static str>,
    reason: Option<Cow<'static, str>>,
}

impl Mark {
    pub(crate) const fn at(step: Step) -> Self {
        Self { step, tool: None, reason: None }
    }

    pub(crate) fn step(self, step: Step) -> Self {
        Self { step, ..self }
    }

    pub(crate) fn tool(self, tool: Option<&'static str>) -> Self {
        Self { tool, ..self }
    }

    pub(crate) fn because(self, reason: Cow<'static, str>) -> Self {
        Self { reason: Some(reason), ..self }
    }

    pub(crate) const fn step_of(&self) -> Step {
        self.step
    }

    pub(crate) const fn tool_of(&self) -> Option<&'static str> {
        self.tool
    }

    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }
}
