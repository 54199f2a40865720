"""Making users and changing them, whole and in part."""

import concurrent.futures

import pytest
from getstream.exceptions import StreamApiException
from getstream.models import (
    PrivacySettingsResponse,
    QueryUsersPayload,
    TypingIndicatorsResponse,
    UpdateUserPartialRequest,
    UserRequest,
)

from support import EVERYONE, assert_refused, refused


def found(app, user_id):
    [user] = app.server.query_users(QueryUsersPayload(filter_conditions={"id": user_id})).data.users
    return user


def partial(app, user_id, set=None, unset=None):
    request = UpdateUserPartialRequest(id=user_id, set=set, unset=unset)
    return app.server.update_users_partial([request]).data.users[user_id]


# Whole


def test_an_upsert_creates_a_user_with_all_that_was_given(app, user_id):
    request = UserRequest(
        id=user_id,
        name="Ada",
        image="a.png",
        role="admin",
        language="en",
        invisible=True,
        teams=["red", "blue"],
        teams_role={"red": "admin"},
        custom={"color": "green", "deep": {"list": [1, "two", {"three": 3.5}]}},
    )
    answer = app.server.upsert_users(request)
    user = answer.data.users[user_id]
    assert answer.status_code() == 201
    assert (user.id, user.name, user.image, user.role, user.language) == (user_id, "Ada", "a.png", "admin", "en")
    assert (user.invisible, user.teams, user.teams_role) == (True, ["red", "blue"], {"red": "admin"})
    assert user.custom == {"color": "green", "deep": {"list": [1, "two", {"three": 3.5}]}}
    assert user.created_at == user.updated_at
    assert found(app, user_id) == user


def test_trap_28_an_upsert_names_an_empty_membership_deletion_task(app, user_id):
    assert app.server.upsert_users(UserRequest(id=user_id)).data.membership_deletion_task_id == ""
    assert app.legacy.upsert_user({"id": user_id})["membership_deletion_task_id"] == ""
    assert app.legacy.update_user_partial({"id": user_id, "set": {"a": 1}})["membership_deletion_task_id"] == ""


def test_trap_29_a_bare_user_has_empty_values_where_clients_expect_some_and_no_privacy_settings(app, user_id):
    app.server.upsert_users(UserRequest(id=user_id))
    query = {"payload": f'{{"filter_conditions":{{"id":"{user_id}"}}}}'}
    [user] = app.server.get("/api/v2/users", query_params=query).data["users"]
    empty = ["teams", "custom", "language", "role", "blocked_user_ids", "devices", "mutes", "channel_mutes"]
    assert [user[name] for name in empty] == [[], {}, "", "user", [], [], [], []]
    assert [user[name] for name in ["banned", "shadow_banned", "online", "invisible"]] == [False] * 4
    for absent in ["privacy_settings", "deactivated_at", "deleted_at", "revoke_tokens_issued_before", "ban_expires"]:
        assert absent not in user


def test_create_user_gives_an_id_when_there_is_none(app):
    user = app.server.create_user(name="Nobody in particular")
    assert user.name == "Nobody in particular"
    assert found(app, user.id).id == user.id


def test_an_upsert_replaces_custom_data_and_keeps_the_role(app, user_id):
    app.server.upsert_users(UserRequest(id=user_id, role="admin", custom={"old": 1, "kept": 1}))
    user = app.server.upsert_users(UserRequest(id=user_id, custom={"kept": 2})).data.users[user_id]
    assert user.custom == {"kept": 2}
    assert user.role == "admin"


def test_several_users_are_upserted_at_once(app, user_id):
    ids = [f"{user_id}-{number}" for number in range(100)]
    users = app.server.upsert_users(*[UserRequest(id=id, custom={"n": n}) for n, id in enumerate(ids)]).data.users
    assert users.keys() == set(ids)
    assert [users[id].custom["n"] for id in ids] == list(range(100))


def test_a_batch_with_one_bad_user_creates_none(app, user_id):
    good, bad = UserRequest(id=f"{user_id}-good"), UserRequest(id=f"{user_id}-bad", role="special_agent")
    with refused("UpdateUsers", 400, 4, 'role "special_agent" provided but not defined'):
        app.server.upsert_users(good, bad)
    assert app.legacy.query_users({"id": {"$in": [good.id, bad.id]}})["users"] == []


RULE_BREAKERS = {
    "no user at all": {},
    "a key that is not the id": {"one": {"id": "another"}},
    "no id": {"nameless": {}},
    "too many users": {f"u{number}": {"id": f"u{number}"} for number in range(101)},
    "a pipe in the id": {"no|pipes": {"id": "no|pipes"}},
    "an empty id": {"": {"id": ""}},
    "an id of 256": {"x" * 256: {"id": "x" * 256}},
    "too many teams": {"u": {"id": "u", "teams": [f"t{number}" for number in range(251)]}},
    "a team of 101": {"u": {"id": "u", "teams": ["t" * 101]}},
}


@pytest.mark.parametrize("rule", RULE_BREAKERS)
def test_an_upsert_that_breaks_a_rule_is_refused(app, rule):
    answer = app.raw("POST", "/api/v2/users", token=app.server.token, json={"users": RULE_BREAKERS[rule]})
    assert_refused(answer, "UpdateUsers", 400, 4)


def test_an_upsert_without_users_is_refused(app):
    assert_refused(app.raw("POST", "/api/v2/users", token=app.server.token, json={}), "UpdateUsers", 400, 4)


def test_a_field_of_another_type_is_refused_by_its_name(app):
    with refused("UpdateUsers", 400, 4, 'expected string for field "id" but got number'):
        app.legacy.upsert_user({"id": 42})


def test_custom_data_over_five_kilobytes_is_too_big(app, user_id):
    with refused("UpdateUsers", 413, 22):
        app.server.upsert_users(UserRequest(id=user_id, custom={"essay": "x" * 5200}))
    assert app.server.upsert_users(UserRequest(id=user_id, custom={"note": "x" * 4000})).status_code() == 201


def test_privacy_settings_are_merged_key_by_key(app, user_id):
    settings = PrivacySettingsResponse(typing_indicators=TypingIndicatorsResponse(enabled=False))
    app.server.upsert_users(UserRequest(id=user_id, privacy_settings=settings))
    merged = partial(app, user_id, set={"privacy_settings": {"read_receipts": {"enabled": True}}}).privacy_settings
    assert merged.typing_indicators.enabled is False
    assert merged.read_receipts.enabled is True


def test_a_name_and_an_image_may_be_any_text(app, user_id):
    user = app.server.upsert_users(UserRequest(id=user_id, name="🙂 <b>O'Neil</b>", image=":)")).data.users[user_id]
    assert (user.name, user.image) == ("🙂 <b>O'Neil</b>", ":)")


# Unique names


def test_a_name_that_is_taken_is_refused_when_names_are_unique(own_app):
    own_app.server.update_app(enforce_unique_usernames="app")
    own_app.server.upsert_users(UserRequest(id="one", name="Ada Lovelace"))
    with refused("UpdateUsers", 400, 6, "username 'ada lovelace!' already exists"):
        own_app.server.upsert_users(UserRequest(id="two", name="ada lovelace!"))
    own_app.server.upsert_users(UserRequest(id="two", name="Grace"))
    with refused("UpdateUsersPartial", 400, 6, "username 'Ada Lovelace' already exists"):
        partial(own_app, "two", set={"name": "Ada Lovelace"})
    assert partial(own_app, "one", set={"name": "ADA LOVELACE"}).name == "ADA LOVELACE"


def test_of_many_who_want_one_name_at_the_same_time_exactly_one_gets_it(own_app):
    own_app.server.update_app(enforce_unique_usernames="app")

    def claim(number):
        try:
            own_app.server.upsert_users(UserRequest(id=f"user-{number}", name="Ada"))
            return 1
        except StreamApiException as error:
            assert error.code == 6
            return 0

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


# In part


def test_a_partial_update_sets_and_unsets_and_leaves_the_rest(app, user_id):
    app.server.upsert_users(UserRequest(id=user_id, name="Ada", custom={"kept": 1, "gone": 2}))
    answer = app.server.update_users_partial(
        [UpdateUserPartialRequest(id=user_id, set={"role": "moderator", "country": "NL"}, unset=["gone", "name"])]
    )
    user = answer.data.users[user_id]
    assert answer.status_code() == 200
    assert (user.role, user.name) == ("moderator", None)
    assert user.custom == {"kept": 1, "country": "NL"}
    assert found(app, user_id) == user


def test_a_partial_update_reaches_into_custom_data_by_dotted_paths(app, user_id):
    app.server.upsert_users(UserRequest(id=user_id, custom={"address": {"city": "Leiden", "zip": 1}}))
    user = partial(app, user_id, set={"address.city": "Delft", "address.street.name": "Oude"}, unset=["address.zip"])
    assert user.custom == {"address": {"city": "Delft", "street": {"name": "Oude"}}}


@pytest.mark.parametrize("path", ["a..b", ".a", "a.", "a b", ""])
def test_a_path_that_is_none_is_refused(app, user, path):
    with refused("UpdateUsersPartial", 400, 4):
        partial(app, user, set={path: 1})


def test_a_partial_update_of_several_users_is_all_or_nothing(app, user):
    with refused("UpdateUsersPartial", 404, 16):
        app.server.update_users_partial(
            [
                UpdateUserPartialRequest(id=user, set={"color": "red"}),
                UpdateUserPartialRequest(id=f"{user}-nobody", set={"color": "red"}),
            ]
        )
    assert found(app, user).custom == {}


def test_a_partial_update_of_an_undefined_role_is_refused(app, user):
    with refused("UpdateUsersPartial", 400, 4, 'role "special_agent" provided but not defined'):
        partial(app, user, set={"role": "special_agent"})


def test_a_partial_update_without_users_is_refused(app):
    with refused("UpdateUsersPartial", 400, 4, "users[] is a required field"):
        app.legacy.update_users_partial([])


# By users themselves


def test_a_user_may_change_their_own_name_and_custom_data(app, user):
    client = app.user(user)
    changed = client.update_users_partial([UpdateUserPartialRequest(id=user, set={"name": "Me", "mood": "fine"})])
    assert (changed.data.users[user].name, changed.data.users[user].custom) == ("Me", {"mood": "fine"})
    assert client.upsert_users(UserRequest(id=user, name="Myself")).data.users[user].name == "Myself"


def test_a_user_may_not_change_another(app, user):
    other = app.server.create_user(id=f"{user}-other", name="Other").id
    denied = "User with role 'user' is not allowed to perform action UpdateUser"
    with refused("UpdateUsers", 403, 17, denied):
        app.user(user).upsert_users(UserRequest(id=other, name="Mallory"))
    with refused("UpdateUsersPartial", 403, 17, denied):
        app.user(user).update_users_partial([UpdateUserPartialRequest(id=other, set={"name": "Mallory"})])
    assert found(app, other).name == "Other"


def test_a_user_may_not_raise_their_own_role(app, user):
    denied = f"User '{user}' with role 'user' is not allowed to perform action UpdateUserRole"
    with refused("UpdateUsersPartial", 403, 17, denied):
        app.user(user).update_users_partial([UpdateUserPartialRequest(id=user, set={"role": "admin"})])
    with refused("UpdateUsers", 403, 17, denied):
        app.user(user).upsert_users(UserRequest(id=user, role="admin"))
    assert found(app, user).role == "user"


def test_a_user_may_not_change_their_own_teams(app, user):
    partial(app, user, set={"teams": ["red"]})
    with refused("UpdateUsers", 403, 17, "user teams can only be updated server-side"):
        app.user(user).upsert_users(UserRequest(id=user, teams=["blue"]))
    assert app.user(user).upsert_users(UserRequest(id=user, teams=["red"])).data.users[user].teams == ["red"]


def test_with_permission_checks_off_every_user_may_change_every_user(own_app):
    own_app.server.create_user(id="jane", name="Jane")
    own_app.server.update_app(disable_permissions_checks=True)
    changed = own_app.user("john").update_users_partial([UpdateUserPartialRequest(id="jane", set={"name": "Janet"})])
    assert changed.data.users["jane"].name == "Janet"
    with refused("UpdateApp", 403, 17):
        own_app.user("john").update_app()


def test_a_user_sees_the_change_on_the_very_next_read(app, user):
    for name in ["one", "two", "three"]:
        partial(app, user, set={"name": name})
        assert app.user(user).query_users(QueryUsersPayload(filter_conditions={"id": user})).data.users[0].name == name


def test_the_last_write_of_many_at_once_is_what_everybody_reads(app, user):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: partial(app, user, set={f"key{n}": n}), range(24)))
    assert found(app, user).custom == {f"key{n}": n for n in range(24)}
    assert app.user(user).query_users(EVERYONE).status_code() == 200
