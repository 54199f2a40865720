"""Collections by the server SDK: it sends references encoded twice."""

from getstream.models import CollectionRequest, UpdateCollectionRequest
from support import refused


def food(id, stars, of=CollectionRequest):
    return of(name="food", id=id, custom={"stars": stars})


def stars(answer):
    return [(one.id, one.custom["stars"]) for one in answer.data.collections]


def test_collections_are_made_read_changed_found_and_deleted(own_app):
    feeds = own_app.server.feeds
    assert stars(feeds.create_collections([food("soup", 1), food("pie", 2)], user_id="cook")) == [("soup", 1), ("pie", 2)]
    with refused("CreateCollections", 400, 4):
        feeds.create_collections([food("soup", 3)], user_id="cook")
    assert stars(feeds.upsert_collections([food("soup", 3), food("tea", 1)])) == [("soup", 3), ("tea", 1)]
    assert stars(feeds.update_collections([food("tea", 2, UpdateCollectionRequest)])) == [("tea", 2)]
    refs = ["food:tea", "food:soup", "food:none"]
    assert stars(feeds.read_collections(collection_refs=refs)) == [("tea", 2), ("soup", 3)]
    assert stars(feeds.read_collections(collection_refs=refs, user_id="cook")) == [("soup", 3)]
    assert stars(feeds.query_collections(filter={"custom.stars": {"$gt": 2}})) == [("soup", 3)]
    feeds.delete_collections(collection_refs=["food:soup", "food:tea"])
    assert stars(feeds.query_collections(user_id="cook")) == [("pie", 2)]


def test_an_activity_shows_what_it_refers_to(own_app):
    feeds = own_app.server.feeds
    made = feeds.add_activity(
        type="eat", feeds=["user:john"], user_id="john", collection_refs=["food:none"], collections=[food("soup", 1)]
    )
    shown = made.data.activity.collections
    assert {ref: one.status for ref, one in shown.items()} == {"food:none": "notfound", "food:soup": "ok"}
    assert (shown["food:soup"].custom, shown["food:soup"].user_id) == ({"stars": 1}, "john")
