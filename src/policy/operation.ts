/**
 * What a rule can be about: one bit for each kind of operation on a path.
 *
 * @module
 */

export const Operation = {
  /** The bytes of a file are looked at. */
  READ: 1 << 0,
  /** They are changed, cut off included. */
  WRITE: 1 << 1,
  /** A name is made: file, directory, symlink, special file, another name of a file. */
  CREATE: 1 << 2,
  /** A name is taken away, also by another file that takes its place. */
  UNLINK: 1 << 3,
  /** A name becomes another one: both are asked about. */
  RENAME: 1 << 4,
  /** A file is made shorter or longer. */
  TRUNCATE: 1 << 5,
  /** A file is run. */
  EXEC: 1 << 6,
  /** A file gets another name: both are asked about. */
  LINK: 1 << 7,
  /** Mode, owner, times, extended attributes. */
  ATTRIBUTES: 1 << 8,
} as const;

export const ALL_OPERATIONS = (1 << 9) - 1;

/** What is about a file wherever its name is: a rule about it must not be left by giving the file another name. */
export const CONTENT_OPERATIONS = Operation.READ | Operation.WRITE | Operation.TRUNCATE |
  Operation.EXEC | Operation.ATTRIBUTES;

/** By the names that rules have for them, in the order in which they are shown. */
export const OPERATION_NAMES: Readonly<Record<string, number>> = {
  read: Operation.READ,
  write: Operation.WRITE,
  create: Operation.CREATE,
  unlink: Operation.UNLINK,
  rename: Operation.RENAME,
  truncate: Operation.TRUNCATE,
  exec: Operation.EXEC,
  link: Operation.LINK,
  attributes: Operation.ATTRIBUTES,
};

/** Bit of the operation of that name; 0 if there is none. */
export function operationNamed(name: string): number {
  return Object.hasOwn(OPERATION_NAMES, name) ? OPERATION_NAMES[name]! : 0;
}

/** `all`, or the names with commas between them; "" for none. */
export function operationsText(operations: number): string {
  if (operations === ALL_OPERATIONS) return "all";
  return Object.keys(OPERATION_NAMES).filter((name) => (OPERATION_NAMES[name]! & operations) !== 0)
    .join(",");
}
