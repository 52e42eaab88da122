//! Mail as files: one `.eml` a mail, named by its id, so that writing it twice leaves it there once.

use std::io::Write;
use std::path::Path;

/// Makes the folder, for its owner alone.
///
/// # Errors
///
/// When it cannot be made.
pub fn prepare(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Writes a mail under a name of its own, then gives it its name: it is there as a whole or not at
/// all.
///
/// # Errors
///
/// When the disk is full or the folder gone.
pub fn write(folder: &Path, id: &str, contents: &[u8]) -> std::io::Result<()> {
    let draft = folder.join(format!(".{id}.draft"));
    let mut options = std::fs::OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(contents)?;
    file.sync_all()?;
    std::fs::rename(&draft, folder.join(format!("{id}.eml")))
}
