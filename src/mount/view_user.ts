/** A process that has something of a mount open, as its requests tell. */
export interface ViewUser {
  readonly pid: number;
  /** That is directories alone: it may be no more than where it stands. */
  readonly onlyStands: boolean;
}
