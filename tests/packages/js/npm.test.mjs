// The npm packages, from tarballs and from a registry, in empty folders.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { bare, emptyFolder, run, started, tarball } from './support.mjs';

const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
const BINARY = { x64: 'millpond-linux-x64', arm64: 'millpond-linux-arm64' }[process.arch];

/** A project whose tests sign in, with nothing but Node: the call is refused unless the token is that of the app. */
const TESTS = `
const { STREAM_BASE_URL: url, STREAM_API_KEY: key, MILLPOND_TOKEN_JOHN: token } = process.env;
const headers = { authorization: token, 'stream-auth-type': 'jwt', 'content-type': 'application/json' };
fetch(url + '/api/v2/app?api_key=' + key, { headers }).then((answer) => {
  console.log('GetApp', answer.status);
  process.exit(answer.ok ? 42 : 1);
});
`;

async function project(folder) {
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, scripts: { test: 'node tests.cjs' } }));
  await writeFile(join(folder, 'tests.cjs'), TESTS);
}

function itsTestsRan({ code, stdout, stderr }) {
  assert.match(stdout, /^GetApp 200$/m, stderr);
  assert.equal(code, 42, "the exit code is the command's");
}

describe('from tarballs', () => {
  let folder, launcher;

  before(async () => {
    folder = await emptyFolder();
    await project(folder);
    const tarballs = [await tarball('millpond'), await tarball(BINARY)];
    const installed = await run('npm', ['install', ...QUIET, '--offline', ...tarballs], { cwd: folder, env: bare });
    assert.equal(installed.code, 0, installed.stderr);
    launcher = join(folder, 'node_modules/millpond/bin/millpond.js');
  });

  after(() => rm(folder, { recursive: true, force: true }));

  test('npx runs a project’s tests', async () => {
    const options = { cwd: folder, env: bare };
    itsTestsRan(await run('npx', ['--offline', 'millpond', 'exec', '--fixture', 'quickstart', '--', 'npm', 'test'], options));
  });

  test('the helper starts the binary of the package', async () => {
    const script = `
      const { startMillpond } = require('millpond/testing');
      startMillpond({ fixture: 'quickstart' }).then(async (millpond) => {
        console.log(Object.keys(millpond.app.tokens).includes('john'));
        await millpond.stop();
      });`;
    const { stdout, stderr } = await run('node', ['-e', script], { cwd: folder, env: bare });
    assert.equal(stdout, 'true\n', stderr);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) {
    test(`${signal} reaches the binary, whose exit code comes back`, async () => {
      const args = [launcher, 'exec', '--', 'node', '-e', `
        process.on('${signal}', () => process.exit(9));
        setInterval(() => {}, 1000);
        console.log('ready')`];
      const { child, ended } = await started('node', args, /ready/, { env: bare });
      child.kill(signal);
      assert.deepEqual(await ended, { code: 9, signal: null });
    });
  }

  test('a binary that a signal ends is told as that', async () => {
    const args = [launcher, 'serve', '--memory', '--port', '0', '--json'];
    const { child, ended, match } = await started('node', args, /"pid":(\d+)/, { env: bare, cwd: folder });
    process.kill(Number(match[1]), 'SIGKILL');
    assert.deepEqual(await ended, { code: null, signal: 'SIGKILL' });
    assert.equal(child.signalCode, 'SIGKILL');
  });
});

test('from a registry', async (t) => {
  const packages = new Map();
  for (const file of [await tarball('millpond'), await tarball(BINARY)]) {
    const manifest = JSON.parse((await run('tar', ['-xzOf', file, 'package/package.json'])).stdout);
    packages.set(manifest.name, { manifest, data: await readFile(file) });
  }
  const asked = [];
  const registry = createServer((request, response) => {
    const path = decodeURIComponent(request.url.slice(1));
    asked.push(path);
    const { manifest, data } = packages.get(path.replace(/\/-\/.*$/, '')) ?? {};
    if (!manifest) return response.writeHead(404).end('{}');
    if (path.includes('/-/')) return response.end(data);
    const dist = {
      tarball: `http://${request.headers.host}/${manifest.name}/-/${basename(manifest.name)}.tgz`,
      integrity: `sha512-${createHash('sha512').update(data).digest('base64')}`,
    };
    const { name, version } = manifest;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ name, 'dist-tags': { latest: version }, versions: { [version]: { ...manifest, dist } } }));
  });
  await new Promise((resolve) => registry.listen(0, '127.0.0.1', resolve));
  t.after(() => registry.close());

  const folder = await emptyFolder(t);
  await project(folder);
  await mkdir(join(folder, 'cache'));
  const env = {
    ...bare,
    npm_config_registry: `http://127.0.0.1:${registry.address().port}/`,
    npm_config_cache: join(folder, 'cache'),
    npm_config_ignore_scripts: 'true',
    npm_config_update_notifier: 'false',
  };
  const begun = performance.now();
  itsTestsRan(await run('npx', ['--yes', 'millpond', 'exec', '--fixture', 'quickstart', '--', 'npm', 'test'], { cwd: folder, env }));
  t.diagnostic(`npx from a registry, nothing in the cache: ${Math.round(performance.now() - begun)} ms`);
  assert.deepEqual(new Set(asked.map((path) => path.replace(/\/-\/.*$/, ''))), new Set(packages.keys()), 'nothing else is asked for');
});

test('without a binary it says which package is missing', async (t) => {
  const folder = await emptyFolder(t);
  const place = join(folder, 'node_modules/millpond');
  await mkdir(place, { recursive: true });
  await run('tar', ['-xzf', await tarball('millpond'), '--strip-components', '1', '-C', place]);
  const { code, stderr } = await run('node', [join(place, 'bin/millpond.js'), '--version'], { env: bare });
  assert.equal(code, 1);
  assert.match(stderr, new RegExp(`package @millpond/linux-${process.arch} is not installed`));
  assert.match(stderr, /omit=optional/);
});

test('the manifests have no script to be run, and no dependency but the binary', async () => {
  for (const file of [await tarball('millpond'), await tarball(BINARY)]) {
    const manifest = JSON.parse((await run('tar', ['-xzOf', file, 'package/package.json'])).stdout);
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.dependencies, undefined);
    for (const version of Object.values(manifest.optionalDependencies ?? {})) assert.equal(version, manifest.version);
  }
});
