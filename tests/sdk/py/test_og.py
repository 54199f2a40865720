"""What links look like: the app's own table answers."""

from support import refused


def test_a_preview_is_shown_and_what_is_not_known_is_code_4(own_app):
    url = "https://shop.example/shoes"
    own_app.control("PUT", "/link-previews", {"url": url, "preview": {"title": "Shoes"}})
    shown = own_app.server.get_og(url).data
    assert (shown.title, shown.og_scrape_url) == ("Shoes", url)
    with refused("GetOG", 400, 4):
        own_app.server.get_og("https://elsewhere.example")
