// Whose time a revocation's is: a person here sees the app's clock; a backend that revokes "now" knows the wall's alone.

import { ofApp, read } from "./api.js";
import { moment } from "./wrong.js";

/** What tells the server that a time is of the app's clock. */
export const OF_THE_APP = { "x-millpond-times": "app" };

/**
 * The time that was typed, by the app's clock; else now, which is meant for what backends have minted until now: by the
 * wall's clock where that judges their tokens. The same as the command line does.
 */
export async function revocationTime(context, input) {
  const said = moment(input);
  const clock = context.clock();
  if (said) return { before: said, isOfTheApp: true };
  const byTheWall = !clock.isReal && (await read(ofApp(context.app, "/settings"))).token_times === "wall";
  return { before: new Date(byTheWall ? Date.now() : clock.now()).toISOString(), isOfTheApp: !byTheWall };
}
