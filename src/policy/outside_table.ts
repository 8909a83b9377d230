/**
 * Rules about paths outside the mount, as the library in LD_PRELOAD reads them (bpf/preload.c).
 *
 * ```
 * u32 rules, u32 places
 * a place: u16 length, bytes: a path in which no rule holds, because the mount is there
 * a rule, at a multiple of four: u32 bytes in all, u32 operations, u8 denies, u8 directories only, u8 components, u8 0,
 *   u16 offset of each component in the rule; a component: u8 kind, then of TOKENS tokens up to a 0:
 *   1 and a byte; 2 and a class, 16 bytes for ASCII and one for all else; 3 for a star
 * ```
 *
 * Little-endian.
 *
 * @module
 */

import { type Component, type Token } from "./glob.ts";
import { PolicyError } from "./policy_error.ts";
import type { Rule } from "./rule.ts";

/** Of one, so that a place in it has 16 bits. */
const LONGEST_PATTERN = 1024;

const Kind = { ANY_DEPTH: 1, ANY: 2, TOKENS: 3 } as const;
const TokenKind = { BYTE: 1, CLASS: 2, STAR: 3 } as const;
const ASCII = 128;

export function outsideRules(rules: readonly Rule[]): Rule[] {
  return rules.filter(({ outside }) => outside);
}

export function mountRules(rules: readonly Rule[]): Rule[] {
  return rules.filter(({ outside }) => !outside);
}

/** `places`: binary strings. Throws {@linkcode PolicyError} where it takes more than `most` bytes. */
export function outsideTable(
  rules: readonly Rule[],
  places: readonly string[],
  most: number,
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [...u32(rules.length), ...u32(places.length)];
  for (const place of places) bytes.push(...u16(place.length), ...bytesOf(place));
  for (const rule of rules) bytes.push(...padding(bytes.length), ...ruleBytes(rule));
  const isTooLong = rules.some(({ pattern }) => pattern.length > LONGEST_PATTERN);
  if (bytes.length > most || isTooLong) {
    throw new PolicyError(
      "policy_too_large",
      `The rules with outside have ${bytes.length} bytes for programs; ${most} are the most, and ${LONGEST_PATTERN} for a pattern`,
      "Join rules by patterns that say the same in fewer",
    );
  }
  return Uint8Array.from(bytes);
}

function ruleBytes({ operations, verdict, glob }: Rule): number[] {
  const components = glob.components.map(componentBytes);
  const head = [
    ...u32(operations),
    verdict === "deny" ? 1 : 0,
    glob.directoryOnly ? 1 : 0,
    components.length,
    0,
  ];
  let at = 4 + head.length + 2 * components.length;
  const offsets = components.flatMap(({ length }) => {
    const offset = u16(at);
    at += length;
    return offset;
  });
  const size = at + padding(at).length;
  return [...u32(size), ...head, ...offsets, ...components.flat(), ...padding(at)];
}

function componentBytes(component: Component): number[] {
  switch (component.kind) {
    case "any-depth":
      return [Kind.ANY_DEPTH];
    case "any":
      return [Kind.ANY];
    case "literal":
      return [Kind.TOKENS, ...literal(component.name), 0];
    case "extension":
      return [Kind.TOKENS, TokenKind.STAR, ...literal(component.extension), 0];
    case "tokens":
      return [Kind.TOKENS, ...component.tokens.flatMap(tokenBytes), 0];
  }
}

function literal(text: string): number[] {
  return bytesOf(text).flatMap((byte) => [TokenKind.BYTE, byte]);
}

function tokenBytes(token: Token): number[] {
  if (token.kind === "star") return [TokenKind.STAR];
  if (token.kind === "byte") return literal(token.byte);
  const set = new Array<number>(ASCII / 8).fill(0);
  for (let code = 0; code < ASCII; code++) {
    if (token.has(String.fromCharCode(code))) set[code >> 3]! |= 1 << (code & 7);
  }
  // What a class names is ASCII, so it has all else or nothing of it.
  return [TokenKind.CLASS, ...set, token.has("\xc3\xa9") ? 1 : 0];
}

function bytesOf(text: string): number[] {
  return [...text].map((byte) => byte.charCodeAt(0));
}

function u16(value: number): number[] {
  return [value & 0xff, value >> 8 & 0xff];
}

function u32(value: number): number[] {
  return [...u16(value & 0xffff), ...u16(value >>> 16)];
}

function padding(length: number): number[] {
  return new Array<number>((4 - length % 4) % 4).fill(0);
}
