use super::*;
use crate::clock::Time;

fn journal(entries: usize) -> Journal {
    let journal = Journal::default();
    for _ in 0..entries {
        journal.push(Entry::new(Time(0), "GetApp", "GET", 200));
    }
    journal
}

fn ids(pulled: &Pulled) -> Vec<u64> {
    pulled.entries.iter().map(|entry| entry.id).collect()
}

#[test]
fn ids_count_from_one_and_the_ring_has_a_bound() {
    let journal = journal(ENTRIES_MAX + 3);
    let pulled = journal.pull(0, usize::MAX);
    assert_eq!((pulled.entries.len(), pulled.lost, pulled.entries[0].id), (ENTRIES_MAX, 3, 4));
    assert_eq!((journal.last(), journal.pushed_out()), (ENTRIES_MAX as u64 + 3, 3));
    assert!(journal.get(3).is_none() && journal.get(0).is_none() && journal.get(journal.last() + 1).is_none());
    assert_eq!(journal.get(4).map(|entry| entry.id), Some(4));
}

#[test]
fn a_reader_pulls_what_is_newer_in_pieces() {
    let journal = journal(5);
    assert_eq!(ids(&journal.pull(0, 2)), [1, 2]);
    assert_eq!(ids(&journal.pull(2, 2)), [3, 4]);
    assert_eq!(ids(&journal.pull(4, 2)), [5]);
    assert_eq!(ids(&journal.pull(5, 2)), [0; 0]);
    assert_eq!(ids(&journal.pull(99, 2)), [0; 0]);
}

#[test]
fn ids_go_on_after_a_clear_and_what_was_cleared_is_gone() {
    let journal = journal(3);
    assert_eq!(journal.clear(), 3);
    assert_eq!((journal.pull(1, 9).lost, journal.pushed_out()), (2, 0));
    journal.push(Entry::new(Time(0), "GetApp", "GET", 200));
    let pulled = journal.pull(3, 9);
    assert_eq!((ids(&pulled), pulled.lost), (vec![4], 0));
    assert!(journal.get(3).is_none() && journal.get(4).is_some());
}

#[tokio::test]
async fn a_listener_is_woken_by_what_comes_after_it_asked() {
    let (journal, everyone) = (Journal::default(), Arc::new(Bell::default()));
    journal.tell_everyone(&everyone);
    let (_own, all) = (journal.bell().listen(), everyone.listen());
    let (one, two) = (journal.bell().rung(), everyone.rung());
    journal.push(Entry::new(Time(0), "GetApp", "GET", 200));
    one.await;
    two.await;
    assert_eq!(everyone.listeners(), 1);
    drop(all);
    assert_eq!(everyone.listeners(), 0);
}

#[test]
fn text_is_short_and_shows_no_token() {
    let token = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjoiam9obiJ9.abc-_";
    let shown = Text::new(&format!("a {token}, b {token}"));
    let own = crate::auth::fingerprint::Fingerprint::of(token);
    assert_eq!(shown.as_str(), format!("a [token {own}], b [token {own}]"));
    assert_eq!(Text::new(&"ä".repeat(1000)).as_str().len(), 512);
    assert_eq!(Text::new("/users/john").as_str(), "/users/john");
}

#[test]
fn what_a_caller_could_make_long_is_clipped() {
    let journal = Journal::default();
    let mut entry = Entry::new(Time(0), "x".repeat(9_999), "EVENT", 200);
    entry.who.user_id = Some(crate::ids::UserId::trusted(&"u".repeat(9_999)));
    journal.push(entry);
    let entry = journal.get(1).expect("it is there");
    assert_eq!((entry.operation.len(), entry.who.user_id.as_ref().expect("a user").as_str().len()), (512, 255));
}
