// A person: the posts, who follows and is followed, who may write with.

import { useContext, useEffect, useState } from 'react';
import { StreamFeed, useFeedMetadata, useFeedsClient, useFollowers, useOwnFollows } from '@stream-io/feeds-react-sdk';
import { Follow, Posts } from './home.jsx';
import { Own } from './own.jsx';
import { Do } from './task.jsx';

export function Profile({ id }) {
  const client = useFeedsClient();
  const own = useContext(Own);
  const [feed] = useState(() => (id === own.id ? own.feeds.user : client.feed('user', id)));
  const [ready, setReady] = useState(false);
  useEffect(() => {
    feed.getOrCreate({ watch: true, limit: 10, followers_pagination: { limit: 10 }, member_pagination: { limit: 10 } }).then(() => setReady(true));
  }, [feed]);
  if (!ready) return <p>Loading…</p>;
  return (
    <StreamFeed feed={feed}>
      <Head id={id} feed={feed} />
      <Posts none="No posts yet." />
    </StreamFeed>
  );
}

function Head({ id, feed }) {
  const own = useContext(Own);
  const client = useFeedsClient();
  const { created_by: { name }, follower_count: count } = useFeedMetadata();
  const { followers } = useFollowers();
  const { own_follows: follows } = useOwnFollows() ?? {};
  const [members, setMembers] = useState(null);
  const list = async () => {
    const { members: all } = await client.queryFeedMembers({ feed_group_id: 'user', feed_id: id, limit: 10 });
    setMembers(all);
  };
  const invite = async (user_id) => {
    await client.updateFeedMembers({ feed_group_id: 'user', feed_id: id, operation: 'upsert', members: [{ user_id }] });
    await list();
  };
  const following = follows?.some(({ source_feed: { feed: source } }) => source === own.feeds.timeline.feed);
  return (
    <section className="card" aria-label={`About ${name}`}>
      <h1>{name}</h1>
      <p>{count} followers: {(followers ?? []).map(({ source_feed: { created_by: by } }) => by.name).join(', ')}</p>
      {id !== own.id && <Follow key={String(following)} id={id} name={name} following={following} />}
      {id === own.id && <Do run={list}>Members</Do>}
      {members && (
        <>
          <p>Members: {members.map(({ user }) => user.name).join(', ')}</p>
          {followers.map(({ source_feed: { created_by: by } }) => <Do key={by.id} run={() => invite(by.id)}>Make {by.name} a member</Do>)}
        </>
      )}
    </section>
  );
}
