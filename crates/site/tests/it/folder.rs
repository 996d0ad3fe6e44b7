//! A folder of the file system.

use std::fs;
use std::path::PathBuf;

use clerk_edge_site::{Content, Folder, Purpose, Site, SiteFiles as _};

/// A new folder, emptied when the test begins.
fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("admin")).expect("a folder");
    folder
}

#[test]
fn files_are_found_at_every_depth_and_read_up_to_a_size() {
    let root = folder("depth");
    fs::write(root.join("index.html"), "<p>").expect("written");
    fs::write(root.join("admin/a.js"), "12345").expect("written");
    let mut site = Folder::new(&root);
    let mut names = site.names().expect("listed");
    names.sort();
    assert_eq!(names, [b"admin/a.js".to_vec(), b"index.html".to_vec()]);
    assert_eq!(site.read(b"admin/a.js", 5), Ok(Content::Whole(b"12345".to_vec())));
    assert_eq!(site.read(b"admin/a.js", 4), Ok(Content::TooLarge));
    assert!(site.read(b"admin/b.js", 4).is_err());
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_not_followed() {
    let root = folder("links");
    let outside = folder("links-outside");
    fs::write(outside.join("secret.txt"), "text").expect("written");
    fs::write(root.join("a.txt"), "text").expect("written");
    std::os::unix::fs::symlink(&outside, root.join("folder")).expect("linked");
    std::os::unix::fs::symlink(outside.join("secret.txt"), root.join("file")).expect("linked");
    std::os::unix::fs::symlink(&root, root.join("circle")).expect("linked");
    assert_eq!(Folder::new(&root).names(), Ok(vec![b"a.txt".to_vec()]));
}

#[cfg(unix)]
#[test]
fn a_name_need_not_be_text() {
    use std::os::unix::ffi::OsStrExt as _;
    let root = folder("bytes");
    let text = "Administrators read the salary plan of the coming winter in this room.";
    fs::write(root.join("admin.html"), format!("<p>{text}")).expect("written");
    fs::write(root.join(std::ffi::OsStr::from_bytes(b"\xFF.txt")), text).expect("written");
    let site = Site::read(&mut Folder::new(&root), Purpose::Map, &mut |_| {}).expect("read");
    assert_eq!(site.map().as_deref(), Ok("clerk-edge-site 1 1\n/%FF.txt\tt\t/admin\nend\n"));
}

#[test]
fn a_folder_that_is_not_there_is_an_error() {
    let missing = folder("missing").join("nothing");
    let read = Site::read(&mut Folder::new(missing), Purpose::Map, &mut |_| {});
    assert!(matches!(read, Err(clerk_edge_site::SiteError::List(_))));
}
