// What can be done to an open connection.

import { ofApp, write } from "./api.js";

const path = (app, one, verb) => ofApp(app, `/connections/${encodeURIComponent(one.id)}/${verb}`);
const whose = (one) => one.user_id ?? one.id;

export const closeConnection = (app, one, body = {}) =>
  write(`Closed a connection of ${whose(one)}.`, "POST", path(app, one, "close"), body);

/** Ends it as an expired token does. */
export const expireConnection = (app, one) =>
  write(`Ended a connection of ${whose(one)} as if its token had expired.`, "POST", path(app, one, "close"), { error: { code: 40 } });

export const sendTo = (app, one, event) =>
  write(`Sent ${event.type} to ${whose(one)}.`, "POST", path(app, one, "send"), event);
