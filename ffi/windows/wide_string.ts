/**
 * Text for functions whose names end with W.
 *
 * @module
 */

/** UTF-16, ended by a NUL. */
export function wideString(text: string): Uint16Array<ArrayBuffer> {
  const units = new Uint16Array(text.length + 1);
  for (let i = 0; i < text.length; i++) units[i] = text.charCodeAt(i);
  return units;
}

/** What such a function has written into `units`, up to the NUL. */
export function textOfWide(units: Uint16Array): string {
  let text = "";
  for (const unit of units) {
    if (unit === 0) break;
    text += String.fromCharCode(unit);
  }
  return text;
}
