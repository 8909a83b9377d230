/** What is watched. Plain data. */
export interface Watches {
  /** Somebody watches the whole file system, or a mount of it. */
  readonly everything: boolean;
  /** Inode numbers by inode space. */
  readonly inodes: Readonly<Record<number, readonly number[]>>;
}
