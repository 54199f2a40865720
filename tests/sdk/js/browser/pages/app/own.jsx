import { createContext } from 'react';

/** Who is signed in, the person's own feeds, and the way to another page. */
export const Own = createContext(null);
