// Stories of those who are followed, each person once; they are gone after a day.

import { useContext, useState } from 'react';
import { useAggregatedActivities, useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Own } from './own.jsx';
import { useTask } from './task.jsx';

const DAY_MS = 24 * 3600 * 1000;

export function Stories() {
  const client = useFeedsClient();
  const { feeds } = useContext(Own);
  const { aggregated_activities: people = [] } = useAggregatedActivities(feeds.stories) ?? {};
  const [shown, setShown] = useState(null);
  const [text, setText] = useState('');
  const [add, state] = useTask(async () => {
    const expires_at = new Date(Date.now() + DAY_MS).toISOString();
    await client.addActivity({ feeds: [feeds.story.feed], type: 'story', text, expires_at });
    setText('');
    await feeds.stories.getOrCreate({ watch: true, limit: 10 });
  });
  const show = async (stories, at) => {
    setShown(at < stories.length ? { stories, at } : null);
    if (at < stories.length) await feeds.stories.markActivity({ mark_watched: [stories[at].id] });
  };
  return (
    <section className="row stories" aria-label="Stories">
      {people.map(({ group, activities, is_watched: watched }) => (
        <button key={group} className={watched ? '' : 'new'} onClick={() => show(activities, 0)}>
          {activities[0].user.name}{watched ? ' (watched)' : ''}
        </button>
      ))}
      <form className="row" onSubmit={add}>
        <input aria-label="Your story" value={text} onChange={({ target }) => setText(target.value)} required />
        <button>Tell</button>
      </form>
      {state}
      {shown && (
        <div role="dialog" aria-label="Story">
          <p>{shown.stories[shown.at].text}</p>
          <button autoFocus onClick={() => show(shown.stories, shown.at + 1)}>Next</button>
        </div>
      )}
    </section>
  );
}
