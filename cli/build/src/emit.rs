//! Writes the metadata document in a build script.

use std::{collections::BTreeSet, env, fmt::Write as _, path::PathBuf};

use mcp_scopes_scan::{
    Error, ErrorKind, Export, Finding, Level, Report, Scan as SourceScan, cfg::Cfgs, file, package::Package,
};

/// The file name of the document in `OUT_DIR`.
pub const FILE_NAME: &str = "protected-resource-metadata.json";

/// A document that a build script has written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Emitted {
    /// The path of the file: [`FILE_NAME`] in `OUT_DIR`.
    pub path: PathBuf,
    /// The document.
    pub export: Export,
}

/// A scan of the package of a build script, with the features and target of the build.
#[derive(Clone, Debug)]
#[must_use = "nothing is scanned before `emit`"]
pub struct Scan(SourceScan);

impl Scan {
    /// Creates a scan of the package that contains the path. A build script runs in the folder of its package, so the
    /// path is `.`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(SourceScan::new(path))
    }

    /// Adds a condition that holds in the build; see [`mcp_scopes_scan::Scan::cfg`].
    pub fn cfg(self, condition: impl Into<String>) -> Self {
        Self(self.0.cfg(condition))
    }

    /// Selects the table of the document; see [`mcp_scopes_scan::Scan::table`].
    pub fn table(self, name: impl Into<String>) -> Self {
        Self(self.0.table(name))
    }

    /// Overrides the resource that the configuration file states.
    pub fn resource(self, resource: impl Into<String>) -> Self {
        Self(self.0.resource(resource))
    }

    /// Adds an issuer. Issuers that are added here replace those of the configuration file.
    pub fn authorization_server(self, issuer: impl Into<String>) -> Self {
        Self(self.0.authorization_server(issuer))
    }

    /// Accepts plain http for resource and issuers on a loopback host; see
    /// [`mcp_scopes_scan::Scan::allow_loopback_http`].
    pub fn allow_loopback_http(self, allow: bool) -> Self {
        Self(self.0.allow_loopback_http(allow))
    }

    /// Writes the document to `OUT_DIR` as [`FILE_NAME`], and declares to cargo when the script has to run again.
    ///
    /// Findings become warnings and errors of cargo. Lint rules are not applied; [`emit_with`](Self::emit_with) accepts
    /// a function that applies them. It runs no other program.
    ///
    /// # Errors
    /// Returns the errors of [`mcp_scopes_scan::Scan::export`]. Returns an error outside of a build script, and if the
    /// file cannot be written.
    ///
    /// ```no_run
    /// // build.rs; then `include_str!(concat!(env!("OUT_DIR"), "/protected-resource-metadata.json"))`
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     mcp_scopes_build::Scan::new(".").emit()?;
    ///     Ok(())
    /// }
    /// ```
    pub fn emit(&self) -> Result<Emitted, Error> {
        self.emit_with(SourceScan::run)
    }

    /// Writes the document like [`emit`](Self::emit), with the findings of another function. That function receives the
    /// scan for this build, and can for example apply lint rules.
    ///
    /// # Errors
    /// Returns the errors of [`emit`](Self::emit) and those of the function.
    ///
    /// ```no_run
    /// // build.rs, with `mcp-scopes-lint` among the build dependencies
    /// use mcp_scopes_lint::{Overrides, lint_package};
    ///
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     mcp_scopes_build::Scan::new(".").emit_with(|scan| lint_package(scan, &Overrides::new()))?;
    ///     Ok(())
    /// }
    /// ```
    pub fn emit_with(&self, find: impl FnOnce(&SourceScan) -> Result<Report, Error>) -> Result<Emitted, Error> {
        let folder = PathBuf::from(variable("OUT_DIR")?);
        // A build script runs in its package's folder. Displayed paths are relative to it.
        let package = Package::nearest(self.0.path()).and_then(|manifest| Package::read(&manifest).ok().flatten());
        let features = package.map(|package| of_build(&package)).unwrap_or_default();
        let scan = self.0.clone().for_build(Cfgs::of_build_script(env::vars()), features);
        let report = find(&scan);
        let mut lines = report.as_ref().map(cargo_lines).unwrap_or_default();
        let outcome = report.and_then(|report| scan.export_from(report));
        if let Err(error) = &outcome
            && error.kind() != ErrorKind::Findings
        {
            lines.push_str(&directive("error", &error.to_string()));
        }
        // Cargo reads directives from standard output.
        print!("{lines}");
        let export = outcome?;
        let path = folder.join(FILE_NAME);
        file::replace_if_changed(&path, &export.json())?;
        Ok(Emitted { path, export })
    }
}

/// Returns a variable that cargo sets for build scripts.
fn variable(name: &str) -> Result<String, Error> {
    let help = "call `emit` from `build.rs`; elsewhere `export` makes the document";
    env::var(name).map_err(|_| {
        Error::new(ErrorKind::Usage, format!("not called from a build script: `{name}` is not set")).help(help)
    })
}

/// Returns the features of the build that a build script belongs to.
fn of_build(package: &Package) -> BTreeSet<String> {
    let is_on = |feature: &&str| {
        let name = feature.to_ascii_uppercase().replace('-', "_");
        env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
    };
    package.features.names().filter(is_on).map(str::to_owned).collect()
}

/// Returns the directives for cargo: the inputs and the findings.
fn cargo_lines(report: &Report) -> String {
    let mut lines = String::new();
    // A new file can add a tool, so folders count as well as files. Cargo watches their contents.
    for path in &report.inputs {
        let inside = report.inputs.iter().any(|folder| folder != path && path.starts_with(folder));
        if !inside {
            let _ = writeln!(lines, "cargo::rerun-if-changed={}", path.display());
        }
    }
    for finding in &report.findings {
        let word = match finding.level {
            Level::Error => "error",
            Level::Warning => "warning",
        };
        lines.push_str(&directive(word, &one_line(finding)));
    }
    lines
}

/// Returns a directive for cargo. A line break would end it.
fn directive(word: &str, text: &str) -> String {
    let mut line = format!("cargo::{word}=");
    for character in text.chars() {
        if character == '\n' {
            line.push_str("; ");
        } else if character.is_control() {
            line.extend(character.escape_default());
        } else {
            line.push(character);
        }
    }
    line.push('\n');
    line
}

fn one_line(finding: &Finding) -> String {
    let place = finding.place.as_ref();
    let at = place.map(|place| format!("{}:{}:{}: ", place.file, place.start.line, place.start.column));
    let help = if finding.help.is_empty() { String::new() } else { format!("; help: {}", finding.help) };
    format!("{}{}{help} [{}]", at.unwrap_or_default(), finding.message, finding.rule)
}

#[cfg(test)]
mod tests {
    use mcp_scopes_scan::source::Place;

    use super::*;

    #[test]
    fn writes_one_line_per_directive() {
        assert_eq!(directive("warning", "a\nb\u{1b}c"), "cargo::warning=a; b\\u{1b}c\n");
    }

    #[test]
    fn names_each_input_once() {
        let mut report = Report::default();
        report.inputs.extend(["src", "src/main.rs", "src/a/b.rs", "Cargo.toml", "mcp-scopes.toml"].map(PathBuf::from));
        let finding = Finding::warning("r", "m").help("h").at(Place::point(&"src/main.rs".into(), 2, 3));
        report.findings.push(finding);
        let lines = cargo_lines(&report);
        let expected = "cargo::rerun-if-changed=Cargo.toml\ncargo::rerun-if-changed=mcp-scopes.toml\n\
                        cargo::rerun-if-changed=src\ncargo::warning=src/main.rs:2:3: m; help: h [r]\n";
        assert_eq!(lines, expected);
    }
}
