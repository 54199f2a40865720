"""What Stream has and millpond has not: the SDK's own error with 501 and what to do, an entry, and a stub that cures it."""

import pytest
from getstream.models import CallRequest
from support import refused

CALLS = {
    "a channel": ("Channels and their members", lambda app: app.server.chat.query_channels()),
    "channel types": ("Channel types", lambda app: app.server.chat.list_channel_types()),
    "a call": (
        "Calls",
        lambda app: app.server.video.call("default", "standup").get_or_create(data=CallRequest(created_by_id="john")),
    ),
    "call types": ("Call types", lambda app: app.server.video.list_call_types()),
    "legacy channels": ("Channels and their members", lambda app: app.legacy.query_channels({})),
    "legacy channel types": ("Channel types", lambda app: app.legacy.list_channel_types()),
    "legacy segments": ("Segments", lambda app: app.legacy.query_segments()),
    "legacy imports": ("Imports", lambda app: app.legacy.list_imports()),
}


# The stub's answer lacks the fields that getstream decodes.
@pytest.mark.filterwarnings("ignore:Missing value of non-optional type:RuntimeWarning")
@pytest.mark.parametrize("what", CALLS)
def test_what_is_not_built_says_so_and_a_stub_cures_it(own_app, what):
    family, ask = CALLS[what]
    own_app.server, own_app.legacy  # made before the journal is looked at
    with refused("Request", 501, 16) as caught:
        ask(own_app)
    (entry,) = own_app.control("GET", "/requests?operation=Unknown")["requests"]
    place = {name: entry[name] for name in ("method", "path")}
    text = getattr(caught.value, "message", None) or caught.value.error_message
    assert f"Stream has {place['method']} {place['path']}, and millpond has not. {family}: not " in text
    own_app.control("PUT", "/stubs", {**place, "body": {"duration": "1ms"}})
    try:
        ask(own_app)
    except (KeyError, TypeError, AttributeError):
        pass  # an answer without its fields may be more than an SDK can read; it was an answer
    newest = own_app.control("GET", "/requests?limit=1")["requests"][0]
    assert (newest["stubbed"], newest["status"]) == (True, 200)
