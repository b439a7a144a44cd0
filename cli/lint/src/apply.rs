//! Applies each rule to a report or a document.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use mcp_scopes_prm::Violation;
use mcp_scopes_scan::{
    Error, Finding, Level, Report, Scan, large_stack, settle, shown,
    source::{Place, Sources},
};

use crate::{
    Overrides, RULES, answers, find, fingerprint, fixes,
    levels::Levels,
    lint_model::{Package, ParsedDocument, Profile, Table, Tool},
    reporter::Reporter,
    rule::{Rule, Setting},
    rules::NO_TOOLS,
    suppress::{self, Suppressions},
};

/// Scans every package at or below the path of the scan and applies the lint rules.
///
/// The findings are the errors that prevent a table from compiling and the results of the rules. `[lint]` in
/// `mcp-scopes.toml` sets the level of a rule, or of all rules of a category. `overrides` take precedence over the
/// file.
///
/// # Errors
/// Returns the errors of [`Scan::run`].
///
/// ```no_run
/// use mcp_scopes_lint::{Overrides, lint};
/// use mcp_scopes_scan::Scan;
/// let report = lint(&Scan::new("."), &Overrides::new())?;
/// for finding in &report.findings {
///     println!("{}: {} [{}]", finding.file(), finding.message, finding.rule);
/// }
/// # Ok::<(), mcp_scopes_scan::Error>(())
/// ```
pub fn lint(scan: &Scan, overrides: &Overrides) -> Result<Report, Error> {
    let mut report = to_source(scan.clone().with_server_code().run_tree()?, overrides);
    no_tools(&mut report, scan.path(), overrides);
    Ok(report)
}

/// Scans the one package that contains the path and applies the lint rules.
///
/// # Errors
/// Returns the errors of [`Scan::run`].
pub fn lint_package(scan: &Scan, overrides: &Overrides) -> Result<Report, Error> {
    Ok(to_source(scan.clone().with_server_code().run()?, overrides))
}

/// Reports a tree without tools. Without this finding, the empty run would look like a passed check.
fn no_tools(report: &mut Report, path: &Path, overrides: &Overrides) {
    let has_tools = report.inventories.iter().any(|inventory| !inventory.server.tools.is_empty());
    if report.packages() > 0 || has_tools || !report.findings.is_empty() {
        return;
    }
    let name = shown(path);
    let help = if report.left_out() > 0 {
        "its tools are left out: give `--features`, `--all-features` or `--target`"
    } else {
        "give the folder of a server whose functions have `#[mcp_tool]`, or a document"
    };
    let manifest = path.join("Cargo.toml");
    let place = manifest.is_file().then(|| Place::point(&shown(&manifest), 1, 1));
    let message = "no package at or below this path has tools";
    let finding = Finding::warning(NO_TOOLS.id, message).help(help).at(place).about(&*name);
    let levels = Levels::at(path, overrides, &mut report.sources, &mut report.findings);
    let level = levels.of_rule(&NO_TOOLS, finding.file()).level();
    report.findings.extend(level.map(|level| finding.at_level(level)));
    settle(&mut report.findings);
    fingerprint::assign(report);
}

/// Applies every rule to the report of a scan.
pub(super) fn to_source(mut report: Report, overrides: &Overrides) -> Report {
    // A table of another package may list a tool.
    let listed: BTreeSet<Place> = report
        .inventories
        .iter()
        .flat_map(|inventory| {
            let tools = (0..inventory.tables.len()).flat_map(|table| inventory.tools_of(table));
            tools.filter_map(|tool| inventory.tools.get(tool)).map(|tool| tool.place.clone()).collect::<Vec<_>>()
        })
        .collect();
    let mut findings = std::mem::take(&mut report.findings);
    let mut settings = Settings::default();
    let is_source_unread = report.inventories.iter().any(|inventory| inventory.unread.source);
    large_stack(|| {
        for inventory in &report.inventories {
            let levels = Levels::of(inventory, overrides, &mut findings);
            let package = Package::of(inventory, &listed);
            let unread = Unread { any: is_source_unread, own: inventory.unread };
            for rule in in_force(&levels).filter(|rule| !unread.hides(rule)) {
                let mut reporter = Reporter::new(rule, levels.options_of(rule), &report.sources);
                run_checks(rule, &package.tools, &package.tables, &mut reporter);
                if let Some(check) = rule.check.package {
                    check(&package, &mut reporter);
                }
                findings.extend(reporter.found.into_iter().filter_map(|hit| {
                    let level = levels.of_rule(rule, hit.file()).level()?;
                    let level = if levels.is_default(rule, hit.file()) { level.min(hit.level) } else { level };
                    Some(hit.at_level(level))
                }));
            }
            if let Some(workspace) = &inventory.workspace {
                findings.extend(workspace.findings.iter().cloned());
                let mut shared = Levels::new(overrides);
                // Its errors are reported with those of the package.
                shared.read_workspace(&workspace.config, &mut Vec::new());
                settings.workspaces.insert(workspace.config.file.clone(), shared);
            }
            settings.packages.push((inventory.folder.clone(), levels));
        }
    });
    settings.outside = Levels::new(overrides);
    findings.retain_mut(|finding| settings.notice(finding));
    // The files of other packages are never changed.
    for finding in findings.iter_mut().filter(|finding| finding.fix.is_none() && settings.of(finding.file()).is_some())
    {
        finding.fix = answers::fix(finding, &report.sources);
    }
    settle(&mut findings);
    comments(&mut report, &settings, findings);
    Levels::new(overrides).raise(&mut report.findings);
    settle(&mut report.findings);
    fingerprint::assign(&mut report);
    report
}

/// What could not be read.
#[derive(Clone, Copy)]
struct Unread {
    /// Whether some source file of any package could not.
    any: bool,
    own: mcp_scopes_scan::inventory::Unread,
}

impl Unread {
    /// Returns whether the rule reports something as missing that may be in such a file.
    fn hides(self, rule: &Rule) -> bool {
        match rule.id {
            // A table of another package may list a tool.
            "unlisted-tool" => self.any,
            // A file can declare tools.
            "unannotated-tools" => self.own.source || self.own.config,
            // What protects a transport may be in such a file.
            "unguarded-transport" => self.own.source,
            _ => self.own.source && rule.check.is_joint,
        }
    }
}

/// The levels of each package, looked up by file.
#[derive(Default)]
struct Settings {
    packages: Vec<(PathBuf, Levels)>,
    /// For the files of workspaces, which can be above the packages.
    workspaces: BTreeMap<Arc<str>, Levels>,
    outside: Levels,
}

impl Settings {
    /// Returns the levels for a file, if it is in a scanned package.
    fn of(&self, file: &str) -> Option<&Levels> {
        let around = self.packages.iter().filter(|(folder, _)| Path::new(file).starts_with(folder));
        let nearest = around.max_by_key(|(folder, _)| folder.as_os_str().len()).map(|(_, levels)| levels);
        nearest.or_else(|| self.workspaces.get(file))
    }

    /// Sets the level of a warning of the scan. Returns whether it is reported at all.
    fn notice(&self, finding: &mut Finding) -> bool {
        let rule = RULES.iter().find(|rule| rule.check.notices.contains(&finding.rule));
        let (Some(rule), false, Level::Warning) = (rule, finding.settable, finding.level) else { return true };
        finding.settable = true;
        self.level(rule, finding)
    }

    /// Sets the level of a finding. Returns whether it is reported at all.
    fn level(&self, rule: &'static Rule, finding: &mut Finding) -> bool {
        let level = self.of(finding.file()).unwrap_or(&self.outside).of_rule(rule, finding.file()).level();
        level.map(|level| finding.level = level).is_some()
    }
}

/// Suppresses the findings that comments allow, and reports comments that suppress nothing.
fn comments(report: &mut Report, settings: &Settings, findings: Vec<Finding>) {
    let mut extents: BTreeMap<Arc<str>, Vec<(u32, u32)>> = BTreeMap::new();
    for tool in report.inventories.iter().flat_map(|inventory| &inventory.tools) {
        extents.entry(tool.place.file.clone()).or_default().push(tool.lines);
    }
    for tool in report.inventories.iter().flat_map(|inventory| &inventory.server.tools) {
        extents.entry(tool.place.file.clone()).or_default().push(tool.lines);
    }
    let mut about = Vec::new();
    let mut files: suppress::ByFile = BTreeMap::new();
    for (file, text) in report.sources.iter() {
        // Comments of another package are judged in the scan of that package.
        if settings.of(file).is_some() {
            let extents = extents.get(file).map(Vec::as_slice).unwrap_or_default();
            files.insert(file.clone(), Suppressions::read(file, text, extents, &mut about));
        }
    }
    for finding in findings {
        let comments = files.get_mut(finding.file()).filter(|_| finding.settable);
        match comments.and_then(|comments| comments.suppress(&finding)) {
            Some(why) => report.suppressed.push(finding.suppressed(why)),
            None => report.findings.push(finding),
        }
    }
    for (file, comments) in &files {
        let levels = settings.of(file).unwrap_or(&settings.outside);
        let is_on = |rule: &&Rule| levels.of_rule(rule, file) != Setting::Allow;
        about.extend(comments.unused(&RULES.iter().filter(is_on).map(|rule| rule.id).collect()));
    }
    about.retain_mut(|finding| {
        finding.settable = true;
        find(finding.rule).is_none_or(|rule| settings.level(rule, finding))
    });
    report.findings.extend(about);
    settle(&mut report.suppressed);
}

/// Applies every rule to a document.
pub(super) fn to_document(
    document: &ParsedDocument<'_>,
    levels: &Levels,
    sources: &Sources,
    findings: &mut Vec<Finding>,
) {
    let tools: Vec<Arc<Tool>> = document.table.tools.iter().map(|listed| listed.tool.clone()).collect();
    let mut broken: Vec<Violation> = document.draft.violations.clone();
    if document.profile == Profile::Mcp {
        broken.extend(document.draft.check_mcp());
    }
    broken.extend(document.expected_resource.and_then(|expected| document.draft.check_resource(expected)));
    for rule in in_force(levels) {
        let mut reporter = Reporter::new(rule, levels.options_of(rule), sources);
        run_checks(rule, &tools, std::slice::from_ref(&document.table), &mut reporter);
        if let Some(check) = rule.check.document {
            check(document, &mut reporter);
        }
        for violation in broken.iter().filter(|violation| rule.check.violations.contains(&violation.kind)) {
            let pointer = &violation.pointer;
            let subject = if pointer.is_empty() { "/" } else { pointer };
            reporter
                .report(message_of(document, violation))
                .at(&document.place(pointer))
                .about(subject)
                .help(help_of(document, violation))
                .fix(fixes::of_violation(document, violation));
        }
        findings.extend(reporter.found.into_iter().filter_map(|hit| {
            let level = levels.of_rule(rule, hit.file()).level()?;
            Some(hit.at_level(level))
        }));
    }
    // Violations of a kind that no rule handles are still reported.
    for violation in &broken {
        if !RULES.iter().any(|rule| rule.check.violations.contains(&violation.kind)) {
            let finding = Finding::error(violation.kind.as_str(), message_of(document, violation));
            let place = document.place(&violation.pointer);
            findings.push(finding.help(help_of(document, violation)).at(place).about(&*violation.pointer));
        }
    }
}

/// Returns the help of a violation. A member that MCP requires is not left out, and neither is what opens a tool.
fn help_of<'a>(document: &ParsedDocument<'_>, violation: &'a Violation) -> &'a str {
    if fixes::is_required_but_empty(document, violation) {
        "name the issuer of the tokens, such as `\"https://auth.example.com\"`"
    } else if fixes::opens_by_nothing(document, violation) {
        "name the scopes that open it; or write `\"authenticated\": true` if every valid token opens it, or `\"public\": true` if every caller may use it"
    } else {
        &violation.help
    }
}

/// Returns the message of a violation, which names its member.
fn message_of(document: &ParsedDocument<'_>, violation: &Violation) -> String {
    let (pointer, message) = (&violation.pointer, &violation.message);
    if document.value(pointer).is_none() {
        return message.clone();
    }
    let shown = if pointer.is_empty() { "the document" } else { pointer };
    if fixes::is_required_but_empty(document, violation) {
        return format!("`{shown}` is an empty array; MCP requires an issuer");
    }
    if fixes::opens_by_nothing(document, violation) {
        return format!("`{shown}` is an empty array, which states no scope");
    }
    if message.starts_with("is ") { format!("`{shown}` {message}") } else { format!("`{shown}`: {message}") }
}

fn run_checks(rule: &Rule, tools: &[Arc<Tool>], tables: &[Table], reporter: &mut Reporter<'_>) {
    if let Some(check) = rule.check.tool {
        for tool in tools {
            check(tool, reporter);
        }
    }
    if let Some(check) = rule.check.table {
        let mut by_table = Vec::new();
        for table in tables.iter().filter(|table| !table.is_config_unread) {
            let known = reporter.found.len();
            check(table, reporter);
            let new = reporter.found.get(known..).unwrap_or_default();
            by_table.extend(new.iter().map(|finding| (table.config.clone(), finding.clone())));
        }
        if rule.check.is_joint {
            reporter.found.retain(|finding| is_reported_by_all(finding, tables, &by_table));
        }
    }
}

/// Returns whether all tables that share the file of a finding report it.
fn is_reported_by_all(finding: &Finding, tables: &[Table], by_table: &[(Option<Arc<str>>, Finding)]) -> bool {
    let sharing = tables.iter().filter(|table| table.config.as_deref() == Some(finding.file())).count();
    let same = |(config, other): &&(Option<Arc<str>>, Finding)| {
        config.as_deref() == Some(finding.file())
            && (&other.place, &other.message) == (&finding.place, &finding.message)
    };
    sharing <= by_table.iter().filter(same).count()
}

/// Returns the rules that are on in some file.
fn in_force(levels: &Levels) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().filter(|rule| levels.is_on(rule))
}
