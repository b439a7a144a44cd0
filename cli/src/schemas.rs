//! The committed JSON Schemas of the files that people write and programs read.
//!
//! The schemas of printed reports are generated from the types that print them, next to these types. The others are
//! here. They are generated from the types and lists of their readers:
//!
//! | module | holds |
//! |---|---|
//! | `config` | the schema of `mcp-scopes.toml`, for editors |
//! | `lock` | the schema of `mcp-scopes.lock.json` |

#[cfg(test)]
mod config;
#[cfg(test)]
mod lock;

/// A JSON Schema.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schema {
    /// The address of the latest version.
    pub(crate) url: &'static str,
    /// Its text.
    pub(crate) text: &'static str,
}

macro_rules! schemas {
    ($($(#[$docs:meta])* $name:ident = $file:literal;)*) => {
        $(
            $(#[$docs])*
            pub(crate) const $name: Schema = Schema {
                url: concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/cli/schemas/", $file),
                text: include_str!(concat!("../schemas/", $file)),
            };
        )*
    };
}

schemas! {
    /// `mcp-scopes.toml`. Uses draft 7 of JSON Schema, which TOML editors support best.
    CONFIG = "config.schema.json";
    /// `mcp-scopes.lock.json`.
    LOCK = "lock-v1.schema.json";
    /// The output of `lint --format json`.
    LINT = "lint-v1.schema.json";
    /// The output of `diff --format json` and `check --format json`.
    DIFF = "diff-v1.schema.json";
}

/// The metadata document.
pub(crate) const METADATA: Schema = Schema {
    url: concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/runtime/prm/schema/protected-resource-metadata.schema.json"),
    text: mcp_scopes_prm::JSON_SCHEMA,
};

#[cfg(test)]
pub(crate) mod committed {
    use std::{fs, path::Path};

    /// Compares the generated schema with the file. `MCP_SCOPES_BLESS=1` writes it.
    #[track_caller]
    pub(crate) fn compare(file: &str, schema: &serde_json::Value) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(file);
        if std::env::var_os("MCP_SCOPES_BLESS").is_some() {
            // Keywords are written in an order that is easy to read.
            let ordered = schemars::Schema::try_from(schema.clone()).unwrap();
            fs::write(&path, serde_json::to_string_pretty(&ordered).unwrap() + "\n").unwrap();
        }
        // The comparison ignores the order of members, since features of other crates decide how `serde_json` writes
        // them.
        let committed = serde_json::from_str(&fs::read_to_string(&path).unwrap_or_default()).ok();
        let fresh = committed.as_ref() == Some(schema);
        assert!(fresh, "{file} is stale: run the test with MCP_SCOPES_BLESS=1 and read the difference");
    }
}
