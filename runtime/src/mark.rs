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
    /// Whether the body reads resources or prompts.
    reads: bool,
    /// Whether another component has decided, so that everything counts as decided.
    all: bool,
}

impl Mark {
    /// Nothing was decided.
    pub(crate) const NONE: Self = Self { tools: [FREE; TOOLS], reads: false, all: false };
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

    pub(crate) const fn with_reads(self) -> Self {
        Self { reads: true, ..self }
    }

    pub(crate) fn has_tool(&self, tool: u16) -> bool {
        self.all || self.names(tool)
    }

    /// Returns whether the body calls the tool. Only then have its arguments been compared with the conditions of the tool: what another
    /// component decides are policies.
    pub(crate) fn names(&self, tool: u16) -> bool {
        tool != FREE && self.tools.contains(&tool)
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
        assert!(mark.names(3) && !mark.names(1) && !Mark::ALL.names(1) && !Mark::NONE.names(FREE));
    }

    #[test]
    fn tools_without_a_place_stay_undecided() {
        let places = u16::try_from(TOOLS).unwrap();
        let mark = (0..places + 2).fold(Mark::NONE, Mark::with_tool);
        assert!((0..places).all(|tool| mark.has_tool(tool)));
        assert!(!mark.has_tool(places) && !mark.has_tool(places + 1));
    }
}
