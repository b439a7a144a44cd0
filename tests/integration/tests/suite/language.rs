//! Docs, comments and messages use no words that a reader has to decode.

use std::{path::Path, process::Command};

#[test]
fn avoids_words_that_readers_have_to_decode() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = match Command::new("bash").arg(".ci/words").current_dir(root).output() {
        Ok(output) => output,
        Err(error) => return eprintln!("SKIPPED: bash cannot be run: {error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
