// Bookmarks and their folders, by the front-end SDK with what its state shows, and by the server SDK.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caughtUp, changes, connected, SHOW_ALL } from './feeds.mjs';
import { assertDate, AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-bookmarks');
const { feeds } = app.node;

const kept = (bookmarks) => bookmarks.map(({ activity, folder }) => [activity.id, folder?.name]);

async function posted(user, ...ids) {
  for (const id of ids) {
    await feeds.addActivity({ id, feeds: [`user:${user}`], type: 'post', text: id, user_id: user });
  }
}

describe('feeds-client: bookmarks', AT_ONCE, () => {
  test('a bookmark is in the state of whose it is, and its count in that of all who watch', async (t) => {
    await posted('owner', 'owner-a');
    const clients = [await connected(t, app, 'owner'), await connected(t, app, 'reader')];
    const shown = clients.map((client) => client.feed('user', 'owner', SHOW_ALL));
    for (const feed of shown) await feed.getOrCreate({ watch: true });
    const reader = clients[1];
    const settled = () => Promise.all(clients.map((client) => caughtUp(app, client)));
    const seen = shown.map(changes);
    const state = () => shown.map(({ currentState: { activities: [one] } }) => [one.bookmark_count, one.own_bookmarks.length]);
    const { bookmark } = await reader.addBookmark({ activity_id: 'owner-a', custom: { color: 'blue' } });
    assertDate(bookmark.updated_at);
    assert.deepEqual([bookmark.object_type, bookmark.object_id, bookmark.folder], ['activity', 'owner-a', undefined]);
    await settled();
    assert.deepEqual([seen.map(({ length }) => length), state()], [[1, 1], [[1, 0], [1, 1]]]);
    await reader.updateBookmark({ activity_id: 'owner-a', custom: { color: 'red' } });
    await settled();
    assert.deepEqual(shown[1].currentState.activities[0].own_bookmarks[0].custom, { color: 'red' });
    assert.deepEqual(seen[1].length, 2);
    await reader.deleteBookmark({ activity_id: 'owner-a' });
    await settled();
    assert.deepEqual([seen[1].length, state()], [3, [[0, 0], [0, 0]]]);
  });

  test('bookmarks lie in folders, are moved and found', async (t) => {
    await posted('shelf', 's-a', 's-b');
    const reader = await connected(t, app, 'sorter');
    const { bookmark } = await reader.addBookmark({ activity_id: 's-a', new_folder: { name: 'Later', custom: { icon: 'x' } } });
    const { id } = bookmark.folder;
    await reader.addBookmark({ activity_id: 's-b', folder_id: id });
    await reader.addBookmark({ activity_id: 's-b' });
    const first = await reader.queryBookmarks({ limit: 2 });
    assert.deepEqual(kept(first.bookmarks), [['s-b', undefined], ['s-b', 'Later']]);
    const second = await reader.queryBookmarks({ limit: 2, next: first.next });
    assert.deepEqual([kept(second.bookmarks), second.next], [[['s-a', 'Later']], undefined]);
    const filtered = await reader.queryBookmarks({ filter: { folder_id: id, activity_id: 's-a' } });
    assert.deepEqual(kept(filtered.bookmarks), [['s-a', 'Later']]);
    const moved = await reader.updateBookmark({ activity_id: 's-a', folder_id: id, new_folder: { name: 'Sooner' } });
    assert.equal(moved.bookmark.folder.name, 'Sooner');
    const { bookmark_folders: folders } = await reader.queryBookmarkFolders({ filter: { folder_name: { $contains: 'oone' } } });
    assert.deepEqual(folders.map(({ name, user }) => [name, user.id]), [['Sooner', 'sorter']]);
    const { bookmark_folder: renamed } = await reader.updateBookmarkFolder({ folder_id: id, name: 'Much later' });
    assert.deepEqual([renamed.name, renamed.custom], ['Much later', { icon: 'x' }]);
    await reader.deleteBookmarkFolder({ folder_id: id });
    assert.deepEqual(kept((await reader.queryBookmarks()).bookmarks), [['s-b', undefined], ['s-a', 'Sooner']]);
    assert.equal((await reader.getActivity({ id: 's-b' })).activity.bookmark_count, 1);
  });
});

describe('feeds-client: bookmarks of comments', AT_ONCE, () => {
  test('a comment is bookmarked without its activity being so', async (t) => {
    await posted('talker', 'talk');
    await feeds.addComment({ id: 'said', object_id: 'talk', object_type: 'activity', comment: 'x', user_id: 'talker' });
    const reader = await connected(t, app, 'listener');
    const feed = reader.feed('user', 'talker', SHOW_ALL);
    await feed.getOrCreate({ watch: true });
    const { bookmark } = await reader.addCommentBookmark({ comment_id: 'said', new_folder: { name: 'Said' }, custom: { n: 1 } });
    assertDate(bookmark.comment.created_at);
    assert.deepEqual([bookmark.object_type, bookmark.comment.bookmark_count, bookmark.activity.id], ['comment', 1, '']);
    await caughtUp(app, reader);
    const [activity] = feed.currentState.activities;
    assert.deepEqual([activity.bookmark_count, activity.own_bookmarks], [0, []]);
    const place = { comment_id: 'said', folder_id: bookmark.folder.id };
    const changed = await reader.updateCommentBookmark({ ...place, custom: { n: 2 } });
    assert.deepEqual(changed.bookmark.custom, { n: 2 });
    const found = await reader.queryBookmarks({ filter: { object_type: 'comment' } });
    assert.deepEqual(found.bookmarks.map(({ comment }) => comment.id), ['said']);
    const gone = await reader.deleteCommentBookmark(place);
    assert.equal(gone.bookmark.comment.bookmark_count, 0);
    const kept = await feeds.addCommentBookmark({ comment_id: 'said', user_id: 'keeper-of-comments' });
    assert.deepEqual([kept.bookmark.user.id, kept.bookmark.folder], ['keeper-of-comments', undefined]);
  });
});

describe('node-sdk: bookmarks', AT_ONCE, () => {
  test('a server keeps bookmarks for a user whom it names, and finds those of all', async () => {
    await posted('served', 'served-a');
    const place = { activity_id: 'served-a' };
    await refused(feeds.addBookmark(place), {
      status: 400,
      code: 4,
      operation: 'AddBookmark',
      reason: /user_id is required for server side requests/,
    });
    const { bookmark } = await feeds.addBookmark({ ...place, new_folder: { name: 'One' }, user_id: 'keeper' });
    assertDate(bookmark.created_at);
    const { id } = bookmark.folder;
    const same = await feeds.updateBookmark({ ...place, folder_id: id, user_id: 'keeper' });
    assert.equal(same.bookmark.folder.id, id);
    assert.deepEqual(kept((await feeds.queryBookmarks({ filter: { user_id: 'keeper' } })).bookmarks), [['served-a', 'One']]);
    const { bookmark_folders: folders } = await feeds.queryBookmarkFolders({ filter: { user_id: 'keeper' } });
    assert.deepEqual(folders.map(({ name }) => name), ['One']);
    await feeds.updateBookmarkFolder({ folder_id: id, name: 'Two', user_id: 'keeper' });
    const gone = await feeds.deleteBookmark({ ...place, folder_id: id, user_id: 'keeper' });
    assert.deepEqual([gone.bookmark.folder.name, gone.bookmark.activity.bookmark_count], ['Two', 0]);
    await feeds.deleteBookmarkFolder({ folder_id: id });
    assert.deepEqual((await feeds.queryBookmarkFolders({ filter: { user_id: 'keeper' } })).bookmark_folders, []);
  });
});
