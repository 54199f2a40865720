//! What would be the fastest: the same HTTP library, signature check, JSON library and SQLite, and none of Stream's rules. It
//! reads one row by its key, and writes one, as many a commit as wait, with `synchronous=FULL`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use actix_web::http::header::{AUTHORIZATION, CONTENT_TYPE};
use actix_web::web::{self, Bytes, Data, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::millpond::SECRET;

/// Writes that share a commit at the most, as in millpond.
const GROUP_MAX: usize = 128;

/// A user as it goes over the wire, both ways.
#[derive(Serialize, Deserialize)]
struct User {
    id: String,
    name: String,
    #[serde(default)]
    at: i64,
}

#[derive(Serialize, Deserialize)]
struct Users {
    users: BTreeMap<String, User>,
}

#[derive(Deserialize)]
struct Claims {
    #[serde(default)]
    user_id: String,
}

#[derive(Deserialize)]
struct Asked {
    id: String,
}

/// Writes of one call, and where their end is told.
type Job = (Users, oneshot::Sender<Users>);

struct Gate {
    key: DecodingKey,
    validation: Validation,
    writes: Sender<Job>,
}

impl Gate {
    fn check(&self, request: &HttpRequest) {
        let token = request.headers().get(AUTHORIZATION).unwrap().to_str().unwrap();
        let claims: Claims = jsonwebtoken::decode(token, &self.key, &self.validation).unwrap().claims;
        std::hint::black_box(claims.user_id);
    }
}

/// A table with users `user-0`, `user-1`, …
pub fn database(path: &Path, users: usize) -> Connection {
    let conn = Connection::open(path).unwrap();
    conn.pragma_update(None, "journal_mode", "WAL").unwrap();
    conn.pragma_update(None, "synchronous", "FULL").unwrap();
    let table = "CREATE TABLE users (app INTEGER, id TEXT, name TEXT, at INTEGER, PRIMARY KEY (app, id)) WITHOUT ROWID";
    conn.execute_batch(table).unwrap();
    conn.execute_batch("BEGIN").unwrap();
    for number in 0..users {
        let row = params![format!("user-{number}"), format!("User {number}")];
        conn.execute("INSERT INTO users VALUES (1, ?1, ?2, 0)", row).unwrap();
    }
    conn.execute_batch("COMMIT").unwrap();
    conn
}

/// Starts one on a database of its own, with a single serving thread.
pub fn start(path: &Path, users: usize) -> String {
    let conn = database(path, users);
    let (writes, jobs) = channel::<Job>();
    std::thread::Builder::new()
        .name("ideal-writer".to_owned())
        .spawn(move || {
            while let Ok(first) = jobs.recv() {
                let group: Vec<_> = std::iter::once(first).chain(jobs.try_iter().take(GROUP_MAX - 1)).collect();
                let run = |sql| conn.prepare_cached(sql).unwrap().execute([]).unwrap();
                run("BEGIN IMMEDIATE");
                for user in group.iter().flat_map(|(users, _)| users.users.values()) {
                    conn.prepare_cached(
                        "INSERT INTO users VALUES (1, ?1, ?2, ?3) ON CONFLICT DO UPDATE SET name = ?2, at = ?3",
                    )
                    .unwrap()
                    .execute(params![user.id, user.name, user.at])
                    .unwrap();
                }
                run("COMMIT");
                for (users, answer) in group {
                    let _ = answer.send(users);
                }
            }
        })
        .unwrap();
    let path = path.to_owned();
    let (sender, started) = channel();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                let mut validation = Validation::new(Algorithm::HS256);
                validation.required_spec_claims.clear();
                validation.validate_exp = false;
                let key = DecodingKey::from_secret(SECRET.as_bytes());
                let gate = Gate { key, validation, writes: writes.clone() };
                App::new()
                    .app_data(Data::new(gate))
                    .app_data(reader(&path))
                    .route("/users", web::get().to(read))
                    .route("/users", web::post().to(write))
            });
            // Longer than it takes until its turn comes again.
            let server =
                server.workers(1).keep_alive(Duration::from_secs(75)).disable_signals().bind("127.0.0.1:0").unwrap();
            sender.send(format!("http://{}", server.addrs()[0])).unwrap();
            server.run().await.unwrap();
        });
    });
    started.recv().unwrap()
}

/// The connection of a thread for reads.
fn reader(path: &PathBuf) -> Rc<Connection> {
    Rc::new(Connection::open(path).unwrap())
}

async fn read(request: HttpRequest, asked: Query<Asked>, gate: Data<Gate>) -> HttpResponse {
    gate.check(&request);
    let conn = request.app_data::<Rc<Connection>>().unwrap();
    let mut query = conn.prepare_cached("SELECT id, name, at FROM users WHERE app = 1 AND id = ?1").unwrap();
    let user =
        query.query_row([&asked.id], |row| Ok(User { id: row.get(0)?, name: row.get(1)?, at: row.get(2)? })).unwrap();
    json(HttpResponse::Ok(), &Users { users: BTreeMap::from([(user.id.clone(), user)]) })
}

async fn write(request: HttpRequest, gate: Data<Gate>, body: Bytes) -> HttpResponse {
    gate.check(&request);
    let (answer, answered) = oneshot::channel();
    gate.writes.send((serde_json::from_slice(&body).unwrap(), answer)).unwrap();
    json(HttpResponse::Created(), &answered.await.unwrap())
}

fn json(mut answer: actix_web::HttpResponseBuilder, users: &Users) -> HttpResponse {
    answer.insert_header((CONTENT_TYPE, "application/json")).body(serde_json::to_vec(users).unwrap())
}
