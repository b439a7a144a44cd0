//! Keeps the query of the given address, which may hold a secret, out of everything that is shown or written.

/// What replaces a secret.
pub(crate) const HIDDEN: &str = "[hidden]";

/// The minimum length of a value that is hidden wherever it appears. A short one is part of words that are not secret.
const SHORTEST: usize = 8;

/// The texts to replace, each with its replacement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Redaction(Vec<(String, String)>);

impl Redaction {
    /// Hides the values of a query: the whole query in addresses, and each long value alone.
    pub(crate) fn of_query(query: Option<&str>) -> Self {
        let Some(query) = query.filter(|query| !query.is_empty()) else { return Self::default() };
        let pairs = || query.split('&').map(|pair| pair.split_once('=').unwrap_or(("", pair)));
        let hidden =
            pairs().map(|(name, _)| if name.is_empty() { HIDDEN.to_owned() } else { format!("{name}={HIDDEN}") });
        let hidden: Vec<String> = hidden.collect();
        let mut replacements = vec![(format!("?{query}"), format!("?{}", hidden.join("&")))];
        let values = pairs().map(|(_, value)| value).filter(|value| value.len() >= SHORTEST);
        replacements.extend(values.map(|value| (value.to_owned(), HIDDEN.to_owned())));
        Self(replacements)
    }

    pub(crate) fn apply(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (secret, shown)| text.replace(secret, shown))
    }
}

#[cfg(test)]
mod tests {
    use super::Redaction;

    #[test]
    fn hides_values_and_keeps_names() {
        let redaction = Redaction::of_query(Some("api_key=sk-0123456789&tenant=1&x"));
        for (text, shown) in [
            (
                "https://h/mcp?api_key=sk-0123456789&tenant=1&x",
                "https://h/mcp?api_key=[hidden]&tenant=[hidden]&[hidden]",
            ),
            (
                "?api_key=sk-0123456789&tenant=1&x&access_token=a",
                "?api_key=[hidden]&tenant=[hidden]&[hidden]&access_token=a",
            ),
            ("no key sk-0123456789, tenant=1, x", "no key [hidden], tenant=1, x"),
        ] {
            assert_eq!(redaction.apply(text), shown);
        }
        assert_eq!(Redaction::of_query(Some("")).apply("a?b"), "a?b");
        assert_eq!(Redaction::of_query(None).apply("a?b"), "a?b");
    }
}
