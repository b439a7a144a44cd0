//! Evaluates conditional compilation without a compiler. The answer is yes, no, or unknown.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::TokenStream;
use syn::{
    Ident, LitStr, Token,
    ext::IdentExt as _,
    parse::{ParseStream, Parser as _},
};

/// The result of evaluating a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The item is compiled.
    Yes,
    /// The item is left out.
    No,
    /// Only a build can decide. Holds the deciding part of the condition.
    Unknown(String),
}

impl Answer {
    fn of(known: bool) -> Self {
        if known { Self::Yes } else { Self::No }
    }

    fn not(self) -> Self {
        match self {
            Self::Yes => Self::No,
            Self::No => Self::Yes,
            unknown @ Self::Unknown(_) => unknown,
        }
    }

    /// Returns the conjunction. A `No` on either side decides, even if the other side is unknown.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (unknown @ Self::Unknown(_), _) | (_, unknown @ Self::Unknown(_)) => unknown,
            (Self::Yes, Self::Yes) => Self::Yes,
        }
    }
}

/// Names that rustc itself sets, but never for a release build of a server.
const NEVER: [&str; 8] = ["test", "doc", "doctest", "miri", "clippy", "rustfmt", "rust_analyzer", "proc_macro"];

/// The known facts of a build: its features and its target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cfgs {
    features: BTreeSet<String>,
    names: BTreeSet<String>,
    values: BTreeMap<String, BTreeSet<String>>,
}

impl Cfgs {
    /// Returns a build for the host.
    #[must_use]
    pub fn host() -> Self {
        use std::env::consts::{ARCH, FAMILY, OS};
        let mut cfgs = Self::default();
        if !FAMILY.is_empty() {
            cfgs.names.insert(FAMILY.to_owned());
        }
        let env = ["gnu", "musl", "msvc", "sgx", ""].into_iter().find(|env| match *env {
            "gnu" => cfg!(target_env = "gnu"),
            "musl" => cfg!(target_env = "musl"),
            "msvc" => cfg!(target_env = "msvc"),
            "sgx" => cfg!(target_env = "sgx"),
            _ => true,
        });
        let endian = if cfg!(target_endian = "big") { "big" } else { "little" };
        let width = usize::BITS.to_string();
        for (key, value) in [
            ("target_arch", ARCH),
            ("target_os", OS),
            ("target_family", FAMILY),
            ("target_env", env.unwrap_or("")),
            ("target_endian", endian),
            ("target_pointer_width", &width),
            (
                "target_vendor",
                if cfg!(target_vendor = "apple") {
                    "apple"
                } else if cfg!(target_vendor = "pc") {
                    "pc"
                } else {
                    "unknown"
                },
            ),
        ] {
            cfgs.set(key, value);
        }
        cfgs
    }

    /// Returns the build that a build script belongs to, as cargo states it in `CARGO_CFG_*`.
    #[must_use]
    pub fn of_build_script(variables: impl Iterator<Item = (String, String)>) -> Self {
        let mut cfgs = Self::default();
        for (name, value) in variables {
            let Some(name) = name.strip_prefix("CARGO_CFG_").map(str::to_ascii_lowercase) else { continue };
            if value.is_empty() && !name.starts_with("target_") {
                cfgs.names.insert(name);
            } else {
                // Several values are joined by commas. `target_env` may be empty, which is also a value.
                value.split(',').for_each(|value| cfgs.set(&name, value));
            }
        }
        cfgs.values.remove("feature");
        cfgs
    }

    /// Returns the same build, for tests.
    pub(crate) fn for_tests(&self) -> Self {
        let mut cfgs = self.clone();
        cfgs.names.insert("test".to_owned());
        cfgs
    }

    /// Replaces the features of the package.
    #[must_use]
    pub fn with_features(&self, features: BTreeSet<String>) -> Self {
        Self { features, ..self.clone() }
    }

    /// Adds `name` or `key = "value"`, in the syntax of rustc's `--cfg`.
    ///
    /// # Errors
    /// Returns an error if the text is neither.
    pub fn add(&mut self, text: &str) -> Result<(), String> {
        let parser = |input: ParseStream<'_>| {
            let name = Ident::parse_any(input)?.to_string();
            let value = match input.parse::<Option<Token![=]>>()? {
                Some(_) => Some(input.parse::<LitStr>()?.value()),
                None => None,
            };
            Ok((name, value))
        };
        match parser.parse_str(text) {
            Ok((name, Some(value))) => self.set(&name, &value),
            Ok((name, None)) => {
                self.names.insert(name);
            }
            Err(_) => return Err(format!("`{text}` is not a condition; write `name` or `key=\"value\"`")),
        }
        Ok(())
    }

    /// Sets `unix` or `windows`.
    pub(crate) fn set_family(&mut self, family: &str) {
        if matches!(family, "unix" | "windows") {
            self.names.insert(family.to_owned());
        }
    }

    pub(crate) fn set(&mut self, key: &str, value: &str) {
        self.values.entry(key.to_owned()).or_default().insert(value.to_owned());
    }

    /// Evaluates the tokens between the parentheses of `cfg(..)`.
    #[must_use]
    pub fn evaluate(&self, condition: TokenStream) -> Answer {
        let text = condition.to_string();
        let parser = |input: ParseStream<'_>| {
            let answer = self.predicate(input)?;
            input.parse::<Option<Token![,]>>()?;
            Ok(answer)
        };
        parser.parse2(condition).unwrap_or(Answer::Unknown(text))
    }

    /// Evaluates several conditions, all of which have to hold.
    #[must_use]
    pub fn all(&self, conditions: &[TokenStream]) -> Answer {
        conditions.iter().fold(Answer::Yes, |answer, condition| answer.and(self.evaluate(condition.clone())))
    }

    fn predicate(&self, input: ParseStream<'_>) -> syn::Result<Answer> {
        let name = Ident::parse_any(input)?.to_string();
        if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            let mut parts = Vec::new();
            while !inner.is_empty() {
                parts.push(self.predicate(&inner)?);
                if !inner.is_empty() {
                    inner.parse::<Token![,]>()?;
                }
            }
            let mut parts = parts.into_iter();
            return match name.as_str() {
                "all" => Ok(parts.fold(Answer::Yes, Answer::and)),
                "any" => Ok(parts.fold(Answer::No, |answer, part| answer.not().and(part.not()).not())),
                "not" => match (parts.next(), parts.next()) {
                    (Some(part), None) => Ok(part.not()),
                    _ => Err(input.error("`not` takes one condition")),
                },
                // `version(..)` and `accessible(..)` are unstable, and only the compiler can evaluate them.
                _ => Ok(Answer::Unknown(format!("{name}(..)"))),
            };
        }
        if input.parse::<Option<Token![=]>>()?.is_some() {
            let value = input.parse::<LitStr>()?.value();
            return Ok(self.valued(&name, &value));
        }
        Ok(match name.as_str() {
            "true" => Answer::Yes,
            "false" => Answer::No,
            name if self.names.contains(name) => Answer::Yes,
            name if NEVER.contains(&name) || matches!(name, "unix" | "windows") => Answer::No,
            name => Answer::Unknown(name.to_owned()),
        })
    }

    fn valued(&self, key: &str, value: &str) -> Answer {
        if key == "feature" {
            return Answer::of(self.features.contains(value));
        }
        match self.values.get(key) {
            Some(values) if values.contains(value) => Answer::Yes,
            // A target has exactly one architecture, but may have more target features than were stated.
            Some(_) if key != "target_feature" => Answer::No,
            _ => Answer::Unknown(format!("{key} = \"{value}\"")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cfgs() -> Cfgs {
        let mut cfgs = Cfgs::default().with_features(["a".to_owned()].into());
        cfgs.add("unix").unwrap();
        cfgs.add("target_os=\"linux\"").unwrap();
        cfgs
    }

    #[test]
    fn evaluates_conditions_to_yes_no_or_unknown() {
        let unknown = |text: &str| Answer::Unknown(text.to_owned());
        for (condition, answer) in [
            ("feature = \"a\"", Answer::Yes),
            ("feature = \"b\"", Answer::No),
            ("test", Answer::No),
            ("not(test)", Answer::Yes),
            ("unix", Answer::Yes),
            ("windows", Answer::No),
            ("target_os = \"linux\"", Answer::Yes),
            ("target_os = \"macos\"", Answer::No),
            ("loom", unknown("loom")),
            ("not(loom)", unknown("loom")),
            ("all(loom, test)", Answer::No),
            ("all(test, loom)", Answer::No),
            ("all(loom, unix)", unknown("loom")),
            ("any(loom, unix)", Answer::Yes),
            ("any(unix, loom)", Answer::Yes),
            ("any(loom, test)", unknown("loom")),
            ("all()", Answer::Yes),
            ("any()", Answer::No),
            ("all(unix, not(any(test, feature = \"b\")),)", Answer::Yes),
            ("true", Answer::Yes),
            ("false", Answer::No),
            ("target_abi = \"x\"", unknown("target_abi = \"x\"")),
            ("version(\"1.0\")", Answer::Unknown("version (\"1.0\")".to_owned())),
        ] {
            assert_eq!(cfgs().evaluate(condition.parse().unwrap()), answer, "{condition}");
        }
    }

    #[test]
    fn the_host_knows_its_target() {
        let condition = format!("all(target_os = \"{}\", target_endian = \"little\")", std::env::consts::OS);
        let expected = if cfg!(target_endian = "little") { Answer::Yes } else { Answer::No };
        assert_eq!(Cfgs::host().evaluate(condition.parse().unwrap()), expected);
    }

    #[test]
    fn reads_conditions_from_the_environment_of_build_scripts() {
        let variables = [
            ("CARGO_CFG_UNIX", ""),
            ("CARGO_CFG_TARGET_OS", "linux"),
            ("CARGO_CFG_TARGET_ENV", ""),
            ("CARGO_CFG_TARGET_FEATURE", "sse,sse2"),
            ("CARGO_CFG_FEATURE", "x"),
            ("PATH", "/bin"),
        ];
        let cfgs = Cfgs::of_build_script(variables.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned())));
        for (condition, answer) in [
            ("unix", Answer::Yes),
            ("target_feature = \"sse2\"", Answer::Yes),
            ("target_env = \"\"", Answer::Yes),
            ("target_env = \"gnu\"", Answer::No),
            ("feature = \"x\"", Answer::No),
        ] {
            assert_eq!(cfgs.evaluate(condition.parse().unwrap()), answer, "{condition}");
        }
        assert!(Cfgs::default().add("a b").is_err());
    }
}
