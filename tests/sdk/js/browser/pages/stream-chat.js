// The same page as the other one, made with stream-chat and by hand.

import { StreamChat } from 'stream-chat';
import { apiKey, as, baseUrl, tokenProvider, user } from './what-to-do.js';

document.body.innerHTML = `<main>
  <h1 id="name"></h1>
  <p>id: <output id="id"></output></p>
  <p>role: <output id="role"></output></p>
  <p>changed: <output id="changed"></output></p>
  <p>online: <output id="online">false</output></p>
  <p>connections: <output id="connections">0</output></p>
  <p>answers: <output id="answers"></output></p>
  <button>Who is greta?</button>
  <p>token provider asked: <output id="asked">0</output></p>
</main>`;
const place = (id) => document.getElementById(id);
const count = (id) => (place(id).textContent = Number(place(id).textContent) + 1);

const client = StreamChat.getInstance(apiKey, { baseURL: baseUrl });

function show() {
  const { id, name, role } = client.user;
  place('id').textContent = id;
  place('name').textContent = name ?? '';
  place('role').textContent = role ?? '';
}

client.on('health.check', ({ me }) => me && count('connections'));
client.on('connection.changed', ({ online }) => (place('online').textContent = online));
client.on('user.updated', ({ created_at }) => {
  show();
  place('changed').textContent = new Date(created_at).toISOString();
});

document.querySelector('button').addEventListener('click', async () => {
  const { users } = await client.queryUsers({ id: 'greta' });
  place('answers').textContent = `${place('answers').textContent} ${users[0].name}`.trim();
});

const signIn = {
  user: () => client.connectUser(user, tokenProvider(() => count('asked'))),
  guest: () => client.setGuestUser(user),
  anonymous: () => client.connectAnonymousUser(),
};
await signIn[as]();
place('online').textContent = true;
show();
