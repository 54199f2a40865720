"""What bodies say that an SDK sends: fields that only Stream writes, values of wrong types, and null for nothing."""

import pytest

from support import assert_refused, refused


def test_an_upsert_says_nothing_that_only_stream_writes_but_may_send_back_its_times(app, user_id):
    with refused("UpdateUsers", 400, 4, f"users[{user_id}].online is a reserved field"):
        app.legacy.upsert_user({"id": user_id, "online": True})
    made = app.legacy.upsert_user({"id": user_id, "mood": "fine"})["users"][user_id]
    again = {"id": user_id, "mood": "better", "created_at": made["created_at"], "updated_at": made["updated_at"]}
    assert app.legacy.upsert_user(again)["users"][user_id]["mood"] == "better"


@pytest.mark.parametrize("field", ["online", "created_at", "banned"])
def test_a_partial_update_touches_nothing_that_only_stream_writes(app, user, field):
    path = f"users[{user}].{field}"
    with refused("UpdateUsersPartial", 400, 4, f"{path} is a reserved field"):
        app.legacy.update_user_partial({"id": user, "set": {field: True}})


@pytest.mark.parametrize("path", ["/api/v2/users", "/users"])
def test_a_value_of_a_wrong_type_is_told_in_streams_words(app, user, path):
    token = app.sign({"server": True})
    body = {"users": {user: {"id": user, "name": ["John"]}}}
    answer = app.raw("POST", path, token=token, json=body)
    assert_refused(answer, "UpdateUsers", 400, 4, 'expected string for field "name" but got array')
    with refused("UpdateUsers", 400, 4, 'expected array for field "teams" but got string'):
        app.legacy.upsert_user({"id": user, "teams": "red"})


@pytest.mark.parametrize("prefix", ["/api/v2", ""])
def test_a_body_of_null_is_no_body(app, user, prefix):
    token = app.sign({"server": True})

    def post(path):
        return app.raw("POST", prefix + path, token=token, content="null")

    assert post(f"/users/{user}/deactivate").status_code == 201
    assert post(f"/users/{user}/reactivate").status_code == 201
    assert_refused(post("/users/delete"), "DeleteUsers", 400, 4, "user_ids is a required field")
