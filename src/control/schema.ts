/**
 * The words that methods are declared with: what a parameter may be, and what a result has.
 *
 * Each gives a schema from which the type, the check and the JSON Schema follow. A parameter's schema says in its message what
 * it must be, for the one who sent something else; every field says in its description what it means.
 *
 * @module
 */

import * as v from "valibot";

const TEXT = v.message(v.pipe(v.string(), v.regex(/^[^\0]*$/)), "a string without NUL");
const NOT_EMPTY = v.pipe(v.string(), v.regex(/^[^\0]+$/));
const NAME = v.message(NOT_EMPTY, "a string that is not empty");
const FLAG = v.message(v.boolean(), "true or false");
const COUNT = v.message(
  v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 31)),
  "a whole number from 1 to 2^31",
);
const PLACE = v.message(
  v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31)),
  "a whole number from 0 to 2^31",
);
const PLACES = v.message(v.array(PLACE), "an array of whole numbers");
const ALL_BYTES = v.message(
  v.array(v.pipe(v.string(), v.regex(/^[^\u0100-\uffff]*$/))),
  "an array of strings of characters up to U+00FF",
);
/** JSON can say `1e400`, which is read as infinity. */
const DURATION = v.message(
  v.pipe(v.number(), v.gtValue(0), v.maxValue(Number.MAX_VALUE)),
  "a number of milliseconds above 0",
);

/** Parameter: any words, also none. */
export const words = (means: string) => v.pipe(TEXT, v.description(means));

/** Parameter: a name or a path, which is not empty. */
export const name = (means: string) => v.pipe(NAME, v.description(means));

/**
 * Parameter: a checkpoint, by label, id, unique prefix of an id, `HEAD`, `HEAD~n` or branch name. Who may speak for one branch
 * may only name those of its history.
 */
export const ref = (means: string) => v.pipe(NAME, v.metadata({ ref: true }), v.description(means));

/** Parameter: yes or no. */
export const flag = (means: string) => v.pipe(FLAG, v.description(means));

/** Parameter: how many, at least one. */
export const count = (means: string) => v.pipe(COUNT, v.description(means));

/** Parameter: milliseconds. */
export const duration = (means: string) => v.pipe(DURATION, v.description(means));

/** Parameter: one or more of `what`. */
export const names = (what: string, means: string) =>
  v.pipe(
    v.message(v.pipe(v.array(NOT_EMPTY), v.minLength(1)), `an array of one or more ${what}`),
    v.description(means),
  );

/** Parameter: places in a list, from 0. */
export const places = (means: string) => v.pipe(PLACES, v.description(means));

/** Parameter: a place in a list, from 0. */
export const place = (means: string) => v.pipe(PLACE, v.description(means));

/** Parameter: any number of texts as bytes, one character each. */
export const allBytes = (means: string) => v.pipe(ALL_BYTES, v.description(means));

/** Parameter: a group of fields. */
export const fields = <E extends v.ObjectEntries>(entries: E, means: string) =>
  v.pipe(
    v.message(v.strictObject(entries), `an object {${Object.keys(entries).join(", ")}}`),
    v.description(means),
  );

/** Parameter: any number of groups of fields. */
export const groups = <E extends v.ObjectEntries>(fields: E, means: string) =>
  v.pipe(
    v.message(v.array(v.strictObject(fields)), `an array of {${Object.keys(fields).join(", ")}}`),
    v.description(means),
  );

/** Parameter: one of these. */
export const choice = <const T extends readonly string[]>(options: T, means: string) =>
  v.pipe(
    v.message(v.picklist(options), `one of ${options.join(", ")}`),
    v.description(means),
  );

/** Parameter: any number of these. */
export const choices = <const T extends readonly string[]>(options: T, means: string) =>
  v.pipe(
    v.message(v.array(v.picklist(options)), `an array of ${options.join(", ")}`),
    v.description(means),
  );

/** A parameter or a field that may be missing. */
export const optional = v.exactOptional;

/** Field: text for people or programs. */
export const text = (means: string) => v.pipe(v.string(), v.description(means));

/** Field: id of a checkpoint or an object, 64 hex digits. */
export const id = (means: string) =>
  v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/), v.description(means));

/** Field: a time, ISO 8601 in UTC. */
export const time = (means: string) => v.pipe(v.string(), v.isoTimestamp(), v.description(means));

/** Field: a number of things, bytes, or what else cannot be less than none. */
export const whole = (means: string) =>
  v.pipe(v.number(), v.integer(), v.minValue(0), v.description(means));

/** Field: milliseconds, perhaps with a fraction. */
export const ms = (means: string) => v.pipe(v.number(), v.minValue(0), v.description(means));

/** Field: any number. */
export const number = (means: string) => v.pipe(v.number(), v.description(means));

/** Field: yes or no. */
export const truth = (means: string) => v.pipe(v.boolean(), v.description(means));

/** Field: one of these. */
export const oneOf = <const T extends readonly string[]>(options: T, means: string) =>
  v.pipe(v.picklist(options), v.description(means));

/** Field: always this. */
export const always = <const T extends string | boolean>(value: T, means: string) =>
  v.pipe(v.literal(value), v.description(means));

/** Field: by name. */
export const table = <S extends v.GenericSchema>(values: S, means: string) =>
  v.pipe(v.record(v.string(), values), v.description(means));

/** Field: `of`, or null, which then means something. */
export const nullable = <S extends v.GenericSchema>(of: S, means: string) =>
  v.pipe(v.nullable(of), v.description(means));

/** Field: any number of `of`. */
export const list = <S extends v.GenericSchema>(of: S, means: string) =>
  v.pipe(v.array(of), v.description(means));

/** Field: a group of fields that has no name of its own. */
export const group = <E extends v.ObjectEntries>(fields: E, means: string) =>
  v.pipe(v.object(fields), v.description(means));

/** A result, or a part of results, that has a name. Fields may be added to it; those there are stay what they are. */
export const shape = <const N extends string, E extends v.ObjectEntries>(
  title: N,
  means: string,
  fields: E,
) => v.pipe(v.object(fields), v.title(title), v.description(means));

/** One of several shapes. */
export const either = <const S extends readonly v.GenericSchema[]>(
  title: string,
  means: string,
  of: S,
) => v.pipe(v.union(of), v.title(title), v.description(means));

/** The type of what a schema accepts. */
export type Infer<S extends v.GenericSchema> = v.InferOutput<S>;
/** Any schema. */
export type Schema = v.GenericSchema;
/** Parameters by name. */
export type Fields = v.ObjectEntries;
