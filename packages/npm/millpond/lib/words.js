'use strict';

// The control API's words are snake_case; here they are camelCase.

const toSnake = (word) => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toCamel = (word) => word.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

function renamed(value, rename) {
  if (Array.isArray(value)) return value.map((one) => renamed(one, rename));
  // By its name, not its prototype: objects of a test come from another realm where a runner has one for each file.
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  const fields = Object.entries(value).map(([name, one]) => {
    // What stands below these is no word of the control API.
    const foreign = name === 'body' || name === 'claims' || name === 'headers';
    return [rename(name), foreign ? one : renamed(one, rename)];
  });
  return Object.fromEntries(fields);
}

exports.snake = (value) => renamed(value, toSnake);
exports.camel = (value) => renamed(value, toCamel);
