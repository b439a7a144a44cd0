//! `mcp-scopes lint`.

use std::{
    cell::Cell,
    fmt::Write as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};
use mcp_scopes_lint::{Documents, Overrides, lint};
use mcp_scopes_scan::{Error, Finding, Report, artefact::is_artefact, file};

use crate::{
    baseline::{Baseline, LevelSources},
    exclude, findings,
    fix::{Failure, Fixed, Fixing, STDIN, Texts},
    levels::Levels,
    options::Build,
    outcome::Outcome,
    output::{count::counted, diagnostic::UNREADABLE, statistics},
    progress::Progress,
    target::Target,
    terminal::{complain, fail_with_findings, print, print_note, print_stderr},
};

pub(crate) const EXAMPLES: &str = "Examples:
  mcp-scopes lint
  mcp-scopes lint server tools --all-features
  mcp-scopes lint metadata.json --resource https://files.example.com/mcp
  curl -s https://files.example.com/.well-known/oauth-protected-resource/mcp | mcp-scopes lint -
  mcp-scopes lint --format json | jq '.findings[].rule'
  mcp-scopes lint --format github --output sarif=lint.sarif --output markdown=summary.md
  mcp-scopes lint --deny warnings --allow broad-scope
  mcp-scopes lint --select risk --statistics
  mcp-scopes lint --diff --unsafe-fixes
  mcp-scopes lint --fix --unsafe-fixes
  mcp-scopes lint --update-baseline --reason 'split in the next major release'
  mcp-scopes lint --baseline mcp-scopes.baseline.json

The level of a rule or of a category, and options of a rule, are set in mcp-scopes.toml:
  [lint]
  risky-name = \"deny\"
  naming = \"allow\"
  broad-scope = { level = \"warn\", max_tools = 20 }

Levels, by precedence: the rule on the command line, its category there, the rule in the file, its
category there, the default of the rule. The last of several equal options applies.
`--deny warnings` then turns the remaining warnings into errors.";

#[derive(Debug, Args)]
pub(crate) struct Lint {
    /// The inputs: folders, with all packages in or below them; programs that carry their tables; metadata documents;
    /// `-` for a document on standard input
    #[arg(default_value = ".")]
    path: Vec<PathBuf>,
    /// The standards that documents must meet
    #[arg(long, value_enum, default_value_t)]
    profile: Profile,
    /// The required `resource` of the documents, compared by code point (RFC 9728 §3.3)
    #[arg(long, value_name = "URL")]
    resource: Option<String>,
    /// The metadata of the authorization server (RFC 8414), which the documents are compared with
    #[arg(long, value_name = "FILE")]
    authorization_server_metadata: Option<PathBuf>,
    /// A file such as mcp-scopes.toml; its `[lint]`, `[convention]` and namespace apply to documents
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Leave out findings in files and folders of that pattern, such as `examples` or `server/**/generated.rs`; may be given
    /// several times
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// The number of findings that were left out.
    #[arg(skip)]
    excluded: Cell<usize>,
    /// Print how often each rule reports, instead of the findings
    #[arg(long, conflicts_with_all = ["fix", "diff"])]
    statistics: bool,
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    fixing: Fixing,
    #[command(flatten)]
    levels: Levels,
    #[command(flatten)]
    baseline: Baseline,
    #[command(flatten)]
    build: Build,
}

/// The standards that documents must meet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Profile {
    /// RFC 9728 and the additional requirements of MCP
    #[default]
    Mcp,
    /// Only RFC 9728
    Rfc9728,
}

impl From<Profile> for mcp_scopes_lint::lint_model::Profile {
    fn from(profile: Profile) -> Self {
        match profile {
            Profile::Mcp => Self::Mcp,
            Profile::Rfc9728 => Self::Rfc9728,
        }
    }
}

impl Lint {
    pub(crate) fn run(&self) -> Outcome {
        let for_documents = [
            ("--resource", self.resource.is_some()),
            ("--config", self.config.is_some()),
            ("--authorization-server-metadata", self.authorization_server_metadata.is_some()),
        ];
        // A path that does not exist is reported below.
        let may_be_document = |path: &PathBuf| is_document(path) || !path.exists();
        if let Some((flag, _)) = for_documents.iter().find(|(_, given)| *given)
            && !self.path.iter().any(may_be_document)
        {
            let message = format!("`{flag}` applies to documents, and no document is given");
            return self.target.fail(&message, "name the document's file, or `-` for standard input");
        }
        let overrides = match self.levels.overrides() {
            Ok(overrides) => overrides,
            Err(error) => return self.target.fail_with_findings(&error),
        };
        if self.fixing.any() {
            return self.fix(&overrides);
        }
        if self.statistics && self.target.prints_for_programs() {
            complain("`--statistics` prints text, and another format is requested", Some("remove `--format`"));
            return Outcome::Failed;
        }
        match self.lint_paths(&overrides, None, &Texts::new()) {
            Ok(report) => self.print_report(&report),
            Err(error) => self.print_failure(&overrides, &error),
        }
    }

    /// Reports that some input could not be read, and writes the requested report with what the other inputs have.
    fn print_failure(&self, overrides: &Overrides, error: &Error) -> Outcome {
        let mut report = Report::default();
        let mut failures = Vec::new();
        // Standard input has been read.
        let again = if self.path.iter().any(|path| path.as_os_str() == "-") { &[] } else { self.path.as_slice() };
        for path in again {
            match self.lint_path(path, overrides, None, &Texts::new(), &Progress::default()) {
                Ok(read) => report.merge(read),
                Err(error) => failures.push(error),
            }
        }
        let failures = if failures.is_empty() { std::slice::from_ref(error) } else { failures.as_slice() };
        // Standard error has the details.
        if !self.target.is_plain() {
            for read in failures.iter().filter_map(Error::report) {
                report.merge(read.clone());
            }
        }
        exclude::apply(&self.exclude, &mut report);
        // If it is the baseline that cannot be read, that is the failure, and no finding is known.
        let has_baseline = self.baseline.apply_to_part(&mut report, self.level_sources(overrides)).is_ok()
            && self.baseline.used().is_some();
        for failure in failures {
            let help = failure.advice().unwrap_or_default();
            report.findings.push(Finding::error(UNREADABLE, failure.to_string()).help(help));
        }
        // Standard output is for the fixed document.
        let is_fix = self.fixing.any() && self.target.output.is_empty();
        if !is_fix {
            self.target.write(&findings::diagnostics(&report, has_baseline));
        }
        for failure in failures {
            fail_with_findings(failure);
        }
        Outcome::Failed
    }

    /// Lints everything, with some texts in place of files. `input` is the contents of standard input, if it was read.
    fn lint_paths(&self, overrides: &Overrides, input: Option<&[u8]>, texts: &Texts) -> Result<Report, Error> {
        let mut report = Report::default();
        // A progress line would disturb a user who types a document.
        let typed = input.is_none() && self.path.iter().any(|path| path.as_os_str() == "-");
        let progress = if typed { Progress::default() } else { Progress::start() };
        for path in &self.path {
            report.merge(self.lint_path(path, overrides, input, texts, &progress)?);
        }
        self.excluded.set(exclude::apply(&self.exclude, &mut report));
        let is_narrowed = !self.exclude.is_empty() || self.build.names_package() || self.levels.turns_rules_off();
        let is_whole = !is_narrowed && matches!(self.path.as_slice(), [path] if path == Path::new("."));
        self.baseline.apply(&mut report, self.level_sources(overrides), is_whole)?;
        Ok(report)
    }

    fn level_sources<'l>(&'l self, overrides: &'l Overrides) -> LevelSources<'l> {
        LevelSources { overrides, config: self.config.as_deref() }
    }

    /// Prints the report.
    fn print_report(&self, report: &Report) -> Outcome {
        let has_baseline = self.baseline.used().is_some();
        let mut diagnostics = findings::diagnostics(report, has_baseline);
        if self.excluded.get() > 0 {
            let _ = write!(diagnostics.summary, "; {} excluded", self.excluded.get());
        }
        let written = if self.statistics {
            self.target.write_files(&diagnostics).and(|| print(&statistics::table(&diagnostics)))
        } else {
            self.target.write(&diagnostics)
        };
        print_note(&diagnostics.summary);
        self.target.found(written, diagnostics.has_errors())
    }

    /// Applies fixes and reports the remaining findings.
    fn fix(&self, overrides: &Overrides) -> Outcome {
        let reads_input = self.path.iter().any(|path| path.as_os_str() == "-");
        if reads_input && !self.fixing.diff && self.target.prints_for_programs() {
            let help = "write the findings to a file with `--output`";
            complain("standard output is for the fixed document", Some(help));
            return Outcome::Failed;
        }
        let input = if reads_input { file::limited(std::io::stdin().lock()) } else { Ok(Vec::new()) };
        let input = match input {
            Ok(input) => input,
            Err(error) => {
                complain(&format!("cannot read standard input: {error}"), None);
                return Outcome::Failed;
            }
        };
        // Input that is not UTF-8 is a finding without a fix.
        let text = str::from_utf8(&input).unwrap_or_default();
        let lint = |texts: &Texts| self.lint_paths(overrides, Some(&input), texts);
        let fixed = match Fixed::make(self.fixing, text, lint) {
            Ok(fixed) => fixed,
            Err(Failure::Lint(error)) => return self.print_failure(overrides, &error),
            Err(failure) => return print_failure(&failure),
        };
        let what = format!("{} in {}", counted(fixed.count, "finding"), counted(fixed.files(), "file"));
        if self.fixing.diff {
            let printed = print(&fixed.diff());
            print_note(format_args!("would fix {what}"));
            let found = fixed.files() > 0 || fixed.report.has_errors();
            return self.target.found(printed, found);
        }
        if let Err(failure) = fixed.write() {
            return print_failure(&failure);
        }
        if reads_input && print(fixed.stdin().unwrap_or(text)) != Outcome::Clean {
            return Outcome::Failed;
        }
        print_note(format_args!("fixed {what}"));
        if reads_input && self.target.output.is_empty() {
            print_stderr(findings::text(&fixed.report));
            print_note(findings::summary(&fixed.report));
            return self.target.found(Outcome::Clean, fixed.report.has_errors());
        }
        self.print_report(&fixed.report)
    }

    fn lint_path(
        &self,
        path: &Path,
        overrides: &Overrides,
        input: Option<&[u8]>,
        texts: &Texts,
        progress: &Progress,
    ) -> Result<Report, Error> {
        if !is_document(path) {
            let scan = self.build.scan(path).counting(progress.counter());
            let scan = texts.iter().fold(scan, |scan, (file, text)| scan.instead(file.clone(), text.clone()));
            return lint(&scan, overrides);
        }
        let documents = Documents::new().profile(self.profile.into()).overrides(overrides.clone());
        let documents = match &self.config {
            Some(file) => documents.config(file)?,
            None => documents,
        };
        let documents = match &self.authorization_server_metadata {
            Some(file) => documents.authorization_server_metadata(file)?,
            None => documents,
        };
        let documents = match &self.resource {
            Some(resource) => documents.resource(resource),
            None => documents,
        };
        let instead =
            |documents: Documents, (file, text): (&Arc<str>, &Arc<str>)| documents.instead(file.clone(), text.clone());
        let documents = texts.iter().fold(documents, instead);
        match input {
            Some(input) if path.as_os_str() == "-" => documents.lint_reader(STDIN, input),
            None if path.as_os_str() == "-" => documents.lint_reader(STDIN, std::io::stdin().lock()),
            _ => documents.lint_file(path),
        }
    }
}

fn print_failure(failure: &Failure) -> Outcome {
    match failure {
        Failure::Lint(error) => fail_with_findings(error),
        Failure::Other(message, help) => {
            complain(message, Some(help));
            Outcome::Failed
        }
    }
}

/// Returns whether a path names a document: standard input, or a file that is neither source nor a manifest nor a
/// program.
fn is_document(path: &Path) -> bool {
    let source = path.extension().is_some_and(|end| end == "rs" || end == "toml");
    // A pipe is also read: `mcp-scopes lint <(curl ..)`.
    path.as_os_str() == "-" || (!source && path.exists() && !path.is_dir() && !is_artefact(path))
}
