//! Nothing but features of dependencies.
//!
//! Cargo compiles a dependency once for each set of its features. Crates that only tests use want more of some than the program
//! does, so `make demo` and then `make test` would compile two hundred crates twice. This crate asks for the larger sets, and
//! whatever is built of the whole workspace shares them. The program that is installed does not depend on it.
