use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[test]
fn what_runs_the_tests_is_what_the_manifests_name() {
    use Framework::{Jest, NodeTest, Playwright, Pytest, Vitest};
    let node = |dependencies: &str| format!(r#"{{"devDependencies": {{{dependencies}}}}}"#);
    for (name, text, wanted, also, sdk) in [
        ("package.json", "{}".to_owned(), NodeTest, &[][..], None),
        ("package.json", "\u{feff}{}".to_owned(), NodeTest, &[], None),
        ("package.json", node(r#""vitest": "4", "@playwright/test": "1""#), Vitest, &[Playwright], None),
        ("package.json", node(r#""jest": "30", "@stream-io/node-sdk": "0.7""#), Jest, &[], Some(TestSdk::Node)),
        (
            "package.json",
            node(r#""@playwright/test": "1", "@stream-io/feeds-react-sdk": "2""#),
            Playwright,
            &[],
            Some(TestSdk::Client("@stream-io/feeds-react-sdk")),
        ),
        (
            "requirements-dev.txt",
            "# nothing\npytest-xdist>=3\ngetstream==7\n".to_owned(),
            Pytest,
            &[],
            Some(TestSdk::Python),
        ),
        ("pyproject.toml", "[tool.pytest.ini_options]\n".to_owned(), Pytest, &[], None),
        ("setup.cfg", "[options.extras_require]\ntest = pytest\n".to_owned(), Pytest, &[], None),
        ("pytest.ini", String::new(), Pytest, &[], None),
    ] {
        let found = find(folder(&[(name, &text)]).path(), None).expect("found");
        assert_eq!((found.framework, &*found.also, found.sdk), (wanted, also, sdk), "{name}: {text}");
    }
}

#[test]
fn what_is_not_plain_is_asked_for() {
    let refused = |files: &[(&str, &str)]| find(folder(files).path(), None).err();
    let vitest = ("package.json", r#"{"dependencies": {"vitest": "4"}}"#);
    assert_eq!(refused(&[]), Some(Unknown::Nothing));
    assert_eq!(refused(&[("requirements.txt", "# pytest\nflask\n")]), Some(Unknown::Nothing));
    assert_eq!(refused(&[vitest, ("requirements.txt", "pytest")]), Some(Unknown::Both(Framework::Vitest)));
    assert!(matches!(refused(&[("package.json", "{")]), Some(Unknown::Unreadable(why)) if why.contains("is not JSON")));
    // Tools of Node's do not make it a project of Node's.
    let tools = folder(&[("package.json", "{}"), ("requirements.txt", "pytest")]);
    assert_eq!(find(tools.path(), None).expect("found").framework, Framework::Pytest);
    let said = find(folder(&[]).path(), Some(Framework::Jest)).expect("said");
    assert_eq!((said.framework, said.sdk, said.has_millpond), (Framework::Jest, None, false));
}
