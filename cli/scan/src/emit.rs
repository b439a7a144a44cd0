//! The metadata document in a build script.

use std::{collections::BTreeSet, env, fmt::Write as _, path::PathBuf};

use crate::{
    Error, ErrorKind, Export, Finding, Level, Report, Scan, cfg::Cfgs, features::Choice, file, package::Package,
};

/// The name of the document in `OUT_DIR`.
pub const FILE_NAME: &str = "protected-resource-metadata.json";

/// A document that a build script has written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Emitted {
    /// The file: [`FILE_NAME`] in `OUT_DIR`.
    pub path: PathBuf,
    /// The document.
    pub export: Export,
}

impl Scan {
    /// In a build script: writes the document to `OUT_DIR` as [`FILE_NAME`], and tells cargo when to run again.
    ///
    /// Features and target are those of the build. Warnings become warnings of cargo, errors become errors of cargo.
    /// Lint rules are not applied; [`Scan::emit_with`] takes a function that does. No other program is run.
    ///
    /// # Errors
    /// As [`Scan::export`]; if this is no build script; if the file cannot be written.
    ///
    /// ```no_run
    /// // build.rs; then `include_str!(concat!(env!("OUT_DIR"), "/protected-resource-metadata.json"))`
    /// fn main() -> Result<(), Box<dyn std::error::Error>> {
    ///     mcp_scopes_scan::Scan::new(".").emit()?;
    ///     Ok(())
    /// }
    /// ```
    pub fn emit(&self) -> Result<Emitted, Error> {
        self.emit_with(Self::run)
    }

    /// The same with the findings of another function, which is given the scan for this build; for example one that
    /// applies lint rules.
    ///
    /// # Errors
    /// As [`Scan::emit`], and those of the function.
    pub fn emit_with(&self, find: impl FnOnce(&Self) -> Result<Report, Error>) -> Result<Emitted, Error> {
        let variable = |name: &str| {
            let help = "call `emit` from `build.rs`; elsewhere `export` makes the document";
            env::var(name).map_err(|_| {
                Error::new(ErrorKind::Usage, format!("this is no build script: cargo sets no `{name}`")).help(help)
            })
        };
        let folder = PathBuf::from(variable("OUT_DIR")?);
        // A build script runs in its package's folder; paths are shown relative to it.
        let package = Package::nearest(&self.path).and_then(|manifest| Package::read(&manifest).ok().flatten());
        let features = package.map(|package| of_build(&package)).unwrap_or_default();
        let scan = Self {
            cfgs: Some(Cfgs::of_build_script(env::vars())),
            choice: Choice { named: features, all: false, no_default: true },
            ..self.clone()
        };
        let report = find(&scan);
        let mut lines = report.as_ref().map(Report::cargo_lines).unwrap_or_default();
        let outcome = report.and_then(|report| scan.export_from(report));
        if let Err(error) = &outcome
            && error.kind() != ErrorKind::Findings
        {
            lines.push_str(&directive("error", &error.to_string()));
        }
        // A build script speaks to cargo on standard output.
        print!("{lines}");
        let export = outcome?;
        let path = folder.join(FILE_NAME);
        file::replace_if_changed(&path, &export.json())?;
        Ok(Emitted { path, export })
    }
}

/// The features that are on in the build that a build script belongs to.
fn of_build(package: &Package) -> BTreeSet<String> {
    let is_on = |feature: &&str| {
        let name = feature.to_ascii_uppercase().replace('-', "_");
        env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
    };
    package.features.names().filter(is_on).map(str::to_owned).collect()
}

impl Report {
    /// What to tell cargo: the inputs, and the findings.
    fn cargo_lines(&self) -> String {
        let mut lines = String::new();
        // A new file can bring a tool, so folders count as well as files; cargo looks into them.
        for path in &self.inputs {
            let inside = self.inputs.iter().any(|folder| folder != path && path.starts_with(folder));
            if !inside {
                let _ = writeln!(lines, "cargo::rerun-if-changed={}", path.display());
            }
        }
        for finding in &self.findings {
            let word = match finding.level {
                Level::Error => "error",
                Level::Warning => "warning",
            };
            lines.push_str(&directive(word, &one_line(finding)));
        }
        lines
    }
}

/// A line for cargo, which reads each line break as the end.
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
    use super::*;
    use crate::source::Place;

    #[test]
    fn cargo_reads_lines() {
        assert_eq!(directive("warning", "a\nb\u{1b}c"), "cargo::warning=a; b\\u{1b}c\n");
    }

    #[test]
    fn inputs_are_named_once() {
        let mut report = Report::default();
        report.inputs.extend(["src", "src/main.rs", "src/a/b.rs", "Cargo.toml", "mcp-scopes.toml"].map(PathBuf::from));
        let finding = Finding::warning("r", "m").help("h").at(Place::point(&"src/main.rs".into(), 2, 3));
        report.findings.push(finding);
        let lines = report.cargo_lines();
        let expected = "cargo::rerun-if-changed=Cargo.toml\ncargo::rerun-if-changed=mcp-scopes.toml\n\
                        cargo::rerun-if-changed=src\ncargo::warning=src/main.rs:2:3: m; help: h [r]\n";
        assert_eq!(lines, expected);
    }
}
