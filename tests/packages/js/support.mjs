// What the tests of the packages have in common: dist/, commands that are run to their end, and millpond in node_modules.

import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const here = fileURLToPath(new URL('.', import.meta.url));
export const { MILLPOND_DIST: dist, MILLPOND_BIN: binary } = process.env;
if (!dist || !binary) throw new Error('MILLPOND_DIST and MILLPOND_BIN are set by `cargo test --test packages`');

/** How long any command may take. */
const BOUND_MS = 120_000;
/** How long one may run that is sent a signal. */
const STOP_MS = 30_000;

/** Without the millpond of whoever runs this, and without its binary where the packages' own is meant. */
export const bare = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(MILLPOND|STREAM|NODE_TEST|npm_)/.test(name)));
bare.MILLPOND_DEFAULT_PORT = '0'; // nobody listens there
/** With the binary that is there: what is not about the packages need not unpack it. */
export const env = { ...bare, MILLPOND_BIN: binary };

/** Runs a command to its end. */
export async function run(command, args, options = {}) {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { env, timeout: BOUND_MS, maxBuffer: 1 << 26, ...options });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (typeof error.code !== 'number' && !error.signal) throw error;
    return { code: error.code, signal: error.signal, stdout: error.stdout, stderr: error.stderr };
  }
}

/** Starts a command, and gives it once its stdout has such a line. One that does not end is killed. */
export async function started(command, args, line, options = {}) {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'inherit'], timeout: STOP_MS, killSignal: 'SIGKILL', ...options });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  let said = '';
  const [match] = await new Promise((resolve, reject) => {
    child.stdout.on('data', (text) => {
      said += text;
      const found = said.match(line);
      if (found) resolve([found]);
    });
    ended.then((how) => reject(new Error(`${command} ended (${JSON.stringify(how)}) without the line: ${said}`)));
  });
  return { child, ended, match };
}

/** The tarball of a package, by the start of its name. */
export async function tarball(name) {
  const found = (await readdir(dist)).filter((file) => new RegExp(`^${name}-\\d.*\\.tgz$`).test(file));
  if (found.length !== 1) throw new Error(`${dist} has ${found.length} tarballs of ${name}`);
  return join(dist, found[0]);
}

/** An empty folder, gone with the test where there is one. */
export async function emptyFolder(t) {
  const folder = await mkdtemp(join(dist, '..', 'empty-'));
  t?.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
