//! What users react to, and bookmark.

/// The kind of such an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKind {
    /// An activity.
    Activity,
    /// A comment.
    Comment,
}

impl ObjectKind {
    /// The word for it, in answers and in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Activity => "activity",
            Self::Comment => "comment",
        }
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Activity, Self::Comment].into_iter().find(|kind| kind.name() == name)
    }
}

/// An object, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    /// Its kind.
    pub kind: ObjectKind,
    /// Its number.
    pub no: i64,
    /// The number of the activity that it is, or beneath which it is.
    pub activity: i64,
}

impl Object {
    /// An activity.
    pub fn activity(no: i64) -> Self {
        Self { kind: ObjectKind::Activity, no, activity: no }
    }

    /// A comment beneath an activity.
    pub fn comment(no: i64, activity: i64) -> Self {
        Self { kind: ObjectKind::Comment, no, activity }
    }
}

/// The ids by which an object is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The id of the activity that it is, or beneath which it is.
    pub activity_id: String,
    /// Its own, of a comment.
    pub comment_id: Option<String>,
}

impl Address {
    /// An activity's.
    pub fn of_activity(id: &str) -> Self {
        Self { activity_id: id.to_owned(), comment_id: None }
    }
}
