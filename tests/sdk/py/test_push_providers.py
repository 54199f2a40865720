"""Push providers, and the dry run of a push message."""

from getstream.models import PushProviderRequest

from support import refused

HUAWEI = {"huawei_app_id": "1", "huawei_app_secret": "made up"}


def test_a_provider_is_set_listed_and_deleted(own_app):
    answer = own_app.server.upsert_push_provider(PushProviderRequest(type="huawei", name="main", **HUAWEI))
    assert (answer.data.push_provider.name, answer.data.push_provider.huawei_app_id) == ("main", "1")
    assert [own.type for own in own_app.server.list_push_providers().data.push_providers] == ["huawei"]
    own_app.server.delete_push_provider("huawei", "main")
    assert own_app.server.list_push_providers().data.push_providers == []


def test_stream_chat_does_the_same(own_app):
    own_app.legacy.upsert_push_provider({"type": "huawei", "name": "main", **HUAWEI})
    assert [own["name"] for own in own_app.legacy.list_push_providers()["push_providers"]] == ["main"]
    own_app.legacy.delete_push_provider("huawei", "main")
    with refused("UpsertPushProvider", 400, 4, "huawei credentials are invalid"):
        own_app.legacy.upsert_push_provider({"type": "huawei", "name": "main"})


def test_a_dry_run_needs_a_device(own_app):
    own_app.server.create_user(id="john")
    for check in (lambda: own_app.server.check_push(user_id="john"), lambda: own_app.legacy.check_push({"user_id": "john"})):
        with refused("CheckPush", 400, 4, "User has no enabled devices associated"):
            check()
    own_app.server.create_device(id="d", push_provider="apn", user_id="john")
    assert own_app.server.check_push(user_id="john").data.device_errors["d"].provider == "apn"
