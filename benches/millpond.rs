//! A millpond in this process.

use std::sync::mpsc::channel;

use ::millpond::auth::secret::Secret;
use ::millpond::clock::{ClockMode, system_now};
use ::millpond::config::{Config, Database};
use ::millpond::ids::UserId;
use ::millpond::mint::{Kind, Wanted, mint};
use ::millpond::model::user::User;
use ::millpond::store::apps::NewApp;
use ::millpond::store::{Import, Store, users};

/// The secret of all apps.
pub const SECRET: &str = "a-secret-that-is-worth-nothing";

/// A running one, until the process ends.
pub struct Millpond {
    pub url: String,
    pub store: Store,
}

impl Millpond {
    /// Starts one with a single serving thread.
    pub fn start(database: Database) -> Self {
        let (sender, started) = channel();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let config = Config { port: 0, workers: 1, database, ..Config::default() };
                let running = ::millpond::start::start(config).await.unwrap();
                sender.send((running.addresses.url.clone(), running.store.clone())).unwrap();
                std::future::pending::<()>().await;
            });
        });
        let (url, store) = started.recv().unwrap();
        Self { url, store }
    }
}

/// Waits for something of the store's.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// An app that is still to be made.
pub fn new_app(api_key: &str) -> NewApp {
    NewApp {
        name: api_key.to_owned(),
        api_key: api_key.to_owned(),
        api_secret: SECRET.to_owned(),
        clock: ClockMode::System,
        is_base: false,
    }
}

/// Makes an app with users `user-0`, `user-1`, …, to which a reset goes back.
pub fn import(store: &Store, api_key: &str, count: usize) {
    let import = Import {
        new: new_app(api_key),
        replace: true,
        clock: None,
        fill: Box::new(move |tx| {
            for number in 0..count {
                let mut user = User::new(UserId::trusted(&format!("user-{number}")), tx.now);
                user.name = Some(format!("User {number}"));
                user.image = Some(format!("https://example.com/{number}.png"));
                user.custom.insert("favourite_color".to_owned(), "green".into());
                users::save(tx, &user)?;
            }
            Ok(())
        }),
    };
    wait(store.import(vec![import], false)).unwrap();
}

/// A token of a user, or of a server.
pub fn token(user: Option<&str>) -> String {
    let kind = if user.is_some() { Kind::User } else { Kind::Server };
    let wanted = Wanted { kind, user_id: user.map(str::to_owned), ..Wanted::default() };
    mint(&wanted, &Secret::new(SECRET), system_now()).unwrap().token
}
