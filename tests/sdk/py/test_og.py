"""What links look like: the app's own table answers."""

from getstream.models import UserRequest

from support import refused


def test_a_preview_is_shown_and_what_is_not_known_is_code_4(own_app):
    url = "https://shop.example/shoes"
    own_app.control("PUT", "/link-previews", {"url": url, "preview": {"title": "Shoes"}})
    shown = own_app.server.get_og(url).data
    assert (shown.title, shown.og_scrape_url) == ("Shoes", url)
    with refused("GetOG", 400, 4):
        own_app.server.get_og("https://elsewhere.example")


def test_a_link_in_a_text_brings_its_preview(own_app):
    url = "https://shop.example/hats"
    own_app.control("PUT", "/link-previews", {"url": url, "preview": {"title": "Hats", "type": "article"}})
    own_app.server.upsert_users(UserRequest(id="ann"))
    feeds = own_app.server.feeds

    def post(**more):
        return feeds.add_activity("post", ["user:ann"], text=f"see {url}", user_id="ann", **more).data.activity

    def shown(said):
        return [(one.title, one.type, one.og_scrape_url) for one in said.attachments]

    activity = post()
    assert (shown(activity), post(skip_enrich_url=True).attachments) == ([("Hats", "article", url)], [])
    comment = feeds.add_comment(comment=url, object_id=activity.id, object_type="activity", user_id="ann").data.comment
    assert shown(comment) == [("Hats", "article", url)]
    assert feeds.update_comment(comment.id, comment="none").data.comment.attachments == []
