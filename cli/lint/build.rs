//! Lists the lint rules: every folder of `src/rules` is one.

use std::{env, error::Error, fmt::Write as _, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let rules = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/rules");
    // cargo looks at everything below the folder.
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", rules.display());
    let mut ids = Vec::new();
    for entry in fs::read_dir(&rules)? {
        let path = entry?.path();
        if path.join("rule.rs").is_file() {
            let id = path.file_name().and_then(|name| name.to_str()).ok_or("a rule's folder is named by its id")?;
            ids.push(id.to_owned());
        }
    }
    ids.sort();
    let mut code = String::new();
    for id in &ids {
        let file = rules.join(id).join("rule.rs");
        writeln!(code, "#[path = {:?}]\nmod {};", file.to_str().ok_or("a path in UTF-8")?, id.replace('-', "_"))?;
    }
    code.push_str("\n/// Every rule, by its id.\npub static RULES: &[Rule] = &[\n");
    for id in &ids {
        writeln!(code, "    {}::RULE,", id.replace('-', "_"))?;
    }
    code.push_str("];\n");
    let out = Path::new(&env::var("OUT_DIR")?).join("rules.rs");
    // Written only if it changed, so that nothing is compiled again for it.
    if fs::read_to_string(&out).unwrap_or_default() != code {
        fs::write(&out, code)?;
    }
    Ok(())
}
