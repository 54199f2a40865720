//! How many statements an answer takes: so many, whatever it shows.

use serde_json::Map;

use super::{fid, opened, run, user};
use crate::clock::{ClockMode, Time};
use crate::domain::feeds::access::Actor;
use crate::domain::feeds::activities::{self, ActivityInput};
use crate::domain::feeds::activity_reactions::{self, Telling};
use crate::domain::feeds::bookmarks::{self, Place};
use crate::domain::feeds::comments::{self, CommentInput};
use crate::domain::feeds::enrich::OwnFields;
use crate::domain::feeds::feeds::{self, NewFeed};
use crate::domain::feeds::polls::{self, OptionInput, PollInput};
use crate::domain::feeds::reactions::ReactionInput;
use crate::domain::feeds::read::{self, Request};
use crate::domain::feeds::votes::{self, Choice};
use crate::domain::users;
use crate::model::feeds::object::ObjectKind;
use crate::model::user::User;
use crate::store::{Scope, counted_statements};

/// The statements of a page whose activities have comments, reactions, a poll, and each of them something of the viewer's.
const OF_A_PAGE: usize = 47;

/// The statements that the author's page of so many activities takes, with all that hangs on each.
fn of_a_page(activities: usize) -> usize {
    let (store, app) = opened(ClockMode::Frozen(Time(1_000_000_000)));
    let scope = Scope::own(&app);
    let made = store.write(&scope, move |tx| {
        (0..10).try_for_each(|who| users::ensure(tx, &user(who)).map(drop))?;
        feeds::create(tx, &user(0), fid("user", 0), NewFeed::default())?;
        for at in 0..activities {
            let id = at.to_string();
            let by = |who| User::new(user(who), tx.now);
            let author = user(0);
            let actor = Actor::of(&author);
            let option =
                |id: &str| OptionInput { id: Some(id.to_owned()), text: id.to_owned(), ..OptionInput::default() };
            let options = Some(vec![option("this"), option("that")]);
            polls::create(
                tx,
                &by(0),
                PollInput { id: Some(id.clone()), name: "Which?".to_owned(), options, ..PollInput::default() },
            )?;
            let input = ActivityInput {
                id: Some(id.clone()),
                kind: "post".to_owned(),
                feeds: vec![fid("user", 0)],
                poll_id: Some(id.clone()),
                ..ActivityInput::default()
            };
            activities::upsert(tx, Actor::SERVER, &by(at % 10), input, OwnFields::NONE)?;
            for who in 0..5 {
                let input = CommentInput {
                    object_id: Some(id.clone()),
                    text: Some(format!("Comment {who}")),
                    ..CommentInput::default()
                };
                comments::add(tx, Actor::SERVER, &by(who), input)?;
            }
            for who in 0..10 {
                let input = ReactionInput { kind: "like".to_owned(), custom: Map::new(), is_only: false };
                activity_reactions::add(tx, Actor::SERVER, &by(who), &id, input, Vec::new(), Telling::default())?;
            }
            votes::cast(tx, actor, &by(0), &id, &id, Choice::Option("this".to_owned()))?;
            bookmarks::add(tx, actor, &by(0), (ObjectKind::Activity, &id), Place::Loose, Map::new())?;
        }
        Ok(())
    });
    run(made).expect("all is made");
    let viewer = user(0);
    let page = || {
        store.read(&scope, |tx| {
            let feed = feeds::present(tx, &fid("user", 0))?;
            read::show(tx, Actor::of(&viewer), &feed, &Request::default())
        })
    };
    let (count, page) = counted_statements(page);
    let shown = page.expect("a page").activities.items;
    assert_eq!(shown.len(), activities);
    for one in &shown {
        let poll = one.poll.as_ref().expect("a poll");
        let own = (one.reactions.own.len(), one.own_bookmarks.len(), poll.own_votes.len());
        assert_eq!((one.comments.len(), one.reactions.latest.len(), own), (5, 10, (1, 1, 1)));
    }
    count
}

#[test]
fn a_page_takes_the_same_number_of_statements_whatever_is_on_it() {
    assert_eq!([1, 2, 25].map(of_a_page), [OF_A_PAGE; 3]);
}
