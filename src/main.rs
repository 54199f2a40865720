//! The millpond binary. The only file that ends the process, and that says how it takes memory.

/// One that keeps for a while what was given back, and whose own thread then gives it to the system. SQLite takes it as well.
#[cfg(unix)]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() {
    std::process::exit(millpond::cli::run(std::env::args_os()));
}
