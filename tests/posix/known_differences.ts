/**
 * Where a mount answers otherwise than ext4, and why. docs/posix.md tells the same to people.
 *
 * @module
 */

export interface KnownDifference {
  readonly check: RegExp;
  readonly why: string;
  /** Another kernel, or a disk mounted with other options, may not differ. */
  readonly dependsOnMachine?: boolean;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    check: /^which times (copy_file_range|reading .*) changes$/,
    why: "Mounts are noatime: reading changes no times",
    dependsOnMachine: true,
  },
  {
    check: /^what chown to nobody does to set-user-ID and set-group-ID$/,
    why:
      "Who may write to a file of another may drop its set-user-ID with a chown that names nobody",
  },
  {
    check: /^dots are what they should be$/,
    why: "The kernel keeps the listing of a directory that moved, and in it the old number of `..`",
    dependsOnMachine: true,
  },
  {
    check: /^access control lists are there or refused, never half$/,
    why: "POSIX ACLs are refused",
  },
  { check: /^ranges are collapsed and inserted$/, why: "The kernel refuses both for FUSE" },
  { check: /^space that is allocated counts as blocks$/, why: "Blocks count data, not promises" },
  {
    check: /^directories have a size and blocks$/,
    why: "Every directory is 4096 bytes and 8 blocks",
  },
  { check: /^a rename leaves a whiteout behind$/, why: "RENAME_WHITEOUT is refused" },
  { check: /^a file tells when it was made$/, why: "The time of birth is not kept" },
  {
    check: /^(flags of chattr|a file is made immutable)$/,
    why: "There are no flags as of chattr(1)",
  },
  { check: /^extents are mapped$/, why: "There are no extents on a device to tell of" },
  {
    check: /^direct writes that are not aligned$/,
    why: "O_DIRECT takes any offset and length",
    dependsOnMachine: true,
  },
  {
    check: /^a mapping of a file that grows and shrinks$/,
    why: "The kernel does not clear what a mapping wrote past the end of the file when it grows",
    dependsOnMachine: true,
  },
];
