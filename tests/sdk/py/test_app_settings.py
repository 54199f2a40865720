"""GetApp and UpdateApp: the full settings for the server, the short form for everybody else."""

import pytest
from getstream.models import EventHook, FileUploadConfig

from support import refused

SHORT_FORM = {
    "async_url_enrich_enabled",
    "auto_translation_enabled",
    "file_upload_config",
    "id",
    "image_upload_config",
    "name",
    "placement",
}


def test_the_server_gets_every_setting_with_its_default(own_app):
    app = own_app.server.get_app().data.app
    assert app.name == own_app.name
    assert app.disable_auth_checks is False
    assert app.disable_permissions_checks is False
    assert app.guest_user_creation_disabled is False
    assert app.multi_tenant_enabled is False
    assert app.suspended is False
    assert app.enforce_unique_usernames == "no"
    assert app.permission_version == "v2"
    assert app.cdn_expiration_seconds == 1_209_600
    assert app.file_upload_config.size_limit > 0
    assert app.image_upload_config.size_limit > 0
    assert app.user_search_disallowed_roles == []
    assert app.event_hooks == []
    assert app.webhook_url == ""
    assert app.revoke_tokens_issued_before is None
    assert "user" in app.grants


def test_stream_chat_gets_the_same_settings(app):
    v2 = app.server.get("/api/v2/app").data["app"]
    legacy = app.legacy.get_app_settings()["app"]
    assert legacy.keys() == v2.keys()
    assert {name: value for name, value in legacy.items() if isinstance(value, (bool, int, str))} == {
        name: value for name, value in v2.items() if isinstance(value, (bool, int, str))
    }


@pytest.mark.parametrize("path", ["/api/v2/app", "/app"])
def test_a_user_gets_the_short_form(app, user, path):
    settings = app.user(user).get(path).data["app"]
    assert SHORT_FORM <= settings.keys()
    assert "disable_auth_checks" not in settings and "grants" not in settings and "sqs_secret" not in settings


def test_an_update_without_settings_changes_nothing(app):
    before = app.server.get_app().data.app
    assert app.server.update_app().status_code() == 200
    assert app.legacy.update_app_settings().status_code() == 200
    assert app.server.get_app().data.app == before


SWITCHES = [
    "async_url_enrich_enabled",
    "auto_translation_enabled",
    "disable_auth_checks",
    "disable_permissions_checks",
    "feed_audit_logs_enabled",
    "guest_user_creation_disabled",
    "image_moderation_enabled",
    "moderation_enabled",
    "multi_tenant_enabled",
    "user_response_time_enabled",
]

VALUES = {
    "before_message_send_hook_url": "https://example.com/before",
    "cdn_expiration_seconds": 14_400,
    "custom_action_handler_url": "https://example.com/action",
    "enforce_unique_usernames": "team",
    "max_aggregated_activities_length": 7,
    "moderation_webhook_url": "https://example.com/moderation",
    "permission_version": "v1",
    "reminders_interval": 120,
    "sns_key": "key",
    "sns_secret": "secret",
    "sns_topic_arn": "arn:aws:sns:us-east-1:123456789012:sns-topic",
    "sqs_key": "key",
    "sqs_secret": "secret",
    "sqs_url": "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
    "user_search_disallowed_roles": ["guest", "anonymous"],
    "webhook_events": ["user.updated"],
    "webhook_url": "https://example.com/hook",
}


@pytest.mark.parametrize("name", [*SWITCHES, *VALUES])
def test_a_setting_that_is_set_is_read_back_and_nothing_else_moves(own_app, name):
    before = own_app.server.get("/api/v2/app").data["app"]
    value = VALUES[name] if name in VALUES else not before[name]
    assert before.get(name) != value
    own_app.server.update_app(**{name: value})
    after = own_app.server.get("/api/v2/app").data["app"]
    assert getattr(own_app.server.get_app().data.app, name) == value
    assert {key for key in after if after[key] != before.get(key)} == {name}


def test_stream_chat_sets_several_settings_in_one_call(own_app):
    own_app.legacy.update_app_settings(webhook_url="https://example.com/hook", enforce_unique_usernames="app")
    app = own_app.server.get_app().data.app
    assert (app.webhook_url, app.enforce_unique_usernames) == ("https://example.com/hook", "app")


def test_limits_for_uploads_are_read_back(own_app):
    limits = FileUploadConfig(
        size_limit=1_000_000,
        allowed_file_extensions=[".csv"],
        blocked_file_extensions=[],
        allowed_mime_types=["text/csv"],
        blocked_mime_types=[],
    )
    own_app.server.update_app(file_upload_config=limits)
    assert own_app.server.get_app().data.app.file_upload_config == limits


def test_event_hooks_are_read_back(own_app):
    hook = EventHook(
        hook_type="webhook", enabled=True, webhook_url="https://example.com/hook", event_types=["user.updated"]
    )
    own_app.server.update_app(event_hooks=[hook])
    [kept] = own_app.server.get_app().data.app.event_hooks
    assert (kept.hook_type, kept.enabled, kept.webhook_url) == ("webhook", True, "https://example.com/hook")
    assert kept.event_types == ["user.updated"]


def test_grants_of_the_named_role_are_replaced_and_those_of_others_stay(own_app):
    before = own_app.server.get_app().data.app.grants
    own_app.server.create_role("performer")
    own_app.server.update_app(grants={"performer": ["create-call", "search-user"]})
    after = own_app.server.get_app().data.app.grants
    assert sorted(after["performer"]) == ["create-call", "search-user"]
    assert {role: after[role] for role in before if role != "performer"} == {
        role: before[role] for role in before if role != "performer"
    }


def test_an_empty_list_takes_all_grants_of_a_role_away(own_app):
    own_app.server.update_app(grants={"user": []})
    assert own_app.server.get_app().data.app.grants.get("user", []) == []
    with refused("QueryUsers", 403, 17, "User 'john' with role 'user' is not allowed to perform action SearchUser"):
        own_app.legacy_user("john").query_users({})


@pytest.mark.parametrize("nothing", [None, {}], ids=["null", "empty"])
def test_no_grants_at_all_bring_the_defaults_back(own_app, nothing):
    before = own_app.server.get_app().data.app.grants
    own_app.server.update_app(grants={"user": []})
    own_app.legacy.update_app_settings(grants=nothing)
    assert own_app.server.get_app().data.app.grants == before


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ({"enforce_unique_usernames": "maybe"}, "enforce_unique_usernames must be one of [no app team]"),
        (
            {"user_search_disallowed_roles": ["r" * 101]},
            "user_search_disallowed_roles[0] must be a maximum of 100 characters in length",
        ),
        ({"sqs_url": "no url"}, "sqs_url must be a valid URL"),
        ({"cdn_expiration_seconds": 14_399}, None),
        ({"cdn_expiration_seconds": 1_209_601}, None),
        ({"reminders_interval": 59}, None),
        ({"user_search_disallowed_roles": ["guest"] * 11}, None),
        ({"permission_version": "v3"}, None),
        ({"file_upload_config": {"size_limit": 104_857_601}}, None),
        ({"disable_auth_checks": "yes"}, None),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_trap_16_a_setting_that_is_out_of_bounds_is_refused_and_changes_nothing(app, setting, message):
    before = app.server.get_app().data.app
    with refused("UpdateApp", 400, 4, message):
        app.legacy.update_app_settings(**setting, webhook_url="https://example.com/half-written")
    assert app.server.get_app().data.app == before


def test_a_user_may_not_change_settings_in_either_dialect(app, user):
    with refused("UpdateApp", 403, 17):
        app.user(user).update_app(disable_auth_checks=True)
    with refused("UpdateApp", 403, 17):
        app.legacy_user(user).update_app_settings(disable_auth_checks=True)
    assert app.server.get_app().data.app.disable_auth_checks is False
