// What can be done to an open connection.

import { ofApp, read, write } from "./api.js";

const path = (app, one, verb) => ofApp(app, `/connections/${encodeURIComponent(one.id)}/${verb}`);
const whose = (one) => one.user_id ?? one.id;

export const closeConnection = (app, one, body = {}) =>
  write(`Closed a connection of ${whose(one)}.`, "POST", path(app, one, "close"), body);

/** Has its token expire: the socket ends with code 40, and the token is refused from now on. */
export async function expireConnection(app, one) {
  const before = new Set(await endedOf(app, one));
  const undo = async () => {
    const tokens = (await endedOf(app, one)).filter((token) => !before.has(token));
    for (const token of tokens) await write(`The token of ${whose(one)} is good again.`, "DELETE", ofApp(app, `/ended-tokens?token=${token}`));
  };
  return write(`The token of a connection of ${whose(one)} has expired.`, "POST", path(app, one, "close"), { expire: true }, { undo });
}

/** The fingerprints of the user's tokens that were ended by hand. */
async function endedOf(app, one) {
  if (!one.user_id) return [];
  const { ended_tokens: ended } = await read(ofApp(app, `/ended-tokens?user_id=${encodeURIComponent(one.user_id)}`));
  return ended.map(({ token }) => token);
}

export const sendTo = (app, one, event) =>
  write(`Sent ${event.type} to ${whose(one)}.`, "POST", path(app, one, "send"), event);
