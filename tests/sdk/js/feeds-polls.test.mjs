// Polls as the front-end SDK and the server SDK use them: what a poll's state shows after each vote and change, and that each is
// one.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { caughtUp, connected, SHOW_ALL } from './feeds.mjs';
import { AT_ONCE, newApp } from './helpers.mjs';

const app = await newApp('feeds-polls');

/** A poll of a user's, shown by his activity, with the clients of the user and of another who watches the feed. */
async function shown(t, name, rules) {
  const [owner, other] = await Promise.all([name, `${name}-other`].map((id) => connected(t, app, id)));
  const options = ['Red', 'Blue'].map((text) => ({ text }));
  const { poll } = await owner.createPoll({ name: 'Which?', options, ...rules });
  const feed = owner.feed('user', name);
  await feed.getOrCreate({ watch: true });
  const { activity } = await owner.addActivity({ feeds: [feed.feed], type: 'post', poll_id: poll.id });
  const foreign = other.feed('user', name, SHOW_ALL);
  await foreign.getOrCreate({ watch: true });
  await Promise.all([owner, other].map((client) => caughtUp(app, client)));
  const states = [owner, other].map((client) => client.pollFromState(poll.id));
  return {
    owner,
    other,
    poll,
    activity,
    states,
    vote: (client, vote) => client.castPollVote({ activity_id: activity.id, poll_id: poll.id, vote }),
    /** Runs an action, and says how often the state of the poll changed for each client. */
    async during(action) {
      const times = [0, 0];
      const stops = states.map(({ state }, at) => state.subscribe(() => (times[at] += 1)));
      times.fill(0);
      const answer = await action();
      await Promise.all([owner, other].map((client) => caughtUp(app, client)));
      for (const stop of stops) stop();
      return { times, answer };
    },
  };
}

const counts = ({ data }) => [data.vote_count, data.answers_count];

describe('feeds-client: the state of a poll', AT_ONCE, () => {
  test('a vote is counted once for the voter and for who watches, and is known as his own by the voter alone', async (t) => {
    const { owner, states, poll, vote, during } = await shown(t, 'votes', { enforce_unique_vote: true });
    const [red, blue] = poll.options.map(({ id }) => id);
    const { times } = await during(() => vote(owner, { option_id: red }));
    assert.deepEqual(times, [1, 1]);
    for (const state of states) assert.deepEqual([counts(state), state.data.vote_counts_by_option], [[1, 0], { [red]: 1 }]);
    assert.deepEqual(states.map(({ data }) => Object.keys(data.own_votes_by_option_id)), [[red], []]);
    await during(() => vote(owner, { option_id: blue }));
    for (const state of states) assert.deepEqual([counts(state), state.data.vote_counts_by_option], [[1, 0], { [blue]: 1 }]);
    assert.deepEqual(Object.keys(states[0].data.own_votes_by_option_id), [blue]);
  });

  test('an answer is seen by all, and its end too', async (t) => {
    const { owner, other, states, poll, activity, vote, during } = await shown(t, 'answers', { allow_answers: true });
    const { answer } = await during(() => vote(other, { answer_text: 'Green' }));
    assert.deepEqual([answer.vote.is_answer, answer.vote.option_id, answer.vote.user_id], [true, '', 'answers-other']);
    for (const state of states) assert.deepEqual(counts(state), [0, 1]);
    const again = await owner.queryPollVotes({ poll_id: poll.id, filter: { is_answer: true } });
    assert.deepEqual(again.votes.map(({ answer_text }) => answer_text), ['Green']);
    const removed = { activity_id: activity.id, poll_id: poll.id, vote_id: answer.vote.id };
    const { times } = await during(() => other.deletePollVote(removed));
    assert.deepEqual(times, [1, 1]);
    for (const state of states) assert.deepEqual(counts(state), [0, 0]);
  });

  test('a poll that is closed says so in one change, and can be changed all the same', async (t) => {
    const { owner, states, poll, during } = await shown(t, 'closes');
    const id = poll.id;
    const { times } = await during(() => owner.closePoll({ poll_id: id }));
    assert.deepEqual(times, [1, 1]);
    for (const { data } of states) assert.equal(data.is_closed, true);
    await during(() => owner.updatePoll({ id, name: 'New', options: [{ id: poll.options[0].id, text: 'Reddish' }] }));
    for (const { data } of states) assert.deepEqual([data.name, data.options.map(({ text }) => text)], ['New', ['Reddish']]);
    const { poll_option: option } = await owner.createPollOption({ poll_id: id, text: 'More' });
    await owner.updatePollOption({ poll_id: id, id: option.id, text: 'Much more' });
    assert.equal((await owner.getPollOption({ poll_id: id, option_id: option.id })).poll_option.text, 'Much more');
    await during(() => owner.deletePollOption({ poll_id: id, option_id: option.id }));
    for (const { data } of states) assert.equal(data.options.length, 1);
    const { polls } = await owner.queryPolls({ filter: { id } });
    assert.deepEqual(polls.map(({ name }) => name), ['New']);
  });

  test('a poll that is deleted is shown no more', async (t) => {
    const { owner, other, poll, activity, during } = await shown(t, 'ends');
    await during(() => owner.deletePoll({ poll_id: poll.id }));
    const { activity: after } = await other.getActivity({ id: activity.id });
    assert.equal(after.poll, undefined);
    await assert.rejects(other.getPoll({ poll_id: poll.id }), ({ code }) => code === 16);
  });
});

describe('node-sdk: polls', AT_ONCE, () => {
  test('a server does all of it for a user', async () => {
    const { node } = app;
    await node.upsertUsers([{ id: 'served' }]);
    const { poll } = await node.createPoll({ user_id: 'served', name: 'Which?', options: [{ text: 'A' }], allow_answers: true });
    const poll_id = poll.id;
    const { activity } = await node.feeds.addActivity({ user_id: 'served', type: 'post', feeds: ['user:served'], poll_id });
    const cast = (vote) => node.feeds.castPollVote({ activity_id: activity.id, poll_id, user_id: 'served', vote });
    const { vote } = await cast({ option_id: poll.options[0].id });
    await cast({ answer_text: 'B' });
    const got = await node.getPoll({ poll_id, user_id: 'served' });
    assert.deepEqual([got.poll.vote_count, got.poll.answers_count, got.poll.own_votes.length], [1, 1, 2]);
    const votes = await node.queryPollVotes({ poll_id, user_id: 'served', filter: { is_answer: false } });
    assert.deepEqual(votes.votes.map(({ id }) => id), [vote.id]);
    const removed = await node.feeds.deletePollVote({ activity_id: activity.id, poll_id, vote_id: vote.id, user_id: 'served' });
    assert.deepEqual([removed.vote.id, removed.poll.vote_count], [vote.id, 0]);
    const { poll_option: option } = await node.createPollOption({ poll_id, text: 'C', user_id: 'served' });
    await node.updatePollOption({ poll_id, id: option.id, text: 'Cc', user_id: 'served' });
    assert.equal((await node.getPollOption({ poll_id, option_id: option.id })).poll_option.text, 'Cc');
    await node.deletePollOption({ poll_id, option_id: option.id, user_id: 'served' });
    const partial = await node.updatePollPartial({ poll_id, user_id: 'served', set: { name: 'New', is_closed: true } });
    assert.deepEqual([partial.poll.name, partial.poll.is_closed], ['New', true]);
    const whole = await node.updatePoll({ id: poll_id, name: 'Whole', user_id: 'served' });
    assert.deepEqual([whole.poll.name, whole.poll.is_closed, whole.poll.allow_answers], ['Whole', undefined, false]);
    const { polls } = await node.queryPolls({ user_id: 'served', filter: { created_by_id: 'served' } });
    assert.deepEqual(polls.map(({ id }) => id), [poll_id]);
    await node.deletePoll({ poll_id, user_id: 'served' });
    await assert.rejects(node.getPoll({ poll_id }), /not found/);
  });
});
