/** What is open stands against: by share modes, by a deletion to come, by a handle in the way of a rename. */

import type { ScriptRow } from "../script.ts";

export const sharingRows: readonly ScriptRow[] = [
  // What others allow, and what oneself allows them.
  ["a=x", "y: open a read share:; open a read", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:r; open a read", "SUCCESS opened", "a=x"],
  ["a=x", "y: open a read share:r; open a write", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:rw; open a write", "SUCCESS opened", "a=x"],
  ["a=x", "y: open a read share:rw; open a del", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:rwd; open a del; delete", "SUCCESS", "a=x"],
  ["a=x", "y: open a write; open a read share:r", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a append; open a read share:r", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:; open a attr share:", "SUCCESS opened", "a=x"],
  ["a=x", "y: open a attr share:; open a max", "SUCCESS opened", "a=x"],
  ["a=x", "y: open a read share:; open A read", "SHARING_VIOLATION", "a=x"],
  ["a=x b=y", "y: open a read share:; open b", "SUCCESS opened", "a=x b=y"],
  ["a=x", "y: open a read share:; @y close; open a", "SUCCESS opened", "a=x"],
  ["a=x", "y: open a read share:; open a; @y read", "SUCCESS 'x'", "a=x"],
  ["d/", "y: open d read share:; open d read", "SHARING_VIOLATION", "d/"],
  ["d/f=x", "y: open d read share:; open d/f", "SUCCESS opened", "d/ d/f=x"],
  // Nothing is emptied that others have open, nor made of what is refused.
  ["a=x", "y: open a read share:r; over a write", "SHARING_VIOLATION", "a=x"],
  ["a=x", "y: open a read share:r; super a write; @y read", "SUCCESS 'x'", "a=x"],
  ["a=x", "y: open a read share:rw; over a write; @y read", "END_OF_FILE", "a"],
  ["a=x", "y: open a read share:rwd; open a del share: doc", "SHARING_VIOLATION", "a=x"],
  // With the last handle; until then it is neither opened nor made.
  ["a=x", "y: open a; open a; delete; close; @y read", "SUCCESS 'x'", "a=x"],
  ["a=x", "y: open a; open a; delete; close; @y close", "SUCCESS", ""],
  ["a=x", "y: open a; open a; delete; close; open a", "DELETE_PENDING", "a=x"],
  ["a=x", "y: open a; open a; delete; close; openif a", "DELETE_PENDING", "a=x"],
  ["a=x", "y: open a; open a; delete; close; @y undelete; open a", "SUCCESS opened", "a=x"],
  ["a=x", "y: open a; open a doc; close; open a attr", "DELETE_PENDING", "a=x"],
  // With the handle; the others go on without a name.
  ["a=x", "y: open a; open a; delete posix; close; @y read", "SUCCESS 'x'", ""],
  ["a=x", "y: open a; open a; delete posix; close; open a", "OBJECT_NAME_NOT_FOUND", ""],
  ["a=x", "y: open a; open a; delete posix; close; create a; @y write 0 y", "SUCCESS 1", "a"],
  ["a=x", "y: open a; open a; delete posix; close; create a; @y close", "SUCCESS", "a"],
  ["a=x", "y: open a; open a; delete posix; close; @y size 0", "SUCCESS", ""],
  ["a=x", "y: open a; open a; delete posix; close; @y setattr ro", "SUCCESS", ""],
  ["a=x", "y: open a; open a; delete posix; close; @y rename b", "ACCESS_DENIED", ""],
  ["d/", "y: open d; open d; delete posix; close; @y list", ". ..", ""],
  ["d/", "y: open d; open d; delete posix; close; create d/f", "OBJECT_PATH_NOT_FOUND", ""],
  // Renames.
  ["a=x b=y", "y: open b; open a; rename b replace", "ACCESS_DENIED", "a=x b=y"],
  ["a=x b=y", "y: open b read share:r; open a; rename b posix", "SHARING_VIOLATION", "a=x b=y"],
  ["a=x b=y", "y: open b attr share:; open a; rename b posix", "SUCCESS", "b=x"],
  ["a=x b=y", "y: open b; open a; rename b posix; @y read", "SUCCESS 'y'", "b=x"],
  ["a=x b=y", "y: open b; open a; rename b posix; z: open b; @z read", "SUCCESS 'x'", "b=x"],
  ["d/f=x", "y: open d/f; open d; rename e", "ACCESS_DENIED", "d/ d/f=x"],
  ["d/f=x", "y: open d/f; @y close; open d; rename e", "SUCCESS", "e/ e/f=x"],
  ["a=x", "y: open a; open a; rename b; @y delete; @y close; close", "SUCCESS", ""],
  ["a=x", "y: open a; open a; rename b; @y rename c", "SUCCESS", "c=x"],
];
