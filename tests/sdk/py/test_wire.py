"""The wire itself: routes, error bodies, encodings, headers."""

import gzip

import pytest

from support import assert_refused, refused


def not_found(client_call):
    with refused("Request", 404, 16, "Not Found"):
        client_call()


def test_trap_25_an_unknown_path_and_a_wrong_method_are_both_not_found(app):
    not_found(lambda: app.server.get("/api/v2/no/such/thing"))
    not_found(lambda: app.legacy.get("no/such/thing"))
    not_found(lambda: app.server.put("/api/v2/app"))
    not_found(lambda: app.legacy.put("users"))


def test_an_unknown_path_is_told_before_a_missing_key_or_token(app):
    answer = app.raw("GET", "/api/v2/no/such/thing", api_key=None, auth_type=None)
    assert_refused(answer, "Request", 404, 16, "Not Found")


def test_trap_14_an_error_has_all_six_fields_and_its_status_is_the_http_status(app):
    with refused("GetTask", 404, 16) as caught:
        app.server.get_task("nothing")
    error = caught.value.api_error
    assert (error.code, error.status_code) == (16, 404)
    assert error.details == [] and isinstance(error.duration, str)
    assert error.more_info == "https://getstream.io/chat/docs/api_errors_response"
    assert caught.value.unrecoverable is False


@pytest.mark.parametrize("body", [b"not json", b"[1,2", b'"text"', b"[]", b"42", b"\xff\xfe"], ids=repr)
def test_a_body_that_is_not_a_json_object_is_refused(app, body):
    headers = {"Content-Type": "application/json"}
    answer = app.raw("POST", "/api/v2/users", token=app.server.token, content=body, headers=headers)
    assert_refused(answer, "UpdateUsers", 400, 4)


def test_the_content_type_of_a_body_does_not_matter(app, user_id):
    body = f'{{"users":{{"{user_id}":{{"id":"{user_id}"}}}}}}'.encode()
    for content_type in ["text/plain", "application/json;charset=utf-8", "application/octet-stream"]:
        headers = {"Content-Type": content_type}
        answer = app.raw("POST", "/api/v2/users", token=app.server.token, content=body, headers=headers)
        assert (answer.status_code, list(answer.json()["users"])) == (201, [user_id])


def test_trap_31_an_id_in_a_path_is_read_raw_and_encoded(app, user_id):
    name = f"{user_id}@home"[-100:]
    app.server.create_user(id=name)
    assert app.legacy.deactivate_user(name)["user"]["id"] == name  # sends it as it is
    assert app.server.reactivate_user(name).data.user.id == name  # sends %40
    spaced = f"{user_id} at home"[-100:]
    app.server.create_user(id=spaced)
    assert app.legacy.deactivate_user(spaced)["user"]["id"] == spaced
    assert app.server.reactivate_user(spaced).data.user.id == spaced


def test_trap_30_an_answer_is_compressed_only_where_it_says_so(app):
    for encoding in ["gzip", "identity", "br, deflate"]:
        answer = app.raw("GET", "/api/v2/app", token=app.server.token, headers={"Accept-Encoding": encoding})
        assert answer.json()["app"]["name"] == app.name
        assert answer.headers.get("content-encoding", "identity") in [*encoding.split(", "), "identity"]


def test_trap_30_a_compressed_body_is_read(app, user_id):
    body = gzip.compress(f'{{"users":{{"{user_id}":{{"id":"{user_id}"}}}}}}'.encode())
    headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    answer = app.raw("POST", "/api/v2/users", token=app.server.token, content=body, headers=headers)
    assert (answer.status_code, list(answer.json()["users"])) == (201, [user_id])


def test_an_answer_is_json_and_says_so(app):
    for answer in [app.raw("GET", "/api/v2/app", token=app.server.token), app.raw("GET", "/api/v2/app")]:
        assert answer.headers["content-type"].startswith("application/json")


def listed(answer, header):
    return {name.strip().lower() for name in answer.headers[header].split(",")}


def test_a_browser_may_ask_beforehand_and_read_the_limits_afterwards(app):
    wanted = "authorization,content-type,stream-auth-type,x-client-request-id,x-stream-client"
    asked = app.raw(
        "OPTIONS",
        "/api/v2/users",
        api_key=None,
        auth_type=None,
        headers={
            "Origin": "http://localhost:5173",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": wanted,
        },
    )
    assert asked.is_success
    assert set(wanted.split(",")) <= listed(asked, "access-control-allow-headers")
    assert {"get", "post", "put", "patch", "delete"} <= listed(asked, "access-control-allow-methods")
    answer = app.raw("GET", "/api/v2/app", token=app.server.token, headers={"Origin": "http://localhost:5173"})
    assert answer.headers["access-control-allow-origin"] in ["*", "http://localhost:5173"]
    limits = {f"x-ratelimit-{name}" for name in ["limit", "remaining", "reset"]}
    assert limits <= listed(answer, "access-control-expose-headers")


def test_a_warm_up_call_is_answered(app):
    assert app.raw("GET", "/hi", api_key=None, auth_type=None).status_code == 200
