//! What the binary says of itself, and the verbs that need neither an emulator nor a secret.

use std::path::Path;

use serde_json::Value;

use super::harness::{Place, run};

/// The verbs of a help text.
fn verbs(help: &str) -> Vec<String> {
    let commands = help.split("Commands:").nth(1).unwrap_or_default().split("Options:").next().unwrap_or_default();
    let names = commands.lines().filter_map(|line| line.strip_prefix("  ")).filter(|line| !line.starts_with(' '));
    names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_verb_teaches_with_an_example_and_speaks_json() {
    let place = Place::new();
    let top = place.run(&["--help"]).stdout;
    assert!(top.contains("Examples:"), "{top}");
    let names = verbs(&top);
    let wanted =
        ["serve", "exec", "env", "token", "create-token", "inspect", "revoke-token", "revoke-all-tokens", "fixture"];
    let more = ["samples", "operations", "healthcheck", "doctor", "init", "completions", "apps", "clock", "requests"];
    let states = ["ended-tokens", "faults", "stubs", "connections", "snapshot", "reset", "users", "stop", "open"];
    for name in wanted.iter().chain(&more).chain(&states) {
        assert!(names.iter().any(|known| known == name), "{name}: {names:?}");
    }
    let mut lines: Vec<Vec<String>> = names.into_iter().map(|name| vec![name]).collect();
    while let Some(line) = lines.pop() {
        let mut arguments: Vec<&str> = line.iter().map(String::as_str).collect();
        arguments.push("--help");
        let help = place.run(&arguments);
        assert_eq!(help.code, 0, "{help:?}");
        let inner = verbs(&help.stdout);
        assert!(help.stdout.contains("Example") && help.stdout.contains("millpond"), "{line:?}: {}", help.stdout);
        assert!(!inner.is_empty() || help.stdout.contains("--json"), "{line:?}: {}", help.stdout);
        lines.extend(inner.into_iter().map(|name| [line.clone(), vec![name]].concat()));
    }
}

#[test]
fn the_verbs_that_load_fixtures_name_every_shipped_scenario() {
    let names = millpond::fixture::shipped::shipped_names().join(", ");
    for verb in ["serve", "exec"] {
        // Long lines are broken.
        let help = Place::new().run(&[verb, "--help"]).stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(help.contains(&names), "{help}");
    }
}

#[test]
fn the_commands_in_the_shipped_scenarios_do_what_their_comments_say() {
    let binary = Path::new(env!("CARGO_BIN_EXE_millpond"));
    let path = format!("{}:{}", binary.parent().expect("a folder").display(), std::env::var("PATH").expect("a path"));
    let mut tried = 0;
    for name in millpond::fixture::shipped::shipped_names() {
        let text = millpond::fixture::shipped::shipped(name).expect("shipped");
        let place = Place::new();
        let _server = place.serve(&["--fixture", name]);
        for line in text.lines().filter_map(|line| line.strip_prefix("#   millpond ")) {
            if line.starts_with("--fixture") {
                continue;
            }
            let (command, comment) = line.split_once("   ").unwrap_or((line, ""));
            let script = format!(r#"eval "$(millpond env)" && millpond {command}"#);
            let done = run(place.clean("sh", &["-c", &script]).env("PATH", &path), "");
            let wanted = i32::from(comment.contains("refused"));
            assert_eq!(done.code, wanted, "{name}: {line}: {done:?}");
            tried += 1;
        }
    }
    assert!(tried >= 8, "only {tried} commands were found");
}

#[test]
fn fixture_check_tells_every_mistake_and_starts_nothing() {
    let place = Place::new();
    let good = place.run(&["fixture", "check", "quickstart", "revocation", "developer-tokens"]);
    assert_eq!((good.code, good.stdout.trim_end()), (0, "3 fixtures are in order"));
    place.write("bad.yaml", "millpond: 1\napps:\n  - users:\n      john: {role: admn}\n");
    place.write("rules.yaml", "millpond: 1\napps:\n  - settings: {disable_auth_checks: perhaps}\n");
    let bad = place.run(&["fixture", "check", "quickstart", "bad.yaml", "rules.yaml", "missing.yaml"]);
    bad.refused(
        2,
        &["bad.yaml:4:20: /apps/0/users/john/role", "rules.yaml:3:", "cannot read the fixture missing.yaml"],
    );
    let listed = place.run(&["fixture", "check", "bad.yaml", "--json"]);
    let first = &listed.json()["problems"][0];
    assert_eq!((listed.code, &first["line"], &first["column"]), (2, &Value::from(4), &Value::from(20)), "{first}");
    let piped = place.run_with(&["fixture", "check", "-"], &[], "millpond: 2\n");
    piped.refused(2, &["<stdin>:1:"]);
    assert!(!place.path(".millpond").exists());
}

#[test]
fn fixture_check_finds_every_mistake_in_streams_settings() {
    let wrong = [
        (
            "disable_auth_cheks: true",
            "7: /disable_auth_cheks: Stream has no setting `disable_auth_cheks` (did you mean `disable_auth_checks`?)",
        ),
        (
            "quite_something_else: 1",
            "7: /quite_something_else: Stream has no setting `quite_something_else` (names and values are",
        ),
        (
            "enforce_unique_usernames: tem",
            "33: /enforce_unique_usernames: enforce_unique_usernames must be one of [no app team] (did you mean `team`?)",
        ),
        (
            "cdn_expiration_seconds: 5",
            "must be 14,400 or greater (`cdn_expiration_seconds` takes a whole number from 14,400 to 1,209,600)",
        ),
        (
            "webhook_url: nope",
            "webhook_url must be a valid URL (`webhook_url` takes an absolute http or https URL, or an empty text)",
        ),
        (
            "moderation_enabled: 'yes'",
            "expected bool for field \"moderation_enabled\" but got string (`moderation_enabled` takes true or false)",
        ),
        (
            "webhook_events: [a, 1, b, 2]",
            "27: /webhook_events/1: expected string for field \"webhook_events[1]\" but got number (`webhook_events` takes a list of",
        ),
        (
            "user_search_disallowed_roles: {}",
            "but got object (`user_search_disallowed_roles` takes a list of at most 10 texts of at most 100 characters)",
        ),
        (
            "file_upload_config: {size_limit: -1}",
            "/file_upload_config/size_limit: file_upload_config.size_limit must be 0 or greater",
        ),
        (
            "image_upload_config: {sise_limit: 1}",
            "/image_upload_config/sise_limit: image_upload_config has no part `sise_limit` (did you mean `size_limit`?)",
        ),
        ("event_hooks: [{created_at: soon}, {}]", "/event_hooks/0: created_at must be a valid RFC 3339 time"),
        (
            "activity_metrics_config: {a: 1, b: x}",
            "/activity_metrics_config/b: expected int for field \"activity_metrics_config.b\" but got string",
        ),
    ];
    let place = Place::new();
    let lines = wrong.map(|(line, _)| format!("      {line}\n")).concat();
    let good = "      sqs_key: null\n      organization: Ours\n      image_upload_config: {size_limit: 5, allowed_mime_types: [a/b]}\n";
    place.write("good.yaml", &format!("millpond: 1\napps:\n  - settings:\n{good}"));
    assert_eq!(place.run(&["fixture", "check", "good.yaml"]).line(), "1 fixture is in order");
    place.write("bad.yaml", &format!("millpond: 1\napps:\n  - settings:\n{lines}"));
    let done = place.run(&["fixture", "check", "bad.yaml"]);
    assert_eq!(done.code, 2, "{done:?}");
    for (at, (line, wanted)) in wrong.iter().enumerate() {
        let begin = format!("bad.yaml:{}:", at + 4);
        let wanted = wanted.replacen(": /", ": /apps/0/settings/", 1);
        let told = |told: &str| told.starts_with(&begin) && told.contains(&wanted);
        assert!(done.stderr.lines().any(told), "{line}: {wanted}: {}", done.stderr);
    }
    // The second number in webhook_events is a mistake of its own.
    assert_eq!(done.stderr.lines().count(), wrong.len() + 1, "{}", done.stderr);
}

#[test]
fn fixture_schema_is_the_one_beside_the_scenarios() {
    let printed = Place::new().run(&["fixture", "schema"]);
    let file = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/schema.json"));
    assert_eq!(printed.stdout.trim_end(), file.expect("the schema").trim_end());
}

#[test]
fn operations_are_a_table_json_and_markdown() {
    let place = Place::new();
    let table = place.run(&["operations"]);
    let header = table.stdout.lines().next().unwrap_or_default().to_owned();
    assert_eq!(header.split_whitespace().collect::<Vec<_>>(), ["operation", "state", "where"]);
    let listed = place.run(&["operations", "--json"]).json();
    let count = |name: &str| listed[name].as_array().expect("a list").len();
    // Each table has a head; between them is a sentence, with a line of air on both sides.
    assert_eq!(table.stdout.lines().count(), 1 + count("operations") + 3 + 1 + count("families"));
    assert!(table.stdout.contains("Feeds data") && table.stdout.contains("/api/v2/feeds"), "{}", table.stdout);
    assert!(table.stdout.contains("GetApp") && table.stdout.contains("GET /api/v2/app"), "{}", table.stdout);
    assert_eq!(
        place.run(&["operations", "--markdown"]).stdout.trim_end(),
        millpond::control::operations::markdown().trim_end()
    );
}

#[test]
fn completions_come_for_every_shell() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let done = place.run(&["completions", shell]);
        assert!(done.code == 0 && done.stdout.contains("revoke-all-tokens"), "{shell}");
    }
    place.run(&["completions", "dash"]).refused(2, &["dash"]);
}

#[test]
fn a_wrong_verb_is_bad_input_with_a_suggestion() {
    let place = Place::new();
    place.run(&["inspct"]).refused(2, &["inspect"]);
    place.run(&["--prot", "1"]).refused(2, &["--port"]);
    assert!(place.run(&["--version"]).line().starts_with("millpond "));
}

#[test]
fn fixture_show_prints_a_scenario_as_it_is() {
    let place = Place::new();
    let shipped = millpond::fixture::shipped::shipped("quickstart").expect("shipped");
    assert_eq!(place.run(&["fixture", "show", "quickstart"]).stdout, shipped);
    place.write("own.yaml", "millpond: 1\napps: [{}]");
    assert_eq!(place.run(&["fixture", "show", "own.yaml"]).stdout, "millpond: 1\napps: [{}]\n");
    assert_eq!(place.run(&["fixture", "show", "quickstart", "--json"]).json()["text"], shipped);
    place.run(&["fixture", "show", "quikstart"]).refused(2, &["cannot read the fixture quikstart", "quickstart"]);
}
