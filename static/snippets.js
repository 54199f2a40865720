// How each SDK is pointed at an address. Every value is quoted for the language it stands in.

const double = (text) => JSON.stringify(text);
const ruby = (text) => JSON.stringify(text).replaceAll("#", "\\#");
const php = (text) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
export const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;

const provider = ({ address, key }) => `
// in development, millpond is the token provider as well
const tokenProvider = async (userId) => {
  const address =
    ${double(`${address}/_millpond/apps/${encodeURIComponent(key)}/token-provider`)};
  const query = new URLSearchParams({ user_id: userId });
  const answer = await fetch(\`\${address}?\${query}\`);
  return (await answer.json()).token;
};`;

/** A call of GET /app by whoever bears the token. */
export const curl = ({ address, key, token }) =>
  `curl ${shell(`${address}/api/v2/app?api_key=${encodeURIComponent(key)}`)} \\
  -H 'stream-auth-type: jwt' \\
  -H ${shell(`authorization: ${token}`)}`;

export const SDKS = [
  {
    id: "node", name: "Node server", package: "@stream-io/node-sdk",
    code: ({ address, key, secret }) => `import { StreamClient } from "@stream-io/node-sdk";

const client = new StreamClient(
  ${double(key)},
  ${double(secret)},
  { basePath: ${double(address)} },
);`,
    note: "One address for feeds, chat and video.",
  },
  {
    id: "feeds", name: "Feeds JS client", package: "@stream-io/feeds-client",
    code: (values) => `import { FeedsClient } from "@stream-io/feeds-client";

const client = new FeedsClient(${double(values.key)}, {
  base_url: ${double(values.address)},
});
${provider(values)}`,
    note: "The React and React Native feeds SDKs take the same option. The secret stays on the server.",
  },
  {
    id: "chat", name: "Chat JS", package: "stream-chat",
    code: (values) => `import { StreamChat } from "stream-chat";

const client = StreamChat.getInstance(${double(values.key)}, {
  baseURL: ${double(values.address)},
});
${provider(values)}`,
    note: "STREAM_LOCAL_TEST_RUN and STREAM_LOCAL_TEST_HOST (host:port), where set, beat this option.",
  },
  {
    id: "video", name: "Video JS", package: "@stream-io/video-client",
    code: (values) => `import { StreamVideoClient } from "@stream-io/video-client";

const client = new StreamVideoClient({
  apiKey: ${double(values.key)},
  options: { baseURL: ${double(`${values.address}/video`)} },
});
${provider(values)}`,
    note: "Video’s address ends in /video.",
  },
  {
    id: "python", name: "Python", package: "getstream",
    code: ({ address, key, secret }) => `from getstream import Stream

client = Stream(
    api_key=${double(key)},
    api_secret=${double(secret)},
    base_url=${double(address)},
)`,
    note: "Pass base_url: Stream() does not read STREAM_BASE_URL. AsyncStream takes the same arguments.",
  },
  {
    id: "python-chat", name: "Python chat", package: "stream-chat (PyPI)",
    code: ({ address, key, secret }) => `from stream_chat import StreamChat

client = StreamChat(
    api_key=${double(key)},
    api_secret=${double(secret)},
    base_url=${double(address)},
)`,
    note: "Without base_url it reads STREAM_CHAT_URL.",
  },
  {
    id: "go", name: "Go", package: "github.com/GetStream/getstream-go/v5",
    code: ({ address, key, secret }) => `import getstream "github.com/GetStream/getstream-go/v5"

client, err := getstream.NewClient(
	${double(key)},
	${double(secret)},
	getstream.WithBaseUrl(${double(address)}),
)`,
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
    id: "curl", name: "curl", package: "with a server token of this app",
    code: (values) => curl({ ...values, token: values.serverToken }),
    note: "Everything else is a path away: /api/v2/… as in Stream’s API.",
  },
];
