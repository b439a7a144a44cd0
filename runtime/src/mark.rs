//! The mark of a caller: the calls that the conditional scopes and the policies of the table have allowed.

/// The number of different tools of one body that a mark holds. Few bodies call more than one.
const TOOLS: usize = 8;
/// In place of a tool.
const FREE: u16 = u16::MAX;

/// What policies have decided about the body of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    /// The tools that the body calls, by number.
    tools: [u16; TOOLS],
    /// The tool whose arguments have been compared with its conditions. A body with several calls has none: which of them a function belongs to
    /// is not known.
    compared: u16,
    /// Whether the body reads resources or prompts.
    reads: bool,
    /// Whether another component has decided, so that everything counts as decided.
    all: bool,
}

impl Mark {
    /// Nothing was decided.
    pub(crate) const NONE: Self = Self { tools: [FREE; TOOLS], compared: FREE, reads: false, all: false };
    /// Another component decides.
    pub(crate) const ALL: Self = Self { all: true, ..Self::NONE };

    /// Adds a tool. If there is no place, it stays undecided, and its inline check denies the call.
    pub(crate) fn with_tool(mut self, tool: u16) -> Self {
        let place = self.tools.iter_mut().find(|place| **place == FREE || **place == tool);
        if let Some(place) = place {
            *place = tool;
        }
        self
    }

    /// Adds the tool of a body that is one call, whose arguments have been compared with conditions.
    pub(crate) fn with_compared(self, tool: u16) -> Self {
        Self { compared: tool, ..self.with_tool(tool) }
    }

    pub(crate) const fn with_reads(self) -> Self {
        Self { reads: true, ..self }
    }

    pub(crate) fn has_tool(&self, tool: u16) -> bool {
        self.all || (tool != FREE && self.tools.contains(&tool))
    }

    /// Returns whether the arguments of the body's call have been compared with the conditions of the tool. What another component decides are
    /// policies.
    pub(crate) const fn has_compared(&self, tool: u16) -> bool {
        tool != FREE && self.compared == tool
    }

    pub(crate) const fn has_reads(&self) -> bool {
        self.all || self.reads
    }
}

#[cfg(test)]
mod tests {
    use super::{FREE, Mark, TOOLS};

    #[test]
    fn holds_the_tools_of_a_body() {
        let mark = Mark::NONE.with_tool(3).with_tool(3).with_tool(0);
        assert_eq!([0, 1, 3, FREE].map(|tool| mark.has_tool(tool)), [true, false, true, false]);
        assert!(!mark.has_reads() && mark.with_reads().has_reads());
        assert!(Mark::ALL.has_tool(1) && Mark::ALL.has_reads());
        assert!(!Mark::NONE.has_tool(FREE));
    }

    #[test]
    fn holds_the_call_whose_arguments_were_compared() {
        assert!(!Mark::NONE.with_tool(3).has_compared(3));
        let mark = Mark::NONE.with_compared(3);
        assert!(mark.has_tool(3) && mark.has_compared(3) && !mark.has_compared(1));
        assert!(!Mark::ALL.has_compared(1) && !Mark::NONE.has_compared(FREE));
    }

    #[test]
    fn tools_without_a_place_stay_undecided() {
        let places = u16::try_from(TOOLS).unwrap();
        let mark = (0..places + 2).fold(Mark::NONE, Mark::with_tool);
        assert!((0..places).all(|tool| mark.has_tool(tool)));
        assert!(!mark.has_tool(places) && !mark.has_tool(places + 1));
    }
}
