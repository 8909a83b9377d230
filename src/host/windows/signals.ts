/** There is no limit of file sizes to be told of by a signal. */
export function ignoreFileSizeLimit(): void {}
