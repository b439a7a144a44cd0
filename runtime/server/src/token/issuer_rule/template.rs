//! Issuers that hold the tenant of a token in one segment of their path, as those of Microsoft Entra do.

/// The placeholder for a tenant in the configuration.
pub(in super::super) const PLACEHOLDER: &str = "{tenant}";

/// The same in the metadata and the keys of Entra.
#[cfg(feature = "jwt")]
pub(in super::super) const OF_KEYS: &str = "{tenantid}";

/// A text with one `{tenant}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Template {
    before: String,
    after: String,
}

impl Template {
    /// Parses an issuer; `None` if it holds no `{tenant}`.
    ///
    /// # Errors
    /// Returns a predicate that completes a sentence whose subject is the text.
    pub(in super::super) fn parse(text: &str) -> Result<Option<Self>, &'static str> {
        let Some((before, after)) = text.split_once(PLACEHOLDER) else {
            return if text.contains(['{', '}']) { Err("has a brace without `{tenant}`") } else { Ok(None) };
        };
        if before.contains(['{', '}']) || after.contains(['{', '}']) {
            return Err("has more braces than those of one `{tenant}`");
        }
        // The path begins at the first slash after the host.
        let is_in_path =
            before.split_once("://").is_some_and(|(_, rest)| rest.find('/').is_some_and(|slash| slash > 0));
        let is_segment = before.ends_with('/') && (after.is_empty() || after.starts_with('/'));
        if !is_in_path || !is_segment || text.contains(['?', '#']) {
            return Err("has a `{tenant}` that is not one segment of its path");
        }
        Ok(Some(Self { before: before.to_owned(), after: after.to_owned() }))
    }

    /// Returns the tenant of an issuer that matches.
    pub(in super::super) fn tenant<'i>(&self, issuer: &'i str) -> Option<&'i str> {
        let tenant = issuer.strip_prefix(self.before.as_str())?.strip_suffix(self.after.as_str())?;
        is_tenant(tenant).then_some(tenant)
    }

    /// Returns the issuer with this segment.
    pub(in super::super) fn with(&self, segment: &str) -> String {
        format!("{}{segment}{}", self.before, self.after)
    }
}

/// Returns whether a text is the id of a tenant: a GUID in lower case.
pub(super) fn is_tenant(text: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.split('-').map(str::len).eq(lengths) && text.split('-').all(is_hex)
}

#[cfg(test)]
mod tests {
    use super::{Template, is_tenant};

    const TENANT: &str = "6babcaad-604b-40ac-a9d7-9fd97c0b779f";

    #[test]
    fn recognizes_one_segment_of_the_path() {
        for text in ["https://h/{tenant}", "https://h/{tenant}/", "https://h/a/{tenant}/v2.0"] {
            let template = Template::parse(text).unwrap().unwrap();
            let issuer = text.replace("{tenant}", TENANT);
            assert_eq!(template.tenant(&issuer), Some(TENANT));
            assert_eq!(template.with(TENANT), issuer);
        }
        assert_eq!(Template::parse("https://h/a"), Ok(None));
        for wrong in [
            "https://{tenant}",
            "https://{tenant}/a",
            "https://{tenant}.example.com/a",
            "https://h:443{tenant}/a",
            "https://h/a{tenant}",
            "https://h/{tenant}a",
            "https://h/{tenant}/{tenant}",
            "https://h/{tenant}/{other}",
            "https://h/{tenantid}",
            "https://h/{Tenant}",
            "https://h/{tenant",
            "https://h/?a=/{tenant}",
            "https://h/{tenant}#a",
            "{tenant}",
            "/{tenant}",
        ] {
            assert!(Template::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn accepts_a_guid_in_lower_case_only() {
        let template = Template::parse("https://h/{tenant}/v2.0").unwrap().unwrap();
        assert!(is_tenant(TENANT));
        for wrong in [
            "",
            "common",
            "{tenantid}",
            "6BABCAAD-604B-40AC-A9D7-9FD97C0B779F",
            "6babcaad604b40aca9d79fd97c0b779f",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779f0",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779g",
            "6babcaad-604b-40ac-a9d79-fd97c0b779f",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779f-",
            "6babcaad-604b-40ac-a9d7-9fd97c0b77/f",
            "6babcaad-604b-40ac-a9d7-9fd97c0b779f/v2.0/6babcaad-604b-40ac-a9d7-9fd97c0b779f",
        ] {
            assert!(!is_tenant(wrong) && template.tenant(&template.with(wrong)).is_none(), "{wrong}");
        }
        for wrong in
            ["https://h/6babcaad-604b-40ac-a9d7-9fd97c0b779f/v2.0/", "https://h/v2.0", "https://h//v2.0", "https://h/"]
        {
            assert!(template.tenant(wrong).is_none(), "{wrong}");
        }
    }
}
