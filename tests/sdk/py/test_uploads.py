"""Files by getstream: sent from a path, served from the address in the answer, and deleted by it."""

import urllib.error
import urllib.request

import pytest
from getstream.models import ImageSize, OnlyUserID

from support import refused


def served(address):
    with urllib.request.urlopen(address) as answer:
        return answer.headers["content-type"], answer.read()


def gone(address):
    with pytest.raises(urllib.error.HTTPError) as caught:
        served(address)
    return caught.value.code == 404


def test_a_file_and_an_image_are_sent_served_and_deleted(app, user_id, tmp_path):
    (tmp_path / "notes.txt").write_text("some text")
    (tmp_path / "cat.png").write_bytes(b"no image at all")
    server, user = app.server, OnlyUserID(id=user_id)
    file = server.upload_file(str(tmp_path / "notes.txt"), user=user).data.file
    image = server.upload_image(str(tmp_path / "cat.png"), [ImageSize(width=10, height=20)], user).data
    assert served(file) == ("text/plain; charset=utf-8", b"some text")
    assert served(image.file) == ("image/png", b"no image at all")
    assert [size.width for size in image.upload_sizes] == [10]
    server.delete_file(file)
    server.delete_file(image.file)
    server.delete_image(image.file)
    assert gone(file) and gone(image.file)


def test_a_file_that_the_app_does_not_take_is_refused(app, user_id, tmp_path):
    app.server.update_app(file_upload_config={"blocked_file_extensions": [".md"], "size_limit": 0})
    (tmp_path / "a.md").write_text("x")
    with refused("UploadFile", 400, 4, "File extension .md is not supported"):
        app.server.upload_file(str(tmp_path / "a.md"), user=OnlyUserID(id=user_id))
