/** Tables for people: columns under their names, numbers to the right. */

export interface TextColumn {
  readonly name: string;
  readonly cells: readonly string[];
  /** Default "left". */
  readonly align?: "left" | "right";
}

/** Longer cells are cut in the middle, where names of files differ least. */
const MAX_CELL = 48;
const GAP = "  ";

/** Lines of text: the names, then a line per row. Nothing in a cell can move the cursor or colour a terminal. */
export function textTable(columns: readonly TextColumn[]): string {
  const drawn = columns.map(({ name, cells, align = "left" }) => {
    const texts = [name, ...cells].map(short);
    const width = Math.max(...texts.map(({ length }) => length));
    return texts.map((text) => (align === "right" ? text.padStart(width) : text.padEnd(width)));
  });
  return drawn[0]
    .map((_, row) =>
      drawn
        .map((column) => column[row])
        .join(GAP)
        .trimEnd(),
    )
    .join("\n");
}

function short(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, "?");
  if (plain.length <= MAX_CELL) return plain;
  const half = Math.floor((MAX_CELL - 3) / 2);
  return `${plain.slice(0, half)}...${plain.slice(-half)}`;
}
