//! The files that a project is given, as texts. Each is short, and its owner's from then on.

use super::model::{Framework, TestSdk};

/// The fixture. Its rows are those that `millpond fixture export` writes, without the columns that may be left out.
pub const FIXTURE: &str = "\
# What millpond starts with. `millpond fixture check millpond.yaml` tells what is wrong with it.
#
#   millpond --fixture millpond.yaml         beside a dev server
#   eval \"$(millpond env)\"                   its address, keys and tokens for this shell
millpond: 1

apps:
  - name: app
    users:
      john: {name: John}
      jane: {name: Jane}
    tokens:                       # MILLPOND_TOKEN_JOHN, MILLPOND_TOKEN_JANE
      john: {user: john}
      jane: {user: jane}

    # Jane follows John, who has said something. Feeds are rows of tables: make what you want with your own code, then
    # `millpond fixture export` prints them.
    rows:
      feeds:
        - {no: 1, group_id: user, id: john, created_by: john, visibility: visible, activity_count: 1, follower_count: 1,
           created_at: 1767225600000000000, updated_at: 1767225600000000000}
        - {no: 2, group_id: timeline, id: jane, created_by: jane, visibility: visible, following_count: 1,
           created_at: 1767225600000000000, updated_at: 1767225600000000000}
      follows:
        - {source: 2, target: 1, status: accepted, follower_role: feed_follower, push_preference: none,
           created_at: 1767225600000000000, updated_at: 1767225600000000000}
      activities:
        - {no: 3, id: hello, user_id: john, type: post, feeds: [\"user:john\"], text: Hello from John,
           created_at: 1767225600000000000, updated_at: 1767225600000000000}
      feed_activities:
        - {feed: 1, activity: 3, created_at: 1767225600000000000}
";

/// The first test. `up` leads from its folder to that of the fixture.
pub fn test(framework: Framework, sdk: Option<TestSdk>, up: &str) -> String {
    let (frame, reads) = match framework {
        Framework::Vitest => (VITEST, module(sdk)),
        Framework::Jest => (JEST, common(sdk)),
        Framework::Playwright => (PLAYWRIGHT, module(sdk)),
        Framework::NodeTest => (NODE_TEST, module(sdk)),
        Framework::Pytest => (PYTEST, python(sdk)),
    };
    let (import, reads) = reads;
    frame.replace("IMPORT\n", &import).replace("READS", reads).replace("UPmillpond", &format!("{up}millpond"))
}

const VITEST: &str = "\
// @vitest-environment node
// A first test with millpond: each test has an app of its own, filled by millpond.yaml.

import { fileURLToPath } from 'node:url';
IMPORT
import { expect, withMillpond } from 'millpond/vitest';

const test = withMillpond({ fixture: fileURLToPath(new URL('UPmillpond.yaml', import.meta.url)) });

READS
test('Jane sees what John has said', async ({ app }) => {
  expect(await timelineOf(app, 'jane')).toEqual(['Hello from John']);
  await expect(app).toHaveReceived({ operation: 'GetOrCreateFeed', outcome: 'ok' });
});
";

const JEST: &str = "\
/** @jest-environment node */
// A first test with millpond: each test has an app of its own, filled by millpond.yaml.

const { join } = require('node:path');
IMPORT
const { expect, withMillpond } = require('millpond/jest');

const test = withMillpond({ fixture: join(__dirname, 'UPmillpond.yaml') });

READS
test('Jane sees what John has said', async ({ app }) => {
  expect(await timelineOf(app, 'jane')).toEqual(['Hello from John']);
  await expect(app).toHaveReceived({ operation: 'GetOrCreateFeed', outcome: 'ok' });
});
";

const PLAYWRIGHT: &str = "\
// A first test with millpond: each test has an app of its own, filled by millpond.yaml. A page is handed it by
// `await app.attach(page)` before `page.goto(…)`: it finds `globalThis.millpond` with `url`, `apiKey` and `tokenProvider`.

import { fileURLToPath } from 'node:url';
IMPORT
import { expect, withMillpond } from 'millpond/playwright';

const test = withMillpond({ fixture: fileURLToPath(new URL('UPmillpond.yaml', import.meta.url)) });

READS
test('Jane sees what John has said', async ({ app }) => {
  expect(await timelineOf(app, 'jane')).toEqual(['Hello from John']);
  await expect(app).toHaveReceived({ operation: 'GetOrCreateFeed', outcome: 'ok' });
});
";

const NODE_TEST: &str = "\
// A first test with millpond: each test has an app of its own, filled by millpond.yaml.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
IMPORT
import { startMillpond } from 'millpond/testing';

let millpond;
before(async () => {
  millpond = await startMillpond({ fixture: fileURLToPath(new URL('UPmillpond.yaml', import.meta.url)) });
});
after(() => millpond?.stop());

READS
test('Jane sees what John has said', async (t) => {
  const app = await millpond.cloneApp();
  t.after(() => app.delete());
  assert.deepEqual(await timelineOf(app, 'jane'), ['Hello from John']);
  await app.requests.verify([{ operation: 'GetOrCreateFeed', outcome: 'ok' }]);
});
";

const PYTEST: &str = "\
\"\"\"A first test with millpond: each test has an app of its own, filled by millpond.yaml.\"\"\"

IMPORT
FIXTURE = Path(__file__).parent / \"UPmillpond.yaml\"


@pytest.fixture(scope=\"session\")
def millpond():
    \"\"\"The millpond of these tests. In a conftest.py it is that of all.\"\"\"
    with start(str(FIXTURE)) as running:
        yield running


READS

def test_jane_sees_what_john_has_said(millpond_app):
    with millpond_app.expect_requests({\"operation\": \"GetOrCreateFeed\", \"outcome\": \"ok\"}):
        assert timeline_of(millpond_app, \"jane\") == [\"Hello from John\"]
";

/// The imports, and the function that reads, of an ES module.
fn module(sdk: Option<TestSdk>) -> (String, &'static str) {
    match sdk {
        Some(TestSdk::Node) => ("import { StreamClient } from '@stream-io/node-sdk';\n".to_owned(), BY_NODE),
        Some(TestSdk::Client(package)) => (format!("import {{ FeedsClient }} from '{package}';\n"), BY_CLIENT),
        Some(TestSdk::Python) | None => (String::new(), BY_FETCH),
    }
}

/// The same of a CommonJS module.
fn common(sdk: Option<TestSdk>) -> (String, &'static str) {
    match sdk {
        Some(TestSdk::Node) => ("const { StreamClient } = require('@stream-io/node-sdk');\n".to_owned(), BY_NODE),
        Some(TestSdk::Client(package)) => (format!("const {{ FeedsClient }} = require('{package}');\n"), BY_CLIENT),
        Some(TestSdk::Python) | None => (String::new(), BY_FETCH),
    }
}

const BY_NODE: &str = "\
/** Stands for what your own code reads. */
async function timelineOf(app, user) {
  const backend = new StreamClient(app.apiKey, app.apiSecret, { basePath: app.url });
  const { activities } = await backend.feeds.feed('timeline', user).getOrCreate({ user_id: user });
  return activities.map(({ text }) => text);
}
";

const BY_CLIENT: &str = "\
/** Stands for what your own code reads. */
async function timelineOf(app, user) {
  const client = new FeedsClient(app.apiKey, { base_url: app.url });
  await client.connectUser({ id: user }, app.tokenProvider(user)); // Node below 22 has no WebSocket: see the package ws
  const timeline = client.feed('timeline', user);
  await timeline.getOrCreate();
  const { activities } = timeline.state.getLatestValue();
  await client.disconnectUser();
  return activities.map(({ text }) => text);
}
";

const BY_FETCH: &str = "\
/** Stands for what your own code reads. */
async function timelineOf(app, user) {
  const answer = await fetch(`${app.url}/api/v2/feeds/feed_groups/timeline/feeds/${user}?api_key=${app.apiKey}`, {
    method: 'POST',
    headers: { authorization: await app.token(user), 'stream-auth-type': 'jwt', 'content-type': 'application/json' },
    body: '{}',
  });
  const { activities } = await answer.json();
  return activities.map(({ text }) => text);
}
";

fn python(sdk: Option<TestSdk>) -> (String, &'static str) {
    let with_sdk =
        "from pathlib import Path\n\nimport pytest\nfrom getstream import Stream\nfrom millpond import start\n\n";
    let without =
        "import json\nimport urllib.request\nfrom pathlib import Path\n\nimport pytest\nfrom millpond import start\n\n";
    match sdk {
        Some(TestSdk::Python) => (with_sdk.to_owned(), BY_GETSTREAM),
        Some(TestSdk::Node | TestSdk::Client(_)) | None => (without.to_owned(), BY_URLLIB),
    }
}

const BY_GETSTREAM: &str = "\
def timeline_of(app, user):
    \"\"\"Stands for what your own code reads.\"\"\"
    backend = Stream(app.api_key, app.api_secret, base_url=app.url)
    read = backend.feeds.feed(\"timeline\", user).get_or_create(user_id=user)
    return [activity.text for activity in read.data.activities]
";

const BY_URLLIB: &str = "\
def timeline_of(app, user):
    \"\"\"Stands for what your own code reads.\"\"\"
    url = f\"{app.url}/api/v2/feeds/feed_groups/timeline/feeds/{user}?api_key={app.api_key}\"
    headers = {\"authorization\": app.token(user), \"stream-auth-type\": \"jwt\", \"content-type\": \"application/json\"}
    with urllib.request.urlopen(urllib.request.Request(url, b\"{}\", headers)) as answer:
        return [activity[\"text\"] for activity in json.load(answer)[\"activities\"]]
";

/// A workflow that runs these steps.
pub fn workflow(steps: &str) -> String {
    let mut text = WORKFLOW.to_owned();
    for line in steps.lines() {
        text.extend(["      ", line, "\n"]);
    }
    text
}

const WORKFLOW: &str = "\
name: millpond
on: [push, pull_request]
permissions:
  contents: read

jobs:
  test:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v5
";
