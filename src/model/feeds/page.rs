//! Pages of lists.

/// A part of a list, and the cursors that lead on from it.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Leads on; `None` where nothing follows.
    pub next: Option<String>,
    /// Leads back; `None` where nothing comes before.
    pub prev: Option<String>,
}

impl<T> Default for Page<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: None, prev: None }
    }
}
