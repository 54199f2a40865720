//! Lists for people: one that is empty says how it is filled, and times are read at a glance.

use super::harness::Place;

#[test]
fn an_empty_list_says_that_it_is_empty_and_how_it_is_filled() {
    let place = Place::new();
    let _server = place.serve(&[]);
    for (verb, none, how) in [
        // First, since asking for users is a call.
        ("requests", "nothing that fits was called of millpond", "millpond env"),
        ("users", "millpond has no users", "millpond users upsert"),
        ("connections", "nobody is connected to millpond", "connectUser"),
        ("faults", "millpond has no faults", "millpond faults add"),
        ("stubs", "millpond has no stubs", "millpond stubs put -"),
        ("snapshot", "millpond has no snapshots", "millpond snapshot take"),
    ] {
        let done = place.run(&[verb]);
        assert!(done.line().starts_with(none) && done.line().contains(how), "{verb}: {done:?}");
        // For a program there is nothing to say about it.
        assert!(place.run(&[verb, "--json"]).json().is_object(), "{verb}");
    }
    let filtered = place.run(&["requests", "--outcome", "failed"]);
    assert!(filtered.line().contains("`millpond requests` lists all there is"), "{filtered:?}");
    place.run(&["apps", "delete", "millpond"]).line();
    assert_eq!(place.run(&["apps"]).line(), "there are no apps; `millpond apps create` makes one");
    place.run(&["users"]).refused(2, &["has no app", "`millpond apps create` makes one"]);
}

#[test]
fn times_are_those_of_the_apps_day_to_the_second() {
    let place = Place::new();
    let server = place.serve(&["--clock", "2026-01-31T12:00:00Z"]);
    server.create_user(&place, "john");
    place.run(&["snapshot", "take", "before"]).line();
    let row = |verb: &str, first: &str| -> Vec<String> {
        let table = place.run(&[verb]).stdout;
        let line = table.lines().find(|line| line.split_whitespace().any(|word| word == first));
        line.unwrap_or_else(|| panic!("{first}: {table}")).split_whitespace().map(str::to_owned).collect()
    };
    assert_eq!(row("users", "john").last().expect("a time"), "12:00:00");
    assert_eq!(row("snapshot", "before")[1], "12:00:00");
    assert_eq!(row("requests", "UpdateUsers")[1], "12:00:00.000");
    assert_eq!(row("apps", "millpond")[2..], ["2026-01-31", "12:00:00,", "frozen"]);
    place.run(&["clock", "advance", "1d"]).line();
    assert_eq!(row("users", "john")[5..], ["-", "2026-01-31", "12:00:00"]);
    place.run(&["clock", "offset", "-26h"]).line();
    assert!(place.run(&["apps"]).stdout.contains("-1d 2h from the system's"));
}
