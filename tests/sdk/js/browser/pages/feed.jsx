// A home feed as the React SDK's users write it: who is signed in follows somebody, posts, and sees what comes.

import { useCallback, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { StreamFeed, StreamFeeds, useCreateFeedsClient, useFeedActivities, useFeedMetadata, useFeedsClient, useFollowing } from '@stream-io/feeds-react-sdk';
import { apiKey, baseUrl, tokenProvider, user } from './what-to-do.js';

const options = { base_url: baseUrl };
const follows = new URLSearchParams(location.search).get('follows');

function App() {
  const provider = useMemo(() => tokenProvider(() => {}), []);
  const client = useCreateFeedsClient({ apiKey, userData: user, tokenOrProvider: provider, options });
  if (!client) return null;
  return (
    <StreamFeeds client={client}>
      <Home />
    </StreamFeeds>
  );
}

function Home() {
  const client = useFeedsClient();
  const [timeline] = useState(() => client.feed('timeline', user.id, { onNewActivity: () => 'add-to-start' }));
  const [own] = useState(() => client.feed('user', user.id));
  const [ready, setReady] = useState(false);
  useEffect(() => {
    (async () => {
      await Promise.all([timeline, own].map((feed) => feed.getOrCreate({ watch: true, following_pagination: { limit: 10 }, followers_pagination: { limit: 10 } })));
      if (follows && timeline.currentState.following_count === 0) await timeline.follow(`user:${follows}`);
      setReady(true);
    })();
  }, [timeline, own]);
  const post = useCallback(
    () => client.addActivity({ feeds: [`user:${user.id}`], type: 'post', text: `Hello from ${user.id}` }),
    [client],
  );
  return (
    <>
      <p>ready: <output id="ready">{String(ready)}</output></p>
      <StreamFeed feed={timeline}>
        <List of="timeline" />
        <Following />
      </StreamFeed>
      <StreamFeed feed={own}>
        <List of="own" />
        <Followers />
      </StreamFeed>
      <button onClick={post}>Post</button>
    </>
  );
}

function List({ of }) {
  const { activities } = useFeedActivities();
  return <p>{of}: <output id={of}>{activities.map(({ user: author, text }) => `${author.id}: ${text}`).join(', ')}</output></p>;
}

function Following() {
  const { following } = useFollowing();
  return <p>following: <output id="following">{(following ?? []).map(({ target_feed: feed }) => feed.feed).join(', ')}</output></p>;
}

function Followers() {
  const { follower_count: count } = useFeedMetadata();
  return <p>followers: <output id="followers">{count}</output></p>;
}

createRoot(document.body.appendChild(document.createElement('main'))).render(<App />);
