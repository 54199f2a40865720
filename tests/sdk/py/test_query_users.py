"""QueryUsers: filters, order, pages, in both dialects over the same five users."""

from datetime import timedelta

import pytest
from getstream.models import QueryUsersPayload, SortParamRequest, UserRequest

from support import NOON, refused, rfc3339


@pytest.fixture(scope="module", autouse=True)
def people(app):
    """Ada, Bob, Cleo and Finn, made one second after the other; Dan is deactivated, Eve is deleted."""
    app.freeze()
    for person in [
        UserRequest(
            id="ada",
            name="Ada Lovelace",
            role="admin",
            teams=["red"],
            language="en",
            custom={"color": "blue", "rank": 1, "tags": ["math", "engine"]},
        ),
        UserRequest(id="bob", name="Bob", teams=["red", "green"], custom={"color": "green", "rank": 2}),
        UserRequest(id="cleo", name="Cleo", role="moderator", custom={"color": "blue", "rank": 3}),
        UserRequest(id="dan", name="Dan"),
        UserRequest(id="eve", name="Eve"),
        UserRequest(id="finn", name="Finn", custom={"tags": ["sea"]}),
    ]:
        app.server.upsert_users(person)
        app.advance("1s")
    app.server.deactivate_user("dan")
    app.server.delete_users(["eve"])
    app.server.moderation.ban("finn", banned_by_id="ada")


def ids(app, filters, sort=None, **options):
    answer = app.server.query_users(QueryUsersPayload(filter_conditions=filters, sort=sort, **options))
    assert answer.status_code() == 200
    return [user.id for user in answer.data.users]


def second(number):
    return rfc3339(NOON + timedelta(seconds=number))


BUILT_IN = [
    ({}, "finn cleo bob ada"),
    ({"id": "ada"}, "ada"),
    ({"id": {"$eq": "ada"}}, "ada"),
    ({"id": {"$ne": "ada"}}, "finn cleo bob"),
    ({"id": {"$in": ["ada", "bob", "nobody"]}}, "bob ada"),
    ({"id": {"$nin": ["ada", "bob"]}}, "finn cleo"),
    ({"id": {"$gt": "bob"}}, "finn cleo"),
    ({"id": {"$gte": "bob", "$lt": "cleo"}}, "bob"),
    ({"id": {"$autocomplete": "cl"}}, "cleo"),
    ({"name": "Bob"}, "bob"),
    ({"name": {"$autocomplete": "ada"}}, "ada"),
    ({"name": {"$in": ["Bob", "Cleo"]}}, "cleo bob"),
    ({"name": {"$exists": False}}, ""),
    ({"role": "admin"}, "ada"),
    ({"role": {"$in": ["admin", "moderator"]}}, "cleo ada"),
    ({"teams": {"$contains": "red"}}, "bob ada"),
    ({"teams": {"$in": ["green", "none"]}}, "bob"),
    ({"teams": None}, "finn cleo"),
    ({"language": "en"}, "ada"),
    ({"banned": True}, "finn"),
    ({"banned": False}, "cleo bob ada"),
    ({"last_active": {"$exists": True}}, ""),
    ({"created_at": {"$gte": second(1), "$lte": second(2)}}, "cleo bob"),
    ({"created_at": {"$lt": second(1)}}, "ada"),
    ({"$or": [{"id": "ada"}, {"role": "moderator"}]}, "cleo ada"),
    ({"$and": [{"teams": {"$contains": "red"}}, {"name": "Bob"}]}, "bob"),
    ({"$or": [{"$and": [{"id": "ada"}, {"role": "user"}]}, {"id": "finn"}]}, "finn"),
    ({"id": "nobody"}, ""),
]

CUSTOM = [
    ("color", "blue", "cleo ada"),
    ("color", {"$in": ["green", "red"]}, "bob"),
    ("color", {"$exists": False}, "finn"),
    ("rank", {"$gt": 1}, "cleo bob"),
    ("rank", {"$gte": 1, "$lte": 2}, "bob ada"),
    ("tags", {"$contains": "sea"}, "finn"),
]


@pytest.mark.parametrize(("filters", "wanted"), BUILT_IN, ids=str)
def test_a_filter_finds_the_same_users_in_both_dialects_newest_first(app, filters, wanted):
    assert ids(app, filters) == wanted.split()
    assert [user["id"] for user in app.legacy.query_users(filters)["users"]] == wanted.split()


@pytest.mark.parametrize(("key", "condition", "wanted"), CUSTOM, ids=str)
def test_custom_data_is_found_under_custom_on_v2_and_flat_in_stream_chat(app, key, condition, wanted):
    assert ids(app, {f"custom.{key}": condition}) == wanted.split()
    assert [user["id"] for user in app.legacy.query_users({key: condition})["users"]] == wanted.split()


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (
            {"name": {"$autocomplete": ""}},
            "$autocomplete field is empty or contains invalid characters. Please provide a valid string to autocomplete",
        ),
        ({"banned": {"$gt": True}}, None),
        ({"language": {"$in": ["en"]}}, None),
        ({"teams": {"$gt": "red"}}, None),
        ({"teams": ""}, None),
        ({"role": {"$autocomplete": "ad"}}, None),
        ({"id": {"$near": "ada"}}, None),
        ({"created_at": {"$gt": "yesterday"}}, None),
        ({"id": {"$in": "ada"}}, None),
        ({"$or": {"id": "ada"}}, None),
    ],
    ids=str,
)
def test_an_operator_that_a_field_does_not_take_is_refused(app, filters, message):
    with refused("QueryUsers", 400, 4, message):
        ids(app, filters)
    with refused("QueryUsers", 400, 4, message):
        app.legacy.query_users(filters)


def test_trap_16_a_query_without_a_payload_is_refused_in_these_words(app):
    with refused("QueryUsers", 400, 4, "invalid json data"):
        app.server.query_users()
    with refused("QueryUsers", 400, 4, "invalid json data"):
        app.legacy.get("users", {"payload": "{"})


def test_trap_24_filter_order_and_page_all_come_in_the_payload(app):
    sort = [SortParamRequest(field="id", direction=1)]
    assert ids(app, {}, sort=sort) == ["ada", "bob", "cleo", "finn"]
    assert ids(app, {}, sort=sort, limit=2) == ["ada", "bob"]
    assert ids(app, {}, sort=sort, limit=2, offset=3) == ["finn"]


def test_users_are_sorted_by_one_key_after_the_other(app):
    sort = [SortParamRequest(field="role", direction=1), SortParamRequest(field="id", direction=-1)]
    assert ids(app, {}, sort=sort) == ["ada", "cleo", "finn", "bob"]
    assert [user["id"] for user in app.legacy.query_users({}, sort=[{"role": 1}, {"id": -1}])["users"]] == [
        "ada",
        "cleo",
        "finn",
        "bob",
    ]


def test_users_are_sorted_by_custom_data_and_by_time(app):
    ranked = {"custom.rank": {"$exists": True}}
    assert ids(app, ranked, sort=[SortParamRequest(field="custom.rank", direction=-1, type="number")]) == [
        "cleo",
        "bob",
        "ada",
    ]
    assert ids(app, {}, sort=[SortParamRequest(field="created_at", direction=1)]) == ["ada", "bob", "cleo", "finn"]


@pytest.mark.parametrize("options", [{"limit": 101}, {"limit": -1}, {"offset": 1001}, {"offset": -1}], ids=str)
def test_a_page_that_is_out_of_bounds_is_refused(app, options):
    with refused("QueryUsers", 400, 4):
        ids(app, {}, **options)


def test_a_sixth_sort_key_is_refused(app):
    with refused("QueryUsers", 400, 4):
        ids(
            app,
            {},
            sort=[
                SortParamRequest(field=field)
                for field in ["id", "name", "role", "language", "created_at", "updated_at"]
            ],
        )


def test_trap_27_deactivated_users_are_hidden_unless_asked_for(app):
    assert ids(app, {"id": "dan"}) == []
    assert ids(app, {"id": "dan"}, include_deactivated_users=True) == ["dan"]
    assert app.legacy.query_users({"id": "dan"})["users"] == []
    [dan] = app.legacy.query_users({"id": "dan"}, include_deactivated_users=True)["users"]
    assert dan["deactivated_at"] == second(6)


def test_deleted_users_never_appear(app):
    assert ids(app, {"id": "eve"}, include_deactivated_users=True) == []


def test_presence_with_a_server_token_is_refused(app):
    with refused("QueryUsers", 400, 4):
        ids(app, {}, presence=True)


def test_a_user_may_query_as_the_server_does(app):
    answer = app.user("ada").query_users(QueryUsersPayload(filter_conditions={"name": {"$autocomplete": "bob"}}))
    assert [user.id for user in answer.data.users] == ["bob"]


def test_a_name_with_quotes_and_wildcards_is_only_text(app):
    for text in ["'; DROP TABLE users; --", '"', "%", "_", "\\", "\u0000", "🙂"]:
        assert ids(app, {"name": text}) == []


# Under multi-tenancy


@pytest.fixture
def tenants(own_app):
    own_app.server.update_app(multi_tenant_enabled=True)
    own_app.server.upsert_users(
        UserRequest(id="red-1", teams=["red"]),
        UserRequest(id="red-2", teams=["red"]),
        UserRequest(id="blue-1", teams=["blue"]),
    )
    return own_app


def seen_by(app, user_id, filters):
    return {user["id"] for user in app.legacy_user(user_id).query_users(filters)["users"]}


def test_a_user_sees_only_their_own_team_and_the_server_sees_all(tenants):
    assert seen_by(tenants, "red-1", {}) == {"red-1", "red-2"}
    assert {user["id"] for user in tenants.legacy.query_users({})["users"]} == {"red-1", "red-2", "blue-1"}


def test_a_user_of_an_app_with_the_old_permissions_must_name_a_team(tenants):
    tenants.server.update_app(permission_version="v1")
    with refused("QueryUsers", 403, 17, "you must include a team filter to use this endpoint client-side"):
        seen_by(tenants, "red-1", {})
    assert seen_by(tenants, "red-1", {"teams": {"$in": ["red"]}}) == {"red-1", "red-2"}
    with refused("QueryUsers", 403, 17) as caught:
        seen_by(tenants, "red-1", {"teams": {"$in": ["blue"]}})
    assert "you must filter on teams that are from the same user" in caught.value.error_message
