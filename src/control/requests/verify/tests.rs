use super::*;
use crate::clock::Time;
use crate::ids::UserId;
use crate::journal::{Caller, Who};

/// Entries of `operation user status code`, one a second from noon.
fn entries(lines: &[(&'static str, &str, u16, i32)]) -> Vec<Arc<Entry>> {
    let noon = 1_769_860_800;
    let made = lines.iter().zip(1..).map(|((operation, user, status, code), id)| {
        let who = Who { caller: Caller::User, user_id: Some(UserId::trusted(user)), ..Who::default() };
        let at = Time::from_seconds(noon + id);
        let id = u64::try_from(id).expect("small");
        Arc::new(Entry { id, order: id, code: *code, who, ..Entry::new(at, *operation, "GET", *status) })
    });
    made.collect()
}

fn expect(criteria: &[(&str, &str)], times: Times) -> Expectation {
    let mut filter = Filter::default();
    for (name, value) in criteria {
        filter.set("", name, value).expect("a criterion");
    }
    Expectation { filter, times }
}

const SEEN: &[(&str, &str, u16, i32)] = &[
    ("Connect", "john", 401, 40),
    ("Connect", "john", 101, 0),
    ("GetApp", "john", 200, 0),
    ("GetApp", "jane", 200, 0),
];

#[test]
fn exactly_once_never_and_ranges_hold_or_are_told() {
    let entries = entries(SEEN);
    let account = |criteria: &[(&str, &str)], times| {
        let Account { ok, mut sentences } = verify(&[expect(criteria, times)], false, &entries);
        assert_eq!(sentences.len(), 1);
        (ok, sentences.remove(0))
    };
    let told = |ok, text: &str| (ok, text.to_owned());
    let john = [("operation", "GetApp"), ("user_id", "john")];
    assert_eq!(
        account(&john, Times::exactly(1)),
        told(true, "GetApp by john was called once (id 3 at 2026-01-31T12:00:03Z), as expected: exactly 1")
    );
    assert_eq!(
        account(&[("operation", "GetApp")], Times::exactly(1)),
        told(
            false,
            "GetApp was called 2 times (ids 3, 4; from 2026-01-31T12:00:03Z to 2026-01-31T12:00:04Z); expected exactly 1"
        )
    );
    assert_eq!(
        account(&[("operation", "user.updated")], Times::exactly(0)),
        told(true, "user.updated never went out, as expected: never")
    );
    assert_eq!(
        account(&[("operation", "Connect"), ("code", "43")], Times::AT_LEAST_ONCE),
        told(
            false,
            "Connect, code 43 was never called; expected at least 1. Near to it: id 2 Connect by john as user, status \
             101, code 0, at 2026-01-31T12:00:02Z; id 1 Connect by john as user, status 401, code 40, at \
             2026-01-31T12:00:01Z"
        )
    );
    for (min, max, words) in [(2, Some(3), "2 to 3"), (0, Some(2), "at most 2"), (0, None, "any number")] {
        let (ok, text) = account(&[("operation", "GetApp")], Times { min, max });
        assert!(ok && text.ends_with(words), "{text}");
    }
}

#[test]
fn in_order_the_first_of_each_comes_behind_the_first_of_the_one_before() {
    let entries = entries(SEEN);
    let refused = || expect(&[("operation", "Connect"), ("code", "40")], Times::AT_LEAST_ONCE);
    let let_in = || expect(&[("operation", "Connect"), ("outcome", "ok")], Times::AT_LEAST_ONCE);
    let never = || expect(&[("operation", "Ban")], Times::exactly(0));
    assert!(verify(&[refused(), never(), let_in()], true, &entries).ok);
    let Account { ok, sentences } = verify(&[let_in(), refused()], true, &entries);
    assert!(!ok);
    assert_eq!(
        sentences[2],
        "Connect, code 40 came first with id 1, and not again behind Connect, ok with id 2; expected behind it"
    );
    assert!(verify(&[let_in(), refused()], false, &entries).ok);
    // The same expected twice is met by two entries.
    let get = || expect(&[("operation", "GetApp")], Times::AT_LEAST_ONCE);
    assert!(verify(&[get(), get()], true, &entries).ok);
    assert!(!verify(&[get(), get(), get()], true, &entries).ok);
}

#[test]
fn long_lists_of_ids_are_cut() {
    let entries = entries(&[("GetApp", "john", 200, 0); 13]);
    let account = verify(&[expect(&[], Times::exactly(0))], false, &entries);
    assert!(account.sentences[0].contains("(ids 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more; "), "{account:?}");
}
