// A whole app on the front-end SDK and a backend on the server SDK, in the order in which such apps call: sign-up makes feeds and
// follows, then a home page, stories, comments, polls, bookmarks, pictures, notifications that are read, search, profiles.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { becomes, caughtUp, connected, SHOW_ALL } from './feeds.mjs';
import { AT_ONCE, newApp } from './helpers.mjs';

const app = await newApp('feeds-app');
const GROUPS = ['user', 'timeline', 'notification', 'story', 'stories'];

/** What a backend does when somebody signs up. */
async function signUp(id) {
  const { node } = app;
  await node.upsertUsers([{ id, name: `The ${id}` }]);
  for (const group of GROUPS) await node.feeds.feed(group, id).getOrCreate({ user: { id } });
  const follows = [
    { source: `timeline:${id}`, target: `user:${id}` },
    { source: `stories:${id}`, target: `story:${id}` },
  ];
  await node.feeds.getOrCreateFollows({ follows });
}

/** What a page does once somebody is signed in: all his feeds at once, watched. */
async function page(t, id) {
  const client = await connected(t, app, id);
  const feeds = Object.fromEntries(GROUPS.map((group) => [group, client.feed(group, id, SHOW_ALL)]));
  await Promise.all(Object.values(feeds).map((feed) => feed.getOrCreate({ watch: true, limit: 10 })));
  return { client, ...feeds };
}

const unread = ({ currentState }) => currentState.notification_status?.unread;

describe('a whole app', AT_ONCE, () => {
  test('two people live on it', async (t) => {
    for (const id of ['ann', 'ben']) await signUp(id);
    const [ann, ben] = await Promise.all(['ann', 'ben'].map((id) => page(t, id)));
    const settled = () => Promise.all([ann, ben].map(({ client }) => caughtUp(app, client)));

    // Ben is suggested, followed with his story, and told of it.
    const { suggestions } = await ann.client.getFollowSuggestions({ feed_group_id: 'user', limit: 10 });
    assert.deepEqual(suggestions.map(({ feed }) => feed), ['user:ben']);
    await ann.client.getOrCreateFollows({
      follows: [
        { source: 'timeline:ann', target: 'user:ben', create_notification_activity: true },
        { source: 'stories:ann', target: 'story:ben' },
      ],
    });
    await settled();
    assert.equal(unread(ben.notification), 1);

    // A post with a picture and a poll arrives without a reload, and is in the history of who comes later.
    const picture = await ben.client.uploadImage({ file: new File(['no image at all'], 'cat.png') });
    const { poll } = await ben.client.createPoll({ name: 'Cats?', options: [{ text: 'Yes' }, { text: 'No' }] });
    const { activity: post } = await ben.client.addActivity({
      feeds: ['user:ben'],
      type: 'post',
      text: 'My cat',
      poll_id: poll.id,
      attachments: [{ type: 'image', image_url: picture.file, custom: {} }],
    });
    await becomes(ann.timeline, ({ activities }) => activities?.some(({ id }) => id === post.id));
    const reread = await ann.timeline.getOrCreate({ limit: 10 });
    assert.deepEqual(reread.activities.map(({ text, current_feed: feed }) => [text, feed.feed]), [['My cat', 'user:ben']]);

    // Ann reacts, comments, votes and keeps it; Ben is told, in groups, and reads them.
    const about = { activity_id: post.id };
    await ann.client.addActivityReaction({ ...about, type: 'like', create_notification_activity: true });
    const { comment } = await ann.client.addComment({
      object_id: post.id,
      object_type: 'activity',
      comment: 'Lovely',
      create_notification_activity: true,
    });
    await ann.client.castPollVote({ ...about, poll_id: poll.id, vote: { option_id: poll.options[0].id } });
    const { bookmark } = await ann.client.addBookmark({ ...about, new_folder: { name: 'Cats' } });
    await settled();
    assert.equal(unread(ben.notification), 3);
    const groups = ben.notification.currentState.aggregated_activities;
    assert.deepEqual(groups.map(({ activities: [{ type }] }) => type).sort(), ['comment', 'follow', 'reaction']);
    await ben.notification.markActivity({ mark_read: [groups[0].group] });
    await settled();
    assert.equal(unread(ben.notification), 2);
    await ben.notification.markActivity({ mark_all_read: true, mark_all_seen: true });
    await settled();
    const { unread: none, unseen } = ben.notification.currentState.notification_status;
    assert.deepEqual([none, unseen], [0, 0]);

    // He answers, and likes what she wrote.
    await ben.client.addComment({ parent_id: comment.id, comment: 'Thanks', create_notification_activity: true });
    await ben.client.addCommentReaction({ id: comment.id, type: 'like', create_notification_activity: true });
    await settled();
    assert.equal(unread(ann.notification), 2);
    const thread = await ann.client.getComments({ object_id: post.id, object_type: 'activity', depth: 2, sort: 'first' });
    assert.deepEqual(thread.comments.map(({ text, replies }) => [text, replies.map((reply) => reply.text)]), [['Lovely', ['Thanks']]]);
    const replies = await ann.client.getCommentReplies({ id: comment.id });
    assert.deepEqual(replies.comments.map(({ text }) => text), ['Thanks']);

    // The page of the one post, as each of them sees it.
    const { activity: seen } = await ann.client.getActivity({ id: post.id });
    assert.deepEqual(
      [seen.comment_count, seen.reaction_count, seen.bookmark_count, seen.own_reactions.length, seen.own_bookmarks.length, seen.poll.own_votes.length],
      [2, 1, 1, 1, 1, 1],
    );
    assert.deepEqual(seen.comments.map(({ text, own_reactions: own }) => [text, own.length]), [['Lovely', 0]]);
    const { activity: foreign } = await ben.client.getActivity({ id: post.id });
    assert.deepEqual([foreign.own_reactions, foreign.own_bookmarks, foreign.poll.own_votes], [[], [], []]);
    const { bookmarks } = await ann.client.queryBookmarks({ filter: { folder_id: bookmark.folder.id } });
    assert.deepEqual(bookmarks.map(({ activity }) => activity.id), [post.id]);

    // A story is watched, and is gone after a day.
    const expires_at = new Date(Date.now() + 24 * 3600 * 1000).toISOString();
    const { activity: story } = await ben.client.addActivity({ feeds: ['story:ben'], type: 'post', text: 'Now', expires_at });
    const watched = async () => (await ann.stories.getOrCreate({ limit: 10 })).aggregated_activities.map((group) => group.is_watched);
    assert.deepEqual(await watched(), [false]);
    await ann.stories.markActivity({ mark_watched: [story.id] });
    assert.deepEqual(await watched(), [true]);

    // Search, profiles, and a post that is changed.
    const { activities } = await ann.client.queryActivities({ filter: { text: { $q: 'cat' } }, limit: 10 });
    assert.deepEqual(activities.map(({ id }) => id), [post.id]);
    const { feeds } = await ann.client.queryFeeds({ filter: { group_id: 'user', name: { $autocomplete: 'x' } } });
    assert.deepEqual(feeds, []);
    const { follows } = await ann.client.queryFollows({ filter: { target_feed: 'user:ben' } });
    assert.deepEqual(follows.map(({ source_feed: source }) => source.feed).sort(), ['timeline:ann', 'timeline:ben']);
    const { data: own } = await ann.client.ownBatch({ feeds: ['user:ben'] });
    assert.equal(own['user:ben'].own_follows.length, 1);
    await ben.client.updateActivityPartial({ id: post.id, set: { text: 'My old cat' } });
    await becomes(ann.timeline, ({ activities: all }) => all[0]?.text === 'My old cat');

    // He is followed no more: his posts go with it. What he wrote is taken away.
    await ann.client.unfollow({ source: 'timeline:ann', target: 'user:ben', delete_notification_activity: true });
    assert.deepEqual((await ann.timeline.getOrCreate({ limit: 10 })).activities, []);
    await ann.client.deleteActivityReaction({ ...about, type: 'like', delete_notification_activity: true });
    await ann.client.deleteComment({ id: comment.id });
    const { activity: left } = await ben.client.getActivity({ id: post.id });
    assert.deepEqual([left.comment_count, left.reaction_count], [0, 0]);
    await ben.client.deletePoll({ poll_id: poll.id });
    await ben.client.deleteImage({ url: picture.file });
    const { task_id: task } = await app.node.feeds.deleteFeedUserData({ user_id: 'ben', hard_delete: true });
    assert.equal((await app.node.getTask({ id: task })).status, 'completed');
    assert.deepEqual((await ann.client.queryActivities({ filter: { user_id: 'ben' } })).activities, []);
  });

  // A tutorial's people are users alone: nobody has made feeds for them.
  test('whoever is there can be followed, and shared by an edited post', async (t) => {
    const app = await newApp('feeds-tutorial');
    await app.node.upsertUsers([{ id: 'kim' }, { id: 'lee' }]);
    const lee = await connected(t, app, 'lee');
    const timeline = lee.feed('timeline', 'lee');
    await timeline.getOrCreate();
    const { follow } = await timeline.follow('user:kim', { create_notification_activity: true });
    assert.equal(follow.target_feed.created_by.id, 'kim');
    const { activity } = await app.node.feeds.addActivity({ feeds: ['user:kim'], type: 'post', text: 'mine', user_id: 'kim' });
    await lee.feed('user', 'lee').getOrCreate();
    const { activity: share } = await lee.addActivity({ feeds: ['user:lee'], type: 'post', text: 'hers', parent_id: activity.id });
    const set = { text: 'all hers', attachments: [], mentioned_user_ids: [], parent_id: activity.id };
    const { activity: edited } = await lee.updateActivityPartial({ id: share.id, set, handle_mention_notifications: true });
    assert.deepEqual([edited.text, edited.parent.id], ['all hers', activity.id]);
  });
});
