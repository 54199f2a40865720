// A poll as the SDK keeps it: own votes from the answers, the counts from the events of everybody.

import { useState, useSyncExternalStore } from 'react';
import { useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Do, useTask } from './task.jsx';

export function Poll({ activity }) {
  const client = useFeedsClient();
  const { id } = activity.poll;
  const { state } = client.pollFromState(id);
  const poll = useSyncExternalStore((changed) => state.subscribe(changed), () => state.getLatestValue());
  const [other, setOther] = useState('');
  const which = { activity_id: activity.id, poll_id: id };
  const vote = (option) => {
    const mine = poll.own_votes_by_option_id[option];
    return mine
      ? client.deletePollVote({ ...which, vote_id: mine.id })
      : client.castPollVote({ ...which, vote: { option_id: option } });
  };
  const [suggest, trouble] = useTask(async () => {
    await client.createPollOption({ poll_id: id, text: other });
    setOther('');
  });
  return (
    <fieldset aria-label={poll.name}>
      <legend>{poll.name}</legend>
      <div className="row">
        {poll.options.map(({ id: option, text }) => (
          <Do key={option} run={() => vote(option)} aria-pressed={option in poll.own_votes_by_option_id}>
            {text} ({poll.vote_counts_by_option[option] ?? 0})
          </Do>
        ))}
        <form className="row" onSubmit={suggest}>
          <input aria-label="Another answer" size="8" value={other} onChange={({ target }) => setOther(target.value)} required />
          <button>Suggest</button>
        </form>
      </div>
      {trouble}
    </fieldset>
  );
}
