// Comments, by the front-end SDK with what its state shows, and by the server SDK.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caughtUp, connected, SHOW_ALL } from './feeds.mjs';
import { assertDate, AT_ONCE, newApp, refused } from './helpers.mjs';

const app = await newApp('feeds-comments');
const { feeds } = app.node;

const ids = (comments) => (comments ?? []).map(({ id }) => id);
const upon = (object_id, id, more) => ({ object_id, object_type: 'activity', comment: id, id, ...more });

/** A user's activity, in a feed of the user's own. */
async function posted(id) {
  await feeds.addActivity({ id, feeds: [`user:${id}`], type: 'post', text: id, user_id: id });
}

describe('feeds-client: comments', AT_ONCE, () => {
  test('who watches sees comments come, change and go, once each, wherever the author is', async (t) => {
    await posted('owner');
    const [owner, other] = [await connected(t, app, 'owner'), await connected(t, app, 'other')];
    const watched = [owner.feed('user', 'owner'), other.feed('user', 'owner', SHOW_ALL)];
    for (const feed of watched) {
      await feed.getOrCreate({ watch: true });
      await feed.loadNextPageActivityComments('owner', { sort: 'first' });
    }
    const settled = () => Promise.all([owner, other].map((client) => caughtUp(app, client)));
    const shown = (of = 'owner') => watched.map(({ currentState }) => ids(currentState.comments_by_entity_id[of]?.comments));
    const { comment } = await other.addComment(upon('owner', 'c1', { custom: { mood: 'good' } }));
    assertDate(comment.created_at);
    assert.deepEqual([comment.text, comment.user.id, comment.custom, comment.own_reactions], ['c1', 'other', { mood: 'good' }, []]);
    await other.addCommentsBatch({ comments: [upon('owner', 'c2'), upon('owner', 'c3')] });
    await settled();
    assert.deepEqual(shown(), [['c1', 'c2', 'c3'], ['c1', 'c2', 'c3']]);
    for (const feed of watched) await feed.loadNextPageCommentReplies(comment, { sort: 'first' });
    await owner.addComment({ parent_id: 'c1', comment: 'reply', id: 'r1' });
    const { comment: edited } = await other.updateComment({ id: 'c1', comment: 'edited' });
    assertDate(edited.edited_at);
    await settled();
    assert.deepEqual(shown('c1'), [['r1'], ['r1']]);
    for (const { currentState } of watched) {
      assert.equal(currentState.comments_by_entity_id.owner.comments[0].text, 'edited');
      assert.equal(currentState.comments_by_entity_id.owner.comments[0].reply_count, 1);
    }
    await other.updateCommentPartial({ id: 'c2', set: { 'custom.deep.er': 1 } });
    const gone = await owner.deleteComment({ id: 'c1' });
    assert.deepEqual([gone.activity.comment_count, gone.comment.status], [2, 'deleted']);
    await settled();
    assert.deepEqual([shown(), shown('c1')], [[['c2', 'c3'], ['c2', 'c3']], [[], []]]);
    for (const { currentState } of watched) {
      assert.deepEqual(currentState.comments_by_entity_id.owner.comments[0].custom, { deep: { er: 1 } });
    }
    const back = await other.restoreComment({ id: 'c1' });
    assert.deepEqual([back.comment.reply_count, back.activity.comment_count], [1, 4]);
    const { activity } = await other.getActivity({ id: 'owner', comment_sort: 'first', comment_limit: 2 });
    assert.deepEqual([ids(activity.comments), activity.popularity], [['c1', 'c2'], 8]);
  });

  test('a thread is loaded page by page, with the replies below it', async (t) => {
    await posted('threads');
    const reader = await connected(t, app, 'threads');
    for (const id of ['1', '2', '3']) await reader.addComment(upon('threads', `t${id}`));
    for (const id of ['a', 'b', 'c']) await reader.addComment({ parent_id: 't1', comment: id, id: `t1${id}` });
    const feed = reader.feed('user', 'threads');
    await feed.getOrCreate();
    await feed.loadNextPageActivityComments('threads', { sort: 'first', limit: 2, depth: 2, replies_limit: 2 });
    const shown = (of) => feed.currentState.comments_by_entity_id[of];
    assert.deepEqual([ids(shown('threads').comments), ids(shown('t1').comments)], [['t1', 't2'], ['t1a', 't1b']]);
    const [first] = shown('threads').comments;
    await feed.loadNextPageCommentReplies(first, {});
    assert.deepEqual([ids(shown('t1').comments), shown('t1').pagination.next], [['t1a', 't1b', 't1c'], undefined]);
    await feed.loadNextPageActivityComments('threads');
    assert.deepEqual([ids(shown('threads').comments), shown('threads').pagination.next], [['t1', 't2', 't3'], undefined]);
  });

  test('without a depth no reply is in the state, on the next page neither', async (t) => {
    await posted('flat');
    const reader = await connected(t, app, 'flat');
    for (const id of ['f1', 'f2']) {
      await reader.addComment(upon('flat', id));
      await reader.addComment({ parent_id: id, comment: 'reply', id: `${id}r` });
    }
    const feed = reader.feed('user', 'flat');
    await feed.getOrCreate();
    await feed.loadNextPageActivityComments('flat', { limit: 1, depth: 0 });
    await feed.loadNextPageActivityComments('flat');
    const { comments_by_entity_id: all } = feed.currentState;
    assert.deepEqual([Object.keys(all), ids(all.flat.comments)], [['flat'], ['f2', 'f1']]);
    const replies = await reader.getCommentReplies({ id: 'f1' });
    assert.deepEqual([ids(replies.comments), replies.sort], [['f1r'], 'last']);
    const found = await reader.queryComments({ filter: { object_id: 'flat', reply_count: { $gt: 0 } }, sort: 'first' });
    assert.deepEqual(ids(found.comments), ['f1', 'f2']);
    for (const filter of [{ object_id: 'activity_123' }, { parent_id: '<parent id>' }, { user_id: 'nobody' }]) {
      assert.deepEqual((await reader.queryComments({ filter })).comments, []);
    }
    assert.equal((await reader.getComment({ id: 'f1' })).comment.reply_count, 1);
  });
});

describe('reactions to comments', AT_ONCE, () => {
  test('who watches sees them come, change and go, and which are one\'s own', async (t) => {
    await posted('reacted');
    const [owner, other] = [await connected(t, app, 'reacted'), await connected(t, app, 'reacting')];
    const watched = [owner.feed('user', 'reacted'), other.feed('user', 'reacted', SHOW_ALL)];
    await owner.addComment(upon('reacted', 'rc'));
    for (const feed of watched) {
      await feed.getOrCreate({ watch: true });
      await feed.loadNextPageActivityComments('reacted');
    }
    const settled = () => Promise.all([owner, other].map((client) => caughtUp(app, client)));
    const shown = () =>
      watched.map(({ currentState }) => {
        const [comment] = currentState.comments_by_entity_id.reacted.comments;
        return [comment.reaction_count, comment.own_reactions.map(({ type }) => type)];
      });
    const { comment, reaction } = await other.addCommentReaction({ id: 'rc', type: 'upvote' });
    assert.deepEqual([reaction.activity_id, reaction.comment_id, comment.score], ['reacted', 'rc', 1]);
    await settled();
    assert.deepEqual(shown(), [[1, []], [1, ['upvote']]]);
    await other.addCommentReaction({ id: 'rc', type: 'wow', enforce_unique: true });
    await settled();
    assert.deepEqual(shown(), [[1, []], [1, ['wow']]]);
    const found = await owner.queryCommentReactions({ id: 'rc', filter: { reaction_type: 'wow' } });
    assert.deepEqual(found.reactions.map(({ user }) => user.id), ['reacting']);
    await other.deleteCommentReaction({ id: 'rc', type: 'wow' });
    await settled();
    assert.deepEqual(shown(), [[0, []], [0, []]]);
  });

  test('a server reacts for users', async () => {
    await posted('voted');
    await feeds.addComment(upon('voted', 'vc', { user_id: 'voted' }));
    for (const type of ['upvote', 'like']) await feeds.addCommentReaction({ id: 'vc', type, user_id: 'voter' });
    const own = await feeds.batchQueryCommentReactions({ comment_ids: ['vc'], user_id: 'voter' });
    assert.deepEqual(own.reactions.map(({ type }) => type), ['like', 'upvote']);
    const all = await feeds.queryCommentReactions({ id: 'vc' });
    assert.equal(all.reactions.length, 2);
    const { comment } = await feeds.deleteCommentReaction({ id: 'vc', type: 'like', user_id: 'voter' });
    assert.deepEqual([comment.reaction_count, comment.upvote_count, Object.keys(comment.reaction_groups)], [1, 1, ['upvote']]);
  });
});

describe('node-sdk: comments', AT_ONCE, () => {
  test('a server comments for users, changes and reads', async () => {
    await posted('served');
    await app.node.upsertUsers([{ id: 'served-friend', name: 'Friend' }]);
    const { comment } = await feeds.addComment(
      upon('served', 's1', { user_id: 'served-friend', mentioned_user_ids: ['served-friend'], create_notification_activity: true }),
    );
    assert.deepEqual([comment.user.id, comment.mentioned_users[0].name], ['served-friend', 'Friend']);
    const told = await feeds.getOrCreateFeed({ feed_group_id: 'notification', feed_id: 'served', user_id: 'served' });
    assert.equal(told.aggregated_activities[0].activities[0].type, 'comment');
    const all = await feeds.addCommentsBatch({
      comments: [upon('served', 's2', { user_id: 'served' }), { parent_id: 's1', comment: 'r', id: 's1r', user_id: 'served' }],
    });
    assert.deepEqual(ids(all.comments), ['s2', 's1r']);
    assert.equal((await feeds.updateComment({ id: 's1', comment: 'new' })).comment.text, 'new');
    const parts = { id: 's1', set: { text: 'newer', 'custom.a': 1 }, unset: ['mentioned_user_ids'] };
    const { comment: changed } = await feeds.updateCommentPartial(parts);
    assert.deepEqual([changed.text, changed.custom, changed.mentioned_users], ['newer', { a: 1 }, []]);
    const page = await feeds.getComments({ object_id: 'served', object_type: 'activity', depth: 2, sort: 'first' });
    assert.deepEqual([ids(page.comments), ids(page.comments[0].replies)], [['s1', 's2'], ['s1r']]);
    assert.deepEqual(page.comments[0].meta, { has_more: false, remaining: 0, depth_truncated: false });
    assert.deepEqual(ids((await feeds.getCommentReplies({ id: 's1' })).comments), ['s1r']);
    assert.deepEqual(ids((await feeds.queryComments({ filter: { comment_text: { $q: 'newer' } } })).comments), ['s1']);
    const gone = await feeds.deleteComment({ id: 's1' });
    assert.equal(gone.activity.comment_count, 1);
    const reason = 'comment with id s1 not found';
    await refused(feeds.getComment({ id: 's1' }), { status: 404, code: 16, operation: 'GetComment', reason });
    const back = await feeds.restoreComment({ id: 's1', user_id: 'served' });
    assert.equal(back.activity.comment_count, 3);
    await feeds.deleteComment({ id: 's1', hard_delete: true });
    assert.equal((await feeds.getComment({ id: 's2' })).comment.status, 'active');
  });
});

describe('node-sdk: translations and revisions', AT_ONCE, () => {
  test('what is translated is told to who watches, and read with all that it was translated to', async (t) => {
    await posted('translated');
    await feeds.addComment(upon('translated', 'tr1', { user_id: 'translated' }));
    const watcher = await connected(t, app, 'translated-watcher');
    const feed = watcher.feed('user', 'translated');
    await feed.getOrCreate({ watch: true });
    await feed.loadNextPageActivityComments('translated', { sort: 'first' });
    const { comment } = await feeds.translateComment({ id: 'tr1', language: 'de' });
    const i18n = (text) => ({ language: 'en', de_text: `[de] ${text}` });
    assert.deepEqual([comment.i18n, comment.text], [i18n('tr1'), 'tr1']);
    const { activity } = await feeds.translateActivity({ id: 'translated', language: 'de' });
    assert.deepEqual(activity.i18n, i18n('translated'));
    await caughtUp(app, watcher);
    const { activities, comments_by_entity_id } = feed.currentState;
    assert.deepEqual(activities[0].i18n, i18n('translated'));
    assert.deepEqual(comments_by_entity_id.translated.comments[0].i18n, i18n('tr1'));
    const asked = { id: 'translated', language: 'de', translate_text: true };
    const { activity: read } = await feeds.getActivity(asked);
    assert.deepEqual([read.i18n, read.text], [i18n('translated'), '[de] translated']);
    const page = await feeds.feed('user', 'translated').getOrCreate({ user_id: 'translated', language: 'de', translate_text: true });
    assert.equal(page.activities[0].text, '[de] translated');
    await refused(feeds.translateComment({ id: 'tr1', language: 'klingon' }), { status: 400, code: 4, operation: 'TranslateComment', reason: /language must be one of/ });
  });

  test('what becomes of activities and comments is kept once the app says so', async () => {
    await posted('revised');
    await app.node.updateApp({ feed_audit_logs_enabled: true });
    await feeds.updateActivityPartial({ id: 'revised', user_id: 'revised', set: { text: 'newer' } });
    await feeds.addComment(upon('revised', 'v1', { user_id: 'revised' }));
    await feeds.deleteComment({ id: 'v1' });
    const { revisions } = await feeds.queryRevisionHistory({ filter: { object_id: { $in: ['revised', 'v1'] } }, sort: [{ field: 'id', direction: 1 }] });
    const said = revisions.map((one) => [one.object_type, one.action_type, one.actor_type, one.previous_obj_serialized?.text]);
    assert.deepEqual(said, [
      ['activity', 'edit', 'admin', 'revised'],
      ['comment', 'create', 'admin', undefined],
      ['comment', 'delete', 'admin', 'v1'],
    ]);
    assert.deepEqual(revisions[0].changed_fields, ['text']);
    assertDate(revisions[0].created_at);
  });
});
