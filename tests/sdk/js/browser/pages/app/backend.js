/** A call of the app's own backend, which alone knows the app's secret. */
export async function backend(name, body) {
  const response = await fetch(`/backend/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${name}: ${await response.text()}`);
  return response.json();
}
