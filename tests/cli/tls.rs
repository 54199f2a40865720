//! `--tls`, `--lan` and the verb `tls`: what is made, kept, told and refused.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};

use serde_json::Value;

use super::harness::{Place, Server};

/// Another address of this machine's own, which stands for that in a network: the guard goes by the listener.
const NETWORK: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 9, 9, 9));

fn ca(place: &Place) -> String {
    fs::read_to_string(place.path(".millpond/tls/ca.pem")).expect("the certificate")
}

/// An answer by plain HTTP, whatever its status is.
fn get(url: &str) -> (u16, String) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let mut answer = agent.get(url).call().expect("an answer");
    (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a text"))
}

fn told(server: &Server, query: &str) -> Value {
    serde_json::from_str(&get(&format!("{}/_millpond/info{query}", server.url)).1).expect("JSON")
}

#[test]
fn the_authority_is_made_once_and_is_told_by_every_way() {
    let place = Place::new();
    let server = place.serve(&["--tls"]);
    let url = server.ready["https_url"].as_str().expect("https").to_owned();
    let path = place.path(".millpond/tls/ca.pem").canonicalize().expect("a path");
    assert!(url.starts_with("https://127.0.0.1:"), "{url}");
    assert_eq!(server.ready["ca"], path.to_str().expect("a text"));
    let info = told(&server, "");
    assert_eq!((&info["https"]["url"], &info["lan"]), (&server.ready["https_url"], &Value::Null));
    let shown = place.run(&["tls", "ca", "--json"]).json();
    assert_eq!((&shown["path"], &shown["fingerprint"]), (&server.ready["ca"], &info["https"]["fingerprint"]));
    assert_eq!(place.run(&["tls", "ca", "--path"]).line(), path.to_str().expect("a text"));
    assert!(place.run(&["tls", "trust"]).stdout.contains(path.to_str().expect("a text")));
    let variables = place.run(&["env", "--json"]).json();
    assert_eq!(
        (&variables["STREAM_BASE_URL"], &variables["MILLPOND_URL"]),
        (&server.ready["https_url"], &server.ready["url"])
    );
    let trusted = variables["NODE_EXTRA_CA_CERTS"].as_str().map(|file| fs::read_to_string(file).expect("it is there"));
    assert!(trusted.expect("for Node").contains(&ca(&place)));
    server.stop();

    let first = ca(&place);
    place.serve(&["--tls"]).stop();
    assert_eq!(ca(&place), first, "who trusted it goes on trusting it");
    // What it was not made for it cannot name.
    place.run(&["--port", "0", "--tls", "--tls-name", "shop.test"]).refused(2, &["shop.test", "Remove", "--tls-dir"]);
    place.serve(&["--tls", "--tls-name", "shop.test", "--tls-dir", "other"]).stop();
    assert_eq!(ca(&place), first);
    let names = place.run(&["tls", "ca", "--tls-dir", "other", "--json"]).json()["names"].clone();
    assert!(names.as_array().expect("names").contains(&"shop.test".into()), "{names}");
}

#[test]
fn what_is_no_name_or_no_authority_is_said_to_be_so() {
    let place = Place::new();
    place.run(&["--tls", "--tls-name", "no name"]).refused(2, &["no name", "neither a host name nor an address"]);
    place.run(&["--tls-name", "shop.test"]).refused(2, &["--tls"]);
    place.run(&["tls", "ca"]).refused(2, &["no authority", "--tls"]);
    place.run(&["--lan", "--host", "0.0.0.0"]).refused(2, &["--lan", "--host"]);
    let server = place.serve(&["--memory"]);
    let (status, refusal) = get(&format!("{}/_millpond/ca.pem", server.url));
    assert_eq!((status, refusal.contains("not_found")), (404, true), "{refusal}");
}

fn with_phones(place: &Place, more: &[&str]) -> (Server, String, String) {
    let lan = format!("--lan={NETWORK}");
    let server = place.serve(&[&["--memory", "--fixture", "quickstart", &lan], more].concat());
    let page = server.ready["phone_url"].as_str().expect("a page for phones").to_owned();
    let (base, word) = page.split_once("/_millpond/phone?word=").expect("its form");
    let (base, word) = (base.to_owned(), word.to_owned());
    (server, base, word)
}

#[test]
fn phones_reach_streams_api_and_with_the_word_the_token_provider() {
    let place = Place::new();
    let (server, base, word) = with_phones(&place, &["--tls"]);
    assert!(base.starts_with("http://127.9.9.9:"), "{base}");
    let (status, page) = get(&format!("{base}/_millpond/phone?word={word}"));
    assert_eq!(status, 200);
    let provider = format!("{base}/_millpond/apps/millpond/token-provider?word={word}&amp;user_id=john");
    for wanted in [&*base, &*provider, "https://127.9.9.9:", "ca.pem"] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
    let (status, token) = get(&provider.replace("&amp;", "&"));
    assert_eq!(status, 200, "{token}");
    let token = serde_json::from_str::<Value>(&token).expect("JSON")["token"].as_str().expect("a token").to_owned();
    let (status, _) = get(&format!("{base}/api/v2/app?api_key=millpond&authorization={token}&stream-auth-type=jwt"));
    assert_eq!(status, 200, "Stream's API is there");
    let (status, pem) = get(&format!("{base}/_millpond/ca.pem"));
    assert_eq!((status, pem.starts_with("-----BEGIN CERTIFICATE-----")), (200, true), "a certificate is no secret");
    drop(server);
}

#[test]
fn nobody_in_the_network_reaches_more_of_the_control_api_than_that() {
    let place = Place::new();
    let (server, base, word) = with_phones(&place, &[]);
    let provider = "/_millpond/apps/millpond/token-provider?user_id=john";
    for path in [
        provider.to_owned(),
        format!("{provider}&word="),
        format!("{provider}&word={}", word.to_uppercase() + "0"),
        "/_millpond/phone".to_owned(),
        format!("/_millpond/?word={word}"),
        format!("/_millpond/info?word={word}&secrets=true"),
        format!("/_millpond/apps?word={word}"),
        format!("/_millpond/apps/millpond/tokens?word={word}"),
        format!("/_millpond/fixture?word={word}"),
        format!("/_millpond/apps/millpond/token-provider/../../?word={word}"),
    ] {
        let (status, refusal) = get(&format!("{base}{path}"));
        assert_eq!(status, 403, "{path}: {refusal}");
        assert!(refusal.contains("from_network"), "{path}: {refusal}");
    }
    // On the machine itself all is as it was, and the word is a secret.
    let info = told(&server, "");
    assert_eq!((info["lan"]["url"].as_str(), info["lan"].get("phone_url")), (Some(&*base), None));
    let info = told(&server, "?secrets=true");
    assert_eq!(info["lan"]["phone_url"], server.ready["phone_url"]);
    let (_, other, second) = with_phones(&Place::new(), &[]);
    assert_ne!((&other, &second), (&base, &word), "each start has its own");
    assert_ne!(second, word);
}

#[test]
fn https_and_http_want_a_port_each_and_phones_an_address_of_the_network() {
    let place = Place::new();
    place.run(&["--memory", "--port", "7663", "--tls=7663"]).refused(2, &["a port of its own", "--tls=PORT"]);
    place.run(&["--memory", "--port", "65535", "--tls"]).refused(2, &["a port of its own"]);
    place.run(&["--memory", "--lan=0.0.0.0"]).refused(2, &["this machine's address in its network"]);
    place.run(&["--memory", "--lan=127.0.0.1"]).refused(2, &["this machine's address in its network"]);
}

#[test]
fn an_authority_of_before_serves_what_it_can_and_phones_are_told_that() {
    let place = Place::new();
    place.serve(&["--tls"]).stop();
    let lan = format!("--lan={NETWORK}");
    // All of loopback is its own; another address would be named by another authority alone.
    let server = place.serve(&["--tls", &lan, "--allow-host", "shop.test"]);
    assert!(server.stderr_line("made without").contains("shop.test"), "what cannot be served is said");
    assert!(server.ready["https_url"].is_string(), "what can be is");
    server.stop();
    place.serve(&["--db", "of/another.db", "--tls"]).stop();
    assert!(place.path("of/another.db-tls/ca.pem").is_file() && place.path("of/another.db-tls/.gitignore").is_file());
}

#[test]
fn a_page_of_another_port_does_not_read_the_word() {
    let place = Place::new();
    let (server, _, word) = with_phones(&place, &[]);
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).proxy(None).build().into();
    let call = |origin: Option<&str>| {
        let call = agent.get(format!("{}/_millpond/phone", server.url));
        let call = if let Some(origin) = origin { call.header("origin", origin) } else { call };
        let mut answer = call.call().expect("an answer");
        (answer.status().as_u16(), answer.body_mut().read_to_string().expect("a text"))
    };
    let (status, page) = call(Some("http://localhost:5173"));
    assert_eq!((status, page.contains(&word)), (403, false), "{page}");
    let (status, page) = call(None);
    assert_eq!((status, page.contains(&word)), (200, true), "{page}");
}

#[test]
fn what_env_has_programs_trust_is_there_for_as_long_as_they_are() {
    let place = Place::new();
    let server = place.serve(&["--memory", "--tls"]);
    let done = place.run(&["env", "--json", "--url", &server.url]);
    assert!(done.json().get("SSL_CERT_FILE").is_none() && done.stderr.contains("--tls-dir"), "{done:?}");
    assert!(done.json().get("STREAM_LOCAL_TEST_HOST").is_none(), "it would lead stream-chat to plain HTTP");
    server.stop();
    let server = place.serve(&["--memory", "--tls", "--tls-dir", "kept"]);
    let kept = place.run(&["env", "--json", "--url", &server.url]).json();
    assert!(kept["NODE_EXTRA_CA_CERTS"].as_str().expect("for Node").contains("/kept/"), "{kept}");
    let front_end = place.run(&["env", "--json", "--url", &server.url, "--prefix", "VITE_"]).json();
    assert!(front_end.get("VITE_NODE_EXTRA_CA_CERTS").is_none(), "{front_end}");
}
