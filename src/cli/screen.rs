//! The first screen: where millpond is, with what it can be called, and how to point each SDK here.

use super::print::{Paint, plain};
use crate::entrance::Secure;

/// What the first screen tells.
pub struct Screen<'a> {
    /// The address.
    pub url: &'a str,
    /// HTTPS, where it is served.
    pub secure: Option<&'a Secure>,
    /// The key of the app that it was started for.
    pub api_key: &'a str,
    /// The app's secret, or where it comes from.
    pub api_secret: &'a str,
    /// Where the state lies.
    pub state: &'a str,
    /// How many other apps there are.
    pub other_apps: usize,
}

impl Screen<'_> {
    /// The text: within 24 lines of 80 columns for keys of the usual length.
    pub fn text(&self, paint: Paint) -> String {
        let Self { url, secure, api_key, api_secret, state, other_apps } = self;
        let host = url.trim_start_matches("http://");
        let (version, others) = (
            crate::VERSION,
            match other_apps {
                0 => String::new(),
                1 => "   (and 1 more app: millpond apps)".to_owned(),
                n => format!("   (and {n} more apps: millpond apps)"),
            },
        );
        let label = |label: &str| paint.dim(&format!("{label:<11}"));
        let sdk = |label: &str| paint.dim(&format!("{label:<7}"));
        let key = plain(api_key);
        let secure = secure.map(|secure| {
            let ca = secure.ca.display();
            let (https, trust) = (label("https"), label("trust"));
            format!("{https}{}   (millpond tls trust)\n{trust}{ca}\n{}{}", secure.url, label(""), secure.fingerprint)
        });
        let mut lines = vec![
            format!("{} {version} at {}", paint.bold("millpond"), paint.bold(url)),
            String::new(),
            format!("{}{key}{others}", label("api key")),
            format!("{}{}", label("api secret"), plain(api_secret)),
            format!("{}{url}/_millpond/", label("dashboard")),
            format!("{}{}", label("state"), plain(state)),
            String::new(),
            "Point an SDK here:".to_owned(),
            format!(r#"{}new StreamClient("{key}", secret, {{basePath: "{url}"}})"#, sdk("node")),
            format!(r#"{}new FeedsClient("{key}", {{base_url: "{url}"}})"#, sdk("feeds")),
            format!(r#"{}new StreamChat("{key}", {{baseURL: "{url}"}})"#, sdk("chat")),
            format!(r#"{}StreamVideoClient({{…, options: {{baseURL: "{url}/video"}}}})"#, sdk("video")),
            format!(r#"{}Stream("{key}", secret, base_url="{url}")"#, sdk("python")),
            format!(r#"{}StreamChat("{key}", secret, base_url="{url}")"#, sdk("")),
            format!(r#"{}NewClient("{key}", secret, WithBaseUrl("{url}"))"#, sdk("go")),
            format!("{}STREAM_BASE_URL={url} and the like: millpond env", sdk("others")),
            format!("{}STREAM_LOCAL_TEST_HOST={host}  # stream-chat unchanged", sdk("")),
            String::new(),
            "A user's token: millpond token john      Why one is refused: millpond inspect".to_owned(),
            "Refused calls are listed below. Ctrl-C stops.".to_owned(),
        ];
        // Beside the address.
        if let Some(line) = secure {
            lines.insert(1, line);
        }
        lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_screen_is_one_screen_and_names_every_sdk_family() {
        let pair = crate::config::default_pair();
        let screen = Screen {
            url: "http://127.0.0.1:7663",
            secure: None,
            api_key: &pair.api_key,
            api_secret: &pair.api_secret,
            state: crate::config::DATABASE_DEFAULT,
            other_apps: 2,
        };
        let text = screen.text(Paint::OFF);
        assert!(text.lines().count() <= 23, "{text}");
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        for wanted in [
            &*pair.api_secret,
            r#"new StreamClient("millpond", secret, {basePath: "http://127.0.0.1:7663"})"#,
            r#"new FeedsClient("millpond", {base_url: "http://127.0.0.1:7663"})"#,
            r#"baseURL: "http://127.0.0.1:7663/video""#,
            r#"Stream("millpond", secret, base_url="http://127.0.0.1:7663")"#,
            r#"WithBaseUrl("http://127.0.0.1:7663")"#,
            "http://127.0.0.1:7663/_millpond/",
        ] {
            assert!(text.contains(wanted), "{wanted}");
        }
    }
}
