//! Plays three attacks against tools with policies, and prints what stops them.

use std::{error::Error, io::Write as _};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let report = policies::attacks::play().await?;
    Ok(std::io::stdout().write_all(report.as_bytes())?)
}
