/**
 * Files of pjdfstest in which cases may differ from a disk where the code for macOS serves, and why.
 *
 * @module
 */

export const PJDFSTEST_EXCLUSIONS: readonly { readonly files: RegExp; readonly why: string }[] = [
  {
    files: /^chown\/0[02357]\.t$|^link\/00\.t$|^(rmdir|unlink)\/11\.t$|^rename\/(09|10)\.t$/,
    why: "they give files to other users, and all files are shown as the daemon's user's",
  },
  {
    files: /^(mkdir|mkfifo|mknod|open)\/00\.t$|^chmod\/(00|11)\.t$|^utimensat\/06\.t$/,
    why:
      "they give a directory to another user and then act as that one, which may not write there",
  },
  {
    files: /^(chmod|ftruncate|mkdir|mkfifo|mknod|open|rename|symlink|truncate|unlink)\/0[4-7]\.t$/,
    why: "they ask what another user, whose a directory is, may search and write",
  },
  {
    files: /^link\/(06|07|11)\.t$|^rmdir\/0[78]\.t$/,
    why: "they ask what another user, whose a directory is, may search and write",
  },
];
