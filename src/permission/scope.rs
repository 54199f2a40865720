//! Where a permission is granted and asked for.

/// A scope. Grants of one say nothing in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The app as a whole.
    App,
    /// The feeds of a visibility.
    Feeds(Visibility),
    /// Any other by its name: a type of channels such as `messaging`, or of calls such as `video:default`.
    Named(&'a str),
}

impl<'a> Scope<'a> {
    /// The name of the app's own.
    pub const APP: &'static str = ".app";

    /// The scope of a name.
    pub fn of(name: &'a str) -> Self {
        let feeds = || Visibility::ALL.into_iter().find(|visibility| visibility.scope() == name);
        if name == Self::APP { Self::App } else { feeds().map_or(Self::Named(name), Self::Feeds) }
    }

    /// Its name, as grants and refusals have it.
    pub fn name(self) -> &'a str {
        match self {
            Self::App => Self::APP,
            Self::Feeds(visibility) => visibility.scope(),
            Self::Named(name) => name,
        }
    }
}

/// Who may see a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// Anyone may see it, follow it and post to it.
    Public,
    /// Anyone may see and follow it.
    Visible,
    /// Whose follow was accepted may see it.
    Followers,
    /// Its members may see it.
    Members,
    /// Its owner may see it.
    Private,
}

impl Visibility {
    /// All of them, the widest first.
    pub const ALL: [Self; 5] = [Self::Public, Self::Visible, Self::Followers, Self::Members, Self::Private];

    /// Parses the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|visibility| visibility.name() == word)
    }

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Visible => "visible",
            Self::Followers => "followers",
            Self::Members => "members",
            Self::Private => "private",
        }
    }

    /// The scope of such feeds.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Public => "feeds:public",
            Self::Visible => "feeds:visible",
            Self::Followers => "feeds:followers",
            Self::Members => "feeds:members",
            Self::Private => "feeds:private",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scope_is_found_by_its_name() {
        for visibility in Visibility::ALL {
            assert_eq!(visibility.scope(), format!("feeds:{}", visibility.name()));
            assert_eq!(Scope::of(visibility.scope()), Scope::Feeds(visibility));
        }
        assert_eq!(Scope::of(".app"), Scope::App);
        for name in ["messaging", "video:default", "feeds:", "feeds:secret", "public", ""] {
            assert_eq!(Scope::of(name), Scope::Named(name));
            assert_eq!(Scope::of(name).name(), name);
        }
    }
}
