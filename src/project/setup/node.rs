//! A project of Node's: what it depends on, how that is installed, and where its framework looks for tests.

use std::path::{Component, Path, PathBuf};

use serde_json::Value;

use super::model::{CiStep, Framework, Project, Unknown};
use super::read;
use crate::project::source::{self, Language, Source, find, is_word};
use crate::project::within_repository;

/// How much is shown of what a configuration says, in characters.
const SHOWN_MAX_CHARS: usize = 100;
/// The first vitest that has what `millpond/vitest` needs is one of these.
const VITEST_MIN: u32 = 3;
/// The first jest that looks for `.cjs` by itself.
const JEST_WITH_CJS: u32 = 30;

/// The package.json of a folder.
pub fn manifest(folder: &Path) -> Result<Option<Value>, Unknown> {
    let path = folder.join("package.json");
    let Some(text) = read::text(&path)? else { return Ok(None) };
    let manifest = serde_json::from_str(&text);
    manifest.map(Some).map_err(|cause| Unknown::Unreadable(format!("{} is not JSON: {cause}", path.display())))
}

/// Whether it names a package.
pub fn depends(manifest: &Value, name: &str) -> bool {
    wanted(manifest, name).is_some()
}

/// What it wants of a package.
fn wanted<'a>(manifest: &'a Value, name: &str) -> Option<&'a Value> {
    ["dependencies", "devDependencies"].iter().map(|list| &manifest[*list][name]).find(|wanted| !wanted.is_null())
}

/// The major version that a project has of a package at least, where it says so plainly.
fn major(project: &Project, name: &str) -> Option<u32> {
    let range = wanted(project.node.as_ref()?, name)?.as_str()?.trim_start_matches(['^', '~', '>', '=', 'v', ' ']);
    // Of several ranges any may be meant.
    let end = range.find(|c: char| !c.is_ascii_digit()).unwrap_or(range.len());
    if range.contains("||") { None } else { range[..end].parse().ok() }
}

/// Whether a folder is the root of several packages.
pub fn is_workspace(folder: &Path, manifest: Option<&Value>) -> bool {
    manifest.is_some_and(|manifest| manifest.get("workspaces").is_some())
        || ["pnpm-workspace.yaml", "lerna.json"].iter().any(|name| folder.join(name).is_file())
}

/// How the project's packages are installed and their commands run.
pub struct Manager {
    /// What it needs of a workflow besides Node.js.
    action: Option<&'static str>,
    install: &'static [&'static str],
    pub add: &'static str,
    pub run: &'static str,
}

const NPM: Manager = Manager { action: None, install: &["npm install"], add: "npm install --save-dev", run: "npx" };
const NPM_LOCKED: Manager = Manager { install: &["npm ci"], ..NPM };
const PNPM: Manager = Manager {
    action: None,
    install: &["corepack enable", "pnpm install --frozen-lockfile"],
    add: "pnpm add --save-dev",
    run: "pnpm exec",
};
const YARN: Manager =
    Manager { action: None, install: &["corepack enable", "yarn install"], add: "yarn add --dev", run: "yarn exec" };
const BUN: Manager = Manager {
    action: Some("oven-sh/setup-bun@v2"),
    install: &["bun install --frozen-lockfile"],
    add: "bun add --dev",
    run: "bunx",
};

/// Whose lock file is whose.
static LOCKS: &[(&str, Manager)] = &[
    ("pnpm-lock.yaml", PNPM),
    ("yarn.lock", YARN),
    ("bun.lock", BUN),
    ("bun.lockb", BUN),
    ("package-lock.json", NPM_LOCKED),
    ("npm-shrinkwrap.json", NPM_LOCKED),
];

/// By the nearest lock file: the folder's own, or that of the workspace that it is a package of.
pub fn manager(folder: &Path) -> Result<&'static Manager, Unknown> {
    for above in within_repository(folder) {
        let lock = LOCKS.iter().find(|(name, _)| above.join(name).is_file());
        if let Some((_, manager)) = lock
            && (above == folder || is_workspace(above, manifest(above)?.as_ref()))
        {
            return Ok(manager);
        }
    }
    Ok(&NPM)
}

impl Manager {
    /// The steps of a workflow that install the project's packages.
    pub fn setup(&self) -> Vec<CiStep> {
        let node = CiStep::Uses("actions/setup-node@v4\n  with:\n    node-version: 22");
        let install = self.install.iter().map(|command| CiStep::Run((*command).to_owned()));
        [Some(node), self.action.map(CiStep::Uses)].into_iter().flatten().chain(install).collect()
    }
}

/// The file that configures a framework.
pub struct Configuration {
    name: String,
    source: Source,
}

/// The configuration of the project's framework, where it has one.
pub fn configuration(project: &Project) -> Result<Option<Configuration>, Unknown> {
    let names: &[&str] = match project.framework {
        Framework::Vitest => &["vitest.config", "vite.config"],
        Framework::Jest => &["jest.config"],
        Framework::Playwright => &["playwright.config"],
        Framework::Pytest | Framework::NodeTest => &[],
    };
    for name in names {
        for end in ["ts", "js", "mjs", "mts", "cjs", "cts", "json"] {
            let name = format!("{name}.{end}");
            if let Some(text) = read::text(&project.folder.join(&name))? {
                return Ok(Some(Configuration { name, source: source::read(Language::JavaScript, text.as_bytes()) }));
            }
        }
    }
    let in_manifest = project.node.as_ref().map(|manifest| &manifest["jest"]).filter(|jest| jest.is_object());
    Ok(in_manifest.filter(|_| project.framework == Framework::Jest).map(|jest| Configuration {
        name: "package.json".to_owned(),
        source: source::read(Language::JavaScript, jest.to_string().as_bytes()),
    }))
}

/// What a configuration says of where tests are looked for.
struct Key {
    name: &'static str,
    /// The objects that it counts in, by their own key; that of the configuration itself, and those of a list, have none.
    within: &'static [&'static str],
    says: Says,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Says {
    /// The folder that they lie in.
    Folder,
    /// What their paths are like.
    Pattern,
    /// Which are left out.
    LeftOut,
}

const fn key(name: &'static str, within: &'static [&'static str], says: Says) -> Key {
    Key { name, within, says }
}

fn keys(framework: Framework) -> &'static [Key] {
    use Says::{Folder, LeftOut, Pattern};
    const VITEST: &[Key] = &[
        key("root", &["", "test"], Folder),
        key("dir", &["test"], Folder),
        key("include", &["test"], Pattern),
        key("projects", &["test"], Pattern),
        key("exclude", &["test"], LeftOut),
    ];
    const JEST: &[Key] = &[
        key("rootDir", &[""], Folder),
        key("roots", &[""], Pattern),
        key("projects", &[""], Pattern),
        key("testMatch", &[""], Pattern),
        key("testRegex", &[""], Pattern),
        key("testPathIgnorePatterns", &[""], LeftOut),
    ];
    const PLAYWRIGHT: &[Key] =
        &[key("testDir", &[""], Folder), key("testMatch", &[""], Pattern), key("testIgnore", &[""], LeftOut)];
    match framework {
        Framework::Vitest => VITEST,
        Framework::Jest => JEST,
        Framework::Playwright => PLAYWRIGHT,
        Framework::Pytest | Framework::NodeTest => &[],
    }
}

impl Configuration {
    /// What is said by a key, in the order of the text.
    fn values(&self, key: &Key) -> Vec<String> {
        let Source { code, said } = &self.source;
        let mut values = Vec::new();
        let mut from = 0;
        while let Some(at) = find(said, key.name.as_bytes(), from) {
            from = at + key.name.len();
            let is_quote = |byte: Option<&u8>| byte.is_some_and(|byte| b"'\"".contains(byte));
            let (before, after) = (at.checked_sub(1).and_then(|at| code.get(at)), code.get(from));
            let is_quoted = is_quote(before) && is_quote(after);
            let is_whole = ![before, after].iter().any(|byte| byte.is_some_and(|byte| is_word(*byte)));
            let is_code = is_quoted || is_whole && code[at..].starts_with(key.name.as_bytes());
            let colon = from + usize::from(is_quoted);
            let colon = colon + code[colon..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if is_code && code.get(colon) == Some(&b':') && key.within.contains(&&*object(said, code, at)) {
                values.push(value(said, code, colon + 1));
            }
        }
        values
    }
}

/// The key of the object that a place lies in.
fn object(said: &[u8], code: &[u8], at: usize) -> String {
    let mut depth = 0_usize;
    let open = code[..at].iter().rposition(|byte| {
        match byte {
            b'}' | b']' | b')' => depth += 1,
            b'{' | b'[' | b'(' if depth == 0 => return true,
            b'{' | b'[' | b'(' => depth -= 1,
            _ => {}
        }
        false
    });
    let before = said[..open.unwrap_or_default()].trim_ascii_end();
    let Some(before) = before.strip_suffix(b":") else { return String::new() };
    let name = before.trim_ascii_end().rsplit(|byte| !is_word(*byte) && !b"'\"".contains(byte)).next();
    String::from_utf8_lossy(name.unwrap_or_default()).trim_matches(['\'', '"']).to_owned()
}

/// The value that begins here, on one line.
fn value(said: &[u8], code: &[u8], begin: usize) -> String {
    let mut depth = 0_usize;
    let length = code[begin..].iter().position(|byte| {
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' | b',' | b';' if depth == 0 => return true,
            b'}' | b']' | b')' => depth -= 1,
            _ => {}
        }
        false
    });
    let value = &said[begin..length.map_or(said.len(), |length| begin + length)];
    String::from_utf8_lossy(value).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The folder below the configuration's own that a value names plainly: none of its parts leads elsewhere.
fn folder(value: &str) -> Option<PathBuf> {
    let quote = value.chars().next().filter(|quote| "'\"`".contains(*quote))?;
    let named = value[1..].strip_suffix(quote)?;
    // What is put in, what is escaped, and a second string are no names.
    if named.contains(|c: char| c == quote || c == '$' || c == '\\' || c.is_control()) {
        return None;
    }
    let parts = || Path::new(named).components().filter(|part| *part != Component::CurDir);
    parts().all(|part| matches!(part, Component::Normal(_))).then(|| parts().collect())
}

/// The folder that Playwright's configuration names, where it does so plainly.
pub fn test_dir(configuration: &Configuration) -> Option<PathBuf> {
    let key = keys(Framework::Playwright).iter().find(|key| key.name == "testDir")?;
    configuration.values(key).iter().filter_map(|value| folder(value)).find(|folder| folder.components().count() > 0)
}

/// Whether `.js` is an ES module here.
fn is_module(project: &Project) -> bool {
    project.node.as_ref().is_some_and(|manifest| manifest["type"] == "module")
}

/// What jest finds by itself: before 30 that is no `.cjs`.
pub fn jest_file(project: &Project) -> &'static str {
    if is_module(project) { "millpond.test.cjs" } else { "millpond.test.js" }
}

/// What may keep the framework from running the first test.
pub fn doubts(project: &Project, configuration: Option<&Configuration>, test: &Path) -> Vec<String> {
    let shown = test.display();
    let mut doubts = Vec::new();
    let is_below = |name, version| major(project, name).is_some_and(|major| major < version);
    if project.framework == Framework::Vitest && is_below("vitest", VITEST_MIN) {
        doubts.push(format!("package.json wants a vitest below {VITEST_MIN}: {shown} needs 3.2 or newer."));
    }
    // Without `type` it is a .js.
    let is_found = !is_module(project) || major(project, "jest").is_some_and(|major| major >= JEST_WITH_CJS);
    if project.framework == Framework::Jest && !is_found {
        doubts.push(format!(
            "jest below {JEST_WITH_CJS} looks for no .cjs by itself: {shown} may not be found. It requires what it needs, so \
             that \"type\": \"module\" makes it one. Add '**/*.test.cjs' to testMatch, or take jest {JEST_WITH_CJS}."
        ));
    }
    let Some(configuration) = configuration else { return doubts };
    let top = test.iter().next().unwrap_or_default().to_string_lossy();
    for key in keys(project.framework) {
        for value in configuration.values(key) {
            let may_leave_out = match key.says {
                Says::Folder => folder(&value).is_none_or(|folder| !test.starts_with(folder)),
                Says::Pattern => true,
                Says::LeftOut => value.contains(&*top),
            };
            if may_leave_out {
                let value: String = value.chars().take(SHOWN_MAX_CHARS).collect();
                doubts.push(format!(
                    "{} has {}: {value}. If that leaves {shown} out, it is not run: add it there, or move it to where tests \
                     are looked for and mend its path to millpond.yaml.",
                    configuration.name, key.name
                ));
            }
        }
    }
    doubts
}
