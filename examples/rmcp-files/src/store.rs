//! The served folder: text files without subfolders.

use std::{
    io::{Error, ErrorKind, Result},
    path::{Path, PathBuf},
};

use tokio::{
    fs::{self, OpenOptions},
    io::AsyncWriteExt as _,
};

/// The maximum length of a text to read or write, in bytes.
const LONGEST: u64 = 1_000_000;

/// A folder of text files.
#[derive(Clone, Debug)]
pub struct Store {
    folder: PathBuf,
}

impl Store {
    /// Serves that folder.
    ///
    /// # Errors
    /// Returns an error if there is no such folder.
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let folder = folder.as_ref().canonicalize()?;
        if folder.is_dir() { Ok(Self { folder }) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// Returns the names of the files, in order.
    ///
    /// # Errors
    /// Returns an error if the folder cannot be read.
    pub async fn list(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        let mut entries = fs::read_dir(&self.folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let name = entry.file_name().to_string_lossy().into_owned();
            if is_name(&name) && entry.file_type().await?.is_file() {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Returns the contents of a file.
    ///
    /// # Errors
    /// Returns an error if there is no such file, or if it is too long or not text.
    pub async fn read(&self, name: &str) -> Result<String> {
        let path = self.file(name).await?;
        if fs::metadata(&path).await?.len() > LONGEST {
            return Err(Error::new(ErrorKind::FileTooLarge, format!("`{name}` is longer than {LONGEST} bytes")));
        }
        fs::read_to_string(path).await
    }

    /// Writes or appends a text to a file.
    ///
    /// # Errors
    /// Returns an error if the name is invalid, the text is too long, or the file cannot be written.
    pub async fn write(&self, name: &str, text: &str, append: bool) -> Result<()> {
        let path = self.target(name).await?;
        let before = if append { fs::metadata(&path).await.map_or(0, |file| file.len()) } else { 0 };
        if before.saturating_add(text.len() as u64) > LONGEST {
            return Err(Error::new(ErrorKind::FileTooLarge, format!("`{name}` would be longer than {LONGEST} bytes")));
        }
        let mut options = OpenOptions::new();
        let mut file = options.create(true).write(true).append(append).truncate(!append).open(path).await?;
        file.write_all(text.as_bytes()).await?;
        file.flush().await
    }

    /// Checks that a file of that name could be written.
    ///
    /// # Errors
    /// Returns an error if the name is invalid or belongs to something other than a file.
    pub async fn check(&self, name: &str) -> Result<()> {
        self.target(name).await.map(drop)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// Returns an error if there is no such file, or if it cannot be removed.
    pub async fn delete(&self, name: &str) -> Result<()> {
        fs::remove_file(self.file(name).await?).await
    }

    /// Returns the path of a file that exists or could exist.
    async fn target(&self, name: &str) -> Result<PathBuf> {
        match self.file(name).await {
            Err(error) if error.kind() == ErrorKind::NotFound => self.path(name),
            found => found,
        }
    }

    /// Returns the path of an existing file that is neither a folder nor a link out of the folder.
    async fn file(&self, name: &str) -> Result<PathBuf> {
        let path = self.path(name)?;
        if fs::symlink_metadata(&path).await?.is_file() {
            return Ok(path);
        }
        Err(Error::new(ErrorKind::InvalidInput, format!("`{name}` is not a file")))
    }

    fn path(&self, name: &str) -> Result<PathBuf> {
        if is_name(name) {
            return Ok(self.folder.join(name));
        }
        let message =
            format!("`{}` is not the name of a file here: letters, digits, `-`, `_`, `.`", name.escape_debug());
        Err(Error::new(ErrorKind::InvalidInput, message))
    }
}

/// Rejects separators and hidden names, so that no name leads out of the folder.
fn is_name(name: &str) -> bool {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    (1..=64).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(known)
}
