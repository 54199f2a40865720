"""Blocklists by the server SDK."""

from support import refused


def test_a_blocklist_is_made_listed_changed_and_deleted(own_app):
    server = own_app.server
    assert server.create_block_list(name="rude", words=["darn"]).data.blocklist.type == "word"
    assert [one.name for one in server.list_block_lists().data.blocklists] == ["profanity_en_2020_v1", "rude"]
    server.update_block_list("rude", words=["darn", "heck"])
    assert server.get_block_list("rude").data.blocklist.words == ["darn", "heck"]
    server.delete_block_list("rude")
    with refused("GetBlockList", 404, 16):
        server.get_block_list("rude")
