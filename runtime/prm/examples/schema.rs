//! Writes the committed JSON Schema: `cargo run -p mcp-scopes-prm --example schema --features schema`.

use std::{fs, io, path::Path};

fn main() -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/protected-resource-metadata.schema.json");
    fs::write(path, mcp_scopes_prm::schema::json_schema_pretty())
}
