// What the tests of feeds wait with and look at: the state of the front-end SDK, which applications render.

import { bounded, client, Feeds, heard } from './sockets.mjs';

// By default the SDK puts only the user's own posts into the list.
export const SHOW_ALL = { onNewActivity: () => 'add-to-start' };

/** A connected user, with the SDK's client. */
export async function connected(t, app, id) {
  const session = client(t, Feeds, app);
  await session.connect({ id }, app.userToken(id));
  return session.client;
}

/** Waits until a feed's state is so, for a bounded time. */
export function becomes(feed, is) {
  let stop;
  const state = new Promise((resolve) => {
    stop = feed.state.subscribe((state) => is(state) && resolve(state));
  });
  return bounded(state, `the state of ${feed.feed}`).finally(() => stop());
}

/** All that a feed's state becomes from now on. */
export function changes(feed) {
  const states = [];
  const before = feed.state.getLatestValue();
  feed.state.subscribe((state) => state !== before && states.push(state));
  return states;
}

/** Waits until all that was sent to a user's client so far has come: events keep their order. */
export async function caughtUp(app, client) {
  const { id } = client.state.getLatestValue().connected_user;
  const mark = `mark-${Math.random()}`;
  const last = heard(client, 'user.updated', ({ user }) => user.custom.mark === mark);
  await app.node.updateUsersPartial({ users: [{ id, set: { mark } }] });
  await last;
}

export const texts = (state) => (state.activities ?? []).map((activity) => activity.text);
