// What can be done to an open connection.

import { ofApp, write } from "./api.js";

const path = (app, one, verb) => ofApp(app, `/connections/${encodeURIComponent(one.id)}/${verb}`);
const whose = (one) => one.user_id ?? one.id;

export const closeConnection = (app, one, body = {}) =>
  write(`Closed a connection of ${whose(one)}.`, "POST", path(app, one, "close"), body);

/** Has its token expire: the socket ends with code 40, and the token is refused from now on. */
export const expireConnection = (app, one) =>
  write(`The token of a connection of ${whose(one)} has expired.`, "POST", path(app, one, "close"), { expire: true });

export const sendTo = (app, one, event) =>
  write(`Sent ${event.type} to ${whose(one)}.`, "POST", path(app, one, "send"), event);
