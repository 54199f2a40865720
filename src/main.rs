//! The millpond binary.

use millpond::config::{Config, Database};

fn main() {
    let runtime = actix_web::rt::System::new();
    let config = Config {
        port: std::env::var("PORT").ok().and_then(|p| p.parse().ok()).unwrap_or(0),
        database: Database::Memory,
        ..Config::default()
    };
    tracing_subscriber::fmt().json().with_env_filter("millpond=debug").with_writer(std::io::stderr).init();
    runtime.block_on(async {
        let running = millpond::start::start(config).await.unwrap_or_else(|e| panic!("{e}"));
        println!("{}", running.ready_line());
        use tokio::signal::unix::{SignalKind, signal};
        let mut term = signal(SignalKind::terminate()).unwrap();
        term.recv().await;
        running.stop().await;
    });
}
