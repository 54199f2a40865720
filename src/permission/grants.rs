//! What an app granted to roles instead of their defaults.

use std::collections::BTreeMap;

use super::capability::Capabilities;
use super::scope::Scope;

/// By scope and role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants(BTreeMap<String, BTreeMap<String, Granted>>);

/// What a role was granted in a scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The ids of permissions, as they were given.
    pub ids: Vec<String>,
    /// What those of the catalogue bring on a feed, worked out once.
    pub on_feeds: Capabilities,
}

impl Grants {
    /// Grants, instead of what the role had there.
    pub fn set(&mut self, scope: Scope<'_>, role: String, ids: Vec<String>) {
        let granted = Granted { on_feeds: Capabilities::of_permissions(&ids), ids };
        match self.0.get_mut(scope.name()) {
            Some(roles) => drop(roles.insert(role, granted)),
            None => drop(self.0.insert(scope.name().to_owned(), BTreeMap::from([(role, granted)]))),
        }
    }

    /// What a role was granted in a scope; `None` leaves it with its defaults.
    pub fn get(&self, scope: Scope<'_>, role: &str) -> Option<&Granted> {
        self.0.get(scope.name())?.get(role)
    }

    /// The roles that were granted something in a scope, by name, with the ids.
    pub fn of(&self, scope: Scope<'_>) -> impl Iterator<Item = (&str, &[String])> {
        let roles = self.0.get(scope.name()).into_iter().flatten();
        roles.map(|(role, granted)| (role.as_str(), granted.ids.as_slice()))
    }

    /// The scopes in which anything was granted, by name.
    pub fn scopes(&self) -> impl Iterator<Item = Scope<'_>> {
        self.0.keys().map(|name| Scope::of(name))
    }
}
