// What is popular, whoever wrote it.

import { useContext, useEffect } from 'react';
import { StreamFeed } from '@stream-io/feeds-react-sdk';
import { Posts } from './home.jsx';
import { Own } from './own.jsx';

export function ForYou() {
  const { feeds } = useContext(Own);
  useEffect(() => {
    feeds.foryou.getOrCreate({ watch: true, limit: 10 });
  }, [feeds]);
  return (
    <StreamFeed feed={feeds.foryou}>
      <Posts none="Nothing is popular yet." />
    </StreamFeed>
  );
}
