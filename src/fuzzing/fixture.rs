//! Fixtures: as people write them, and as an export does.

use serde_json::{Map, Value, json};

use crate::domain::users::check_object;
use crate::fixture::export::written;
use crate::fixture::format::{App, Fixture, Named, PROBLEMS_MAX, Problem, User, VERSION, parse, problem_at};
use crate::model::user::CUSTOM_MAX_BYTES;

/// The bytes as a fixture, and as the custom data of a user in one.
pub fn fixture(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    match parse(text, "f") {
        Ok(fixture) => again(&fixture),
        Err(problems) => refused(text, &problems),
    }
    if let Ok(Value::Object(custom)) = serde_json::from_str(text)
        && check_object("custom", &custom).is_ok()
    {
        custom_data(text, custom);
    }
}

/// What is read is written as a fixture that says the same.
fn again(fixture: &Fixture) {
    let text = written(fixture.apps.clone()).expect("every part can be written");
    match parse(&text, "again") {
        Ok(read) => assert_eq!(&read, fixture),
        Err(problems) => panic!("{problems:?} of {text}"),
    }
}

/// Every problem has its place in the text, and something to say.
fn refused(text: &str, problems: &[Problem]) {
    assert!((1..=PROBLEMS_MAX + 1).contains(&problems.len()));
    let lines = text.split(['\n', '\r']).count().max(1);
    for problem in problems {
        let line = usize::try_from(problem.line).unwrap_or(usize::MAX);
        assert!((1..=lines + 1).contains(&line) && problem.column >= 1, "{problem}");
        assert!(!problem.message.is_empty() && (problem.field.is_empty() || problem.field.starts_with('/')));
        assert!(!problem.to_string().contains(char::is_control), "{problem}");
        problem_at(text, "f", &problem.field, "again", None);
    }
}

/// What a user may have stored can be written by an export and by any other writer of JSON, and is read back.
fn custom_data(text: &str, custom: Map<String, Value>) {
    let user = User { custom, ..User::default() };
    let app = App { users: Named(vec![("u".to_owned(), user)]), ..App::default() };
    again(&Fixture { millpond: VERSION, apps: vec![app.clone()] });
    let plain = json!({"millpond": VERSION, "apps": [{"users": {"u": {"custom": app.users.0[0].1.custom}}}]});
    for text in [plain.to_string(), format!("{plain:#}")] {
        match parse(&text, "plain") {
            Ok(read) => assert_eq!(read.apps.as_slice(), std::slice::from_ref(&app)),
            Err(problems) => panic!("{problems:?} of {text}"),
        }
    }
    // As it came, with its blanks and escapes; a key that is there twice is told of. `-0` is a float to JSON alone.
    if text.len() <= CUSTOM_MAX_BYTES && !text.contains("-0") {
        let as_it_came = format!(r#"{{"millpond": 1, "apps": [{{"users": {{"u": {{"custom": {text}}}}}}}]}}"#);
        match parse(&as_it_came, "as it came") {
            Ok(read) => assert_eq!(read.apps, [app]),
            Err(problems) => {
                let is_twice = |problem: &Problem| problem.message.contains("is there twice");
                assert!(problems.iter().all(is_twice), "{problems:?} of {as_it_came}");
            }
        }
    }
}
