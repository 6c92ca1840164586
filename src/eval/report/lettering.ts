/** Letters as strokes, for pictures drawn without fonts: printable ASCII, rounded, of even width. */

/** x from the letter's left edge, y up from the baseline. */
export type Point = readonly [x: number, y: number];
export interface Letter {
  readonly strokes: readonly (readonly Point[])[];
  /** From one letter's left edge to the next one's. */
  readonly advance: number;
}

/** A small letter is 8 high, what hangs below the baseline 4 deep. */
export const CAPITAL_HEIGHT = 12;

/**
 * Strokes of each character, two signs a point: x, then y by its place in `HEIGHTS`. Straight from point to point; with
 * ~ in front a smooth curve from the first point to the last, with @ one that closes; both are pulled by the points between.
 */
const STROKES: Readonly<Record<string, string>> = {
  A: "004c80 1373",
  B: "000c ~0c3c7c763606 ~064686804000",
  C: "~898c0c008083",
  D: "000c ~0c3c8c803000",
  E: "7c0c0070 0666",
  F: "7c0c00 0666",
  G: "~898c0c008085 8545",
  H: "000c 808c 0686",
  I: "000c",
  J: "~6c64600003",
  K: "000c 7c04 2670",
  L: "0c0070",
  M: "000c448c80",
  N: "000c808c",
  O: "@000c8c80",
  P: "000c ~0c3c7c753505",
  Q: "@000c8c80 538z",
  R: "000c ~0c3c7c753505 3570",
  S: "~7a7c0c0676700002",
  T: "0c8c 4c40",
  U: "~0c050080858c",
  V: "0c408c",
  W: "0c305a70ac",
  X: "0c80 008c",
  Y: "0c468c 4640",
  Z: "0c8c0080",
  a: "6860 @00086860",
  b: "0c00 @00086860",
  c: "~666808006062",
  d: "6c60 @00086860",
  e: "0464 ~646808006062",
  f: "~5c2c2820 0848",
  g: "~686y6w0w0y @00086860",
  h: "0c00 ~0408686460",
  i: "0800 0b",
  j: "~282y2w0w 2b",
  k: "0c00 5803 2560",
  l: "0c00",
  m: "0800 ~0408585450 ~5458a8a4a0",
  n: "0800 ~0408686460",
  o: "@00086860",
  p: "080w @00086860",
  q: "686w @00086860",
  r: "0800 ~040848",
  s: "~5658080454500002",
  t: "~1c131050 0848",
  u: "~0804006064 6860",
  v: "083068",
  w: "0820476088",
  x: "0860 0068",
  y: "0830 681w",
  z: "08680060",
  "0": "@000c7c70",
  "1": "0a3c30",
  "2": "~090c7c7500 0070",
  "3": "~0a0c7c7636 ~3686800002",
  "4": "606c0484",
  "5": "7c1c06 ~061878700002",
  "6": "~6c0b04 @00077770",
  "7": "0c7c20",
  "8": "@161c6c66 @00067670",
  "9": "@050c7c75 ~787110",
  " ": "",
  ".": "00",
  ",": "000y",
  ":": "00 06",
  ";": "000y 06",
  "!": "0c04 00",
  "?": "~0a0c6c663633 30",
  "'": "0a0c",
  '"': "0a0c 3a3c",
  "`": "0c2a",
  "-": "0555",
  _: "0y7y",
  "+": "0565 3238",
  "*": "343a 0569 0965",
  "=": "0464 0767",
  "/": "0z5c",
  "\\": "0c5z",
  "|": "0y0c",
  "(": "~3c09023z",
  ")": "~0c39320z",
  "[": "3c0c0z3z",
  "]": "0c3c3z0z",
  "{": "~4c1c161506 ~0615121z4z",
  "}": "~0c3c363546 ~4635323z0z",
  "<": "680460",
  ">": "086400",
  "^": "093c69",
  "~": "~04082469",
  "#": "103c 507c 0484 0888",
  $: "~7a7c0c0676700002 3z3c",
  "%": "008c @080c3c38 @50548480",
  "&": "~70191c5c5805006085",
  "@": "@42479772 ~9792b2bcac0c00a0",
};
const HEIGHTS = "wxyz0123456789abc";
const BASELINE = HEIGHTS.indexOf("0");
/** What stands for a character that is not here. */
const BOX = "0060680800";
const SPACE_ADVANCE = 6;
const GAP = 3.4;
/** Straight pieces per bend of a curve. */
const PIECES = 8;

const letters = new Map<string, Letter>();

/** The strokes of one character; accents are dropped, what is not here is a box. */
export function letterOf(character: string): Letter {
  const plain = character.normalize("NFD")[0];
  let letter = letters.get(plain);
  if (!letter) {
    letter = parse(STROKES[plain] ?? BOX);
    letters.set(plain, letter);
  }
  return letter;
}

/** How far a text goes, in the units of its letters. */
export function textWidth(text: string): number {
  return [...text].reduce((width, character) => width + letterOf(character).advance, 0) - GAP;
}

function parse(source: string): Letter {
  if (source === "") return { strokes: [], advance: SPACE_ADVANCE };
  const strokes = source.split(" ").map((stroke) => {
    const kind = stroke[0];
    const points = pointsOf(kind === "~" || kind === "@" ? stroke.slice(1) : stroke);
    return kind === "~" ? curve(points) : kind === "@" ? closedCurve(points) : points;
  });
  return { strokes, advance: Math.max(...strokes.flat().map(([x]) => x)) + GAP };
}

function pointsOf(text: string): Point[] {
  return Array.from({ length: text.length / 2 }, (_, i) => [
    Number.parseInt(text[2 * i], 36),
    HEIGHTS.indexOf(text[2 * i + 1]) - BASELINE,
  ]);
}

/** A uniform quadratic B-spline that starts and ends in its outer points. */
function curve(points: readonly Point[]): Point[] {
  const out: Point[] = [points[0]];
  for (let i = 1; i < points.length - 1; i++) {
    const end = i === points.length - 2 ? points[i + 1] : middle(points[i], points[i + 1]);
    out.push(...bend(out[out.length - 1], points[i], end));
  }
  return out;
}

function closedCurve(points: readonly Point[]): Point[] {
  const out = [middle(points[points.length - 1], points[0])];
  points.forEach((point, i) => {
    out.push(...bend(out[out.length - 1], point, middle(point, points[(i + 1) % points.length])));
  });
  return out;
}

/** Points of a quadratic Bezier curve, without its first. */
function bend(from: Point, control: Point, to: Point): Point[] {
  return Array.from({ length: PIECES }, (_, i) => {
    const t = (i + 1) / PIECES;
    const along = (axis: 0 | 1) => (1 - t) ** 2 * from[axis] + 2 * t * (1 - t) * control[axis] + t * t * to[axis];
    return [along(0), along(1)];
  });
}

function middle(a: Point, b: Point): Point {
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}
