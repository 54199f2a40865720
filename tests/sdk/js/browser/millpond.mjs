// A millpond of the test's own, and its apps with the server side of each.

import { StreamChat } from 'stream-chat';
import { Process } from './process.mjs';

// stream-chat lets these win over the base URL that it is given.
delete process.env.STREAM_LOCAL_TEST_RUN;
delete process.env.STREAM_LOCAL_TEST_HOST;

export class Millpond extends Process {
  async newApp(name) {
    return new App(this, await this.control('POST', '/apps', { name }));
  }
}

class App {
  constructor(millpond, { api_key, api_secret }) {
    this.millpond = millpond;
    this.key = api_key;
    this.secret = api_secret;
    /** The server side of the app. */
    this.server = new StreamChat(api_key, api_secret, { baseURL: millpond.url });
  }

  advance(by) {
    return this.millpond.control('POST', `/apps/${this.key}/clock/advance`, { by });
  }

  async now() {
    return (await this.millpond.control('GET', `/apps/${this.key}/clock`)).now;
  }

  openSockets(settings) {
    return this.millpond.control('PATCH', `/apps/${this.key}/settings`, { open_sockets: settings });
  }
}
