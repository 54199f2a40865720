// What is there for somebody who is signed in: the client, all feeds of the person's own at once, and the way between the pages.

import { useEffect, useMemo, useState } from 'react';
import { StreamFeeds, useCreateFeedsClient, useFeedsClient, useNotificationStatus } from '@stream-io/feeds-react-sdk';
import { apiKey, baseUrl } from '../what-to-do.js';
import { backend } from './backend.js';
import { Bookmarks } from './bookmarks.jsx';
import { Home } from './home.jsx';
import { Notifications } from './notifications.jsx';
import { OnePost } from './one-post.jsx';
import { Own } from './own.jsx';
import { Profile } from './profile.jsx';
import { Search } from './search.jsx';
import { ForYou } from './for-you.jsx';
import { Do } from './task.jsx';

const options = { base_url: baseUrl };
/** The groups of which everybody has a feed, with what the feed does with what arrives by itself. */
const GROUPS = ['user', 'timeline', 'notification', 'story', 'stories', 'foryou'];

export function SignedIn({ id, onLeft }) {
  const tokenOrProvider = useMemo(() => async () => (await backend('token', { id })).token, [id]);
  const userData = useMemo(() => ({ id }), [id]);
  const client = useCreateFeedsClient({ apiKey, userData, tokenOrProvider, options });
  if (!client) return <p>Signing in…</p>;
  return (
    <StreamFeeds client={client}>
      <Pages id={id} onLeft={onLeft} />
    </StreamFeeds>
  );
}

function Pages({ id, onLeft }) {
  const client = useFeedsClient();
  const feeds = useMemo(
    () => Object.fromEntries(GROUPS.map((group) => [group, client.feed(group, id, { onNewActivity: () => 'add-to-start' })])),
    [client, id],
  );
  const [ready, setReady] = useState(false);
  const [page, setPage] = useState({ name: 'Home' });
  useEffect(() => {
    const paged = { followers_pagination: { limit: 10 }, following_pagination: { limit: 10 } };
    Promise.all(Object.values(feeds).map((feed) => feed.getOrCreate({ watch: true, limit: 10, ...paged }))).then(() => setReady(true));
  }, [feeds]);
  const { unread = 0 } = useNotificationStatus(feeds.notification) ?? {};
  if (!ready) return <p>Loading…</p>;

  const go = (name, what) => setPage({ name, what });
  const places = ['Home', 'For you', 'Notifications', 'Search', 'Bookmarks', 'Profile'];
  const shown = {
    Home: () => <Home />,
    'For you': () => <ForYou />,
    Notifications: () => <Notifications />,
    Search: () => <Search />,
    Bookmarks: () => <Bookmarks />,
    Profile: () => <Profile key={page.what ?? id} id={page.what ?? id} />,
    Post: () => <OnePost key={page.what} id={page.what} />,
  };
  const leave = async () => {
    await backend('leave', { id });
    onLeft();
  };
  return (
    <Own.Provider value={{ id, feeds, go }}>
      <nav>
        {places.map((name) => (
          <button key={name} onClick={() => go(name)} aria-current={page.name === name ? 'page' : undefined}>
            {name === 'Notifications' && unread > 0 ? `${name} (${unread})` : name}
          </button>
        ))}
        <Do run={leave}>Delete my account</Do>
      </nav>
      <main aria-label={page.name}>{shown[page.name]()}</main>
    </Own.Provider>
  );
}
