'use strict';

/** Where the binary is: the one that MILLPOND_BIN names, else that of the package for this system. */
exports.findBinary = function findBinary() {
  if (process.env.MILLPOND_BIN) return process.env.MILLPOND_BIN;
  const name = `@millpond/${process.platform}-${process.arch}`;
  try {
    return require.resolve(`${name}/bin/millpond${process.platform === 'win32' ? '.exe' : ''}`);
  } catch {
    throw new Error(
      `millpond has no binary here: the package ${name} is not installed.\n` +
        'It is an optional dependency of millpond: install without --omit=optional (--no-optional), and anew where\n' +
        'node_modules came from another system. Where there is no such package, build millpond with cargo and name it\n' +
        'with MILLPOND_BIN.',
    );
  }
};
