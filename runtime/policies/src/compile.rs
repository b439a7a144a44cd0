//! Compiles the policies of a table.

use std::collections::{HashMap, HashSet};

use mcp_scopes_model::{Pattern, Requirement, Risk, Tool, pattern::glob_syntax, tool::tool_name};

use crate::{
    glob::Glob,
    name::{Kind, name, qualified},
    problem::{CompileError, Problem},
    rules::{Condition, Cooling, Counter, Latch, Layout, Limits, Named, Place, Row, RowPattern, Rules, Test},
    session::HEADER,
    settings::{Domain, Settings},
    time::minutes,
};

impl Rules {
    /// Compiles the policies of these tools, in the order of the table.
    ///
    /// ```
    /// use mcp_scopes_model::{Policy, Risk, Tool};
    /// use mcp_scopes_policies::{Rules, Settings};
    /// let policy = Policy { blocked_after: &["read_file:*.key"], ..Policy::NONE };
    /// let tools = [Tool::new("read_file", Risk::Low), Tool { policy, ..Tool::new("send_email", Risk::High) }];
    /// let rules = Rules::compile(&tools, &Settings::default())?;
    /// assert!(rules.tool("send_email").is_some());
    /// # Ok::<(), mcp_scopes_policies::CompileError>(())
    /// ```
    ///
    /// # Errors
    /// A policy cannot be enforced. The error lists all problems.
    pub fn compile<'t, 'a: 't>(
        tools: impl IntoIterator<Item = &'t Tool<'a>>,
        settings: &Settings,
    ) -> Result<Self, CompileError> {
        let tools: Vec<_> = tools.into_iter().collect();
        let mut compiler = Compiler::new(&tools, settings);
        compiler.check_settings();
        for (number, tool) in (0..).zip(&tools) {
            compiler.add_policy(number, tool);
        }
        if settings.domain.is_some() {
            compiler.add_own_latches(&tools);
        }
        let rules = compiler.finish(settings);
        if compiler.problems.is_empty() { Ok(rules) } else { Err(CompileError::new(compiler.problems)) }
    }
}

struct Compiler<'s> {
    rows: Vec<Row>,
    tools: HashMap<Box<str>, u32, foldhash::fast::FixedState>,
    domain: Option<&'s Domain>,
    settings: &'s Settings,
    latches: Vec<Latch>,
    /// The numbers of the latches, by qualified text.
    numbers: HashMap<String, Condition>,
    problems: Vec<Problem>,
}

impl<'s> Compiler<'s> {
    fn new(tools: &[&Tool<'_>], settings: &'s Settings) -> Self {
        let mut rows: Vec<_> = tools.iter().map(|tool| empty_row(tool.name, tool.risk)).collect();
        for (row, tool) in rows.iter_mut().zip(tools) {
            row.is_public = matches!(tool.requirement, Requirement::Public);
        }
        // Resources and prompts have no policies themselves, and the risk of each call is stated with it.
        rows.extend([empty_row("@resource", Risk::Minimal), empty_row("@prompt", Risk::Minimal)]);
        let (mut numbers, mut problems) = (HashMap::default(), Vec::new());
        for (number, tool) in (0..).zip(tools) {
            if numbers.insert(tool.name.into(), number).is_some() {
                problems.push(Problem::DuplicateTool { tool: tool.name.to_owned() });
            }
        }
        Self {
            rows,
            tools: numbers,
            domain: settings.domain.as_ref(),
            settings,
            latches: Vec::new(),
            numbers: HashMap::new(),
            problems,
        }
    }

    fn check_settings(&mut self) {
        if let Some(domain) = self.domain
            && (domain.name.is_empty() || tool_name(&domain.server).is_err())
        {
            self.problems.push(Problem::BadDomain);
        }
        let session = &self.settings.session;
        for (key, limit) in [
            ("idle_minutes", Some(session.idle_minutes)),
            ("max_minutes", Some(session.max_minutes)),
            ("max_refused_calls", session.max_refused_calls),
            ("max_high_risk_calls", session.max_high_risk_calls),
            ("require_reauth_after_minutes", session.require_reauth_after_minutes),
            ("escalation_seconds", session.escalation_seconds),
        ] {
            if limit == Some(0) {
                self.problems.push(Problem::ZeroLimit { key });
            }
        }
        for (risk, rule) in Risk::ALL.into_iter().zip(&self.settings.risk) {
            if rule.max_auth_age_minutes == Some(0) {
                self.problems.push(Problem::ZeroAge { risk });
            }
        }
    }

    /// Adds what a tool states. The words of its state are assigned later.
    fn add_policy(&mut self, number: u32, tool: &Tool<'_>) {
        let policy = &tool.policy;
        let blocked_after = self.conditions(tool.name, policy.blocked_after);
        let approval_after = self.conditions(tool.name, policy.requires_approval_after);
        let mut blocked = Vec::new();
        for glob in policy.blocked_patterns {
            match glob_syntax(glob) {
                Ok(()) => blocked.push((Glob::new(glob), (*glob).into())),
                Err(error) => self.problems.push(malformed(tool.name, glob, error.reason())),
            }
        }
        let has_approval = self.settings.sign_in_approval.is_some() || self.settings.caller_approval;
        let Some(row) = self.rows.get_mut(number as usize) else { return };
        row.blocked_after = blocked_after;
        row.approval_after = approval_after;
        row.blocked = blocked;
        row.max_file_mb = policy.max_file_size_mb;
        row.requires_human_review = policy.requires_human_review;
        row.max_calls = policy.max_calls_per_session.map(|limit| Counter { word: 0, limit });
        row.cooling = policy.cooling_period_minutes.map(|period| Cooling {
            word: 0,
            seconds: minutes(period),
            arguments: policy.idempotent.then_some(0),
        });
        row.needs_session = !policy.is_none();
        let name = || tool.name.to_owned();
        if row.is_public && row.has_history() {
            self.problems.push(Problem::HistoryOfPublicTool { tool: name() });
        }
        if !row.approval_after.is_empty() && !has_approval && !self.settings.human_review {
            self.problems.push(Problem::NoApproval { tool: name() });
        }
        if row.requires_human_review && !self.settings.human_review {
            self.problems.push(Problem::NoHumanReview { tool: name() });
        }
        if policy.idempotent && row.cooling.is_none() {
            self.problems.push(Problem::IdempotentWithoutCooling { tool: name() });
        }
    }

    fn conditions(&mut self, tool: &str, patterns: &[&str]) -> Vec<Condition> {
        let mut conditions = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            match self.target(tool, pattern) {
                Ok((source, test)) => conditions.push(self.latch(pattern, source, test)),
                Err(problem) => self.problems.push(problem),
            }
        }
        conditions
    }

    /// Returns the row that a pattern names, and what it tests. `None`: a tool of another server.
    fn target(&self, tool: &str, pattern: &str) -> Result<(Option<u32>, Test), Problem> {
        let texts = || (tool.to_owned(), pattern.to_owned());
        let test = |glob: Option<&str>| glob.map_or(Test::Any, |glob| Test::Glob(Glob::new(glob)));
        let [resource, prompt] = [2, 1].map(|back| u32::try_from(self.rows.len() - back).unwrap_or(u32::MAX));
        match Pattern::parse(pattern).map_err(|error| malformed(tool, pattern, error.reason()))? {
            Pattern::Tool { name, glob } => self.own_tool(tool, pattern, name).map(|row| (Some(row), test(glob))),
            Pattern::Resource { glob } => Ok((Some(resource), test(glob))),
            Pattern::Prompt { name } => Ok((Some(prompt), name.map_or(Test::Any, |name| Test::Exact(name.into())))),
            Pattern::OtherServer { server, .. } => match self.domain {
                None => {
                    let (tool, pattern) = texts();
                    Err(Problem::NoDomain { tool, pattern })
                }
                Some(domain) if domain.server == server => {
                    let (tool, pattern) = texts();
                    Err(Problem::OwnServer { tool, pattern })
                }
                Some(_) => Ok((None, Test::Any)),
            },
        }
    }

    fn own_tool(&self, tool: &str, pattern: &str, named: &str) -> Result<u32, Problem> {
        let (tool, pattern) = (tool.to_owned(), pattern.to_owned());
        let Some(row) = self.tools.get(named).copied() else { return Err(Problem::UnknownTool { tool, pattern }) };
        if self.rows.get(row as usize).is_some_and(|row| row.is_public) {
            return Err(Problem::PublicToolInPattern { tool, pattern });
        }
        Ok(row)
    }

    /// Returns the condition of a pattern. Equal texts share a latch.
    fn latch(&mut self, pattern: &str, row: Option<u32>, test: Test) -> Condition {
        // A pattern of another server names it already.
        let full = if row.is_none() { pattern.to_owned() } else { qualified(self.domain, pattern) };
        if let Some(known) = self.numbers.get(&full).copied() {
            return known;
        }
        let latch = u32::try_from(self.latches.len()).unwrap_or(u32::MAX);
        self.latches.push(Latch { text: pattern.into() });
        let source = row.and_then(|row| {
            let patterns = &mut self.rows.get_mut(row as usize)?.patterns;
            let place = u32::try_from(patterns.len()).ok()?;
            patterns.push(RowPattern { test, latch });
            Some((row, place))
        });
        let condition = Condition { latch, source };
        self.numbers.insert(full, condition);
        condition
    }

    /// In a domain, each admitted tool sets a latch with its name, which patterns of other servers refer to.
    fn add_own_latches(&mut self, tools: &[&Tool<'_>]) {
        for (number, tool) in (0..).zip(tools) {
            if !matches!(tool.requirement, Requirement::Public) {
                self.latch(tool.name, Some(number), Test::Any);
            }
        }
    }

    /// Assigns words and names.
    fn finish(&mut self, settings: &Settings) -> Rules {
        let mut rows = core::mem::take(&mut self.rows);
        let mut layout = Layout { latches: HEADER, ..Layout::default() };
        layout.counters = HEADER + self.latches.len().div_ceil(32);
        let mut next = layout.counters;
        let mut named = Vec::new();
        let mut patterns: Vec<_> = self.numbers.iter().map(|(text, condition)| (condition.latch, text)).collect();
        patterns.sort_unstable();
        for (latch, text) in patterns {
            let place = Place { kind: Kind::Latch, at: latch as usize };
            named.push((Named { name: name(Kind::Latch, text), place, owner: latch }, text.clone()));
        }
        let mut add = |kind, at, owner, text: String| {
            named.push((Named { name: name(kind, &text), place: Place { kind, at }, owner }, text));
        };
        for (number, row) in (0..).zip(&mut rows) {
            if let Some(counter) = &mut row.max_calls {
                counter.word = next;
                add(Kind::Count, next, number, qualified(self.domain, &row.name));
                next += 1;
            }
        }
        layout.cooling = next;
        for (number, row) in (0..).zip(&mut rows) {
            if let Some(cooling) = &mut row.cooling {
                cooling.word = next;
                add(Kind::Cooling, next, number, qualified(self.domain, &row.name));
                next += 1;
            }
        }
        layout.arguments = next;
        for (number, row) in (0..).zip(&mut rows) {
            if let Some(word) = row.cooling.as_mut().and_then(|cooling| cooling.arguments.as_mut()) {
                *word = next;
                add(Kind::Arguments, next, number, qualified(self.domain, &row.name));
                next += 2;
            }
        }
        layout.len = next;
        for row in &mut rows {
            row.needs_session |= !row.patterns.is_empty();
        }
        let mut seen = HashSet::new();
        for (word, text) in &named {
            if !seen.insert(word.name) {
                self.problems.push(Problem::NameCollision { text: text.clone() });
            }
        }
        let named: Box<[_]> = named.into_iter().map(|(word, _)| word).collect();
        Rules {
            rows: rows.into(),
            tools: core::mem::take(&mut self.tools),
            latches: core::mem::take(&mut self.latches).into(),
            by_name: named.iter().map(|word| (word.name, word.place)).collect(),
            named,
            layout,
            limits: limits(settings),
            risk: settings.risk.clone(),
            sign_in_approval: settings.sign_in_approval.clone(),
            domain: settings.domain.as_ref().map(|domain| domain.name.as_str().into()),
        }
    }
}

fn limits(settings: &Settings) -> Limits {
    let session = &settings.session;
    Limits {
        idle: minutes(session.idle_minutes),
        max: minutes(session.max_minutes),
        refused: session.max_refused_calls,
        high_risk: session.max_high_risk_calls,
        auth_age: session.require_reauth_after_minutes.map(minutes),
        escalation: session.escalation_seconds,
    }
}

fn malformed(tool: &str, pattern: &str, reason: &'static str) -> Problem {
    Problem::MalformedPattern { tool: tool.to_owned(), pattern: pattern.to_owned(), reason }
}

fn empty_row(name: &str, risk: Risk) -> Row {
    Row {
        name: name.into(),
        risk,
        is_public: false,
        patterns: Vec::new(),
        blocked: Vec::new(),
        max_file_mb: None,
        blocked_after: Vec::new(),
        approval_after: Vec::new(),
        requires_human_review: false,
        max_calls: None,
        cooling: None,
        needs_session: false,
    }
}
