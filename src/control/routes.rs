//! The table of the control API: every route once, with what is said of it in `GET /openapi.json`.

use serde_json::json;

use super::answers::{
    Apps, Cleared, Connections, Count, Deleted, EndedTokens, Faults, LinkPreviews, OfApp, Scenarios, Snapshots, Stubs,
    Users,
};
use super::asked::limit;
use super::code::ControlCode;
use super::endpoint::{Area, Endpoint, Parameter, delete, get, of, patch, post, put};
use super::link_previews::LinkPreview;
use super::shown::{AppShown, ClockShown};
use super::{
    apps, asked, clock, connections, ended_tokens, events, faults, files, fixture, inspect, link_previews, openapi,
    operations, provider, requests, reset, samples, scenarios, settings, snapshots, standing, status, stubs, tokens,
    users,
};
use crate::fixture::format::Fixture;
use crate::journal::Entry;
use crate::settings::Emulator;
use crate::stub::Stub;

/// Every route. A new one is one entry.
pub fn table() -> Vec<Area> {
    vec![
        Area::new("process", "The process as a whole", process()),
        Area::new("apps", "Apps: many in one process", of_apps()),
        Area::new("states", "Back to the fixture, and named states", of_states()),
        Area::new("settings", "millpond's own settings, and the clock", of_settings()),
        Area::new("tokens", "Tokens: made, provided, explained", of_tokens()),
        Area::new("faults", "Faults and stubs: what calls are made to get", of_faults()),
        Area::new("connections", "Open sockets: listed, closed, sent to", of_connections()),
        Area::new("journal", "The journal: what was called, and how it came out", of_journal()),
    ]
}

fn process() -> Vec<Endpoint> {
    vec![
        get("/health", "health", "Whether the process is ready", status::health).answers::<status::Health>(),
        get("/info", "info", "What runs here", status::info)
            .asks([asked::secrets(), asked::nonce()])
            .answers::<status::Info>(),
        post("/stop", "stop", "Ends the process, once what is in flight is answered", status::stop)
            .takes::<status::Nothing>(&["{}"])
            .answers::<status::Stopping>()
            .refuses(&[ControlCode::EndsOtherwise]),
        get(
            "/status",
            "status",
            "How each app stands: who is there, what was called, what is not as usual",
            standing::get,
        )
        .lists::<Apps<standing::Standing>>()
        .reads_much(),
        get("/status/events", "followStatus", "The same live: again whenever it changes", standing::follow).streams(),
        get(
            "/operations",
            "operations",
            "Stream's operations: driven by an SDK, or tested; and the families of what is not built",
            operations::list,
        )
        .answers::<operations::Everything>(),
        get("/scenarios", "scenarios", "The shipped scenarios, each with its text", scenarios::list)
            .lists::<Scenarios<scenarios::Scenario>>(),
        get("/openapi.json", "openapi", "This description", |control| openapi::describe(control, table)).answers_what(
            200,
            "OpenAPI 3.1",
            |_| schemars::json_schema!({ "type": "object", "required": ["openapi"] }),
        ),
    ]
}

fn of_apps() -> Vec<Endpoint> {
    vec![
        get("/apps", "listApps", "The apps, the oldest first", apps::list)
            .asks([asked::secrets()])
            .lists::<Apps<AppShown>>(),
        post("/apps", "createApp", "Makes an app", apps::create)
            .takes::<apps::CreateApp>(&["{}", r#"{"name": "shop", "api_key": "shop", "api_secret": "shop-secret"}"#])
            .creates::<apps::Made>()
            .refuses(&[ControlCode::ApiKeyTaken]),
        get("/apps/{api_key}", "getApp", "An app", apps::get)
            .asks([asked::secrets()])
            .answers::<apps::Reached>()
            .reads_much(),
        delete("/apps/{api_key}", "deleteApp", "Deletes an app and all in it", apps::delete).answers::<Deleted>(),
        get("/apps/{api_key}/users", "listUsers", "Users by state, which Stream's API does not filter by", users::list)
            .asks(users::parameters())
            .lists::<Users<users::ListedUser>>(),
        post("/apps/{api_key}/clone", "cloneApp", "Makes another app with this one's present state", apps::clone)
            .takes::<apps::CloneApp>(&["{}", r#"{"name": "copy", "ttl": "10m"}"#])
            .creates::<apps::Made>()
            .refuses(&[ControlCode::ApiKeyTaken]),
    ]
}

fn of_states() -> Vec<Endpoint> {
    const ONE: &str =
        r#"{"millpond": 1, "apps": [{"users": {"john": {"name": "John"}}, "tokens": {"john": {"user": "john"}}}]}"#;
    vec![
        get("/fixture", "exportAll", "All apps as a fixture", fixture::get_all)
            .answers::<Fixture>()
            .shows_secrets()
            .reads_much(),
        put("/fixture", "importAll", "The apps of a fixture, in YAML or JSON, and no others", fixture::put_all)
            .asks(fixture::parameters())
            .takes_what(fixture::shape, &[ONE])
            .answers::<fixture::Imported>()
            .refuses(&[ControlCode::InvalidFixture]),
        get("/apps/{api_key}/fixture", "exportApp", "An app as a fixture", fixture::get)
            .answers::<Fixture>()
            .shows_secrets()
            .reads_much(),
        put("/apps/{api_key}/fixture", "importApp", "An app as a fixture with one app says", fixture::put)
            .asks(fixture::parameters())
            .takes_what(fixture::shape, &[ONE])
            .answers::<fixture::Imported>()
            .refuses(&[ControlCode::InvalidFixture]),
        put("/apps/{api_key}/files/{hash}", "putFile", "What a file holds that the app's uploads name", files::put)
            .takes_what(files::shape, &[r#""hello""#])
            .answers::<files::Kept>()
            .refuses(&[ControlCode::UnknownFile]),
        post("/reset", "resetAll", "All apps back to the last import or the first start", reset::all)
            .takes::<reset::Closing>(&["{}", r#"{"close_code": 1001}"#])
            .answers_what(200, "The apps", of::<reset::AllReset>),
        post("/apps/{api_key}/reset", "resetApp", "An app back to the last import or the first start", reset::one)
            .takes::<reset::Closing>(&["{}", r#"{"close_code": 1001}"#])
            .answers::<AppShown>(),
        get("/snapshots", "listAllSnapshots", "The kept states of all apps", snapshots::list_all)
            .lists::<Snapshots<OfApp<snapshots::SnapshotShown>>>()
            .reads_much(),
        get("/apps/{api_key}/snapshots", "listSnapshots", "The kept states", snapshots::list)
            .lists::<Snapshots<snapshots::SnapshotShown>>()
            .reads_much(),
        post("/apps/{api_key}/snapshots", "takeSnapshot", "Keeps the present state", snapshots::take)
            .takes::<snapshots::Take>(&[r#"{"name": "before-checkout"}"#])
            .creates::<snapshots::SnapshotShown>()
            .refuses(&[ControlCode::TooManySnapshots]),
        delete("/apps/{api_key}/snapshots/{name}", "deleteSnapshot", "Forgets a kept state", snapshots::forget)
            .answers::<Deleted>()
            .refuses(&[ControlCode::UnknownSnapshot]),
        post("/apps/{api_key}/snapshots/{name}/restore", "restore", "Back to a kept state", snapshots::restore)
            .takes::<reset::Closing>(&["{}", r#"{"close_code": 1001}"#])
            .answers::<AppShown>()
            .refuses(&[ControlCode::UnknownSnapshot]),
    ]
}

fn of_settings() -> Vec<Endpoint> {
    vec![
        get("/apps/{api_key}/settings", "getSettings", "millpond's own settings of an app", settings::get)
            .answers::<Emulator>(),
        patch(
            "/apps/{api_key}/settings",
            "changeSettings",
            "Changes some; null goes back to the default",
            settings::patch,
        )
        .takes_what(
            settings::shape_of_patch,
            &[r#"{"unknown_user": "refuse"}"#, r#"{"open_sockets": {"on_expiry": "close"}, "rate_limits": null}"#],
        )
        .answers::<Emulator>(),
        get("/apps/{api_key}/clock", "getClock", "The clock of an app", clock::get).answers::<ClockShown>(),
        put("/apps/{api_key}/clock", "setClock", "Freezes, moves or frees the clock; one of the three", clock::put)
            .takes::<clock::SetClock>(&[
                r#"{"frozen": "2026-01-31T12:00:00Z"}"#,
                r#"{"frozen": true}"#,
                r#"{"offset": "1h"}"#,
                r#"{"system": true}"#,
            ])
            .answers::<clock::Moved>(),
        post("/apps/{api_key}/clock/advance", "advanceClock", "Moves the clock on", clock::advance)
            .takes::<clock::Advance>(&[r#"{"by": "1h"}"#, r#"{"by": -90}"#])
            .answers::<clock::Moved>(),
    ]
}

fn of_tokens() -> Vec<Endpoint> {
    let provided = |endpoint: Endpoint| {
        endpoint
            .serves_neighbours()
            .answers::<provider::Provided>()
            .refuses(&[ControlCode::UserDeleted, ControlCode::UserDeactivated])
            .refuses(&[ControlCode::UnknownUser])
            .may_answer::<provider::StreamError>("What a fault of the operation `TokenProvider` says, in Stream's form")
    };
    vec![
        get("/apps/{api_key}/tokens", "namedTokens", "The fixture's tokens by name", tokens::named)
            .answers::<tokens::NamedTokens>()
            .shows_secrets(),
        post("/apps/{api_key}/tokens", "mintToken", "Mints any token, also a wrong one", tokens::mint)
            .takes::<crate::mint::Wanted>(&[
                r#"{"user_id": "john", "ttl": "1h"}"#,
                r#"{"kind": "server"}"#,
                r#"{"user_id": "john", "iat": "-2h", "exp": "-1h", "claims": {"color": "red"}}"#,
            ])
            .creates::<tokens::TokenShown>(),
        get("/apps/{api_key}/tokens/samples", "sampleTokens", "Good and bad tokens, each with its answer", samples::list)
            .asks([Parameter::new("user_id", "Whose; `sample-user` where it is not said", json!({ "type": "string" }))])
            .answers_what(200, "The samples", of::<samples::Samples>)
            .shows_secrets(),
        get("/apps/{api_key}/ended-tokens", "listEndedTokens", "The tokens that were ended by hand, the newest first", ended_tokens::list)
            .asks(ended_tokens::parameters())
            .lists::<EndedTokens<ended_tokens::EndedTokenShown>>()
            .reads_much(),
        post(
            "/apps/{api_key}/ended-tokens",
            "endTokensInUse",
            "Revokes the tokens that a user has in use, and none that is minted later",
            ended_tokens::end_in_use,
        )
        .takes::<ended_tokens::InUse>(&[r#"{"user_id": "john"}"#])
        .answers::<ended_tokens::RevokedInUse>()
        .refuses(&[ControlCode::UnknownUser])
        .refuses(&[ControlCode::TooManyEndedTokens]),
        delete("/apps/{api_key}/ended-tokens", "takeBackEndedTokens", "Takes all back, those of a user, or one", ended_tokens::take_back)
            .asks(ended_tokens::choice())
            .answers::<Cleared>()
            .refuses(&[ControlCode::UnknownEndedToken]),
        provided(
            get("/apps/{api_key}/token-provider", "provideToken", "A token for a user, asked for in the query", provider::get)
                .asks(provider::parameters()),
        ),
        provided(
            post("/apps/{api_key}/token-provider", "provideTokenByPost", "A token for a user", provider::post)
                .takes::<provider::Ask>(&[r#"{"user_id": "john"}"#, r#"{"user_id": "john", "validity_in_seconds": 60}"#]),
        ),
        post("/tokens/inspect", "inspectToken", "Why a token passes or not, check by check", inspect::inspect)
            .takes::<inspect::Inspect>(&[r#"{"token": "eyJhbGciOiJIUzI1NiJ9.e30.x"}"#])
            .answers::<inspect::Inspection>(),
    ]
}

fn of_faults() -> Vec<Endpoint> {
    vec![
        get("/faults", "listAllFaults", "The faults of all apps", faults::list_all)
            .lists::<Faults<OfApp<faults::ArmedFault>>>(),
        get("/apps/{api_key}/faults", "listFaults", "The faults, with how often each has struck", faults::list)
            .lists::<Faults<faults::ArmedFault>>(),
        post("/apps/{api_key}/faults", "addFault", "Makes the next calls that match fail, wait or be cut", faults::add)
            .takes_what(
                faults::shape,
                &[
                    r#"{"operation": "GetApp", "times": 2, "then": {"error": {"code": 40}}}"#,
                    r#"{"operation": "*", "user_id": "john", "times": null, "then": {"latency": "10ms"}}"#,
                    r#"{"id": "thrown-out", "operation": "Connect", "then": {"socket": {"close": 4001}}}"#,
                ],
            )
            .creates::<faults::ArmedFault>()
            .refuses(&[
                ControlCode::FaultIdTaken,
                ControlCode::TooManyFaults,
                ControlCode::TooManyEndedTokens,
                ControlCode::AppChanged,
            ]),
        delete("/apps/{api_key}/faults", "clearFaults", "Takes all faults away", faults::clear).answers::<Cleared>(),
        delete("/apps/{api_key}/faults/{id}", "deleteFault", "Takes a fault away", faults::remove)
            .answers::<Deleted>()
            .refuses(&[ControlCode::UnknownFault]),
        get("/stubs", "listAllStubs", "The stubs of all apps", stubs::list_all).lists::<Stubs<OfApp<Stub>>>(),
        get("/apps/{api_key}/stubs", "listStubs", "The fixed answers", stubs::list).lists::<Stubs<Stub>>(),
        put("/apps/{api_key}/stubs", "putStub", "A fixed answer, in place of the one at the same place", stubs::put)
            .takes_what(
                stubs::shape,
                &[
                    r#"{"operation": "GetApp", "body": {"app": {}}}"#,
                    r#"{"method": "GET", "path": "/api/v2/feeds/{id}", "status": 404, "body": null}"#,
                ],
            )
            .answers::<Stub>()
            .refuses(&[ControlCode::TooManyStubs]),
        delete("/apps/{api_key}/stubs", "deleteStubs", "Takes all stubs away, or one", stubs::remove)
            .asks(stubs::parameters())
            .answers::<Cleared>()
            .refuses(&[ControlCode::UnknownStub]),
        get("/apps/{api_key}/link-previews", "listLinkPreviews", "What links look like", link_previews::list)
            .lists::<LinkPreviews<LinkPreview>>(),
        put("/apps/{api_key}/link-previews", "putLinkPreview", "What a link looks like to GetOG", link_previews::put)
            .takes::<LinkPreview>(&[
                r#"{"url": "https://example.com/cats", "preview": {"type": "article", "title": "Cats"}}"#,
            ])
            .answers::<LinkPreview>()
            .refuses(&[ControlCode::TooManyLinkPreviews]),
        delete(
            "/apps/{api_key}/link-previews",
            "deleteLinkPreviews",
            "Forgets what all links look like, or one",
            link_previews::remove,
        )
        .asks(link_previews::parameters())
        .answers::<Cleared>(),
    ]
}

fn of_connections() -> Vec<Endpoint> {
    vec![
        get("/connections", "listAllConnections", "Who has a socket open, in all apps", connections::list_all)
            .lists::<Connections<OfApp<connections::ConnectionShown>>>(),
        get("/apps/{api_key}/connections", "listConnections", "Who has a socket open", connections::list)
            .asks([asked::of_user()])
            .lists::<Connections<connections::ConnectionShown>>(),
        post(
            "/apps/{api_key}/connections/close",
            "closeConnections",
            "Closes all of a user, or all",
            connections::close_all,
        )
        .asks([asked::of_user()])
        .takes::<connections::Close>(&["{}", r#"{"code": 4001}"#, r#"{"error": {"code": 40}}"#])
        .answers::<connections::Closed>()
        .refuses(&[ControlCode::TooManyEndedTokens]),
        post(
            "/apps/{api_key}/connections/send",
            "sendToConnections",
            "Sends an event to all of a user, or to all",
            connections::send_to_all,
        )
        .asks([asked::of_user()])
        .takes_what(connections::event, &[r#"{"type": "custom.greeting", "text": "hi"}"#])
        .answers::<connections::Sent>(),
        post("/apps/{api_key}/connections/{id}/close", "closeConnection", "Closes a connection", connections::close)
            .takes::<connections::Close>(&["{}", r#"{"code": 4001}"#, r#"{"error": {"code": 40}}"#])
            .answers::<connections::Closed>()
            .refuses(&[ControlCode::UnknownConnection])
            .refuses(&[ControlCode::TooManyEndedTokens]),
        post(
            "/apps/{api_key}/connections/{id}/send",
            "sendToConnection",
            "Sends an event, as it is",
            connections::send,
        )
        .takes_what(connections::event, &[r#"{"type": "custom.greeting", "text": "hi"}"#])
        .answers::<connections::Sent>()
        .refuses(&[ControlCode::UnknownConnection]),
    ]
}

fn of_journal() -> Vec<Endpoint> {
    use requests::everywhere;
    use requests::parameters::{after, before, filters, keyless, order};
    use requests::told::{Entries, InVain, Keyed, Matched};
    vec![
        get("/apps/{api_key}/requests", "listRequests", "The journal, the newest first", requests::list)
            .asks(filters([after(), before(), limit(requests::LIMIT_MAX), order()]))
            .answers_what(200, "The entries", of::<Entries<Entry>>),
        delete("/apps/{api_key}/requests", "clearRequests", "Forgets all entries; ids go on", requests::clear)
            .answers::<Cleared>(),
        get("/apps/{api_key}/requests/count", "countRequests", "How many entries match", requests::count)
            .asks(filters([after(), before()]))
            .answers::<Count>(),
        get("/apps/{api_key}/requests/wait", "waitForRequests", "Waits until so many entries match", requests::wait)
            .asks(filters(requests::wait_parameters()))
            .answers_what(200, "So many match", of::<Matched<Entry>>)
            .answers_what(408, "The time is over", of::<InVain<Entry>>)
            .refuses(&[ControlCode::Stopping]),
        post(
            "/apps/{api_key}/requests/verify",
            "verifyRequests",
            "Whether the journal has what is expected",
            requests::verify,
        )
        .takes::<requests::Verify>(&[
            r#"{"expect": [{"operation": "GetApp", "times": 0}]}"#,
            r#"{"expect": [{"operation": "Connect", "times": {"min": 0, "max": 3}}], "in_order": true}"#,
        ])
        .answers::<requests::Verified>()
        .answers_what(409, "It has not", of::<requests::Verified>),
        get("/apps/{api_key}/requests/{id}", "getRequest", "An entry, and what was said in the call", requests::get)
            .answers::<requests::Whole>()
            .shows_secrets()
            .refuses(&[ControlCode::UnknownRequest]),
        get(
            "/apps/{api_key}/events",
            "followApp",
            "The journal live; `Last-Event-ID` catches up as well",
            events::of_app,
        )
        .asks(filters([after()]))
        .streams(),
        get("/requests", "listAllRequests", "The journals of all apps and of none, the newest first", everywhere::list)
            .asks(filters([limit(requests::LIMIT_MAX), order(), keyless()]))
            .answers_what(200, "The entries", of::<Entries<Keyed<'static, Entry>>>),
        get("/requests/wait", "waitForAllRequests", "Waits until so many entries match anywhere", everywhere::wait)
            .asks(filters(requests::wait_parameters().into_iter().skip(1).chain([keyless()])))
            .answers_what(200, "So many match", of::<Matched<Keyed<'static, Entry>>>)
            .answers_what(408, "The time is over", of::<InVain<Keyed<'static, Entry>>>)
            .refuses(&[ControlCode::Stopping]),
        post("/requests/verify", "verifyAllRequests", "Whether the journals have what is expected", everywhere::verify)
            .asks([keyless()])
            .takes::<requests::Verify>(&[r#"{"expect": [{"operation": "Unknown", "times": 0}]}"#])
            .answers::<requests::Verified>()
            .answers_what(409, "They have not", of::<requests::Verified>),
        get("/events", "followAll", "The journals of all apps and of none live", events::of_all)
            .asks(filters([keyless()]))
            .streams(),
    ]
}
