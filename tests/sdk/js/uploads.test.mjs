// Files that SDKs send: they are served from the address in the answer, and deleted by it.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connected } from './feeds.mjs';
import { AT_ONCE, newApp } from './helpers.mjs';

const app = await newApp('uploads');
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

async function served(address) {
  const answer = await fetch(address);
  return [answer.status, answer.headers.get('content-type'), Buffer.from(await answer.arrayBuffer())];
}

describe('uploads', AT_ONCE, () => {
  test('feeds-client sends an image and a file, posts them, and deletes both by the one call', async (t) => {
    const john = await connected(t, app, 'john');
    // As applications do: without a type.
    const image = await john.uploadImage({ file: new File([PNG], 'cat.png'), upload_sizes: [{ width: 100, height: 100 }] });
    const file = await john.uploadFile({ file: new File(['some text'], 'notes.txt') });
    assert.deepEqual(image.upload_sizes, [{ width: 100, height: 100 }]);
    assert.deepEqual(await served(image.file), [200, 'image/png', PNG]);
    assert.deepEqual(await served(`${file.file}&w=10`), [200, 'text/plain; charset=utf-8', Buffer.from('some text')]);
    const feed = john.feed('user', 'john');
    await feed.getOrCreate();
    const attachments = [{ type: 'image', image_url: image.file, custom: {} }];
    const { activity } = await john.addActivity({ feeds: [feed.feed], type: 'post', text: 'A cat', attachments });
    assert.equal(activity.attachments[0].image_url, image.file);
    for (const url of [image.file, file.file, file.file]) await john.deleteImage({ url });
    assert.deepEqual([(await served(image.file))[0], (await served(file.file))[0]], [404, 404]);
  });

  test('node-sdk sends for a user, who may delete it', async (t) => {
    const { node } = app;
    await node.upsertUsers([{ id: 'jane' }]);
    const sent = await node.uploadFile({ file: new File(['by a server'], 'a.txt'), user: { id: 'jane' } });
    const nobodys = await node.uploadImage({ file: new File([PNG], 'b.png') });
    assert.deepEqual(await served(sent.file), [200, 'text/plain; charset=utf-8', Buffer.from('by a server')]);
    const jane = await connected(t, app, 'jane');
    await jane.deleteFile({ url: sent.file });
    await assert.rejects(jane.deleteFile({ url: nobodys.file }), ({ code }) => code === 17);
    await node.deleteImage({ url: nobodys.file });
    assert.equal((await served(nobodys.file))[0], 404);
  });
});
