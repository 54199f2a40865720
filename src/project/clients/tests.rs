use super::Standing::{Astray, ByVariable, Fixed, Pointed, Unclear};
use super::*;
use crate::project::source::Language::{CSharp, Dart, Go, Java, JavaScript, Kotlin, Markup, Php, Python, Ruby, Swift};

fn found(language: Language, text: &str) -> Vec<(&'static str, Standing)> {
    clients(language, text.as_bytes()).into_iter().map(|made| (made.sdk.package, made.standing)).collect()
}

const FEEDS: &str = "@stream-io/feeds-client";
const REACT: &str = "@stream-io/feeds-react-sdk";
const NODE: &str = "@stream-io/node-sdk";
const CHAT: &str = "stream-chat";
const VIDEO: &str = "@stream-io/video-client";
const BASE_URL: Standing = ByVariable("STREAM_BASE_URL");
const CHAT_URL: Standing = ByVariable("STREAM_CHAT_URL");

#[test]
fn clients_of_javascript() {
    let node = |text: &str| format!("import {{ StreamClient }} from '@stream-io/node-sdk';\n{text}");
    for (text, wanted) in [
        ("const c = new FeedsClient(key);", &[(FEEDS, Astray)][..]),
        ("new FeedsClient(\n  key,\n  // base_url: url\n  { timeout: 1 },\n)", &[(FEEDS, Astray)]),
        ("new FeedsClient(\n  key,\n  {\n    base_url: url,\n  },\n)", &[(FEEDS, Pointed)]),
        ("new FeedsClient(key, { base_url })", &[(FEEDS, Pointed)]),
        ("new FeedsClient(key, { 'base_url': url })", &[(FEEDS, Pointed)]),
        ("new FeedsClient(key, { my_base_url: url })", &[(FEEDS, Astray)]),
        ("new sdk.FeedsClient<A, B>(key)", &[(FEEDS, Astray)]),
        ("new FeedsClient(key, options)", &[(FEEDS, Unclear)]),
        ("new FeedsClient(...all)", &[(FEEDS, Unclear)]),
        ("const options = { base_url: url };\nnew FeedsClient(key, options)", &[(FEEDS, Pointed)]),
        (
            "// new FeedsClient(key)\n/* new FeedsClient(key) */\nsay('new FeedsClient(key)', `new FeedsClient(key)`)",
            &[],
        ),
        ("class FeedsClient extends Base {}\nclass Mine extends FeedsClient {}", &[]),
        ("export function useCreateFeedsClient(options) {}", &[]),
        ("useCreateFeedsClient({ apiKey, tokenOrProvider, userData: { id } })", &[(REACT, Astray)]),
        ("useCreateFeedsClient({ apiKey, options: { base_url: url } })", &[(REACT, Pointed)]),
        ("useCreateFeedsClient({ apiKey, options: makeOptions() })", &[(REACT, Unclear)]),
        ("new StreamChat(config.key, config.secret)", &[(CHAT, Astray)]),
        ("StreamChat.getInstance(key)", &[(CHAT, Astray)]),
        ("StreamChat\n  .getInstance<T>(key, { baseURL: url })", &[(CHAT, Pointed)]),
        ("const c = StreamChat.getInstance(key);\nc.setBaseURL(url);", &[(CHAT, Pointed)]),
        ("Other.getInstance(key)", &[]),
        ("useCreateChatClient({ apiKey })", &[(CHAT, Astray)]),
        ("new StreamVideoClient({ apiKey })", &[(VIDEO, Astray)]),
        ("new StreamVideoClient({ apiKey, options: { baseURL: url } })", &[(VIDEO, Pointed)]),
        ("StreamVideoClient.getOrCreateInstance({ apiKey, user })", &[(VIDEO, Astray)]),
        ("new StreamClient(key, secret)", &[]),
        (&node("new StreamClient(key, secret)"), &[(NODE, Astray)]),
        (&node("new StreamClient(key, secret, { basePath: url })"), &[(NODE, Pointed)]),
        (&node("new StreamClient(key, secret, elsewhere)"), &[(NODE, Unclear)]),
        // What another call is given is not this one's.
        (&node("other({ basePath: url });\nnew StreamClient(key, secret, elsewhere)"), &[(NODE, Unclear)]),
        (
            &node("new StreamClient(a, b, { basePath: url });\nnew StreamClient(a, b, elsewhere)"),
            &[(NODE, Pointed), (NODE, Unclear)],
        ),
        (
            &node(
                "before(() => {\n  const given = { basePath: url };\n  say('(');\n  all = [new StreamClient(a, b, given)];\n});",
            ),
            &[(NODE, Pointed)],
        ),
        (
            "import { FeedsClient as FC } from '@stream-io/feeds-client';\nnew FC(key);\nnew Other(key)",
            &[(FEEDS, Astray)],
        ),
        ("import { StreamClient as SC } from '@stream-io/node-sdk';\nnew SC(key, secret)", &[(NODE, Astray)]),
        (
            "const { StreamClient: SC, x } = require('@stream-io/node-sdk');\nnew SC(key, secret, { basePath: url })",
            &[(NODE, Pointed)],
        ),
        ("import { StreamChat as Chat } from 'stream-chat';\nChat.getInstance(key)", &[(CHAT, Astray)]),
        (
            "import * as stream from '@stream-io/feeds-react-sdk';\nstream.useCreateFeedsClient({ apiKey })",
            &[(REACT, Astray)],
        ),
        ("mock('x', () => ({ FeedsClient: Mine }));\nnew Mine(key)", &[]),
        ("a = 1 / 2; b = /'/; new FeedsClient(key) // it's", &[(FEEDS, Astray)]),
        ("new FeedsClient(key, { base_url: 'http", &[(FEEDS, Pointed)]),
        ("new FeedsClient(", &[(FEEDS, Astray)]),
    ] {
        assert_eq!(found(JavaScript, text), wanted, "{text}");
    }
    let markup = "<template>new FeedsClient(k)</template>\n<script setup lang=\"ts\">\nnew FeedsClient(key)\n</script>";
    assert_eq!(found(Markup, markup), [(FEEDS, Astray)]);
}

#[test]
fn clients_of_backends() {
    let getstream = "getstream (PyPI)";
    let chat = "stream-chat (PyPI)";
    let feeds_go = "import (\n\tstream \"github.com/GetStream/getstream-go/v5\"\n)\n";
    for (language, text, wanted) in [
        (Python, "from getstream import Stream\nc = Stream(api_key=k, api_secret=s)", &[(getstream, Astray)][..]),
        (
            Python,
            "from getstream import Stream\nc = Stream(\n  api_key=k,  # base_url=u\n  base_url=u,\n)",
            &[(getstream, Pointed)],
        ),
        (Python, "import getstream\ngetstream.AsyncStream(**given)", &[(getstream, Unclear)]),
        (Python, "from getstream import Stream\nStream.from_env()", &[(getstream, BASE_URL)]),
        (
            Python,
            "from getstream import Stream\n'''Stream(k, s)'''\n# Stream(k, s)\nio.Stream(k)\nclass Stream(Base): pass",
            &[],
        ),
        (Python, "from getstream import (\n  Stream as S,\n)\nS(k, s)\nT(k, s)", &[(getstream, Astray)]),
        (Python, "from getstream import AsyncStream as S\nS.from_env()", &[(getstream, BASE_URL)]),
        (Python, "import getstream as g\ng.Stream(k, s)\nio.Stream(k)", &[(getstream, Astray)]),
        (Python, "import stream_chat as sc\nsc.StreamChat(k, s)", &[(chat, CHAT_URL)]),
        (Python, "from elsewhere import Stream\nStream(1)", &[]),
        (Python, "from stream_chat import StreamChat\nStreamChat(api_key=k, api_secret=s)", &[(chat, CHAT_URL)]),
        (Python, "from stream_chat import StreamChat\nStreamChat(k, s, base_url=u)", &[(chat, Pointed)]),
        (Go, &format!("{feeds_go}c, err := stream.NewClient(k, s)"), &[("getstream-go", BASE_URL)]),
        (
            Go,
            &format!("{feeds_go}c, err := stream.NewClient(k, s, stream.WithBaseUrl(u))"),
            &[("getstream-go", Pointed)],
        ),
        (Go, &format!("{feeds_go}c := redis.NewClient(nil) // stream.NewClient(k)"), &[]),
        (
            Go,
            "import \"github.com/GetStream/stream-chat-go/v8\"\nc, _ := stream_chat.NewClient(k, s)",
            &[("stream-chat-go", CHAT_URL)],
        ),
        (Java, "var c = new StreamSDKClient(k, s);", &[("stream-sdk-java", BASE_URL)]),
        (
            Java,
            "System.setProperty(\"io.getstream.url\", u);\nnew StreamSDKClient(k, s);",
            &[("stream-sdk-java", Pointed)],
        ),
        (Ruby, "c = GetStreamRuby.manual(api_key: k, api_secret: s)", &[("getstream-ruby", Astray)]),
        (Ruby, "c = GetStreamRuby.manual(api_key: k, api_secret: s, base_url: u)", &[("getstream-ruby", Pointed)]),
        (Ruby, "c = GetStreamRuby.env", &[("getstream-ruby", BASE_URL)]),
        (Ruby, "c = StreamChat::Client.new(k, s) # base_url: u", &[("stream-chat-ruby", Astray)]),
        (Ruby, "c = StreamChat::Client.from_env", &[("stream-chat-ruby", CHAT_URL)]),
        (Php, "use GetStream\\Client;\n$c = new Client($k, $s);", &[("getstream-php", Astray)]),
        (Php, "use GetStream\\Client;\n$c = new Client($k, $s, $u);", &[("getstream-php", Pointed)]),
        (Php, "use GetStream\\StreamChat\\Client;\n$c = new Client($k, $s);", &[("stream-chat (PHP)", CHAT_URL)]),
        (Php, "use GetStream\\Client as Stream;\n$c = new Stream($k, $s);", &[("getstream-php", Astray)]),
        (CSharp, "using SC = GetStream.StreamClient;\nvar c = new SC(k, s);", &[("getstream-net", Astray)]),
        (Php, "use GuzzleHttp\\Client;\n$c = new Client();", &[]),
        (CSharp, "using GetStream;\nvar c = new StreamClient(k, s);", &[("getstream-net", Astray)]),
        (CSharp, "using GetStream;\nvar c = new StreamClient(k, s, u);", &[("getstream-net", Pointed)]),
        (CSharp, "var f = new StreamClientFactory(k, s);", &[("stream-chat-net", CHAT_URL)]),
    ] {
        assert_eq!(found(language, text), wanted, "{text}");
    }
}

#[test]
fn clients_of_phones() {
    for (language, text, wanted) in [
        (
            Kotlin,
            "import io.getstream.chat.android.client.ChatClient\nChatClient.Builder(k, c).withPlugins(p).build()",
            &[("stream-chat-android", Astray)],
        ),
        (
            Kotlin,
            "import io.getstream.chat.android.client.ChatClient\nChatClient.Builder(k, c)\n  .baseUrl(u)\n  .build()",
            &[("stream-chat-android", Pointed)],
        ),
        (
            Kotlin,
            "import io.getstream.video.android.core.StreamVideoBuilder\nStreamVideoBuilder(context = c, apiKey = k)",
            &[("stream-video-android", Astray)],
        ),
        (
            Kotlin,
            "import io.getstream.feeds.android.client.api.FeedsClient\nFeedsClient(c, k)",
            &[("stream-feeds-android", Fixed)],
        ),
        (
            Swift,
            "import StreamChat\nlet c = ChatClient(config: .init(apiKeyString: k))",
            &[("stream-chat-swift", Astray)],
        ),
        (
            Swift,
            "import StreamChat\nconfig.baseURL = .init(url: u)\nlet c = ChatClient(config: config)",
            &[("stream-chat-swift", Pointed)],
        ),
        (Swift, "import StreamFeeds\nlet c = FeedsClient(apiKey: k, user: u)", &[("stream-feeds-swift", Fixed)]),
        (Dart, "final c = StreamChatClient('k', logLevel: Level.INFO);", &[("stream-chat-flutter", Astray)]),
        (
            Kotlin,
            "import io.getstream.chat.android.client.ChatClient as Chat\nChat.Builder(k, c).build()",
            &[("stream-chat-android", Astray)],
        ),
        (
            Dart,
            "import 'package:stream_chat/stream_chat.dart' as sc;\nfinal c = sc.StreamChatClient('k');\nother.StreamChatClient('k');",
            &[("stream-chat-flutter", Astray)],
        ),
        (Dart, "final c = StreamChatClient('k', baseURL: u, baseWsUrl: w);", &[("stream-chat-flutter", Pointed)]),
    ] {
        assert_eq!(found(language, text), wanted, "{text}");
    }
}

#[test]
fn what_is_found_says_where_it_stands() {
    let text = b"// \xff\n\nconst a = 'x',\n  c = new FeedsClient(\n    key);\nnew FeedsClient(\xff)";
    let places: Vec<_> = clients(JavaScript, text).into_iter().map(|made| (made.line, made.code)).collect();
    assert_eq!(places, [(4, "c = new FeedsClient(".to_owned()), (6, "new FeedsClient(\u{fffd})".to_owned())]);
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange(bytes in proptest::collection::vec(0_u8..=255, 0..80), cut in 0_usize..60) {
        let call = b"import io.getstream.chat; from getstream import new FeedsClient<A>(k, {...o}); StreamChat.getInstance(";
        let text = [&bytes[..bytes.len() / 2], &call[..cut.min(call.len())], &bytes[bytes.len() / 2..]].concat();
        for language in [JavaScript, Markup, Python, Go, Kotlin, Ruby, CSharp, Php] {
            clients(language, &text);
        }
    }
}
