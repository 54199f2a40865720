// Moderation: users flag what they see, moderators and servers act on it, and readers see what is left; lists of words judge what
// clients write.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { connected } from './feeds.mjs';
import { assertDate, AT_ONCE, newApp, refused } from './helpers.mjs';
import { heard } from './sockets.mjs';

const ACTIVITY = 'stream:feeds:v3:activity';
const COMMENT = 'stream:feeds:v3:comment';

/** An app with a moderator, and a post of somebody's with a comment upon it. */
async function posted(name) {
  const app = await newApp(`moderation queue: ${name}`);
  const { node } = app;
  await node.upsertUsers([{ id: 'mia', role: 'moderator' }, { id: 'john' }, { id: 'eve' }]);
  await node.feeds.addActivity({ id: 'post', feeds: ['user:eve'], type: 'post', text: 'rude', user_id: 'eve' });
  await node.feeds.addComment({ id: 'word', object_id: 'post', object_type: 'activity', comment: 'ruder', user_id: 'eve' });
  return app;
}

async function shown(app, reader = 'john') {
  const feed = app.as(reader).feed('user', 'eve');
  return (await feed.getOrCreate()).activities.map(({ id }) => id);
}

describe('the review queue', AT_ONCE, () => {
  test('feeds-client flags, node-sdk finds it and deletes it, and readers see it no more', async () => {
    const app = await posted('delete');
    const { node } = app;
    const { item_id } = await app.as('john').moderation.flag({ entity_type: ACTIVITY, entity_id: 'post', reason: 'rude' });
    const { items, stats, action_config } = await node.moderation.queryReviewQueue({
      filter: { status: 'pending', entity_type: ACTIVITY },
      sort: [{ field: 'created_at', direction: -1 }],
    });
    assert.deepEqual([items.length, items[0].id, items[0].flags_count, stats.pending], [1, item_id, 1, 1]);
    assertDate(items[0].created_at);
    assertDate(items[0].feeds_v3_activity.created_at);
    assert.deepEqual(items[0].moderation_payload.texts, ['rude']);
    assert.deepEqual([items[0].flags[0].user.id, items[0].entity_creator.id], ['john', 'eve']);
    assert.ok(action_config[ACTIVITY].some(({ action }) => action === 'delete_activity'));
    assert.deepEqual(await shown(app), ['post']);
    const { item } = await node.moderation.submitAction({
      action_type: 'delete_activity',
      item_id,
      delete_activity: { reason: 'too rude' },
      user_id: 'mia',
    });
    assert.deepEqual([item.status, item.reviewed_by, item.feeds_v3_activity.moderation.action], ['reviewed', 'mia', 'delete']);
    assert.deepEqual(await shown(app), []);
    const { logs } = await node.moderation.queryModerationLogs({ filter: { review_queue_item_id: item_id } });
    assert.deepEqual([logs[0].type, logs[0].reason, logs[0].user.id], ['delete_activity', 'too rude', 'mia']);
    assertDate(logs[0].created_at);
    await refused(app.as('eve').restoreActivity({ id: 'post' }), {
      status: 403, code: 17, operation: 'RestoreActivity', reason: /DeleteActivity/,
    });
    await node.moderation.submitAction({ action_type: 'restore', item_id });
    assert.deepEqual(await shown(app), ['post']);
    assert.equal((await node.moderation.getReviewQueueItem({ id: item_id })).item.actions.length, 2);
    const { flags } = await node.moderation.queryModerationFlags({ filter: { entity_id: 'post' } });
    assert.deepEqual([flags[0].user.id, flags[0].review_queue_item_id], ['john', item_id]);
    assert.equal((await node.moderation.getFlagCount({ entity_creator_id: 'eve' })).count, 1);
  });

  test('feeds-client: a moderator hears of flags and reviews them, and users may not', async (t) => {
    const app = await posted('moderators');
    const [mia, john] = [await connected(t, app, 'mia'), await connected(t, app, 'john')];
    const flagged = heard(mia, 'moderation.flagged');
    const { item_id } = await john.moderation.flag({ entity_type: COMMENT, entity_id: 'word' });
    assert.deepEqual([(await flagged).content_type, (await flagged).object_id], [COMMENT, 'word']);
    const { items } = await mia.moderation.queryReviewQueue({ filter: { entity_id: 'word' } });
    assert.deepEqual([items[0].id, items[0].feeds_v3_comment.text], [item_id, 'ruder']);
    const reviewed = heard(mia, 'moderation.mark_reviewed');
    await mia.moderation.submitAction({ action_type: 'mark_reviewed', item_id });
    assert.deepEqual([(await reviewed).item.id, (await reviewed).item.status], [item_id, 'reviewed']);
    const acted = heard(mia, 'moderation.custom_action');
    await mia.moderation.submitAction({ action_type: 'custom', item_id, custom: { id: 'warn', options: { times: 2 } } });
    assert.deepEqual([(await acted).action_id, (await acted).action_options], ['warn', { times: 2 }]);
    await mia.moderation.submitAction({ action_type: 'delete_comment', item_id });
    assert.equal((await john.getActivity({ id: 'post' })).activity.comment_count, 0);
    await refused(john.moderation.queryReviewQueue({}), {
      status: 403, code: 17, operation: 'QueryReviewQueue', reason: /ReadFlagReports/,
    });
    await refused(john.moderation.submitAction({ action_type: 'mark_reviewed', item_id }), {
      status: 403, code: 17, operation: 'SubmitAction', reason: /UpdateFlagReport/,
    });
  });

  test('feeds-client appeals, a moderator rejects it, and a second appeal is accepted', async () => {
    const app = await posted('appeals');
    const [eve, mia] = [app.as('eve').moderation, app.as('mia').moderation];
    const { item_id } = await app.as('john').moderation.flag({ entity_type: ACTIVITY, entity_id: 'post' });
    await mia.submitAction({ action_type: 'delete_activity', item_id });
    const appeal = (appeal_reason) => eve.appeal({ entity_type: ACTIVITY, entity_id: 'post', appeal_reason });
    const { appeal_id } = await appeal('it is art');
    const { items } = await mia.queryAppeals({ filter: { status: 'submitted' } });
    assert.deepEqual([items[0].id, items[0].user.id, items[0].review_queue_item_id], [appeal_id, 'eve', item_id]);
    assertDate(items[0].created_at);
    await mia.submitAction({ action_type: 'reject_appeal', appeal_id, reject_appeal: { decision_reason: 'no art' } });
    assert.equal((await eve.getAppeal({ id: appeal_id })).item.decision_reason, 'no art');
    const again = await appeal('it is, really');
    const { appeal_item } = await app.node.moderation.submitAction({ action_type: 'restore', appeal_id: again.appeal_id });
    assert.equal(appeal_item.status, 'accepted');
    assert.deepEqual(await shown(app), ['post']);
  });

  test('node-sdk keeps templates and imports words', async () => {
    const { node } = await newApp('moderation queue: templates');
    await node.moderation.v2UpsertTemplate({ name: 'posts', config: { data_types: { body: 'text' } } });
    const { templates } = await node.moderation.v2QueryTemplates();
    assert.deepEqual([templates[0].name, templates[0].config.data_types], ['posts', { body: 'text' }]);
    await node.moderation.v2DeleteTemplate();
    assert.deepEqual((await node.moderation.v2QueryTemplates()).templates, []);
    const { blocklist } = await node.createBlockList({ name: 'rude', words: ['darn'] });
    const { task_id } = await node.importBlockList({ id: blocklist.id, items: ['heck'] });
    assert.equal((await node.getTask({ id: task_id })).status, 'completed');
    assert.deepEqual((await node.getBlockList({ name: 'rude' })).blocklist.words, ['darn', 'heck']);
  });

  test('node-sdk bans and unbans whose the thing is', async () => {
    const { node } = await posted('bans');
    const { item_id } = await node.moderation.flag({ entity_type: ACTIVITY, entity_id: 'post', user_id: 'john' });
    const { item } = await node.moderation.submitAction({ action_type: 'ban', item_id, ban: { timeout: 60, reason: 'spam' } });
    assert.deepEqual([item.bans[0].reason, item.entity_creator.banned, item.entity_creator.ban_count], ['spam', true, 1]);
    await node.moderation.submitAction({ action_type: 'unban', item_id });
    const { users } = await node.queryUsers({ payload: { filter_conditions: { id: 'eve' } } });
    assert.equal(users[0].banned, false);
  });
});

describe('policies', AT_ONCE, () => {
  test('a list of words flags and removes what clients write, and servers are judged only when they ask', async () => {
    const app = await newApp('moderation policies');
    const { node } = app;
    await node.upsertUsers([{ id: 'mia', role: 'moderator' }, { id: 'john' }, { id: 'eve' }]);
    const policy = (action) => node.moderation.upsertConfig({
      key: 'feeds',
      block_list_config: { enabled: true, rules: [{ name: 'rude', action }] },
    });
    await refused(policy('flag'), { status: 400, code: 4, operation: 'UpsertConfig', reason: /Blocklist not found/ });
    await node.createBlockList({ name: 'rude', words: ['darn'], is_leet_check_enabled: true });
    const { config } = await policy('flag');
    assertDate(config.created_at);
    assert.equal((await app.as('mia').moderation.getConfig({ key: 'feeds' })).config.block_list_config.rules[0].name, 'rude');
    const [eve, john] = [app.as('eve'), app.as('john')];
    const flagged = await eve.addActivity({ id: 'post', feeds: ['user:eve'], type: 'post', text: 'well, d4rn' });
    assert.deepEqual([flagged.activity.moderation.action, flagged.activity.moderation.blocklists_matched], ['flag', ['rude']]);
    assert.deepEqual(await shown(app), ['post']);

    await policy('remove');
    const said = await john.addComment({ id: 'word', object_id: 'post', object_type: 'activity', comment: 'darn you' });
    assert.deepEqual([said.comment.status, said.comment.moderation.original_text], ['removed', 'darn you']);
    assert.deepEqual((await eve.getComments({ object_id: 'post', object_type: 'activity' })).comments, []);
    const { items } = await node.moderation.queryReviewQueue({ filter: { entity_type: COMMENT } });
    assert.deepEqual([items[0].recommended_action, items[0].feeds_v3_comment.text], ['remove', 'darn you']);
    await app.as('mia').moderation.submitAction({ action_type: 'unblock', item_id: items[0].id });
    assert.deepEqual((await eve.getComments({ object_id: 'post', object_type: 'activity' })).comments.map(({ id }) => id), ['word']);

    const upon = { object_id: 'post', object_type: 'activity', comment: 'darn', user_id: 'john' };
    assert.equal((await node.feeds.addComment(upon)).comment.status, 'active');
    assert.equal((await node.feeds.addComment({ ...upon, force_moderation: true })).comment.status, 'removed');

    await policy('bounce');
    await refused(eve.addActivity({ feeds: ['user:eve'], type: 'post', text: 'darn' }), {
      status: 400, code: 4, operation: 'AddActivity', reason: /bounced/,
    });
    const offer = { entity_type: 'shop:offer', entity_id: 'o', entity_creator_id: 'eve', config_key: 'feeds' };
    const check = (text) => node.moderation.check({ ...offer, moderation_payload: { texts: [text] } });
    assert.deepEqual([(await check('fine')).recommended_action, (await check('darn')).recommended_action], ['keep', 'bounce']);
    assert.equal((await node.moderation.queryModerationConfigs({})).configs.length, 1);
    await node.moderation.deleteConfig({ key: 'feeds' });
    await refused(node.moderation.getConfig({ key: 'feeds' }), { status: 404, code: 16, operation: 'GetConfig', reason: /not found/ });
  });
});
