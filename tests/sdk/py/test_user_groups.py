"""Groups of users by the server SDK."""

from getstream.models import UserRequest
from support import refused


def test_a_group_is_made_changed_found_and_deleted_and_its_members_come_and_go(own_app):
    server = own_app.server
    server.upsert_users(UserRequest(id="ann"), UserRequest(id="ben"))
    made = server.create_user_group(id="g", name="Fresh group", member_ids=["ann"]).data.user_group
    assert [(one.user_id, one.is_admin) for one in made.members] == [("ann", False)]
    more = server.add_user_group_members("g", member_ids=["ben"], as_admin=True).data.user_group
    assert [(one.user_id, one.is_admin) for one in more.members] == [("ann", False), ("ben", True)]
    assert server.update_user_group("g", name="Renamed").data.user_group.name == "Renamed"
    other = server.create_user_group(name="Another").data.user_group
    assert [one.id for one in server.list_user_groups(limit=1).data.user_groups] == ["g"]
    assert [one.id for one in server.list_user_groups(id_gt="g").data.user_groups] == [other.id]
    assert [one.id for one in server.search_user_groups("rena").data.user_groups] == ["g"]
    assert server.remove_user_group_members("g", member_ids=["ann", "ben"]).data.user_group.members == []
    assert server.get_user_group("g").data.user_group.name == "Renamed"
    server.delete_user_group("g")
    with refused("GetUserGroup", 404, 16):
        server.get_user_group("g")
