/**
 * macOS's client lists directories by itself: it is never made to.
 *
 * @module
 */

export class DirectoryLister {
  readonly isBusy = false;

  constructor(readonly mount: string) {}

  list(_path: string): void {}

  visit(_path: string): void {}

  end(): Promise<void> {
    return Promise.resolve();
  }
}
