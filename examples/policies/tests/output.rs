//! What the program prints.

use std::process::Command;

#[test]
fn stops_the_attacks_of_the_proposal() {
    let output = Command::new(env!("CARGO_BIN_EXE_policies")).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    // The rest of the minute depends on how fast the program is.
    let rest =
        (50..=61).map(|seconds| format!("wait {seconds} seconds")).find(|wait| text.contains(wait.as_str())).unwrap();
    assert_eq!(text.replace(&rest, "wait 60 seconds"), include_str!("output.txt"));
}
