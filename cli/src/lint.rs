//! `mcp-scopes lint`.

use mcp_scopes_build::{Level, Report};

use crate::{
    Outcome,
    arguments::{self, Format},
    complain,
    export::print,
    fail,
    output::{human, json},
};

impl arguments::Lint {
    pub(crate) fn run(&self) -> Outcome {
        let mut report = Report::default();
        for path in &self.path {
            match self.build.scan(path).lint() {
                Ok(found) => report.merge(found),
                Err(error) => return fail(&error),
            }
        }
        let printed = match self.format {
            Format::Human => {
                anstream::print!("{}", human::render(&report));
                Outcome::Clean
            }
            Format::Json => match json::render(&report) {
                Ok(text) => print(&text),
                Err(error) => {
                    complain(&format!("the findings cannot be written as JSON: {error}"), None);
                    Outcome::Failed
                }
            },
        };
        eprintln!("{}", summary(&report));
        match printed {
            Outcome::Clean if report.has_errors() => Outcome::Found,
            other => other,
        }
    }
}

/// `checked 12 tools in 1 package: no findings`
fn summary(report: &Report) -> String {
    let tools = counted(report.annotated(), "tool");
    let packages = counted(report.packages(), "package");
    let findings = match (report.count(Level::Error), report.count(Level::Warning)) {
        (0, 0) => "no findings".to_owned(),
        (errors, 0) => counted(errors, "error"),
        (0, warnings) => counted(warnings, "warning"),
        (errors, warnings) => format!("{}, {}", counted(errors, "error"), counted(warnings, "warning")),
    };
    format!("checked {tools} in {packages}: {findings}")
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
