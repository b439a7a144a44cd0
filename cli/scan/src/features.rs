//! Resolves which features of a package are on.

use std::collections::{BTreeMap, BTreeSet};

use mcp_scopes_model::nearest::Nearest;

/// The values of `--features`, `--all-features` and `--no-default-features`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeatureSelection {
    /// The features that are named.
    pub named: BTreeSet<String>,
    /// Whether every feature is on.
    pub all: bool,
    /// Whether the feature `default` is off unless it is named.
    pub no_default: bool,
}

/// The features of a package and the features that each enables. Holds `[features]` and one feature for each optional
/// dependency that no feature names with `dep:`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Features {
    turns_on: BTreeMap<String, Vec<String>>,
}

/// The features that are on, including those that the package forwards to its dependencies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Enabled {
    /// Features of the package itself.
    pub features: BTreeSet<String>,
    /// Features that `dependency/feature` enables, by dependency.
    pub forwarded: BTreeMap<String, BTreeSet<String>>,
    /// Optional dependencies that are on.
    pub dependencies: BTreeSet<String>,
}

impl Features {
    /// Builds the features from `[features]` and the names of the optional dependencies.
    #[must_use]
    pub fn new(table: &BTreeMap<String, Vec<String>>, optional: &[String]) -> Self {
        let mut turns_on = table.clone();
        for name in optional {
            let explicit = format!("dep:{name}");
            if !table.values().flatten().any(|entry| *entry == explicit) {
                turns_on.entry(name.clone()).or_insert_with(|| vec![explicit]);
            }
        }
        Self { turns_on }
    }

    /// Returns whether the package has this feature.
    #[must_use]
    pub fn has(&self, feature: &str) -> bool {
        self.turns_on.contains_key(feature)
    }

    /// Returns the selection for the package of that name: `package/feature` is its feature.
    #[must_use]
    pub fn selection_for(&self, package: &str, selection: &FeatureSelection) -> FeatureSelection {
        let own = |entry: &String| match entry.split_once('/') {
            Some((of, feature)) if of == package => feature.to_owned(),
            _ => entry.clone(),
        };
        FeatureSelection { named: selection.named.iter().map(own).collect(), ..selection.clone() }
    }

    /// Returns the names of all features.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.turns_on.keys().map(String::as_str)
    }

    /// Returns the most similar feature name.
    #[must_use]
    pub fn nearest(&self, feature: &str) -> Option<String> {
        self.names().fold(Nearest::to(feature), Nearest::or).found().map(str::to_owned)
    }

    /// Returns the features that a selection enables, including transitive ones. Names that the package does not have
    /// are left out.
    #[must_use]
    pub fn resolve(&self, selection: &FeatureSelection) -> Enabled {
        let mut enabled = Enabled::default();
        let mut open: Vec<&str> = selection.named.iter().map(String::as_str).collect();
        if selection.all {
            open.extend(self.names());
        }
        if !selection.no_default {
            open.push("default");
        }
        while let Some(entry) = open.pop() {
            if let Some(dependency) = entry.strip_prefix("dep:") {
                enabled.dependencies.insert(dependency.to_owned());
            } else if let Some((dependency, feature)) = entry.split_once('/') {
                let (dependency, weak) = match dependency.strip_suffix('?') {
                    Some(dependency) => (dependency, true),
                    None => (dependency, false),
                };
                enabled.forwarded.entry(dependency.to_owned()).or_default().insert(feature.to_owned());
                if !weak {
                    enabled.dependencies.insert(dependency.to_owned());
                    // An optional dependency also enables the feature of the same name, if there is one.
                    open.push(dependency);
                }
            } else if let Some((name, more)) = self.turns_on.get_key_value(entry)
                && enabled.features.insert(name.clone())
            {
                open.extend(more.iter().map(String::as_str));
            }
        }
        enabled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn features() -> Features {
        let table =
            [("default", vec!["a"]), ("a", vec!["b", "dep:x", "y/fast", "z?/slow"]), ("b", vec![]), ("c", vec!["a"])];
        let table = table.map(|(name, on)| (name.to_owned(), on.into_iter().map(str::to_owned).collect()));
        Features::new(&table.into(), &["x".to_owned(), "y".to_owned(), "z".to_owned()])
    }

    fn on(selection: &FeatureSelection) -> Vec<String> {
        features().resolve(selection).features.into_iter().collect()
    }

    #[test]
    fn implications_are_followed() {
        assert_eq!(on(&FeatureSelection::default()), ["a", "b", "default", "y"]);
        assert_eq!(on(&FeatureSelection { no_default: true, ..FeatureSelection::default() }), [""; 0]);
        let named = FeatureSelection { named: ["c".to_owned()].into(), no_default: true, all: false };
        assert_eq!(on(&named), ["a", "b", "c", "y"]);
        assert_eq!(
            on(&FeatureSelection { all: true, ..FeatureSelection::default() }),
            ["a", "b", "c", "default", "y", "z"]
        );
    }

    #[test]
    fn dependencies_come_on_with_features() {
        let enabled = features().resolve(&FeatureSelection::default());
        assert_eq!(enabled.dependencies, ["x".to_owned(), "y".to_owned()].into());
        assert_eq!(enabled.forwarded["y"], ["fast".to_owned()].into());
        assert_eq!(enabled.forwarded["z"], ["slow".to_owned()].into());
    }

    #[test]
    fn a_package_has_the_features_behind_its_name() {
        let named = FeatureSelection { named: ["server/c".to_owned()].into(), no_default: true, all: false };
        assert_eq!(on(&features().selection_for("server", &named)), ["a", "b", "c", "y"]);
        assert_eq!(on(&features().selection_for("client", &named)), [""; 0]);
    }

    #[test]
    fn near_names_are_offered() {
        assert_eq!(features().nearest("defualt").as_deref(), Some("default"));
        assert!(!features().has("x"));
    }
}
