//! How each of Stream's SDKs makes a client, and how that client is pointed at another host. Read in the SDKs themselves; a new
//! way is one row.

use super::source::Language::{self, CSharp, Dart, Go, Java, JavaScript, Kotlin, Markup, Php, Python, Ruby, Swift};

/// A way to make a client.
pub struct Sdk {
    /// As its registry calls it.
    pub package: &'static str,
    pub languages: &'static [Language],
    /// What a file has to say besides, outside of comments; where it is empty, the call is enough.
    pub named: &'static [&'static str],
    pub calls: &'static [Call],
    /// Names in the arguments that give an address.
    pub takes: &'static [&'static str],
    /// What gives it elsewhere in the same file.
    pub elsewhere: &'static [&'static str],
    /// The argument that gives an address, or options with one, by its place from 0.
    pub place: Place,
    /// What becomes of a client that is given none.
    pub without: Without,
}

pub enum Call {
    /// `Name(` or `new Name(`, also behind one of these receivers.
    Made(&'static str, &'static [&'static str]),
    /// `Receiver.method(`, or `Receiver::method(`.
    On(&'static str, &'static str),
    /// A function of a package of Go, by what it is imported as.
    Imported { path: &'static str, package: &'static str, function: &'static str },
}

#[derive(Clone, Copy)]
pub enum Place {
    /// By its name alone.
    Named,
    /// Options, which may be another's: they are then not seen.
    Options(usize),
    /// The address itself.
    Address(usize),
    /// Somewhere up to `build()`.
    Chain,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// It calls production. What to write.
    Production(&'static str),
    /// It reads this variable, which `millpond exec` and `millpond env` set.
    Variable(&'static str),
    /// It has no option for it.
    Fixed,
}

const JS: &[Language] = &[JavaScript, Markup];
const ANDROID: &[Language] = &[Kotlin, Java];

const BASE: Sdk = Sdk {
    package: "",
    languages: &[],
    named: &[],
    calls: &[],
    takes: &[],
    elsewhere: &[],
    place: Place::Named,
    without: Without::Fixed,
};

use Call::{Imported, Made, On};
use Without::{Fixed, Production, Variable};

/// The table.
pub static SDKS: &[Sdk] = &[
    Sdk {
        package: "@stream-io/feeds-client",
        languages: JS,
        calls: &[Made("FeedsClient", &[])],
        takes: &["base_url"],
        place: Place::Options(1),
        without: Production("new FeedsClient(key, { base_url: process.env.STREAM_BASE_URL })"),
        ..BASE
    },
    Sdk {
        package: "@stream-io/feeds-react-sdk",
        languages: JS,
        calls: &[Made("useCreateFeedsClient", &[])],
        takes: &["base_url"],
        without: Production("options: { base_url: process.env.STREAM_BASE_URL }"),
        ..BASE
    },
    Sdk {
        package: "@stream-io/node-sdk",
        languages: JS,
        named: &["@stream-io/node-sdk"],
        calls: &[Made("StreamClient", &[])],
        takes: &["basePath"],
        place: Place::Options(2),
        without: Production("new StreamClient(key, secret, { basePath: process.env.STREAM_BASE_URL })"),
        ..BASE
    },
    Sdk {
        package: "stream-chat",
        languages: JS,
        calls: &[Made("StreamChat", &[]), On("StreamChat", "getInstance"), Made("useCreateChatClient", &[])],
        takes: &["baseURL"],
        elsewhere: &["setBaseURL", "STREAM_LOCAL_TEST_HOST", "STREAM_LOCAL_TEST_RUN"],
        without: Production(
            "the option { baseURL: process.env.STREAM_BASE_URL }, or in Node STREAM_LOCAL_TEST_HOST=127.0.0.1:7663",
        ),
        ..BASE
    },
    Sdk {
        package: "@stream-io/video-client",
        languages: JS,
        calls: &[Made("StreamVideoClient", &[]), On("StreamVideoClient", "getOrCreateInstance")],
        takes: &["baseURL"],
        without: Production("options: { baseURL: process.env.STREAM_BASE_URL + '/video' }, where it is set"),
        ..BASE
    },
    Sdk {
        package: "getstream (PyPI)",
        languages: &[Python],
        named: &["from getstream", "import getstream"],
        calls: &[Made("Stream", &["getstream"]), Made("AsyncStream", &["getstream"])],
        takes: &["base_url"],
        without: Production(
            "Stream(api_key=…, api_secret=…, base_url=os.environ.get(\"STREAM_BASE_URL\")); without the argument the variable is ignored",
        ),
        ..BASE
    },
    Sdk {
        package: "getstream (PyPI)",
        languages: &[Python],
        named: &["from getstream", "import getstream"],
        calls: &[On("Stream", "from_env"), On("AsyncStream", "from_env")],
        without: Variable("STREAM_BASE_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-chat (PyPI)",
        languages: &[Python],
        named: &["stream_chat"],
        calls: &[Made("StreamChat", &["stream_chat"]), Made("StreamChatAsync", &["stream_chat"])],
        takes: &["base_url"],
        without: Variable("STREAM_CHAT_URL"),
        ..BASE
    },
    Sdk {
        package: "getstream-go",
        languages: &[Go],
        calls: &[
            Imported { path: "GetStream/getstream-go", package: "getstream", function: "NewClient" },
            Imported { path: "GetStream/getstream-go", package: "getstream", function: "NewClientFromEnvVars" },
        ],
        takes: &["WithBaseUrl"],
        without: Variable("STREAM_BASE_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-chat-go",
        languages: &[Go],
        calls: &[
            Imported { path: "GetStream/stream-chat-go", package: "stream_chat", function: "NewClient" },
            Imported { path: "GetStream/stream-chat-go", package: "stream_chat", function: "NewClientFromEnvVars" },
        ],
        elsewhere: &["BaseURL"],
        without: Variable("STREAM_CHAT_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-sdk-java",
        languages: ANDROID,
        calls: &[Made("StreamSDKClient", &[])],
        elsewhere: &["io.getstream.url"],
        without: Variable("STREAM_BASE_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-chat-android",
        languages: ANDROID,
        named: &["io.getstream.chat"],
        calls: &[On("ChatClient", "Builder")],
        takes: &["baseUrl"],
        place: Place::Chain,
        without: Production(".baseUrl(…) in debug builds, with .forceInsecureConnection() for plain HTTP"),
        ..BASE
    },
    Sdk {
        package: "stream-video-android",
        languages: ANDROID,
        named: &["io.getstream.video"],
        calls: &[Made("StreamVideoBuilder", &[])],
        takes: &["localCoordinatorAddress", "apiUrl", "videoDomain"],
        without: Production("StreamVideoBuilder(…, localCoordinatorAddress = \"10.0.2.2:7663\") in debug builds"),
        ..BASE
    },
    Sdk {
        package: "stream-feeds-android",
        languages: ANDROID,
        named: &["io.getstream.feeds"],
        calls: &[Made("FeedsClient", &[])],
        without: Fixed,
        ..BASE
    },
    Sdk {
        package: "stream-chat-swift",
        languages: &[Swift],
        named: &["import StreamChat"],
        calls: &[Made("ChatClient", &[])],
        elsewhere: &["baseURL"],
        without: Production(
            "config.baseURL = .init(url: …) in debug builds; it forces https, so start `millpond --tls`",
        ),
        ..BASE
    },
    Sdk {
        package: "stream-feeds-swift",
        languages: &[Swift],
        named: &["import StreamFeeds"],
        calls: &[Made("FeedsClient", &[])],
        without: Fixed,
        ..BASE
    },
    Sdk {
        package: "stream-video-swift",
        languages: &[Swift],
        named: &["import StreamVideo"],
        calls: &[Made("StreamVideo", &[])],
        without: Fixed,
        ..BASE
    },
    Sdk {
        package: "stream-chat-flutter",
        languages: &[Dart],
        calls: &[Made("StreamChatClient", &[])],
        takes: &["baseURL"],
        without: Production("StreamChatClient(key, baseURL: 'http://…', baseWsUrl: 'ws://…') in debug builds"),
        ..BASE
    },
    Sdk {
        package: "stream-video-flutter",
        languages: &[Dart],
        named: &["package:stream_video"],
        calls: &[Made("StreamVideo", &[])],
        takes: &["coordinatorRpcUrl"],
        elsewhere: &["coordinatorRpcUrl"],
        without: Production("StreamVideoOptions(coordinatorRpcUrl: …, coordinatorWsUrl: …) in debug builds"),
        ..BASE
    },
    Sdk {
        package: "stream-feeds-flutter",
        languages: &[Dart],
        named: &["package:stream_feeds"],
        calls: &[Made("StreamFeedsClient", &[])],
        without: Fixed,
        ..BASE
    },
    Sdk {
        package: "getstream-ruby",
        languages: &[Ruby],
        calls: &[On("GetStreamRuby", "manual")],
        takes: &["base_url"],
        without: Production(
            "GetStreamRuby.manual(api_key:, api_secret:, base_url: ENV[\"STREAM_BASE_URL\"]), or GetStreamRuby.env, which reads it",
        ),
        ..BASE
    },
    Sdk {
        package: "getstream-ruby",
        languages: &[Ruby],
        calls: &[On("GetStreamRuby", "env"), On("GetStreamRuby", "env_vars")],
        without: Variable("STREAM_BASE_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-chat-ruby",
        languages: &[Ruby],
        calls: &[On("StreamChat::Client", "new")],
        takes: &["base_url"],
        without: Production(
            "StreamChat::Client.new(key, secret, base_url: ENV[\"STREAM_CHAT_URL\"]), or .from_env, which reads it",
        ),
        ..BASE
    },
    Sdk {
        package: "stream-chat-ruby",
        languages: &[Ruby],
        calls: &[On("StreamChat::Client", "from_env")],
        without: Variable("STREAM_CHAT_URL"),
        ..BASE
    },
    Sdk {
        package: "getstream-php",
        languages: &[Php],
        named: &["GetStream\\Client;", "GetStream\\Client as", "GetStream\\Client("],
        calls: &[Made("Client", &[])],
        takes: &["baseUrl"],
        place: Place::Address(2),
        without: Production(
            "new Client($key, $secret, $url), or ClientBuilder::fromEnv(), which reads STREAM_BASE_URL",
        ),
        ..BASE
    },
    Sdk {
        package: "getstream-php",
        languages: &[Php],
        named: &["GetStream\\ClientBuilder"],
        calls: &[On("ClientBuilder", "fromEnv")],
        without: Variable("STREAM_BASE_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-chat (PHP)",
        languages: &[Php],
        named: &["GetStream\\StreamChat\\Client"],
        calls: &[Made("Client", &[])],
        without: Variable("STREAM_CHAT_URL"),
        ..BASE
    },
    Sdk {
        package: "getstream-net",
        languages: &[CSharp],
        named: &["using GetStream;", "using GetStream.", "= GetStream."],
        calls: &[Made("StreamClient", &["GetStream"])],
        takes: &["baseUrl"],
        place: Place::Address(2),
        without: Production(
            "new StreamClient(key, secret, baseUrl), or ClientBuilder.FromEnv(), which reads STREAM_BASE_URL",
        ),
        ..BASE
    },
    Sdk {
        package: "getstream-net",
        languages: &[CSharp],
        named: &["using GetStream;", "using GetStream.", "= GetStream."],
        calls: &[On("ClientBuilder", "FromEnv")],
        without: Variable("STREAM_BASE_URL"),
        ..BASE
    },
    Sdk {
        package: "stream-chat-net",
        languages: &[CSharp],
        calls: &[Made("StreamClientFactory", &[])],
        takes: &["BaseUrl"],
        without: Variable("STREAM_CHAT_URL"),
        ..BASE
    },
];
