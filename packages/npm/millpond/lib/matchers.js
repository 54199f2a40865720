'use strict';

// The matchers of all frameworks: each asks the app's journal, and its account is the message.

/** How many an expectation asks for at least. */
const least = ({ times }) => (typeof times === 'number' ? times : (times?.min ?? (times ? 0 : 1)));

/** Waits for those that have a `timeout`, then compares. */
async function compare(app, expected, inOrder) {
  if (typeof app?.verified !== 'function') throw new TypeError('expect(app): the app of millpond is what has received calls');
  const all = [];
  for (const { timeout, ...expectation } of expected) {
    all.push(expectation);
    const { times, ...filter } = expectation;
    const count = least(expectation);
    // In vain is told by the account below, in the same words as without waiting.
    if (timeout && count > 0) await app.requests.waitFor({ ...filter, count, timeout }).catch(unlessInVain);
  }
  const { ok, account } = await app.verified(all, { inOrder });
  return { pass: ok, message: () => account.join('\n') };
}

function unlessInVain(error) {
  if (error.status !== 408) throw error;
}

module.exports = {
  toHaveReceived: (app, expected) => compare(app, [expected], false),
  toHaveReceivedInOrder: (app, expected) => compare(app, expected, true),
};
