/** A binary heap: the smallest item first. `before` says which of two comes first. */
export interface Heap<T> {
  readonly size: number;
  peek(): T | undefined;
  push(item: T): void;
  pop(): T | undefined;
}

export function createHeap<T>(before: (a: T, b: T) => boolean): Heap<T> {
  const items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    peek: () => items[0],
    push(item) {
      items.push(item);
      rise(items, items.length - 1, before);
    },
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        sink(items, 0, before);
      }
      return first;
    },
  };
}

function rise<T>(items: T[], start: number, before: (a: T, b: T) => boolean): void {
  let index = start;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!before(items[index]!, items[parent]!)) return;
    swap(items, index, parent);
    index = parent;
  }
}

function sink<T>(items: T[], start: number, before: (a: T, b: T) => boolean): void {
  let index = start;
  for (;;) {
    const left = 2 * index + 1;
    let first = index;
    if (left < items.length && before(items[left]!, items[first]!)) first = left;
    if (left + 1 < items.length && before(items[left + 1]!, items[first]!)) first = left + 1;
    if (first === index) return;
    swap(items, index, first);
    index = first;
  }
}

function swap<T>(items: T[], a: number, b: number): void {
  const item = items[a]!;
  items[a] = items[b]!;
  items[b] = item;
}
