// What a press of a button starts: nothing can be pressed twice, and what goes wrong is said where it was pressed.

import { useCallback, useState } from 'react';

export function useTask(run) {
  const [state, setState] = useState({});
  const start = useCallback(
    async (event) => {
      event?.preventDefault?.();
      setState({ busy: true });
      try {
        await run(event);
        setState({});
      } catch (error) {
        setState({ error });
      }
    },
    [run],
  );
  return [start, state.error ? <p role="alert">{String(state.error.message)}</p> : null, Boolean(state.busy)];
}

/** A button that does something. */
export function Do({ run, children, ...rest }) {
  const [start, state, busy] = useTask(run);
  return (
    <>
      <button type="button" onClick={start} disabled={busy} {...rest}>{children}</button>
      {state}
    </>
  );
}
