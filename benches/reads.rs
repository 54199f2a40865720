//! Reads over connections that are kept, against a handler of the same HTTP library that only hands out bytes.

use std::sync::mpsc::channel;
use std::time::Duration;

use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::{self, Bytes};
use actix_web::{App, HttpResponse, HttpServer};
use millpond::config::Database;

use crate::client::{Client, as_float, request};
use crate::ideal;
use crate::measure::{Aim, Spread, Table, serving_ns, short};
use crate::millpond::{Millpond, import, token};

/// Connections, each with a request on its way all the time.
const CONNECTIONS: usize = 32;
/// Tokens that are shown in turn where each is to be a new one: more than millpond remembers.
const FRESH_TOKENS: usize = 40_000;

/// A call that is measured.
struct Case {
    name: &'static str,
    /// What it is compared with, by its place among the cases.
    against: usize,
    aim: Aim,
    client: Client,
    requests: Vec<Vec<u8>>,
    next: usize,
    answers_per_second: Vec<f64>,
    cost_us: Vec<f64>,
}

impl Case {
    fn measure(&mut self, time: Duration) {
        let before = serving_ns();
        let (requests, next) = (&self.requests, &mut self.next);
        let done = self.client.call(time, || {
            *next = (*next + 1) % requests.len();
            requests[*next].clone()
        });
        let run = serving_ns().zip(before).map(|(after, before)| after - before);
        self.answers_per_second.push(done.per_second());
        self.cost_us.extend(run.map(|ns| ns / 1e3 / as_float(done.answers)));
    }
}

pub fn run(is_big: bool) {
    let (time, rounds) = if is_big { (Duration::from_secs(3), 9) } else { (Duration::from_millis(600), 5) };
    let mut cases = cases();
    for case in &mut cases {
        // The first calls open connections and prepare statements.
        case.measure(Duration::from_millis(100));
        case.answers_per_second.clear();
        case.cost_us.clear();
    }
    for _ in 0..rounds {
        for case in &mut cases {
            case.measure(time);
        }
    }
    let mut table = Table::new(
        "reads: 32 connections, one serving thread: median (least to most)",
        ["call", "answers a second", "ratio", "µs of the thread", "ratio", "against", "aim"],
    );
    let spreads = |values: &dyn Fn(&Case) -> Vec<f64>| -> Vec<Spread> {
        cases.iter().map(|case| Spread::of(values(case))).collect()
    };
    let rates = spreads(&|case| case.answers_per_second.clone());
    let costs = cases.iter().all(|case| !case.cost_us.is_empty()).then(|| spreads(&|case| case.cost_us.clone()));
    for (at, case) in cases.iter().enumerate() {
        let ratio = |is_it_itself: bool, ratio: f64| if is_it_itself { String::new() } else { format!("{ratio:.2}") };
        let is_it_itself = case.against == at;
        let rate = ratio(is_it_itself, rates[at].median() / rates[case.against].median());
        let (cost, cost_ratio) = costs.as_ref().map_or_else(Default::default, |costs| {
            let costs = (costs[at].median(), costs[case.against].median());
            (short(costs.0), ratio(is_it_itself, costs.1 / costs.0))
        });
        let against = if is_it_itself { "" } else { cases[case.against].name };
        let aim = case.aim.of(rates[at].median() / rates[case.against].median());
        table.row([&case.name, &rates[at], &rate, &cost, &cost_ratio, &against, &aim]);
    }
    table.print();
}

fn cases() -> Vec<Case> {
    let server = Millpond::start(Database::Memory);
    import(&server.store, "thousand", 1_000);
    import(&server.store, "many", 100_000);
    import(&server.store, "faulty", 1_000);
    let fault = r#"{"operation": "GetApp", "user_id": "user-9", "then": {"error": {"code": 40}}}"#;
    let mut control = Client::connect(&server.url, 1);
    control.once(&request("POST", "/_millpond/apps/faulty/faults", "", fault));

    let user = token(Some("user-1"));
    let get_app = |key: &str, token: &str| request("GET", &format!("/api/v2/app?api_key={key}"), token, "");
    let by_id = |key: &str, users: usize| -> Vec<_> {
        // Spread over the whole table.
        let ids = (0..1_000).map(|number| number * 7_919 % users);
        let path = |id| {
            let filter = format!("%7B%22filter_conditions%22%3A%7B%22id%22%3A%22user-{id}%22%7D%7D");
            format!("/api/v2/users?api_key={key}&payload={filter}")
        };
        ids.map(|id| request("GET", &path(id), &user, "")).collect()
    };
    let fresh = (0..FRESH_TOKENS).map(|number| get_app("thousand", &token(Some(&format!("fresh-{number}")))));
    let answer = ureq::get(format!("{}/api/v2/app?api_key=thousand", server.url))
        .header("authorization", &user)
        .header("stream-auth-type", "jwt");
    let answer = answer.call().unwrap();
    let headers = answer.headers().iter();
    let shown = headers.filter(|(name, _)| !["content-length", "date"].contains(&name.as_str()));
    let shown = shown.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect();
    let body = answer.into_body().read_to_vec().unwrap();
    let bare = bare(body, shown);

    let case = |name, url: &str, requests: Vec<Vec<u8>>, against, aim| Case {
        name,
        against,
        aim,
        client: Client::connect(url, CONNECTIONS),
        requests,
        next: 0,
        answers_per_second: Vec::new(),
        cost_us: Vec::new(),
    };
    let url = server.url.as_str();
    let app = |key: &str| vec![get_app(key, &user)];
    let ideal_reads = (0..1_000).map(|id| request("GET", &format!("/users?id=user-{id}"), &user, ""));
    let ideal = ideal::start(&ideal_place(), 1_000);
    vec![
        case("bare: the same body", &bare, vec![request("GET", "/bare", &user, "")], 0, Aim::None),
        case("bare: and the same headers", &bare, vec![request("GET", "/headers", &user, "")], 0, Aim::None),
        case("ideal: signature and one row by its key", &ideal, ideal_reads.collect(), 0, Aim::None),
        case("GetApp by a user", url, app("thousand"), 0, Aim::AtLeast(0.85)),
        case("GetApp, a fault for another user", url, app("faulty"), 3, Aim::None),
        case("GetApp, each time a new token", url, fresh.collect(), 3, Aim::None),
        case("GetApp by a server", url, vec![get_app("thousand", &token(None))], 0, Aim::None),
        case("QueryUsers by id, of 1,000", url, by_id("thousand", 1_000), 2, Aim::AtLeast(0.75)),
        case("QueryUsers by id, of 100,000", url, by_id("many", 100_000), 7, Aim::AtLeast(1.0)),
    ]
}

/// A place for a database that is there until the process ends.
fn ideal_place() -> std::path::PathBuf {
    tempfile::tempdir().unwrap().keep().join("ideal.db")
}

/// Starts a server whose handlers answer with these bytes, with and without these headers, on one thread as well.
fn bare(body: Vec<u8>, headers: Vec<(String, Vec<u8>)>) -> String {
    let (sender, started) = channel();
    let body = Bytes::from(body);
    let headers: Vec<_> = headers
        .into_iter()
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_bytes(&value).unwrap()))
        .collect();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let server = HttpServer::new(move || {
                let (plain, body, headers) = (body.clone(), body.clone(), headers.clone());
                let bare = move || {
                    let answer =
                        HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(plain.clone());
                    std::future::ready(answer)
                };
                let with_headers = move || {
                    let mut answer = HttpResponse::Ok().body(body.clone());
                    for (name, value) in &headers {
                        answer.headers_mut().insert(name.clone(), value.clone());
                    }
                    std::future::ready(answer)
                };
                App::new().route("/bare", web::get().to(bare)).route("/headers", web::get().to(with_headers))
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
