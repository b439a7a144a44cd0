//! The conditions of a build for a target, by its name, as `rustc --print cfg --target` states them.

use mcp_scopes_model::nearest::Nearest;

use crate::{Error, ErrorKind, cfg::Cfgs, target_names::NAMES};

/// Architectures: the start of the name, `target_arch`, the width of a pointer, and whether the low byte comes first. The
/// first that matches counts.
const ARCHITECTURES: [(&str, &str, &str, bool); 17] = [
    ("x86_64", "x86_64", "64", true),
    ("i586", "x86", "32", true),
    ("i686", "x86", "32", true),
    ("aarch64_be", "aarch64", "64", false),
    ("aarch64", "aarch64", "64", true),
    ("arm64ec", "arm64ec", "64", true),
    ("arm64", "aarch64", "64", true),
    ("armeb", "arm", "32", false),
    ("arm", "arm", "32", true),
    ("thumb", "arm", "32", true),
    ("riscv64", "riscv64", "64", true),
    ("riscv32", "riscv32", "32", true),
    ("powerpc64le", "powerpc64", "64", true),
    ("s390x", "s390x", "64", false),
    ("loongarch64", "loongarch64", "64", true),
    ("wasm32", "wasm32", "32", true),
    ("wasm64", "wasm64", "64", true),
];
/// Systems: the start of a part of the name, `target_os`, and `target_family`.
const SYSTEMS: [(&str, &str, &str); 11] = [
    ("android", "android", "unix"),
    ("linux", "linux", "unix"),
    ("darwin", "macos", "unix"),
    ("macos", "macos", "unix"),
    ("ios", "ios", "unix"),
    ("freebsd", "freebsd", "unix"),
    ("netbsd", "netbsd", "unix"),
    ("openbsd", "openbsd", "unix"),
    ("illumos", "illumos", "unix"),
    ("windows", "windows", "windows"),
    ("wasi", "wasi", "wasm"),
];
const ENVIRONMENTS: [&str; 8] = ["gnu", "musl", "msvc", "sgx", "ohos", "uclibc", "sim", "macabi"];

/// Returns the conditions of a build for that target.
pub(crate) fn cfgs(name: &str) -> Result<Cfgs, Error> {
    let parts: Vec<&str> = name.split('-').collect();
    let arch = ARCHITECTURES.iter().find(|(start, ..)| parts.first().is_some_and(|part| part.starts_with(start)));
    // Android is named behind `linux`.
    let system = SYSTEMS.iter().find(|(start, ..)| parts.iter().skip(1).any(|part| part.starts_with(start)));
    let bare = name.starts_with("wasm") && name.ends_with("-unknown");
    let bare = bare.then_some(("", "unknown", "wasm"));
    // A misspelt name would leave out what is behind a condition on the target.
    let is_known = NAMES.split(' ').any(|known| known == name);
    let known = (arch, system.copied().or(bare));
    let (Some((_, arch, width, is_little)), Some((_, os, family)), true) = (known.0, known.1, is_known) else {
        let message = format!("unknown target `{name}`");
        let near = NAMES.split(' ').fold(Nearest::to(name), Nearest::or).found();
        let help = near.map_or_else(
            || "write its name as `rustc --print target-list` has it, or state what it sets with `--cfg`".to_owned(),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(Error::new(ErrorKind::Usage, message).help(help));
    };
    let last = parts.last().copied().unwrap_or_default();
    let width = if last.ends_with("x32") || last.ends_with("_ilp32") { "32" } else { *width };
    let environment = match os {
        "wasi" => last.strip_prefix("wasi").unwrap_or_default(),
        _ => ENVIRONMENTS.into_iter().find(|environment| last.starts_with(environment)).unwrap_or_default(),
    };
    let vendor = match parts.get(1) {
        Some(&"apple") => "apple",
        Some(&"pc") => "pc",
        _ => "unknown",
    };
    let mut cfgs = Cfgs::default();
    cfgs.set_family(family);
    for (key, value) in [
        ("target_arch", *arch),
        ("target_os", os),
        ("target_family", family),
        ("target_env", environment),
        ("target_endian", if *is_little { "little" } else { "big" }),
        ("target_pointer_width", width),
        ("target_vendor", vendor),
    ] {
        cfgs.set(key, value);
    }
    Ok(cfgs)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, cfgs};
    use crate::cfg::Answer;

    /// The conditions are those of `rustc --print cfg --target`.
    #[test]
    fn states_what_rustc_states() {
        for (target, condition) in [
            (
                "x86_64-unknown-linux-gnu",
                "all(unix, not(windows), target_arch = \"x86_64\", target_env = \"gnu\", target_os = \"linux\", target_vendor = \"unknown\", target_pointer_width = \"64\", target_endian = \"little\")",
            ),
            ("x86_64-pc-windows-msvc", "all(windows, not(unix), target_env = \"msvc\", target_vendor = \"pc\")"),
            ("aarch64-apple-darwin", "all(unix, target_os = \"macos\", target_env = \"\", target_vendor = \"apple\")"),
            (
                "armv7-unknown-linux-gnueabihf",
                "all(target_arch = \"arm\", target_pointer_width = \"32\", target_env = \"gnu\")",
            ),
            ("aarch64-linux-android", "all(target_os = \"android\", target_family = \"unix\")"),
            ("s390x-unknown-linux-gnu", "target_endian = \"big\""),
            ("wasm32-wasip1", "all(target_os = \"wasi\", target_env = \"p1\", target_family = \"wasm\", not(unix))"),
            ("wasm32-unknown-unknown", "all(target_os = \"unknown\", target_arch = \"wasm32\")"),
        ] {
            let answer = cfgs(target).unwrap().evaluate(condition.parse().unwrap());
            assert_eq!(answer, Answer::Yes, "{target}: {condition}");
        }
        for target in ["", "linux", "x86_64", "x86_65-unknown-linux-gnu", "x86_64-unknown-linus-gnu"] {
            assert!(cfgs(target).is_err(), "{target}");
        }
        for target in ["x86_64-unknown-linux-gnuu", "x86_64-pc-windowss-msvc", "armour-unknown-linux-gnueabi"] {
            assert!(cfgs(target).is_err(), "{target}");
        }
        let near = cfgs("x86_64-pc-windowss-msvc").unwrap_err();
        assert_eq!(near.advice(), Some("did you mean `x86_64-pc-windows-msvc`?"));
        for target in NAMES.split(' ') {
            assert!(cfgs(target).is_ok(), "{target}");
        }
    }
}
