#!/usr/bin/env node
'use strict';

// Runs the binary of this system as if it had been called itself: its terminal, its signals, its exit code.

const { spawn } = require('node:child_process');
const { findBinary } = require('../lib/binary.js');

let binary;
try {
  binary = findBinary();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}

const child = spawn(binary, process.argv.slice(2), { stdio: 'inherit' });
child.on('error', (error) => {
  console.error(`millpond cannot be run: ${error.message}`);
  process.exit(126);
});
child.on('exit', (code, signal) => {
  if (signal === null) process.exit(code);
  for (const name of SIGNALS) process.removeAllListeners(name);
  process.kill(process.pid, signal);
});

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'];
for (const name of SIGNALS) {
  process.on(name, () => {
    // A terminal's key has reached the binary as well, and a second one would mean more haste.
    const fromTerminal = process.stdin.isTTY && (name === 'SIGINT' || name === 'SIGQUIT');
    if (!fromTerminal) child.kill(name);
  });
}
