//! Links the C library, which starts the program. Without `std`, nothing else links it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-link-arg-bins=-lc");
}
