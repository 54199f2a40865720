// The backend of the app in `pages/app`, with the published server SDK: signing up, tokens, and leaving.

import { StreamClient } from '@stream-io/node-sdk';

const GROUPS = ['user', 'timeline', 'notification', 'story', 'stories'];

/** The calls of a backend for one app, by name. */
export function backend({ millpond, key, secret }) {
  const client = new StreamClient(key, secret, { basePath: millpond.url });
  return {
    async 'sign-up'({ name }) {
      const id = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
      await client.upsertUsers([{ id, name }]);
      for (const group of GROUPS) await client.feeds.feed(group, id).getOrCreate({ user: { id } });
      await client.feeds.getOrCreateFollows({
        follows: [
          { source: `timeline:${id}`, target: `user:${id}` },
          { source: `stories:${id}`, target: `story:${id}` },
        ],
      });
      return { id };
    },
    async token({ id }) {
      return { token: client.generateUserToken({ user_id: id }) };
    },
    async leave({ id }) {
      await client.feeds.deleteFeedUserData({ user_id: id, hard_delete: true });
      return {};
    },
  };
}
