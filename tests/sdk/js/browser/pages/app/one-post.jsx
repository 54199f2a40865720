// The page of one post, whatever feed it came from.

import { useEffect, useState, useSyncExternalStore } from 'react';
import { StreamActivityWithStateUpdates, useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Post } from './post.jsx';

export function OnePost({ id }) {
  const client = useFeedsClient();
  const [post] = useState(() => client.activityWithStateUpdates(id));
  useEffect(() => {
    post.get({ comments: { limit: 5, sort: 'first' } });
    return () => post.dispose();
  }, [post]);
  const { activity } = useSyncExternalStore((changed) => post.state.subscribe(changed), () => post.state.getLatestValue());
  if (!activity) return <p>Loading…</p>;
  return (
    <StreamActivityWithStateUpdates activityWithStateUpdates={post}>
      <Post activity={activity} open />
    </StreamActivityWithStateUpdates>
  );
}
