//! The rules of a run in SARIF.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use serde_sarif::sarif::{MultiformatMessageString, PropertyBag, ReportingConfiguration, ReportingDescriptor};

use super::super::{
    diagnostic::Level,
    diagnostics::{Diagnostics, RuleDescription},
};

/// Returns the rules with results, then the reported diagnostics of the compiler, which have no rule.
pub(super) fn descriptors(diagnostics: &Diagnostics<'_>) -> Vec<ReportingDescriptor> {
    let reported: BTreeSet<&str> = diagnostics.all().map(|diagnostic| diagnostic.id).collect();
    let rules = (diagnostics.rules)();
    let mut descriptors: Vec<ReportingDescriptor> =
        rules.iter().filter(|rule| reported.contains(rule.id)).map(descriptor).collect();
    let mut known: BTreeSet<String> = descriptors.iter().map(|descriptor| descriptor.id.clone()).collect();
    for diagnostic in diagnostics.all() {
        if known.insert(diagnostic.id.to_owned()) {
            descriptors.push(compiler_diagnostic(diagnostic.id));
        }
    }
    descriptors
}

fn descriptor(rule: &RuleDescription) -> ReportingDescriptor {
    let (name, value) = rule.property;
    let properties = PropertyBag::builder()
        .tags(vec!["security".to_owned(), rule.tag.to_owned()])
        .additional_properties(BTreeMap::from([(name.to_owned(), json!(value))]))
        .build();
    let configuration = ReportingConfiguration::builder().enabled(rule.enabled).level(json!(rule.level.as_str()));
    ReportingDescriptor::builder()
        .id(rule.id)
        .name(pascal_case(rule.id))
        .short_description(text(rule.summary))
        .full_description(text(&format!("{} ({value})", rule.summary)))
        // Code scanning rejects a rule without a help text.
        .help(MultiformatMessageString::builder().text(&*rule.help).markdown(&*rule.help_markdown).build())
        .help_uri(rule.url.as_str())
        .default_configuration(configuration.build())
        .properties(properties)
        .build()
}

fn compiler_diagnostic(id: &str) -> ReportingDescriptor {
    let summary = "also an error of the compiler";
    ReportingDescriptor::builder()
        .id(id)
        .name(pascal_case(id))
        .short_description(text(summary))
        .help(text(summary))
        .default_configuration(ReportingConfiguration::builder().level(json!(Level::Error.as_str())).build())
        .build()
}

fn text(text: &str) -> MultiformatMessageString {
    MultiformatMessageString::builder().text(text).build()
}

/// Returns the name of a rule beside its id, in the form of §3.49.7: `BroadScope`.
fn pascal_case(id: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>())
    };
    id.split('-').filter_map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::pascal_case;

    #[test]
    fn names_are_one_word() {
        assert_eq!(pascal_case("dpop-without-alg"), "DpopWithoutAlg");
    }
}
