/** A branch is to be captured of which a capture is not stored yet: the fs thread may have taken one by itself. */
export class CaptureUnderWay extends Error {
  override readonly name = "CaptureUnderWay";
  readonly code = "capture_under_way";

  constructor() {
    super("A capture is being stored already");
  }
}
