//! Writes the metadata document of this package's source to `OUT_DIR`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    mcp_scopes_build::Scan::new(".").emit()?;
    Ok(())
}
