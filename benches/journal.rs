//! What an entry of the journal costs, and whether a reader of a rush of entries makes memory grow.

use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use millpond::clock::Time;
use millpond::ids::UserId;
use millpond::journal::{Caller, Entry, Journal, Text, Who};
use serde_json::json;

use crate::child::Child;
use crate::client::{Client, as_float, request};
use crate::measure::{Spread, Table, memory_kib, short};

/// Entries that are pushed in a round.
const PUSHES: usize = 500_000;
/// Entries a second, with a reader.
const RATE: usize = 10_000;
/// Calls that are on their way together.
const CALLS: usize = 50;

pub fn run(is_big: bool) {
    let mut table = Table::new(
        "journal: one entry, made as a call makes it, and written, in ns: median (least to most)",
        ["made", "made and written"],
    );
    let each = |mut work: Box<dyn FnMut()>| {
        let rounds = (0..7).map(|_| {
            let begun = Instant::now();
            (0..PUSHES).for_each(|_| work());
            begun.elapsed().as_secs_f64() * 1e9 / as_float(PUSHES)
        });
        Spread::of(rounds)
    };
    let who = Who { caller: Caller::User, user_id: Some(UserId::trusted("john")), ..Who::default() };
    let path = Text::new("/api/v2/app");
    let entry = move || Entry {
        path: path.clone(),
        who: who.clone(),
        sdk: Text::some("bench-1.0.0"),
        ..Entry::new(Time(0), "GetApp", "GET", 200)
    };
    let journal = Journal::default();
    let made = entry.clone();
    let made = each(Box::new(move || drop(std::hint::black_box(made()))));
    table.row([&made, &each(Box::new(move || journal.push(entry())))]);
    table.print();
    live(if is_big { 120 } else { 10 });
}

/// Calls at a steady rate for so many seconds, with a reader of the live view.
fn live(seconds: usize) {
    let server = Child::start(&[]);
    let token = server.token(&json!({"user_id": "john"}));
    let call = request("GET", &format!("/api/v2/app?api_key={}", server.api_key), &token, "");
    let mut client = Client::connect(&server.url, CALLS);
    let mut memory = Vec::new();
    let (read, lost, is_over) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicBool::new(false));
    let stream = ureq::get(format!("{}/_millpond/apps/{}/events", server.url, server.api_key)).call().unwrap();
    let begun = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for line in BufReader::new(stream.into_body().into_reader()).lines().map_while(Result::ok) {
                let count = if line == "event: lost" { &lost } else { &read };
                if line.starts_with("event: ") {
                    count.fetch_add(1, Ordering::Relaxed);
                }
                if is_over.load(Ordering::Relaxed) {
                    return;
                }
            }
        });
        let rounds = seconds * RATE / CALLS;
        for round in 0..rounds {
            client.once(&call);
            if round % (rounds / 10) == 0 {
                memory.extend(memory_kib(server.process.id()).map(|kib| short(kib / 1024.0)));
            }
            let due = Duration::from_secs_f64(as_float((round + 1) * CALLS) / as_float(RATE));
            while let Some(early) = due.checked_sub(begun.elapsed()) {
                std::thread::park_timeout(early);
            }
        }
        is_over.store(true, Ordering::Relaxed);
        client.once(&call);
    });
    let took = begun.elapsed().as_secs_f64();
    let mut table = Table::new("journal live: server-sent events of each call to one reader", ["what", "measured"]);
    table.row([&"calls a second", &short(as_float(seconds * RATE) / took)]);
    table.row([&"seconds", &short(took)]);
    table.row([&"entries read, of all", &short(as_float(read.into_inner()) / as_float(seconds * RATE))]);
    table.row([&"times that the reader was told that it missed some", &lost.into_inner()]);
    table.row([&"memory, MiB, ten times on the way", &memory.join(" ")]);
    table.print();
}
