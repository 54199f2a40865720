// What a page is told by its address, and the token provider that both pages sign in with.

const query = new URLSearchParams(location.search);

export const baseUrl = query.get('base_url');
export const apiKey = query.get('api_key');
/** `user`, `guest` or `anonymous`. */
export const as = query.get('as');
export const user = { id: query.get('user_id') ?? undefined, name: query.get('name') ?? undefined };

/** An app's token provider as Stream's docs have it: a call of one's own backend, whose part millpond plays. */
export function tokenProvider(onAsked) {
  return async () => {
    onAsked();
    const response = await fetch(`${baseUrl}/_millpond/apps/${apiKey}/token-provider`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ user_id: user.id }),
    });
    if (!response.ok) throw new Error(`the token provider answered ${response.status}`);
    return (await response.json()).token;
  };
}
