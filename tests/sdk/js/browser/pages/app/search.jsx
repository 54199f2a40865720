// People by the beginning of their names, posts by their words.

import { useContext, useState } from 'react';
import { useFeedsClient } from '@stream-io/feeds-react-sdk';
import { Own } from './own.jsx';
import { useTask } from './task.jsx';

export function Search() {
  const client = useFeedsClient();
  const { go } = useContext(Own);
  const [words, setWords] = useState('');
  const [found, setFound] = useState(null);
  const [search, state] = useTask(async () => {
    const [{ users }, { activities }] = await Promise.all([
      client.queryUsers({ payload: { filter_conditions: { name: { $autocomplete: words } }, limit: 10 } }),
      client.queryActivities({ filter: { text: { $q: words } }, limit: 10 }),
    ]);
    setFound({ users, activities });
  });
  return (
    <>
      <form className="card row" onSubmit={search}>
        <input type="search" aria-label="Search for" value={words} onChange={({ target }) => setWords(target.value)} required />
        <button>Search</button>
        {state}
      </form>
      {found && (
        <section className="card" aria-label="Found">
          <p>{found.users.length} people, {found.activities.length} posts</p>
          {found.users.map(({ id, name }) => <p key={id}><button onClick={() => go('Profile', id)}>{name}</button></p>)}
          {found.activities.map(({ id, user, text }) => <p key={id}><button onClick={() => go('Post', id)}>{user.name}: {text}</button></p>)}
        </section>
      )}
    </>
  );
}
