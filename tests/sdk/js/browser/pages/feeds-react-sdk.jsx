// A React app of the smallest kind: who is signed in, over how many connections, and a button that asks the server something.

import { useCallback, useEffect, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { StreamFeeds, useClientConnectedUser, useCreateFeedsClient, useFeedsClient, useWsConnectionState } from '@stream-io/feeds-react-sdk';
import { apiKey, as, baseUrl, tokenProvider, user } from './what-to-do.js';

const options = { base_url: baseUrl };

function App() {
  const [asked, setAsked] = useState(0);
  const provider = useMemo(() => tokenProvider(() => setAsked((times) => times + 1)), []);
  const client = useCreateFeedsClient({
    apiKey,
    userData: as === 'anonymous' ? 'anonymous' : user,
    tokenOrProvider: { user: provider, guest: 'guest' }[as],
    options,
  });
  if (!client) return null;
  return (
    <StreamFeeds client={client}>
      <Account />
      <p>token provider asked: <output id="asked">{asked}</output></p>
    </StreamFeeds>
  );
}

function Account() {
  const client = useFeedsClient();
  const me = useClientConnectedUser();
  const { is_healthy: online } = useWsConnectionState();
  const [connections, setConnections] = useState(0);
  const [answer, setAnswer] = useState('');
  const [changed, setChanged] = useState('');
  useEffect(() => client.on('connection.ok', () => setConnections((times) => times + 1)), [client]);
  useEffect(() => client.on('user.updated', ({ created_at }) => setChanged(created_at.toISOString())), [client]);
  const ask = useCallback(async () => {
    const { users } = await client.queryUsers({ payload: { filter_conditions: { id: 'greta' } } });
    setAnswer((before) => `${before} ${users[0].name}`.trim());
  }, [client]);
  return (
    <>
      <h1 id="name">{me?.name}</h1>
      <p>id: <output id="id">{me?.id}</output></p>
      <p>role: <output id="role">{me?.role}</output></p>
      <p>changed: <output id="changed">{changed}</output></p>
      <p>online: <output id="online">{String(Boolean(online))}</output></p>
      <p>connections: <output id="connections">{connections}</output></p>
      <p>answers: <output id="answers">{answer}</output></p>
      <button onClick={ask}>Who is greta?</button>
    </>
  );
}

createRoot(document.body.appendChild(document.createElement('main'))).render(<App />);
