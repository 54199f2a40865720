// What somebody kept.

import { useEffect, useState } from 'react';
import { useFeedsClient } from '@stream-io/feeds-react-sdk';

export function Bookmarks() {
  const client = useFeedsClient();
  const [kept, setKept] = useState(null);
  useEffect(() => {
    client.queryBookmarks({ sort: [{ field: 'created_at', direction: -1 }], limit: 10 }).then(({ bookmarks }) => setKept(bookmarks));
  }, [client]);
  if (!kept) return <p>Loading…</p>;
  if (kept.length === 0) return <p>Nothing kept.</p>;
  return kept.map(({ activity: { id, user, text } }) => <section className="card" key={id}>{user.name}: {text}</section>);
}
