/** What the page shows now, and who wants to know when that changes. */

import type { MapData } from "./data.js";
import { DotIndex } from "./dot-index.js";

/** A group in the legend: a class, or the ones that no class of their own is shown for. */
export interface Group {
  readonly name: string;
  readonly count: number;
  /** Class whose colour and shape it has; -1: grey. */
  readonly look: number;
}

/** The legend lists at most this many classes, the commonest; the others are one group. */
const MAX_GROUPS = 400;
const NOBODY = -1;

export class State {
  readonly groups: readonly Group[];
  /** Group of each record. */
  readonly groupOf: Int32Array;
  readonly index: DotIndex;
  hidden = new Set<number>();
  /** The group that is looked at in the legend. */
  pointed = NOBODY;
  hovered = NOBODY;
  selected = NOBODY;
  /** Records that the search found. */
  found: readonly number[] = [];
  /** Place of the pointer on the stage. */
  pointer: { readonly x: number; readonly y: number } | null = null;
  showsPictures = true;
  showsDecoder = false;
  /** Counts changes of what is hidden, for those who remember what they derived from it. */
  version = 0;

  constructor(
    readonly data: MapData,
    readonly onChange: () => void,
  ) {
    const { groups, groupOf } = groupsOf(data);
    this.groups = groups;
    this.groupOf = groupOf;
    this.index = new DotIndex(data.points, data.box);
  }

  isVisible(record: number): boolean {
    return !this.hidden.has(this.groupOf[record]);
  }

  /** The record that is told about: the one under the pointer, else the selected one. */
  get shown(): number {
    return this.hovered !== NOBODY ? this.hovered : this.selected;
  }

  labelOf(record: number): string | null {
    const { labels, names } = this.data;
    return labels && labels[record] >= 0 ? names[labels[record]] : null;
  }

  toggle(group: number): void {
    if (!this.hidden.delete(group)) this.hidden.add(group);
    this.#filtered();
  }

  /** Only this group; all again when it is the only one already. */
  isolate(group: number): void {
    const others = this.groups.map((_, i) => i).filter((i) => i !== group);
    const isAlone = !this.hidden.has(group) && others.every((i) => this.hidden.has(i));
    this.hidden = new Set(isAlone ? [] : others);
    this.#filtered();
  }

  showAll(): void {
    this.hidden = new Set();
    this.#filtered();
  }

  #filtered(): void {
    this.version++;
    if (this.selected !== NOBODY && !this.isVisible(this.selected)) this.selected = NOBODY;
    this.hovered = NOBODY;
    this.onChange();
  }
}

function groupsOf({ count, labels, names }: MapData): Pick<State, "groups" | "groupOf"> {
  if (!labels) return { groups: [{ name: "records", count, look: 0 }], groupOf: new Int32Array(count) };
  const counts = new Int32Array(names.length);
  for (const label of labels) if (label >= 0) counts[label]++;
  const commonest = names.map((_, i) => i).sort((a, b) => counts[b] - counts[a]);
  const kept = commonest.slice(0, MAX_GROUPS).sort((a, b) => a - b);
  const groups: Group[] = kept.map((label) => ({ name: names[label], count: counts[label], look: label }));
  const place = new Int32Array(names.length).fill(kept.length);
  kept.forEach((label, i) => {
    place[label] = i;
  });
  const groupOf = Int32Array.from(labels, (label) => (label >= 0 ? place[label] : kept.length));
  const others = groupOf.reduce((sum, group) => sum + Number(group === kept.length), 0);
  if (others > 0) groups.push({ name: kept.length < names.length ? "others" : "no label", count: others, look: -1 });
  return { groups, groupOf };
}
