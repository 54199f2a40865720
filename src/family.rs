//! What Stream has and millpond has not, by families of paths: the products and resources that Stream's public documentation
//! names, each with the beginnings of its paths in each dialect (design.md 6). Single operations are not listed: whatever
//! lies below one of these is Stream's, and what is built stands in the table of routes.

use crate::dialect::Dialect;
use crate::operation::table;

/// How far a family is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is to come.
    Later,
    /// Parts of it are built: those are in the table of routes.
    Partial,
    /// It is not planned.
    Never,
}

impl State {
    /// The word for it, as the control API has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Later => "not_built",
            Self::Partial => "partial",
            Self::Never => "not_planned",
        }
    }

    /// What a person is told.
    pub fn words(self) -> &'static str {
        match self {
            Self::Later => "not built yet",
            Self::Partial => "built in part",
            Self::Never => "not planned",
        }
    }
}

/// Paths that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// Its name for people.
    pub name: &'static str,
    /// How far it is.
    pub state: State,
    /// Where its paths begin behind the prefix of each dialect, in the order of [`Dialect::ALL`].
    below: [&'static [&'static str]; Dialect::ALL.len()],
}

const fn family(
    name: &'static str,
    state: State,
    v2: &'static [&'static str],
    legacy: &'static [&'static str],
    video: &'static [&'static str],
) -> Family {
    Family { name, state, below: [v2, legacy, video] }
}

/// THE table of families. Where several fit a path, the longest beginning counts.
pub const FAMILIES: &[Family] = &[
    family("Feeds data", State::Partial, &["/feeds"], &[], &[]),
    family("Activity Feeds before V3", State::Never, &[], &["/api/v1.0"], &[]),
    family(
        "Channels and their members",
        State::Later,
        &["/chat/channels", "/chat/members"],
        &["/channels", "/members"],
        &[],
    ),
    family("Messages", State::Later, &["/chat/messages", "/chat/search"], &["/messages", "/search"], &[]),
    family("Threads", State::Later, &["/chat/threads"], &["/threads"], &[]),
    family("Drafts", State::Later, &["/chat/drafts"], &["/drafts"], &[]),
    family("Reminders", State::Later, &["/chat/reminders"], &["/reminders"], &[]),
    family(
        "Unread counts and sync",
        State::Later,
        &["/chat/unread", "/chat/unread_batch", "/chat/sync"],
        &["/unread", "/unread_batch", "/sync"],
        &[],
    ),
    family("Live locations", State::Later, &["/users/live_locations"], &["/users/live_locations"], &[]),
    family("Polls", State::Partial, &["/polls"], &["/polls"], &[]),
    family("Channel types", State::Later, &["/chat/channeltypes"], &["/channeltypes"], &[]),
    family("Commands", State::Later, &["/chat/commands"], &["/commands"], &[]),
    family("The rest of Chat", State::Later, &["/chat"], &[], &[]),
    family("Moderation", State::Partial, &["/moderation", "/chat/moderation"], &["/moderation"], &["/moderation"]),
    family(
        "Bans in future channels",
        State::Later,
        &["/chat/query_future_channel_bans"],
        &["/query_future_channel_bans"],
        &[],
    ),
    family("Blocklists", State::Partial, &["/blocklists"], &["/blocklists"], &[]),
    family("User groups", State::Partial, &["/usergroups"], &["/usergroups"], &[]),
    family("Uploads", State::Partial, &["/uploads"], &["/uploads"], &["/uploads"]),
    family("Link previews", State::Partial, &["/og"], &["/og"], &[]),
    family(
        "Push templates and checks",
        State::Later,
        &["/push_templates", "/chat/push_templates", "/push_providers", "/check_push", "/check_sns", "/check_sqs"],
        &["/push_templates", "/push_providers", "/check_push", "/check_sns", "/check_sqs"],
        &["/push_providers", "/push_templates"],
    ),
    family("Campaigns", State::Never, &["/campaigns", "/chat/campaigns"], &["/campaigns"], &[]),
    family("Segments", State::Never, &["/segments", "/chat/segments"], &["/segments"], &[]),
    family("Imports", State::Never, &["/imports", "/import_urls"], &["/imports", "/import_urls"], &[]),
    family(
        "Channel exports",
        State::Never,
        &["/export_channels", "/chat/export_channels", "/export/channels"],
        &["/export_channels", "/export/channels"],
        &[],
    ),
    family("Retention", State::Never, &["/retention_policy", "/chat/retention_policy"], &["/retention_policy"], &[]),
    family("Usage and statistics", State::Never, &["/stats", "/usage", "/chat/stats"], &["/stats", "/usage"], &[]),
    family(
        "External storage",
        State::Never,
        &["/external_storage", "/video/external_storage"],
        &["/external_storage"],
        &["/external_storage"],
    ),
    family(
        "Calls",
        State::Never,
        &["/video/call", "/video/calls", "/video/call_stats", "/video/active_calls_status"],
        &["/calls"],
        &["/call", "/calls", "/call_stats", "/active_calls_status"],
    ),
    family("Call types", State::Never, &["/video/calltypes"], &[], &["/calltypes"]),
    family(
        "Call recordings and transcriptions",
        State::Never,
        &["/video/recordings", "/video/transcriptions"],
        &[],
        &["/recordings", "/transcriptions"],
    ),
    family("SIP", State::Never, &["/video/sip"], &[], &["/sip"]),
    family("Video statistics and edges", State::Never, &["/video/stats", "/video/edges"], &[], &["/stats", "/edges"]),
    family("The rest of Video", State::Never, &["/video"], &[], &[]),
];

impl Family {
    /// Where its paths begin, whole, in every dialect.
    pub fn paths(&self) -> Vec<String> {
        let whole = |dialect: Dialect| {
            self.below[dialect as usize].iter().map(move |below| format!("{}{below}", dialect.prefix()))
        };
        Dialect::ALL.into_iter().flat_map(whole).collect()
    }

    /// The longest of its beginnings that a path behind a dialect's prefix has, in bytes.
    fn fits(&self, dialect: Dialect, path: &str) -> Option<usize> {
        let begins =
            |below: &&&str| path.strip_prefix(**below).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.below[dialect as usize].iter().filter(begins).map(|below| below.len()).max()
    }
}

/// The family of a path that no route answers. A path that an operation has with another method is of none: the method is
/// wrong, and Stream answers that as it answers an unknown path (wire-contract, trap 25).
pub fn of(dialect: Dialect, path: &str) -> Option<&'static Family> {
    let below = path.strip_prefix(dialect.prefix())?;
    if table::has_place(dialect, below) {
        return None;
    }
    let fitting = FAMILIES.iter().filter_map(|family| Some((family.fits(dialect, below)?, family)));
    fitting.max_by_key(|(length, _)| *length).map(|(_, family)| family)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_beginning_of_whole_segments_counts_and_a_known_path_has_no_family() {
        use Dialect::{Legacy, V2, Video};
        for (dialect, path, wanted) in [
            (V2, "/api/v2/feeds", Some("Feeds data")),
            (V2, "/api/v2/feeds/activities/1", None),
            (V2, "/api/v2/feeds/none", Some("Feeds data")),
            (V2, "/api/v2/feedsx", None),
            (V2, "/api/v2/chat/moderation/reports", Some("Moderation")),
            (V2, "/api/v2/chat/things", Some("The rest of Chat")),
            (V2, "/api/v2/channels", None),
            (V2, "/api/v2/moderation/ban", None),
            (V2, "/api/v2/moderation/ban/1", Some("Moderation")),
            (V2, "/api/v2/users/john/deactivate", None),
            (V2, "/api/v2/users/live_locations", Some("Live locations")),
            (Legacy, "/channels/messaging/1/query", Some("Channels and their members")),
            (Legacy, "/feeds/activities", None),
            (Legacy, "/users/john", None),
            (Legacy, "/", None),
            (Video, "/video/call/default/1", Some("Calls")),
            (Video, "/video/calltypes", Some("Call types")),
            (Video, "/video/channels", None),
        ] {
            assert_eq!(of(dialect, path).map(|family| family.name), wanted, "{path}");
        }
    }

    #[test]
    fn no_beginning_is_in_the_table_twice() {
        let mut paths: Vec<_> = FAMILIES.iter().flat_map(Family::paths).collect();
        let all = paths.len();
        paths.sort();
        paths.dedup();
        assert_eq!(paths.len(), all);
        assert!(
            paths.iter().all(|path| path.starts_with('/') && !path.ends_with('/') && !path.starts_with("/_millpond"))
        );
    }
}
