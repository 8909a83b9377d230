/** How much of the log is kept. Apart from who writes it: each command knows these. */
export interface LogLimits {
  /** Of a file, bytes: a new one is begun when it is exceeded. */
  readonly fileBytes: number;
  /** Of a file, ms since it was begun. */
  readonly fileMs: number;
  /** Files that are kept. */
  readonly files: number;
  /** Each block is made durable. */
  readonly sync: boolean;
}

export const LOG_LIMITS: LogLimits = {
  fileBytes: 16 * 1024 * 1024,
  fileMs: 24 * 3600 * 1000,
  files: 32,
  sync: false,
};
