//! A file that was sent.

use crate::clock::Time;

/// How the addresses of all files begin.
pub const PREFIX: &str = "/uploads-cdn/";

/// By which operation a file was sent: what it holds is not looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadKind {
    /// Any file.
    File,
    /// An image.
    Image,
}

impl UploadKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::File, Self::Image];

    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Image => "image",
        }
    }

    /// The kind of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == word)
    }

    /// Its word in the addresses of files.
    pub fn folder(self) -> &'static str {
        match self {
            Self::File => "attachments",
            Self::Image => "images",
        }
    }

    /// Where a file of that id and name is served.
    pub fn path(self, api_key: &str, id: &str, name: &str) -> String {
        format!("{PREFIX}{api_key}/{}/{id}.{name}", self.folder())
    }
}

/// A file that was sent. What is in it lies in the folder of files, under its hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// A UUID.
    pub id: String,
    /// How it was sent.
    pub kind: UploadKind,
    /// As it stands in the address.
    pub name: String,
    /// The media type under which it is served.
    pub media_type: String,
    /// SHA-256 of the content, in hexadecimal digits.
    pub hash: String,
    /// Its size.
    pub bytes: i64,
    /// Who sent it; empty for a server that names nobody.
    pub created_by: String,
    /// When it was sent.
    pub created_at: Time,
}
