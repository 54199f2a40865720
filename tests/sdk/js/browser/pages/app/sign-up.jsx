// The first page: a name makes a user, with the feeds that the backend makes for it.

import { useState } from 'react';
import { backend } from './backend.js';
import { useTask } from './task.jsx';

export function SignUp({ onDone }) {
  const [name, setName] = useState('');
  const [signUp, state] = useTask(async () => onDone((await backend('sign-up', { name })).id));
  return (
    <form className="card" onSubmit={signUp}>
      <h1>Join</h1>
      <label className="row">Your name <input value={name} onChange={({ target }) => setName(target.value)} required /></label>
      <p><button>Sign up</button></p>
      {state}
    </form>
  );
}
