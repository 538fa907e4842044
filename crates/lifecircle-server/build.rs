//! Tells Cargo to look at the built page: what is embedded follows what `make web` has built.

fn main() {
    let built = std::path::Path::new("../../web/dist");
    // Cargo takes a directory that is not there for changed each time. If it cannot be made, the build is only slower.
    let _ = std::fs::create_dir_all(built);
    println!("cargo:rerun-if-changed={}", built.display());
    println!("cargo:rerun-if-changed=build.rs");
}
