/**
 * What the thread that carries changes out once more and the one that answers it share.
 *
 * @module
 */

/** Words of the shared memory. */
export const Word = {
  /** Number of the thread; 0 while there is none. */
  THREAD: 0,
  /** What it is about to do: an {@linkcode Act}. */
  ACT: 1,
  /** Not 0: it is to end. */
  STOP: 2,
  /** 1 once a request was taken for the thread's, after {@linkcode Act.PROVE}. */
  PROVEN: 3,
  /** Number of the view whose change it carries out, where several are at the mountpoint. */
  VIEW: 4,
  COUNT: 5,
} as const;

export const Act = {
  /** What everybody may. */
  NOTHING: 0,
  /** Finds what was, and removes it. */
  REMOVE: 1,
  /** Makes what is. */
  MAKE: 2,
  /** Sets the attributes to what they are. */
  TOUCH: 3,
  /** Looks up a name that nothing has, to see whether it is known. */
  PROVE: 4,
} as const;
