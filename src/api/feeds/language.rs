//! In what language texts are read.

use crate::error::Result;
use crate::model::feeds::translated::Translated;
use crate::params::Params;

/// The language that a read asks for texts in: `language`, with `translate_text`. Without that, texts are as they were said, and
/// their translations beside them.
pub struct ReadIn(Option<String>);

impl ReadIn {
    /// What a query asks for.
    pub(super) fn of(params: &Params) -> Result<Self> {
        let asks = params.flag("translate_text")?;
        Ok(Self(params.given("language").filter(|_| asks).map(str::to_owned)))
    }

    /// The same, as it is to be read.
    pub(super) fn put<T: Translated>(&self, mut read: T) -> T {
        if let Self(Some(language)) = self {
            read.put(language);
        }
        read
    }
}
