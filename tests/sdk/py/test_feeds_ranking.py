"""Selectors and rankings by getstream."""

import pytest
from getstream.models import ActivityMarksConfig, ActivitySelectorConfig, EnrichmentOptions, RankingConfig

from support import refused


@pytest.fixture
def feeds(app):
    return app.server.feeds


def texts(feed, user_id, **request):
    return [activity.text for activity in feed.get_or_create(user_id=user_id, **request).data.activities]


def post(feeds, fid, text, user_id, **more):
    return feeds.add_activity("post", [fid], text=text, user_id=user_id, **more).data.activity


def test_a_group_ranks_its_feeds(feeds, user_id):
    ranking = RankingConfig(type="expression", score="custom.weight * external.factor", defaults={"external.factor": 1})
    feeds.create_feed_group(user_id, ranking=ranking)
    for text, weight in [("low", 1), ("high", 3), ("middle", 2)]:
        post(feeds, f"{user_id}:one", text, user_id, custom={"weight": weight})
    feed = feeds.feed(user_id, "one")
    assert texts(feed, user_id) == ["high", "middle", "low"]
    options = EnrichmentOptions(include_score_vars=True)
    page = feed.get_or_create(
        user_id=user_id, limit=1, external_ranking={"factor": -1}, enrichment_options=options
    ).data
    assert (page.activities[0].text, page.activities[0].score) == ("low", -1)
    assert page.activities[0].score_vars == {"custom.weight": 1, "external.factor": -1}
    assert texts(feed, user_id, limit=2, external_ranking={"factor": -1}, next=page.next) == ["middle", "high"]
    with refused("UpdateFeedGroup", 400, 4):
        feeds.update_feed_group(user_id, ranking=RankingConfig(type="expression", score="ln("))


def test_what_is_read_of_a_timeline_comes_last(feeds, user_id):
    group = feeds.create_feed_group(
        user_id,
        activity_marks=ActivityMarksConfig(track_seen=True, track_read=True),
        activity_selectors=[ActivitySelectorConfig(type="following")],
        ranking=RankingConfig(type="expression", score="is_read ? 0 : 100"),
    ).data.feed_group
    assert (group.activity_marks.track_read, group.activity_marks.track_seen) == (True, True)
    first, second = (post(feeds, f"user:{user_id}", text, user_id) for text in ("first", "second"))
    feed = feeds.feed(user_id, "home")
    feed.get_or_create(user_id=user_id)
    feeds.follow(f"{user_id}:home", f"user:{user_id}")
    feed.mark_activity(user_id=user_id, mark_read=[second.id], mark_seen=[first.id])
    shown = feed.get_or_create(user_id=user_id).data.activities
    assert [(one.text, one.is_read, one.is_seen) for one in shown] == [("first", False, True), ("second", True, False)]
    with refused("CreateFeedGroup", 400, 4):
        feeds.create_feed_group(f"{user_id}-2", ranking=RankingConfig(type="expression", score="is_read ? 0 : 1"))


def test_selectors_pick_by_filter_and_window(feeds, user_id):
    selectors = [ActivitySelectorConfig(type="query", filter={"filter_tags": [user_id]}, cutoff_window="1d")]
    feeds.create_feed_group(user_id, activity_selectors=selectors)
    post(feeds, f"user:{user_id}", "tagged", user_id, filter_tags=[user_id])
    post(feeds, f"user:{user_id}", "other", user_id)
    assert texts(feeds.feed(user_id, "any"), user_id) == ["tagged"]
    with refused("CreateFeedView", 400, 4):
        feeds.create_feed_view(user_id, activity_selectors=[ActivitySelectorConfig(type="popular", cutoff_window="1m")])


def test_interests_and_views_decide(feeds, user_id):
    feeds.create_feed_view(user_id, ranking=RankingConfig(type="interest"))
    for tag in ["tea", "cake"]:
        post(feeds, f"user:{user_id}", tag, user_id, interest_tags=[tag])
    feed = feeds.feed("user", user_id)
    assert texts(feed, user_id) == ["cake", "tea"]
    assert texts(feed, user_id, view=user_id, interest_weights={"tea": 1.0}) == ["tea", "cake"]
