// How each SDK is pointed at an address. Every value is quoted for the language it stands in.

import { ofStream } from "./curl.js";

const double = (text) => JSON.stringify(text);
const ruby = (text) => JSON.stringify(text).replaceAll("#", "\\#");
const php = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

/** Who signs in, and is made, in the lines. */
const USER = "john";

const provider = ({ address, key }) => `
// in development, millpond is the token provider as well
const tokenProvider = async () => {
  const address =
    ${double(`${address}/_millpond/apps/${encodeURIComponent(key)}/token-provider`)};
  const answer = await fetch(\`\${address}?user_id=${USER}\`);
  return (await answer.json()).token;
};`;

export const SDKS = [
  {
    id: "node", short: "Node", name: "Node server", package: "@stream-io/node-sdk",
    code: ({ address, key, secret }) => `import { StreamClient } from "@stream-io/node-sdk";

const client = new StreamClient(
  ${double(key)},
  ${double(secret)},
  { basePath: ${double(address)} },
);
await client.upsertUsers([{ id: "${USER}", name: "John" }]);
console.log(client.generateUserToken({ user_id: "${USER}" }));`,
    withToken: ({ address, key, token }) => `const answer = await fetch(${double(`${address}/api/v2/app?api_key=${encodeURIComponent(key)}`)}, {
  headers: { authorization: ${double(token)}, "stream-auth-type": "jwt" },
});
console.log(answer.status, await answer.text());`,
    note: "One address for feeds, chat and video.",
  },
  {
    id: "feeds", short: "a JS client", name: "Feeds JS client", package: "@stream-io/feeds-client",
    code: (values) => `import { FeedsClient } from "@stream-io/feeds-client";

const client = new FeedsClient(${double(values.key)}, {
  base_url: ${double(values.address)},
});
${provider(values)}
await client.connectUser({ id: "${USER}" }, tokenProvider);
console.log("connected as", client.state.getLatestValue().connected_user.id);`,
    withToken: ({ address, key, token, userId }) => `import { FeedsClient } from "@stream-io/feeds-client";

const client = new FeedsClient(${double(key)}, { base_url: ${double(address)} });
await client.connectUser({ id: ${double(userId)} }, ${double(token)});`,
    note: "The React and React Native feeds SDKs take the same option. The secret stays on the server.",
  },
  {
    id: "chat", name: "Chat JS", package: "stream-chat",
    code: (values) => `import { StreamChat } from "stream-chat";

const client = StreamChat.getInstance(${double(values.key)}, {
  baseURL: ${double(values.address)},
});
${provider(values)}
const connected = await client.connectUser({ id: "${USER}" }, tokenProvider);
console.log("connected as", connected.me.id);`,
    note: "STREAM_LOCAL_TEST_RUN and STREAM_LOCAL_TEST_HOST (host:port), where set, beat this option.",
  },
  {
    id: "video", name: "Video JS", package: "@stream-io/video-client",
    code: (values) => `import { StreamVideoClient } from "@stream-io/video-client";

const client = new StreamVideoClient({
  apiKey: ${double(values.key)},
  options: { baseURL: ${double(`${values.address}/video`)} },
});
${provider(values)}
const connected = await client.connectUser({ id: "${USER}" }, tokenProvider);
console.log("connected as", connected.me.id);`,
    note: "Video’s address ends in /video.",
  },
  {
    id: "python", short: "Python", name: "Python", package: "getstream",
    code: ({ address, key, secret }) => `from getstream import Stream
from getstream.models import UserRequest

client = Stream(
    api_key=${double(key)},
    api_secret=${double(secret)},
    base_url=${double(address)},
)
client.upsert_users(UserRequest(id="${USER}", name="John"))
print(client.create_token("${USER}"))`,
    withToken: ({ address, key, token }) => `import urllib.request

request = urllib.request.Request(
    ${double(`${address}/api/v2/app?api_key=${encodeURIComponent(key)}`)},
    headers={"authorization": ${double(token)}, "stream-auth-type": "jwt"},
)
print(urllib.request.urlopen(request).read())`,
    note: "Pass base_url: Stream() does not read STREAM_BASE_URL. AsyncStream takes the same arguments.",
  },
  {
    id: "python-chat", name: "Python chat", package: "stream-chat (PyPI)",
    code: ({ address, key, secret }) => `from stream_chat import StreamChat

client = StreamChat(
    api_key=${double(key)},
    api_secret=${double(secret)},
    base_url=${double(address)},
)
client.upsert_users([{"id": "${USER}", "name": "John"}])
print(client.create_token("${USER}"))`,
    note: "Without base_url it reads STREAM_CHAT_URL.",
  },
  {
    id: "go", short: "Go", name: "Go", package: "github.com/GetStream/getstream-go/v5",
    code: ({ address, key, secret }) => `import getstream "github.com/GetStream/getstream-go/v5"

client, err := getstream.NewClient(
	${double(key)},
	${double(secret)},
	getstream.WithBaseUrl(${double(address)}),
)`,
    withToken: ({ address, key, token }) => `request, err := http.NewRequest("GET", ${double(`${address}/api/v2/app?api_key=${encodeURIComponent(key)}`)}, nil)
if err != nil {
	log.Fatal(err)
}
request.Header.Set("authorization", ${double(token)})
request.Header.Set("stream-auth-type", "jwt")
answer, err := http.DefaultClient.Do(request)`,
    note: "Or set STREAM_BASE_URL.",
  },
  {
    id: "java", name: "Java", package: "io.getstream:stream-sdk-java",
    code: ({ address, key, secret }) => `import io.getstream.services.framework.StreamSDKClient;

System.setProperty("io.getstream.url", ${double(address)});
var client = new StreamSDKClient(
    ${double(key)},
    ${double(secret)});`,
    note: "Set the property before the client is made, or set STREAM_BASE_URL.",
  },
  {
    id: "net", name: ".NET", package: "getstream-net",
    code: ({ address, key, secret }) => `using GetStream;

var client = new StreamClient(
    ${double(key)},
    ${double(secret)},
    ${double(address)});`,
    note: "ClientBuilder.FromEnv() reads STREAM_BASE_URL.",
  },
  {
    id: "ruby", name: "Ruby", package: "getstream-ruby",
    code: ({ address, key, secret }) => `require "getstream_ruby"

client = GetStreamRuby.manual(
  api_key: ${ruby(key)},
  api_secret: ${ruby(secret)},
  base_url: ${ruby(address)},
)`,
    note: "GetStreamRuby.env reads STREAM_BASE_URL.",
  },
  {
    id: "php", name: "PHP", package: "getstream/getstream-php",
    code: ({ address, key, secret }) => `use GetStream\\Client;

$client = new Client(
    ${php(key)},
    ${php(secret)},
    ${php(address)},
);`,
    note: "ClientBuilder::fromEnv() reads STREAM_BASE_URL.",
  },
  {
    id: "curl", name: "curl", package: "with a server token of this app, made by the command line",
    code: ({ app }) => ofStream(app, "GET", "/api/v2/app"),
    note: "Everything else is a path away: /api/v2/… as in Stream’s API.",
  },
];
