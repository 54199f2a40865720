"""Polls by getstream: every operation that it has. Its models raise KeyError on what is missing."""

from getstream.models import PollOptionInput, PollOptionRequest, VoteData

from support import refused


def shown(app, user_id, **rules):
    """A poll of a user's, and the id of the activity that shows it."""
    options = [PollOptionInput(text=text) for text in ("Red", "Blue")]
    poll = app.server.create_poll("Which?", options=options, user_id=user_id, **rules).data.poll
    fid = f"user:{user_id}"
    activity = app.server.feeds.add_activity("post", [fid], user_id=user_id, poll_id=poll.id).data.activity
    assert activity.poll.id == poll.id
    return poll, activity.id


def test_a_poll_is_voted_on_and_answered(app, user_id):
    poll, activity = shown(app, user_id, allow_answers=True, enforce_unique_vote=True)
    feeds, own = app.server.feeds, {"activity_id": activity, "poll_id": poll.id, "user_id": user_id}
    for option in poll.options:
        voted = feeds.cast_poll_vote(vote=VoteData(option_id=option.id), **own).data
        assert voted.poll.vote_counts_by_option == {option.id: 1}
    feeds.cast_poll_vote(vote=VoteData(answer_text="Green"), **own)
    got = app.server.get_poll(poll.id, user_id=user_id).data.poll
    assert (got.vote_count, got.answers_count, len(got.own_votes)) == (1, 1, 2)
    votes = app.server.query_poll_votes(poll.id, user_id=user_id, filter={"is_answer": True}).data.votes
    assert [vote.answer_text for vote in votes] == ["Green"]
    removed = feeds.delete_poll_vote(vote_id=voted.vote.id, **own).data
    assert (removed.vote.id, removed.poll.vote_count) == (voted.vote.id, 0)


def test_a_poll_and_its_options_are_changed_closed_or_not_and_deleted(app, user_id):
    poll, activity = shown(app, user_id)
    server, own = app.server, {"poll_id": poll.id, "user_id": user_id}
    closed = server.update_poll_partial(set={"is_closed": True}, **own).data.poll
    assert closed.is_closed
    with refused("CastPollVote", 400, 4, "poll is closed"):
        server.feeds.cast_poll_vote(activity, vote=VoteData(option_id=poll.options[0].id), **own)
    added = server.create_poll_option(text="More", custom={"a": 1}, **own).data.poll_option
    server.update_poll_option(id=added.id, text="Much more", **own)
    assert server.get_poll_option(poll.id, added.id).data.poll_option.text == "Much more"
    server.delete_poll_option(option_id=added.id, **own)
    options = [PollOptionRequest(id=poll.options[1].id, text="Bluish")]
    whole = server.update_poll(poll.id, "Whole", options=options, user_id=user_id).data.poll
    assert [option.text for option in whole.options] == ["Bluish"]
    found = server.query_polls(user_id=user_id, filter={"created_by_id": user_id}).data.polls
    assert [one.id for one in found] == [poll.id]
    server.delete_poll(**own)
    assert server.feeds.get_activity(activity).data.activity.poll is None
