"""One user, two dialects: nested and in nanoseconds on /api/v2, flat and in RFC 3339 without a prefix."""

from datetime import datetime

import pytest
from getstream.models import QueryUsersPayload, UpdateUserPartialRequest, UserRequest

from support import nanoseconds


def v2(app, user_id):
    payload = QueryUsersPayload(filter_conditions={"id": user_id}).to_json()
    return app.server.get("/api/v2/users", query_params={"payload": payload}).data["users"][0]


def legacy(app, user_id):
    return app.legacy.query_users({"id": user_id})["users"][0]


def test_trap_32_custom_data_is_nested_on_v2_and_flat_in_stream_chat(app, user_id):
    app.server.upsert_users(UserRequest(id=user_id, name="Ada", custom={"color": "red", "deep": {"er": [1]}}))
    assert v2(app, user_id)["custom"] == {"color": "red", "deep": {"er": [1]}}
    assert "color" not in v2(app, user_id)
    flat = legacy(app, user_id)
    assert (flat["name"], flat["color"], flat["deep"]) == ("Ada", "red", {"er": [1]})
    assert "custom" not in flat


def test_trap_32_custom_data_that_stream_chat_writes_flat_is_nested_on_v2(app, user_id):
    answer = app.legacy.upsert_user({"id": user_id, "name": "Ada", "color": "red", "teams": ["blue"]})
    assert answer["users"][user_id]["color"] == "red"
    nested = v2(app, user_id)
    assert (nested["name"], nested["custom"], nested["teams"]) == ("Ada", {"color": "red"}, ["blue"])


def test_trap_02_the_same_moment_is_an_integer_here_and_a_text_there(app, user_id):
    app.server.create_user(id=user_id)
    here, there = v2(app, user_id)["created_at"], legacy(app, user_id)["created_at"]
    assert type(here) is int and type(there) is str
    assert there.endswith("Z") and nanoseconds(datetime.fromisoformat(there)) // 1_000 == here // 1_000


def test_the_two_views_hold_the_same_values(app, user_id):
    app.server.upsert_users(
        UserRequest(id=user_id, name="Ada", image="a.png", role="admin", language="en", teams=["red"])
    )
    here, there = v2(app, user_id), legacy(app, user_id)
    for name in ["id", "name", "image", "role", "language", "teams", "banned", "online", "invisible"]:
        assert here[name] == there[name], name


def test_a_partial_update_of_either_dialect_is_seen_in_the_other(app, user):
    app.legacy.update_user_partial({"id": user, "set": {"color": "red"}})
    assert v2(app, user)["custom"] == {"color": "red"}
    app.server.update_users_partial([UpdateUserPartialRequest(id=user, set={"size": 5}, unset=["color"])])
    assert legacy(app, user)["size"] == 5 and "color" not in legacy(app, user)


def test_a_date_inside_custom_data_stays_the_text_that_it_was(app, user_id):
    text = "2024-02-30T25:61:00+01:00"
    app.server.upsert_users(UserRequest(id=user_id, custom={"created_at": text, "birthday": text}))
    assert v2(app, user_id)["custom"] == {"created_at": text, "birthday": text}
    assert legacy(app, user_id)["birthday"] == text


@pytest.mark.parametrize("form", ["nested", "flat"])
def test_getstream_reads_a_user_that_stream_chat_wrote_into_its_classes(app, user_id, form):
    app.legacy.upsert_user(
        {"id": user_id, "custom": {"color": "red"}} if form == "nested" else {"id": user_id, "color": "red"}
    )
    [user] = app.server.query_users(QueryUsersPayload(filter_conditions={"id": user_id})).data.users
    assert user.custom == ({"custom": {"color": "red"}} if form == "nested" else {"color": "red"})


def test_trap_13_every_operation_answers_with_the_status_of_its_method(app, user):
    statuses = {
        "GET": [app.server.get_app(), app.legacy.get_app_settings()],
        "PATCH": [app.server.update_app(), app.legacy.update_user_partial({"id": user, "set": {"a": 1}})],
        "POST": [app.server.upsert_users(UserRequest(id=user)), app.legacy.upsert_user({"id": user})],
        "DELETE": [app.legacy.unban_user(user)],
    }
    seen = {method: [answer.status_code() for answer in answers] for method, answers in statuses.items()}
    assert seen == {"GET": [200, 200], "PATCH": [200, 200], "POST": [201, 201], "DELETE": [200]}


def test_every_answer_tells_how_long_it_took(app, user):
    for duration in [app.server.get_app().data.duration, app.legacy.get_app_settings()["duration"]]:
        assert duration.endswith("ms") and float(duration.removesuffix("ms")) >= 0
