//! The language of rankings, by what comes out.

use serde_json::json;

use super::*;
use crate::ids::{FeedId, UserId};
use crate::model::feeds::activity::ActivityCounts;

const NOW: i64 = 1_769_860_800_000_000_000;

fn activity() -> Activity {
    Activity {
        no: 7,
        id: "a".to_owned(),
        user_id: UserId::trusted("john"),
        kind: "post".to_owned(),
        feeds: FeedId::parse("user:john").into_iter().collect(),
        text: None,
        visibility: "public".to_owned(),
        visibility_tag: None,
        restrict_replies: "everyone".to_owned(),
        custom: json!({"weight": 3, "deep": {"er": "x", "on": true}}).as_object().cloned().unwrap_or_default(),
        i18n: Map::new(),
        search_data: Map::new(),
        attachments: Vec::new(),
        mentioned: Vec::new(),
        filter_tags: Vec::new(),
        interest_tags: vec!["tea".to_owned(), "cake".to_owned()],
        collections: Vec::new(),
        notification_context: Map::new(),
        parent: None,
        poll_id: None,
        location: None,
        counts: ActivityCounts { comments: 2, reactions: 5, bookmarks: 1, shares: 4, popularity: 24 },
        created_at: Time(NOW - 86_400_000_000_000),
        updated_at: Time(NOW),
        edited_at: None,
        expires_at: None,
        deleted_at: None,
        moderation: serde_json::Map::new(),
    }
}

fn ranking(set: &Json) -> Result<Option<Ranking>> {
    Ranking::of(set.as_object())
}

fn ranked(set: &Json, source: &str) -> Score {
    let ranking = ranking(set).expect("it is fine").expect("it ranks");
    let (activity, interests) = (activity(), Weights::new([("Tea ".to_owned(), 1.0), ("cake".to_owned(), -0.4)]));
    let external = json!({"boost": 2, "who": {"team": "red"}}).as_object().cloned().unwrap_or_default();
    let metrics = BTreeMap::from([("views".to_owned(), 9)]);
    let reactions = BTreeMap::from([("like".to_owned(), 4)]);
    let subject = Subject {
        activity: &activity,
        reactions: Some(&reactions),
        metrics: Some(&metrics),
        source,
        is_read: Some(true),
        is_seen: None,
    };
    let preferences = Weights::default();
    let reading = Reading { now: Time(NOW), external: &external, interests: &interests, preferences: &preferences };
    ranking.score(subject, reading, true)
}

fn score(text: &str) -> f64 {
    ranked(&json!({"type": "expression", "score": text}), "following").score
}

#[track_caller]
fn is(text: &str, wanted: f64) {
    let found = score(text);
    assert!((found - wanted).abs() < 1e-9, "{text} is {found}, not {wanted}");
}

#[track_caller]
fn refused(text: &str, wanted: &str) {
    let error = ranking(&json!({"type": "expression", "score": text})).expect_err(text);
    assert_eq!(error.message, format!("ranking.score is invalid at character {wanted}"), "{text}");
}

#[test]
fn arithmetic_goes_by_the_rules_of_school() {
    for (text, wanted) in [
        ("1 + 2 * 3", 7.0),
        ("(1 + 2) * 3", 9.0),
        ("10 - 4 - 3", 3.0),
        ("16 / 4 / 2", 2.0),
        ("2 ^ 3 ^ 2", 512.0),
        ("-2 ^ 2", -4.0),
        ("2 ^ -1", 0.5),
        (".5e1 + 1.5", 6.5),
        ("--3", 3.0),
        ("1 / 0", f64::MAX),
        ("ln(-1)", 0.0),
        ("ln(e ^ 2)", 2.0),
        ("cos(pi)", -1.0),
    ] {
        is(text, wanted);
    }
}

#[test]
fn conditions_are_1_or_0_and_texts_are_compared_as_texts() {
    for (text, wanted) in [
        ("1 < 2 && 2 <= 2", 1.0),
        ("1 > 2 || 2 >= 3", 0.0),
        ("1 || 0 && 0", 1.0),
        ("!0 + !5", 1.0),
        ("1 == 1 != 0", 1.0),
        ("type == 'post'", 1.0),
        ("type != \"post\"", 0.0),
        ("'a\\'b' == \"a'b\"", 1.0),
        ("'10' < '9'", 1.0),
        ("type == 1", 0.0),
        ("type < 1", 0.0),
        ("true && !false", 1.0),
        ("0 ? 1 : 0 ? 2 : 3", 3.0),
        ("type == 'post' ? popularity * 2 : 0", 48.0),
    ] {
        is(text, wanted);
    }
}

#[test]
fn names_are_what_is_known_of_the_activity_and_brought_by_the_request() {
    for (text, wanted) in [
        ("reaction_count", 5.0),
        ("reaction_counts.like + reaction_counts.wow", 4.0),
        ("comment_count + 10 * bookmark_count + 100 * share_count", 412.0),
        ("popularity", 24.0),
        ("time", 1_769_774_400.0),
        ("custom.weight + custom.deep.on", 4.0),
        ("custom.deep.er == 'x'", 1.0),
        ("custom.deep", 0.0),
        ("external.boost", 2.0),
        ("external.who.team == 'red'", 1.0),
        ("metrics.views + metrics.clicks", 9.0),
        ("selector_source == 'following'", 1.0),
        ("is_read + 2 * is_seen", 1.0),
        ("nothing.like.it + nothing", 0.0),
        ("interest_score", 0.0),
    ] {
        is(text, wanted);
    }
    let defaults = json!({"type": "expression", "score": "custom.none + 10 * external.x.y + 100 * weight",
        "defaults": {"custom.none": 1, "external": {"x": {"y": 2}}, "weight": 3}});
    assert!((ranked(&defaults, "").score - 321.0).abs() < 1e-9);
    let vars = ranked(&json!({"type": "expression", "score": "popularity + custom.weight * ln(0)"}), "").vars;
    assert_eq!(vars.map(Json::Object), Some(json!({"popularity": 24.0, "custom.weight": 3.0})));
}

#[test]
fn functions_are_there_however_they_are_spelled() {
    for (text, wanted) in [
        ("LN(1) + Log(100)", 2.0),
        ("sin(0) + cos(0) + tan(0)", 1.0),
        ("abs(-3) + trunc(2.7) + round(2.5)", 8.0),
        ("min(3, 1, 2) + max(4, 6)", 7.0),
        ("decay_linear(time)", 0.8),
        ("decay_exp(time)", 0.5_f64.powf(0.2)),
        ("decay_gauss(time)", 0.5_f64.powf(0.04)),
        ("to_unix_timestamp('2026-01-30T12:00:00Z') == time", 1.0),
        ("to_unix_timestamp(5)", 5.0),
        ("round(dist(52.52, 13.405, 48.8566, 2.3522))", 877.0),
        ("round(dist(52.52, 13.405, 48.8566, 2.3522, M))", 545.0),
        ("round(dist(52.52, 13.405, 48.8566, 2.3522, 'N'))", 474.0),
    ] {
        is(text, wanted);
    }
}

#[test]
fn what_is_random_stays_within_its_bounds_and_is_the_same_when_it_is_read_again() {
    for text in ["rand()", "rand(5, 6) - 5", "rand_normal(0, 1, 10, 0.5)", "rand_normal() * 0"] {
        let found = score(text);
        assert!((0.0..=1.0).contains(&found), "{text} is {found}");
        assert_eq!(found.to_bits(), score(text).to_bits(), "{text}");
    }
    assert_ne!(score("rand() - rand()").to_bits(), 0.0_f64.to_bits(), "each call has its own");
}

#[test]
fn decays_take_what_the_ranking_says() {
    let with = |name: &str, parameters: Json, argument: &str| {
        let functions = json!({name: parameters});
        ranked(&json!({"type": "expression", "score": format!("{name}({argument})"), "functions": functions}), "").score
    };
    let of_day = json!({"base": "decay_linear", "scale": "1d", "decay": 0.3});
    assert!((with("fresh", of_day, "time") - 0.3).abs() < 1e-9);
    let offset = json!({"base": "DECAY_EXP", "scale": "1d", "offset": "23h", "decay": "0.5"});
    assert!((with("later", offset, "time") - 0.5_f64.powf(1.0 / 24.0)).abs() < 1e-9);
    let around = json!({"base": "decay_gauss", "origin": 100, "scale": 10, "decay": 0.25});
    assert!((with("near", around.clone(), "90") - 0.25).abs() < 1e-9);
    for (direction, below, above) in [("left", 0.25, 1.0), ("right", 1.0, 0.25)] {
        let mut parameters = around.clone();
        parameters["direction"] = json!(direction);
        assert!((with("near", parameters.clone(), "90") - below).abs() < 1e-9, "{direction}");
        assert!((with("near", parameters, "110") - above).abs() < 1e-9, "{direction}");
    }
    assert!((with("decay_linear", json!({"scale": "2d"}), "time") - 0.5).abs() < 1e-9, "a built-in one, set otherwise");
    let dated = json!({"base": "decay_linear", "origin": "2026-01-30T12:00:00Z"});
    assert!((with("dated", dated, "time") - 1.0).abs() < 1e-9);
}

#[test]
fn what_is_wrong_is_refused_with_its_place() {
    for (text, wanted) in [
        ("1 +", "4: a value is missing before the end"),
        ("(1 + 2", "7: \")\" is missing before the end"),
        ("1 2", "3: \"2\" is one too many"),
        ("a ? b", "6: \":\" is missing before the end"),
        ("  foo(1)", "3: there is no function \"foo\""),
        ("1 + ln(1, 2)", "5: ln does not take 2 arguments"),
        ("1 = 1", "3: \"=\" means nothing here"),
        ("'abc", "1: this text has no end"),
        ("1 + 2x", "5: this is no number"),
        ("custom..a", "1: \"custom..a\" is no name: a dot stands between two words"),
    ] {
        refused(text, wanted);
    }
    let deep = format!("{}1{}", "(".repeat(100), ")".repeat(100));
    refused(&deep, "66: it goes deeper than 64 levels");
    refused(&["1"; 600].join("+"), "1001: it has more than 1000 words and signs");
    is(&["1"; 500].join("+"), 500.0);
    for (set, wanted) in [
        (json!({"type": "expression"}), "ranking.score is a required field"),
        (json!({"type": "expression", "score": "1", "defaults": 3}), "ranking.defaults must be an object"),
        (json!({"type": "expression", "score": "1", "functions": {"f": 3}}), "ranking.functions.f must be an object"),
        (
            json!({"type": "expression", "score": "1", "functions": {"f": {}}}),
            "ranking.functions.f.base must be one of [decay_linear decay_exp decay_gauss]",
        ),
        (
            json!({"type": "expression", "score": "1", "functions": {"decay_exp": {"decay": 0}}}),
            "ranking.functions.decay_exp.decay must be between 0 and 1",
        ),
        (
            json!({"type": "expression", "score": "1", "functions": {"decay_exp": {"scale": "-1d"}}}),
            "ranking.functions.decay_exp.scale must be a number or a duration above 0, as \"5d\"",
        ),
        (
            json!({"type": "expression", "score": "1", "functions": {"decay_exp": {"direction": "up"}}}),
            "ranking.functions.decay_exp.direction must be one of [both left right]",
        ),
    ] {
        assert_eq!(ranking(&set).expect_err("it is refused").message, wanted);
    }
}

#[test]
fn interests_add_up_and_types_that_are_not_known_are_by_time() {
    let interest = ranked(&json!({"type": "interest"}), "");
    assert!((interest.score - 0.3).abs() < 1e-9, "{}", interest.score);
    let strong = Weights::new([("tea".to_owned(), 3.0)]).and(Weights::new([("tea".to_owned(), 1.0)]));
    assert!((strong.score(&activity().interest_tags) - 1.0).abs() < 1e-9);
    assert_eq!(strong.liked(), ["tea"]);
    for set in [json!({"type": "recency", "score": "("}), json!({"type": "time"}), json!({}), json!({"type": null})] {
        assert!(ranking(&set).expect("it is fine").is_none(), "{set}");
    }
}

#[test]
fn a_groups_score_comes_of_its_activities() {
    let by = |strategy: &str| Strategy::of(json!({"score_strategy": strategy}).as_object());
    let scores = [1.0, 4.0, 4.0];
    for (strategy, wanted) in [("sum", 9.0), ("max", 4.0), ("avg", 3.0), ("", 9.0)] {
        assert!((by(strategy).combine(&scores) - wanted).abs() < 1e-9, "{strategy}");
    }
    assert!(by("avg").combine(&[]).abs() < 1e-9);
}
