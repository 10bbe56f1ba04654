/**
 * A number from 0 to `below` - 1 that is always the same for the same words, on every machine and in
 * every version: 32-bit FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) of the words in UTF-16
 * units, joined by a NUL, and mixed at the end because short words differ little.
 */
export function stableNumber(below: number, ...words: readonly string[]): number {
  let hash = 0x811c9dc5;
  for (const unit of words.join("\0")) hash = Math.imul(hash ^ unit.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % below;
}
