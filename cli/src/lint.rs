//! `mcp-scopes lint`.

use std::path::Path;

use mcp_scopes_build::{
    Error, Level, Report,
    lint::{Documents, Overrides},
};

use crate::{Outcome, arguments, complain, fail, output::human};

impl arguments::Lint {
    pub(crate) fn run(&self) -> Outcome {
        let mut report = Report::default();
        let for_documents = [("--resource", self.resource.is_some()), ("--config", self.config.is_some())];
        if let Some((flag, _)) = for_documents.iter().find(|(_, given)| *given)
            && !self.path.iter().any(|path| is_document(path))
        {
            let help = "name the document's file, or `-` for standard input";
            complain(&format!("`{flag}` concerns documents, and none is given"), Some(help));
            return Outcome::Failed;
        }
        let overrides = match self.levels.overrides() {
            Ok(overrides) => overrides,
            Err(error) => return fail(&error),
        };
        for path in &self.path {
            match self.one(path, &overrides) {
                Ok(found) => report.merge(found),
                Err(error) => {
                    if let Some(report) = error.report() {
                        anstream::eprint!("{}", human::render(report, human::Links::None));
                    }
                    return fail(&error);
                }
            }
        }
        if let Err(error) = self.baseline.apply(&mut report, &overrides) {
            return fail(&error);
        }
        let compared = self.baseline.file.is_some() || self.baseline.update;
        let printed = self.target.write(&report, compared);
        eprintln!("{}", summary(&report));
        match printed {
            Outcome::Clean if report.has_errors() => Outcome::Found,
            other => other,
        }
    }
}

impl arguments::Lint {
    fn one(&self, path: &Path, overrides: &Overrides) -> Result<Report, Error> {
        if !is_document(path) {
            return self.build.scan(path).overrides(overrides.clone()).lint();
        }
        let documents = Documents::new().profile(self.profile.into()).overrides(overrides.clone());
        let documents = match &self.config {
            Some(file) => documents.config(file)?,
            None => documents,
        };
        let documents = match &self.resource {
            Some(resource) => documents.resource(resource),
            None => documents,
        };
        if path.as_os_str() == "-" {
            documents.lint_reader("<stdin>", std::io::stdin().lock())
        } else {
            documents.lint_file(path)
        }
    }
}

/// Whether a path names a document: a file that is neither source nor a manifest, or standard input.
fn is_document(path: &Path) -> bool {
    let source = path.extension().is_some_and(|end| end == "rs" || end == "toml");
    path.as_os_str() == "-" || (!source && path.is_file())
}

/// `checked 12 tools in 1 package: no findings`
pub(crate) fn summary(report: &Report) -> String {
    let source = format!("{} in {}", counted(report.annotated(), "tool"), counted(report.packages(), "package"));
    let documents = counted(report.documents, "document");
    let checked = match (report.documents, report.packages()) {
        (0, _) => source,
        (_, 0) => documents,
        _ => format!("{source} and {documents}"),
    };
    let findings = match (report.count(Level::Error), report.count(Level::Warning)) {
        (0, 0) => "no findings".to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    let suppressed = match report.suppressed.len() {
        0 => String::new(),
        some => format!("; {some} suppressed"),
    };
    format!("checked {checked}: {findings}{suppressed}")
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::{counted, summary};
    use mcp_scopes_build::Report;

    #[test]
    fn counts() {
        assert_eq!([counted(1, "tool"), counted(2, "tool")], ["1 tool", "2 tools"]);
        assert_eq!(summary(&Report::default()), "checked 0 tools in 0 packages: no findings");
    }
}
