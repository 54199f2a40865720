//! The millpond binary. The only file that ends the process.

fn main() {
    std::process::exit(millpond::cli::run(std::env::args_os()));
}
