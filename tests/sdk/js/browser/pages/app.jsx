// A small social network on the published React SDK, written as its users write theirs: one signs up with a backend, has five
// feeds, and lives in a browser from then on. Its pages are in `app/`, its backend is `../app-backend.mjs`.

import { useState } from 'react';
import { createRoot } from 'react-dom/client';
import { SignUp } from './app/sign-up.jsx';
import { SignedIn } from './app/signed-in.jsx';
import './app/app.css';

function App() {
  const [id, setId] = useState(() => sessionStorage.getItem('user_id'));
  const remember = (user) => {
    if (user) sessionStorage.setItem('user_id', user);
    else sessionStorage.removeItem('user_id');
    setId(user);
  };
  return id ? <SignedIn id={id} onLeft={() => remember(null)} /> : <SignUp onDone={remember} />;
}

createRoot(document.body.appendChild(document.createElement('div'))).render(<App />);
