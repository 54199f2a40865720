use std::fs;

use super::files::{Plan, plan};
use super::place::Wanted;
use super::*;

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    folder
}

/// What the folder `below` is given.
fn planned(files: &[(&str, &str)], below: &str) -> Plan {
    let folder = folder(files);
    let below = folder.path().join(below).canonicalize().expect("a folder");
    plan(&find(&below, None).expect("found")).expect("a plan")
}

/// The steps of the workflow, without what all have.
fn steps(plan: &Plan) -> Vec<String> {
    let Some(Wanted::File(text)) = plan.steps.get(3).map(|step| &step.wanted) else { panic!("no workflow: {plan:?}") };
    let steps = text.split_once("actions/checkout@v5\n").expect("a checkout").1;
    let steps = steps.split("      - ").map(str::trim).filter(|step| !step.is_empty());
    steps.map(|step| step.trim_start_matches("run: ").split('\n').next().unwrap_or_default().to_owned()).collect()
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

#[test]
fn packages_are_installed_by_what_has_the_lock_file() {
    let manifest = r#"{"devDependencies": {"vitest": "4"}}"#;
    let (node, test) = ("uses: actions/setup-node@v4", "vitest run tests/millpond.test.mjs");
    for (lock, wanted, add) in [
        ("nothing", &["npm install", "npx"][..], "npm install --save-dev millpond"),
        ("package-lock.json", &["npm ci", "npx"], "npm install --save-dev millpond"),
        (
            "pnpm-lock.yaml",
            &["corepack enable", "pnpm install --frozen-lockfile", "pnpm exec"],
            "pnpm add --save-dev millpond",
        ),
        ("yarn.lock", &["corepack enable", "yarn install", "yarn exec"], "yarn add --dev millpond"),
        (
            "bun.lock",
            &["uses: oven-sh/setup-bun@v2", "bun install --frozen-lockfile", "bunx"],
            "bun add --dev millpond",
        ),
        (
            "bun.lockb",
            &["uses: oven-sh/setup-bun@v2", "bun install --frozen-lockfile", "bunx"],
            "bun add --dev millpond",
        ),
    ] {
        let plan = planned(&[("package.json", manifest), (lock, "")], "");
        let (run, install) = wanted.split_last().expect("a word");
        let wanted: Vec<_> = [node].iter().chain(install).map(|step| (*step).to_owned()).collect();
        assert_eq!(steps(&plan), [wanted, vec![format!("{run} {test}")]].concat(), "{lock}");
        assert_eq!((&*plan.next[0], &plan.next[1]), (add, &format!("{run} {test}")), "{lock}");
    }
}

#[test]
fn a_package_of_a_workspace_is_installed_by_the_lock_file_above_it() {
    let web = ("repo/web/package.json", r#"{"dependencies": {"vitest": "4"}}"#);
    let root = ("repo/package.json", r#"{"workspaces": ["web"]}"#);
    let (git, lock) = (("repo/.git/HEAD", ""), "repo/pnpm-lock.yaml");
    let run = |files: &[_]| planned(files, "repo/web").next[1].split(' ').next().expect("a word").to_owned();
    assert_eq!(run(&[web, git, root, (lock, "")]), "pnpm");
    assert_eq!(run(&[web, git, ("repo/pnpm-workspace.yaml", ""), (lock, "")]), "pnpm");
    assert_eq!(run(&[web, git, root, ("repo/bun.lock", "")]), "bunx");
    assert_eq!(run(&[web, git, (lock, "")]), "npx", "what lies beside it is no concern of its own");
    assert_eq!(run(&[web, root, (lock, "")]), "npx", "without a repository nothing above is looked at");
    assert_eq!(run(&[web, ("repo/web/.git", ""), root, (lock, "")]), "npx", "nor above a repository");
    let broken = folder(&[web, git, ("repo/package.json", "{"), (lock, "")]);
    let below = broken.path().join("repo/web").canonicalize().expect("a folder");
    let refused = plan(&find(&below, None).expect("found")).expect_err("no JSON");
    assert!(
        matches!(&refused, Unknown::Unreadable(why) if why.contains("repo/package.json is not JSON")),
        "{refused:?}"
    );
}

#[test]
fn what_a_test_in_python_imports_is_installed() {
    let python = "uses: actions/setup-python@v5";
    let bare = "[project]\nname = \"a\"\ndependencies = [\"getstream[webrtc]>=2,<3\"]\n";
    let built = "[build-system]\nrequires = [\"hatchling\"]\n[project.optional-dependencies]\ntest = ['getstream ~= 2.1', 'pytest']\n";
    let groups = "# [build-system]\n[dependency-groups]\ndev = [\n  \"pytest-xdist\",\n  \"getstream\", # \"getstream<1\"\n]\n[tool.taskipy.tasks]\ntest = \"pytest tests\"\n[tool.uvicorn]\n";
    let uv = ["pip install uv", "uv sync --all-extras --all-groups"];
    let poetry = ["pip install poetry", "poetry install --all-extras --all-groups"];
    for (files, wanted, run, add) in [
        (
            &[("pyproject.toml", bare), ("pytest.ini", "")][..],
            &["pip install pytest millpond 'getstream[webrtc]>=2,<3'"][..],
            "python",
            "pip install pytest millpond",
        ),
        (
            &[("pyproject.toml", built)],
            &["pip install .", "pip install pytest millpond 'getstream ~= 2.1'"],
            "python",
            "pip install millpond",
        ),
        (&[("pyproject.toml", groups)], &["pip install pytest millpond getstream"], "python", "pip install millpond"),
        (
            &[
                ("requirements.txt", "flask"),
                ("requirements-test.txt", "pytest\ngetstream"),
                ("requirements-docs.txt", "sphinx"),
            ],
            &["pip install -r requirements-test.txt", "pip install -r requirements.txt", "pip install millpond"],
            "python",
            "pip install millpond",
        ),
        (
            &[("dev-requirements.txt", "pytest\nmillpond"), ("setup.cfg", "[options]\ninstall_requires = getstream")],
            &["pip install -r dev-requirements.txt", "pip install getstream"],
            "python",
            "python -m pytest tests/test_millpond.py",
        ),
        (
            &[("pyproject.toml", bare), ("pytest.ini", ""), ("uv.lock", "")],
            &uv,
            "uv run python",
            "uv add --dev pytest millpond",
        ),
        (&[("pyproject.toml", &format!("{groups}[tool.uv.sources]\n"))], &uv, "uv run python", "uv add --dev millpond"),
        (
            &[("pyproject.toml", bare), ("pytest.ini", ""), ("poetry.lock", "")],
            &poetry,
            "poetry run python",
            "poetry add --group dev pytest millpond",
        ),
        (
            &[("pyproject.toml", "[tool.poetry.group.test.dependencies]\npytest = '^8'\ngetstream = '^2'\n")],
            &poetry,
            "poetry run python",
            "poetry add --group dev millpond",
        ),
    ] {
        let plan = planned(files, "");
        let run = format!("{run} -m pytest tests/test_millpond.py");
        let wanted: Vec<_> = [&[python], wanted, &[&*run]].concat().iter().map(|step| (*step).to_owned()).collect();
        assert_eq!((steps(&plan), &*plan.next[0]), (wanted, add), "{files:?}");
        let Wanted::File(test) = &plan.steps[1].wanted else { panic!("{plan:?}") };
        assert!(test.contains("from getstream import Stream"), "{files:?}");
    }
    // A workspace of uv's has its lock file above.
    let files = [("repo/.git/HEAD", ""), ("repo/uv.lock", ""), ("repo/a/pyproject.toml", groups)];
    assert_eq!(planned(&files, "repo/a").next[0], "uv add --dev millpond");
}

#[test]
fn what_lies_below_a_repository_is_run_there() {
    let files = [("repo/.git/HEAD", ""), ("repo/a: b/package.json", r#"{"dependencies": {"vitest": "4"}}"#)];
    let ci = planned(&files, "repo/a: b").ci.expect("steps");
    let wanted = "- run: npm install\n  working-directory: \"a: b\"\n\
                  - run: npx vitest run tests/millpond.test.mjs\n  working-directory: \"a: b\"";
    assert!(ci.ends_with(wanted), "{ci}");
    // Another package's step is not its own, and what is at the root is not overwritten.
    let workflow =
        |below: &str| format!("  - run: npx vitest run tests/millpond.test.mjs\n    working-directory: {below}\n");
    let ci = |text: &str| planned(&[files[0], files[1], ("repo/.github/workflows/millpond.yml", text)], "repo/a: b").ci;
    assert_eq!((ci(&workflow("other")).is_some(), ci(&workflow("'a: b'"))), (true, None));
}

#[test]
fn names_of_a_project_are_quoted_wherever_they_go() {
    let manifest = ("package.json", r#"{"devDependencies": {"@playwright/test": "1"}}"#);
    let plan = planned(&[manifest, ("playwright.config.ts", "export default { testDir: \"it's (e2e) #1: a\" };")], "");
    assert_eq!(plan.steps[1].path, Path::new("it's (e2e) #1: a/millpond.spec.mjs"));
    let command = r"npx playwright test 'it'\''s \(e2e\) #1: a/millpond.spec.mjs'";
    assert_eq!(plan.next[1], command);
    let Wanted::File(workflow) = &plan.steps[3].wanted else { panic!("{plan:?}") };
    assert!(workflow.ends_with(&format!("      - run: {}\n", serde_json::Value::from(command))), "{workflow}");
}

#[test]
fn the_first_test_lies_where_its_framework_looks_or_it_is_said() {
    let vitest = |version| format!(r#"{{"devDependencies": {{"vitest": "{version}"}}}}"#);
    let jest = |version, more| format!(r#"{{"devDependencies": {{"jest": "{version}"}}{more}}}"#);
    let playwright = r#"{"devDependencies": {"@playwright/test": "1"}}"#.to_owned();
    let module = r#", "type": "module""#;
    for (manifest, configuration, text, path, doubts) in [
        (jest("^29.7.0", ""), "none", "", "tests/millpond.test.js", &[][..]),
        (jest("30", ""), "none", "", "tests/millpond.test.js", &[]),
        (jest("^29", module), "none", "", "tests/millpond.test.cjs", &["jest below 30 looks for no .cjs"]),
        (jest("latest", module), "none", "", "tests/millpond.test.cjs", &["jest below 30 looks for no .cjs"]),
        (jest("29 || 30", module), "none", "", "tests/millpond.test.cjs", &["jest below 30 looks for no .cjs"]),
        (jest("~30.1", module), "none", "", "tests/millpond.test.cjs", &[]),
        (
            jest("30", r#", "jest": {"rootDir": "src", "testRegex": ".*\\.spec\\.ts$"}"#),
            "none",
            "",
            "tests/millpond.test.js",
            &["package.json has rootDir: \"src\".", "package.json has testRegex: \".*\\\\.spec\\\\.ts$\"."],
        ),
        (
            jest("30", ""),
            "jest.config.js",
            "module.exports = { // testMatch: ['a']\n  rootDir: './', testMatch: [\n    '**/*.unit.js',\n  ],\n  coveragePathIgnorePatterns: ['tests'] };",
            "tests/millpond.test.js",
            &["jest.config.js has testMatch: [ '**/*.unit.js', ]."],
        ),
        (
            jest("30", ""),
            "jest.config.json",
            r#"{"testPathIgnorePatterns": ["/tests/"]}"#,
            "tests/millpond.test.js",
            &["testPathIgnorePatterns: [\"/tests/\"]."],
        ),
        (
            vitest("^2.1"),
            "none",
            "",
            "tests/millpond.test.mjs",
            &["a vitest below 3: tests/millpond.test.mjs needs 3.2"],
        ),
        (
            vitest("4"),
            "vitest.config.ts",
            "export default defineConfig({ test: { coverage: { include: ['src'] }, include: ['src/**/*.test.ts'] }, optimizeDeps: { include: ['a'] } })",
            "tests/millpond.test.mjs",
            &["vitest.config.ts has include: ['src/**/*.test.ts']. If that leaves tests/millpond.test.mjs out"],
        ),
        (
            vitest("4"),
            "vite.config.js",
            "export default { root: 'src', test: { exclude: ['e2e/**'] } }",
            "tests/millpond.test.mjs",
            &["root: 'src'."],
        ),
        (
            vitest("4"),
            "vite.config.js",
            "export default { root: '.', test: { exclude: ['tests/**'] } }",
            "tests/millpond.test.mjs",
            &["exclude: ['tests/**']."],
        ),
        (
            playwright.clone(),
            "playwright.config.ts",
            "// testDir: './old',\nexport default { testDir: './e2e/', projects: [{ name: 'a', use: { testIdAttribute: 'testDir' } }] };",
            "e2e/millpond.spec.mjs",
            &[],
        ),
        (
            playwright.clone(),
            "playwright.config.ts",
            "export default { testDir: '.' };",
            "tests/millpond.spec.mjs",
            &[],
        ),
        (
            playwright.clone(),
            "playwright.config.ts",
            "export default { testDir: '../e2e' };",
            "tests/millpond.spec.mjs",
            &["testDir: '../e2e'."],
        ),
        (
            playwright.clone(),
            "playwright.config.ts",
            "export default { testDir: join(here, 'e2e') };",
            "tests/millpond.spec.mjs",
            &["testDir: join(here, 'e2e')."],
        ),
        (
            playwright,
            "playwright.config.ts",
            "export default { projects: [{ testDir: 'a' }, { testDir: 'b', testMatch: /.*\\.e2e\\.ts/ }] };",
            "a/millpond.spec.mjs",
            &["testDir: 'b'.", "testMatch: /.*\\.e2e\\.ts/."],
        ),
    ] {
        let plan = planned(&[("package.json", &manifest), (configuration, text)], "");
        assert_eq!(plan.steps[1].path, Path::new(path), "{manifest} {text}");
        assert_eq!(plan.doubts.len(), doubts.len(), "{manifest} {text}: {:?}", plan.doubts);
        for (doubt, wanted) in plan.doubts.iter().zip(doubts) {
            assert!(doubt.contains(wanted), "{wanted}: {doubt}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_not_taken_for_what_is_not_there() {
    let vitest = ("package.json", r#"{"devDependencies": {"vitest": "4"}}"#);
    let jest = ("package.json", r#"{"devDependencies": {"jest": "30"}}"#);
    let big = format!("{{}}{}", " ".repeat(1 << 20));
    for (files, name, why) in [
        (&[("package.json/a", "")][..], "package.json", "is no file"),
        (&[("package.json", &*big)], "package.json", "is larger than"),
        (&[("requirements-dev.txt/a", "")], "requirements-dev.txt", "is no file"),
        (&[vitest, ("vitest.config.ts/a", "")], "vitest.config.ts", "is no file"),
        (&[jest, ("jest.config.js/a", "")], "jest.config.js", "is no file"),
        (&[vitest, (".github/workflows", "")], ".github/workflows", "cannot be read"),
        (&[vitest, (".github/workflows/a.yml/b", "")], "a.yml", "is no file"),
    ] {
        let folder = folder(files);
        let refused = find(folder.path(), None).and_then(|project| plan(&project)).expect_err("refused");
        let is_named = |said: &str| said.contains(&format!("{name} {why}"));
        assert!(matches!(&refused, Unknown::Unreadable(said) if is_named(said)), "{name}: {refused:?}");
    }
    // A link that leads in a circle says that something is meant to be there.
    #[cfg(unix)]
    for name in ["package.json", "pyproject.toml"] {
        let folder = folder(&[]);
        std::os::unix::fs::symlink(name, folder.path().join(name)).expect("a link");
        let refused = find(folder.path(), None).expect_err("refused");
        assert!(matches!(&refused, Unknown::Unreadable(said) if said.contains(name)), "{refused:?}");
    }
}
