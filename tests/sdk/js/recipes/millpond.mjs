// All that the recipes share; copy it along with the one you need. It has no dependency.

const { MILLPOND_URL: url, STREAM_API_KEY: original } = process.env;
if (!url) throw new Error('Run it as its first line says: `millpond exec` sets MILLPOND_URL and the others');

async function call(method, path, body) {
  const response = await fetch(`${url}/_millpond${path}`, { method, body: body && JSON.stringify(body) });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${answer.error?.message ?? answer.account?.join('\n') ?? response.status}`);
  return answer;
}

/** A copy of the fixture's app under a key of its own: no other test sees it, and it is gone by itself. */
export async function clone() {
  const { api_key: key, api_secret: secret } = await call('POST', `/apps/${original}/clone`, { ttl: '10m' });
  return {
    url,
    key,
    secret,
    /** A route of the control API, of this app. What does not hold, or does not come in time, is thrown. */
    control: (method, path, body) => call(method, `/apps/${key}${path}`, body),
    /** What your front end does to get a token from your backend. */
    async fetchToken(userId) {
      const response = await fetch(`${url}/_millpond/apps/${key}/token-provider?user_id=${userId}`);
      if (!response.ok) throw new Error(`the backend answers ${response.status}`);
      return (await response.json()).token;
    },
  };
}
