//! What somebody can do on a feed, as a set of bits.

/// Names the capabilities: in code, the action that a refusal names, on the wire, and the permissions that bring it besides
/// the one that is called as it is.
macro_rules! capabilities {
    ($($capability:ident $action:ident $name:literal $(or $wider:literal)?;)+) => {
        /// One thing that can be done on a feed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Capability { $(#[doc = concat!("`", $name, "`")] $capability),+ }

        impl Capability {
            /// All of them, by name.
            pub const ALL: &'static [Self] = &[$(Self::$capability),+];

            /// The name on the wire, and the id of the permission that grants it.
            pub fn name(self) -> &'static str {
                match self { $(Self::$capability => $name),+ }
            }

            /// The action, as a refusal and the catalogue name it.
            pub fn action(self) -> &'static str {
                match self { $(Self::$capability => stringify!($action)),+ }
            }

            /// Whether it is only upon what is one's own.
            pub fn is_own(self) -> bool {
                self.name().contains("-own-")
            }

            /// Whether it is upon anybody's, where another is upon one's own.
            pub fn is_any(self) -> bool {
                self.name().contains("-any-")
            }

            /// Whether a permission of the catalogue grants it: what is allowed upon anybody's is allowed upon one's own.
            fn is_granted_by(self, permission: &str) -> bool {
                match self { $(Self::$capability => matches!(permission, $name $(| $wider)?)),+ }
            }
        }
    };
}

capabilities! {
    AddActivity               AddActivity            "add-activity";
    AddActivityBookmark       AddActivityBookmark    "add-activity-bookmark";
    AddActivityReaction       AddActivityReaction    "add-activity-reaction";
    AddComment                AddComment             "add-comment";
    AddCommentReaction        AddCommentReaction     "add-comment-reaction";
    CreateFeed                CreateFeed             "create-feed";
    DeleteAnyActivity         DeleteActivity         "delete-any-activity";
    DeleteAnyComment          DeleteComment          "delete-any-comment";
    DeleteFeed                DeleteFeed             "delete-feed";
    DeleteOwnActivity         DeleteActivity         "delete-own-activity" or "delete-any-activity";
    DeleteOwnActivityBookmark DeleteActivityBookmark "delete-own-activity-bookmark";
    DeleteOwnActivityReaction DeleteActivityReaction "delete-own-activity-reaction";
    DeleteOwnComment          DeleteComment          "delete-own-comment" or "delete-any-comment";
    DeleteOwnCommentReaction  DeleteCommentReaction  "delete-own-comment-reaction";
    Follow                    Follow                 "follow";
    PinActivity               PinActivity            "pin-activity";
    QueryFeedMembers          QueryFeedMembers       "query-feed-members";
    QueryFollows              QueryFollows           "query-follows";
    ReadActivities            ReadActivities         "read-activities";
    ReadFeed                  ReadFeed               "read-feed";
    Unfollow                  Unfollow               "unfollow";
    UpdateAnyActivity         UpdateActivity         "update-any-activity";
    UpdateAnyComment          UpdateComment          "update-any-comment";
    UpdateFeed                UpdateFeed             "update-feed";
    UpdateFeedFollowers       UpdateFeedFollowers    "update-feed-followers";
    UpdateFeedMembers         UpdateFeedMembers      "update-feed-members";
    UpdateOwnActivity         UpdateActivity         "update-own-activity" or "update-any-activity";
    UpdateOwnActivityBookmark UpdateActivityBookmark "update-own-activity-bookmark";
    UpdateOwnComment          UpdateComment          "update-own-comment" or "update-any-comment";
}

/// A set of capabilities: a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Capabilities(u32);

impl Capabilities {
    /// Nothing.
    pub const NONE: Self = Self(0);
    /// Everything.
    pub const ALL: Self = Self::of(Capability::ALL);

    /// These.
    pub const fn of(all: &[Capability]) -> Self {
        let (mut bits, mut at) = (0, 0);
        // A constant function can do no other loop.
        while at < all.len() {
            bits |= 1 << all[at] as u32;
            at += 1;
        }
        Self(bits)
    }

    /// The same and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// The same without some.
    #[must_use]
    pub const fn but(self, others: Self) -> Self {
        Self(self.0 & !others.0)
    }

    /// Whether it is among them.
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & (1 << capability as u32) != 0
    }

    /// They, by name.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.iter().copied().filter(move |capability| self.has(*capability))
    }

    /// Those of which something holds.
    pub fn all_where(holds: impl Fn(Capability) -> bool) -> Self {
        Capability::ALL.iter().filter(|capability| holds(**capability)).map(|one| Self::of(&[*one])).collect()
    }

    /// What permissions of the catalogue grant on a feed; nothing for those that are about something else.
    pub fn of_permissions(ids: &[String]) -> Self {
        Self::all_where(|capability| ids.iter().any(|id| capability.is_granted_by(id)))
    }
}

impl FromIterator<Self> for Capabilities {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        all.into_iter().fold(Self::NONE, Self::and)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::permission::catalogue;

    #[test]
    fn every_capability_is_a_permission_of_the_catalogue_with_its_action_and_reach() {
        for capability in Capability::ALL.iter().copied() {
            let permission = catalogue::entry(capability.name()).unwrap_or_else(|| panic!("{capability:?}"));
            let own = [capability.action(), if capability.is_own() { "own" } else { "any" }];
            let permission = &permission.permission;
            assert_eq!(own, [permission.action.as_str(), if permission.owner { "own" } else { "any" }]);
        }
        let names: Vec<_> = Capability::ALL.iter().map(|capability| capability.name()).collect();
        assert!(names.is_sorted_by(|left, right| left < right), "by name, each once: {names:?}");
        assert_eq!(names.len(), 29);
    }

    #[test]
    fn a_set_has_what_was_put_in_and_nothing_else() {
        for one in Capability::ALL.iter().copied() {
            let set = Capabilities::of(&[one]);
            assert_eq!(set.iter().collect::<Vec<_>>(), [one]);
            assert_eq!(Capabilities::ALL.but(set).iter().count(), 28);
            assert!(!Capabilities::ALL.but(set).has(one) && Capabilities::ALL.but(set).and(set) == Capabilities::ALL);
        }
    }

    #[test]
    fn what_is_granted_upon_anybodys_is_granted_upon_ones_own() {
        let of = |ids: &[&str]| {
            let ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
            Capabilities::of_permissions(&ids).iter().map(Capability::name).collect::<Vec<_>>()
        };
        assert_eq!(of(&["delete-any-comment"]), ["delete-any-comment", "delete-own-comment"]);
        assert_eq!(of(&["delete-own-comment", "follow"]), ["delete-own-comment", "follow"]);
        assert_eq!(of(&["search-user", "read-channel", "sing"]), [""; 0]);
    }
}
