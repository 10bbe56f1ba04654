import { isShallow } from "../ledger/fields.ts";

/**
 * Rows are read as if anybody had put them there, also what STRICT forbids: never an exception. A
 * whole number that JavaScript does not know (above 2^53) is nobody's, and SQL leaves it out.
 */
export const HIGHEST = Number.MAX_SAFE_INTEGER;

export function bytesOf(body: unknown): Buffer {
  if (!(body instanceof Uint8Array)) return Buffer.from(String(body ?? ""));
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
}

export function headersOf(text: unknown): Record<string, unknown> {
  try {
    const headers = JSON.parse(String(text ?? "{}"));
    // What was read could not be written again: see `readFireBody`.
    return isShallow(headers) ? Object(headers) : {};
  } catch {
    return {};
  }
}
