// Stories, what to write with, whom to follow, and what those who are followed have written.

import { useContext, useEffect, useState } from 'react';
import { StreamFeed, useFeedActivities, useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Composer } from './composer.jsx';
import { Own } from './own.jsx';
import { Post } from './post.jsx';
import { Stories } from './stories.jsx';
import { Do } from './task.jsx';

export function Home() {
  const { feeds } = useContext(Own);
  return (
    <>
      <Stories />
      <Composer />
      <Suggestions />
      <StreamFeed feed={feeds.timeline}>
        <Posts none="Nothing here yet. Follow somebody." />
      </StreamFeed>
    </>
  );
}

/** The posts of the feed around it. */
export function Posts({ none }) {
  const { activities = [], has_next_page: more, loadNextPage } = useFeedActivities();
  return (
    <>
      {activities.length === 0 && <p>{none}</p>}
      {activities.map((activity) => <Post key={activity.id} activity={activity} />)}
      {more && <Do run={() => loadNextPage()}>Older posts</Do>}
    </>
  );
}

function Suggestions() {
  const client = useFeedsClient();
  const [suggested, setSuggested] = useState([]);
  useEffect(() => {
    client.getFollowSuggestions({ feed_group_id: 'user', limit: 5 }).then(({ suggestions }) => setSuggested(suggestions));
  }, [client]);
  if (suggested.length === 0) return null;
  return (
    <section className="card" aria-label="Whom to follow">
      {suggested.map(({ feed, created_by: { id, name } }) => (
        <p className="row" key={feed}>
          {name} <Follow id={id} name={name} onDone={() => setSuggested((all) => all.filter((other) => other.feed !== feed))} />
        </p>
      ))}
    </section>
  );
}

/** Follows a person and the person's stories, or ends it. */
export function Follow({ id, name, following = false, onDone }) {
  const client = useFeedsClient();
  const own = useContext(Own);
  const edges = [
    { source: `timeline:${own.id}`, target: `user:${id}` },
    { source: `stories:${own.id}`, target: `story:${id}` },
  ];
  const run = async () => {
    if (following) await Promise.all(edges.map((edge) => client.unfollow({ ...edge, delete_notification_activity: true })));
    else await client.getOrCreateFollows({ follows: edges.map((edge, first) => ({ ...edge, create_notification_activity: first === 0 })) });
    await Promise.all([own.feeds.timeline, own.feeds.stories].map((feed) => feed.getOrCreate({ watch: true, limit: 10 })));
    onDone?.(!following);
  };
  return <Do run={run}>{following ? 'Unfollow' : 'Follow'} {name}</Do>;
}
