//! What a decision needs to know about a call: which patterns it matches, and what its own tool forbids.

use std::borrow::Cow;

use mcp_scopes_model::Risk;

use crate::{
    glob::Glob,
    normal::{MatchesAll, visit_forms},
    rules::{Row, RowPattern, Rules, Subject, Test, ToolNumber},
    size::file_size,
    used::ApprovalId,
};

/// A call, reduced to what a decision needs. It holds no argument.
#[derive(Clone, Debug)]
pub struct Call {
    pub(crate) row: u32,
    pub(crate) risk: Risk,
    pub(crate) matched: Matched,
    /// The glob of `blocked_patterns` that an argument matches.
    pub(crate) blocked: Option<u32>,
    pub(crate) is_too_large: bool,
    /// The keyed hash of the arguments; 0 for none.
    pub(crate) arguments: u64,
    pub(crate) evidence: Evidence,
    /// The approval that the evidence is, if it counts once.
    pub(crate) approval: Option<ApprovalId>,
    /// Whether it does not count: the store knows that it was used before, or the server that it is of another call.
    pub(crate) is_approval_used: bool,
}

impl Call {
    /// States the [hash](crate::ArgumentHasher::hash) of the arguments. Only [idempotent](Rules::is_idempotent) tools need it. Without it, no call
    /// is a repeat.
    #[must_use]
    pub const fn with_arguments(mut self, hash: u64) -> Self {
        self.arguments = hash;
        self
    }

    /// States an approval that the server has verified for exactly this call.
    #[must_use]
    pub const fn with_evidence(mut self, evidence: Evidence) -> Self {
        self.evidence = evidence;
        self
    }

    /// States that the [evidence](Self::with_evidence) counts once. The store denies a call whose approval was used before, and records the
    /// approval together with the other effects of an admitted call.
    #[must_use]
    pub const fn with_approval(mut self, approval: ApprovalId) -> Self {
        self.approval = Some(approval);
        self
    }

    /// States that the approval with which the call comes does not count: it is of another call, or none. The engine denies the call, and counts
    /// it as refused.
    #[must_use]
    pub const fn with_used_approval(mut self) -> Self {
        self.is_approval_used = true;
        self
    }

    /// Compares a form of an argument with the globs of the row.
    fn compare(&mut self, row: &Row, matches: impl Fn(&Glob) -> bool) {
        let known = self.blocked.map_or(row.blocked.len(), |number| number as usize);
        if let Some((number, _)) = (0..).zip(row.blocked.iter().take(known)).find(|(_, (glob, _))| matches(glob)) {
            self.blocked = Some(number);
        }
        for (place, pattern) in row.patterns.iter().enumerate() {
            if let Test::Glob(glob) = &pattern.test
                && !self.matched.has(place)
                && matches(glob)
            {
                self.matched.set(place);
            }
        }
    }

    /// Returns the risk of the call.
    #[must_use]
    pub const fn risk(&self) -> Risk {
        self.risk
    }
}

/// A verified approval of one call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Evidence {
    /// There is none.
    #[default]
    None,
    /// The caller has approved the call.
    Caller,
    /// A person other than the caller has reviewed the call. It is also an approval.
    Reviewer,
}

/// The patterns of a row that a call matches, as bits. Nearly all rows have few, for which nothing is allocated.
#[derive(Clone, Debug)]
pub(crate) enum Matched {
    Few([u64; FEW]),
    Many(Box<[u64]>),
}

/// As many words as fit into the size of the variant beside them and its tag.
const FEW: usize = 3;

impl Default for Matched {
    fn default() -> Self {
        Self::Few([0; FEW])
    }
}

impl Matched {
    fn of(row: &Row) -> Self {
        let words = row.patterns.len().div_ceil(64);
        if words <= FEW { Self::default() } else { Self::Many(vec![0; words].into()) }
    }

    fn set(&mut self, place: usize) {
        let words = match self {
            Self::Few(words) => &mut words[..],
            Self::Many(words) => words,
        };
        if let Some(word) = words.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    pub(crate) fn has(&self, place: usize) -> bool {
        let words = match self {
            Self::Few(words) => &words[..],
            Self::Many(words) => words,
        };
        words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
    }
}

/// Reads the arguments of one call. See [`Rules::call`].
#[derive(Debug)]
#[must_use = "the call is returned by `finish`"]
pub struct CallReader<'r> {
    row: Option<&'r Row>,
    /// Whether arguments can still change anything.
    is_open: bool,
    call: Call,
}

impl CallReader<'_> {
    /// Reads an argument: a string value at any depth. `name` is the innermost member that holds it. Numbers, booleans and member names are
    /// not arguments. Nothing is allocated if the text is in normal form and has no control characters.
    pub fn argument(&mut self, name: &str, text: &str) {
        self.read(name, &|| Cow::Borrowed(text));
    }

    /// Reads an argument whose text is decoded each time that it is needed. At any time there is at most one such text and one form of it, so
    /// a long argument needs no more than twice its size in memory.
    ///
    /// ```
    /// # use mcp_scopes_model::{Policy, Risk, Tool};
    /// # use mcp_scopes_policies::{Rules, Settings};
    /// # let policy = Policy { blocked_patterns: &["*.key"], ..Policy::NONE };
    /// # let rules = Rules::compile(&[Tool { policy, ..Tool::new("read_file", Risk::Low) }], &Settings::default())?;
    /// # let tool = rules.tool("read_file").ok_or("no such tool")?;
    /// let written = r"/home/ada/\u002essh/id.key";
    /// let mut call = rules.call(tool);
    /// call.decoded_argument("path", &|| written.replace(r"\u002e", "."));
    /// # let _ = call.finish();
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decoded_argument(&mut self, name: &str, decode: &dyn Fn() -> String) {
        self.read(name, &|| Cow::Owned(decode()));
    }

    fn read<'t>(&mut self, name: &str, text: &dyn Fn() -> Cow<'t, str>) {
        let Some(row) = self.row.filter(|_| self.is_open) else { return };
        if row.max_file_bytes().is_some_and(|limit| file_size(name, &text()).is_some_and(|size| size > limit)) {
            self.call.is_too_large = true;
        }
        if row.blocked.is_empty() && row.patterns.iter().all(|pattern| matches!(pattern.test, Test::Any)) {
            return;
        }
        if visit_forms(text, &mut |form| self.call.compare(row, |glob| glob.matches(form))) == Err(MatchesAll) {
            self.call.compare(row, |_| true);
        }
    }

    /// Returns the call.
    #[must_use]
    pub fn finish(self) -> Call {
        self.call
    }
}

impl Rules {
    /// Returns the patterns that a call matches, each with the name that it has in every version of the table.
    pub fn matched_patterns<'r>(&'r self, call: &'r Call) -> impl Iterator<Item = (&'r str, [u8; 8])> {
        let patterns = self.row(call.row).into_iter().flat_map(|row| row.patterns.iter().enumerate());
        let matched = patterns.filter(|(place, _)| call.matched.has(*place));
        matched.filter_map(|(_, pattern)| {
            Some((&*self.latches.get(pattern.latch as usize)?.text, self.name_of_latch(pattern.latch)?))
        })
    }

    /// Begins to read a call of a tool.
    ///
    /// ```
    /// # use mcp_scopes_model::{Policy, Risk, Tool};
    /// # use mcp_scopes_policies::{Rules, Settings};
    /// # let policy = Policy { blocked_patterns: &["*.key"], ..Policy::NONE };
    /// # let rules = Rules::compile(&[Tool { policy, ..Tool::new("read_file", Risk::Low) }], &Settings::default())?;
    /// let tool = rules.tool("read_file").ok_or("no such tool")?;
    /// let mut call = rules.call(tool);
    /// call.argument("path", "/home/ada/.ssh/id.key");
    /// let call = call.finish();
    /// # let _ = call;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn call(&self, tool: ToolNumber) -> CallReader<'_> {
        let row = self.row(tool.0);
        self.reader(tool.0, row.map_or(Risk::Critical, |row| row.risk))
    }

    /// Returns the call that reads a resource. The risk is the highest of the entries that match the URI.
    #[must_use]
    pub fn resource(&self, uri: &str, risk: Risk) -> Call {
        let mut reader = self.reader(self.number(Subject::Resource), risk);
        reader.argument("uri", uri);
        reader.finish()
    }

    /// Returns the call that gets a prompt.
    #[must_use]
    pub fn prompt(&self, name: &str, risk: Risk) -> Call {
        let mut reader = self.reader(self.number(Subject::Prompt), risk);
        if let Some(row) = reader.row {
            for (place, pattern) in row.patterns.iter().enumerate() {
                if matches!(&pattern.test, Test::Exact(wanted) if **wanted == *name) {
                    reader.call.matched.set(place);
                }
            }
        }
        reader.finish()
    }

    /// Returns a call whose arguments are not known, but the [names](Self::matched_patterns) of the patterns that it matched. The risk of a
    /// tool is in the table; that of a resource or prompt has to be stated.
    #[must_use]
    pub fn recorded_call(&self, subject: Subject, risk: Risk, matched: &[[u8; 8]]) -> Call {
        let mut call = match subject {
            Subject::Tool(tool) => self.call(tool).finish(),
            Subject::Resource | Subject::Prompt => self.reader(self.number(subject), risk).finish(),
        };
        for (place, (_, name)) in self.patterns_of(call.row).enumerate() {
            if name.is_some_and(|name| matched.contains(&name)) {
                call.matched.set(place);
            }
        }
        call
    }

    /// Returns the names of the patterns that a call can match and that only its arguments decide.
    pub fn argument_patterns(&self, call: &Call) -> impl Iterator<Item = [u8; 8]> {
        let undecided = self.patterns_of(call.row).filter(|(pattern, _)| !matches!(pattern.test, Test::Any));
        undecided.filter_map(|(_, name)| name)
    }

    fn patterns_of(&self, row: u32) -> impl Iterator<Item = (&RowPattern, Option<[u8; 8]>)> {
        let patterns = self.row(row).map_or(&[][..], |row| &row.patterns);
        patterns.iter().map(|pattern| (pattern, self.name_of_latch(pattern.latch)))
    }

    /// The latches come first among what has a name.
    fn name_of_latch(&self, latch: u32) -> Option<[u8; 8]> {
        self.named.get(latch as usize).map(|named| named.name)
    }

    fn reader(&self, number: u32, risk: Risk) -> CallReader<'_> {
        let row = self.row(number);
        let mut matched = row.map_or_else(Matched::default, Matched::of);
        for (place, pattern) in row.iter().flat_map(|row| row.patterns.iter().enumerate()) {
            if matches!(pattern.test, Test::Any) {
                matched.set(place);
            }
        }
        let call = Call {
            row: number,
            risk,
            matched,
            blocked: None,
            is_too_large: false,
            arguments: 0,
            evidence: Evidence::None,
            approval: None,
            is_approval_used: false,
        };
        CallReader { row, is_open: row.is_some_and(Row::reads_arguments), call }
    }
}
