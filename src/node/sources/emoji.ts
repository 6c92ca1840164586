/** The data set "emoji": 64x64 colour pictures of Twemoji; labels are Unicode's categories, ids the short names. */

import { join } from "node:path";
import { VaekitError } from "../../errors.js";
import { nodeFiles } from "../files.js";
import { fileItem } from "./folder.js";
import { itemsDataset } from "./items.js";
import type { PackagedSet } from "./packaged-set.js";
import type { PictureItem } from "./picture-item.js";

/** What is read of an entry of the package's emoji.json. */
interface Emoji {
  readonly image: string;
  readonly short_name: string;
  readonly category: string;
  /** Other skin tones, by the code points of the tones. */
  readonly skin_variations?: Readonly<Record<string, { readonly image: string }>>;
}

/** The part without other skin tones: no two of its pictures differ in colour alone. */
const PLAIN = "plain";
/** The five tones are called 2 to 6, after Fitzpatrick's scale, as in the short names that chats use. */
const FIRST_TONE = 0x1f3fb - 2;

/** Pictures by Twitter and contributors (CC-BY 4.0); package by Cal Henderson (MIT). */
export const emoji: PackagedSet = {
  package: "emoji-datasource-twitter",
  version: "16.0.0",
  megabytes: 62,
  unused: ["img/twitter/sheets", "img/twitter/sheets-128", "img/twitter/sheets-256", "img/twitter/sheets-clean"],
  parts: [PLAIN],
  async open(folder, { text, part }, options) {
    if (part !== null && part !== PLAIN) {
      throw new VaekitError(
        "E_DATA",
        `${text}: no part "${part}"`,
        `It has "${PLAIN}", one picture per emoji; without a part every skin tone is a picture.`,
      );
    }
    const pictures = join(folder, "img", "twitter", "64");
    const items = (await readList(join(folder, "emoji.json"))).flatMap((entry) => itemsOf(entry, pictures, part));
    return itemsDataset(items, { name: text }, options);
  },
};

/** The package's list, by the names of the files, which are code points. */
async function readList(path: string): Promise<Emoji[]> {
  const text = new TextDecoder().decode(await nodeFiles.read(path));
  try {
    return (JSON.parse(text) as Emoji[]).sort((a, b) => (a.image < b.image ? -1 : 1));
  } catch (cause) {
    throw new VaekitError("E_FILE", `${path}: this is not JSON`, "Remove its folder; it is downloaded anew.", {
      cause,
    });
  }
}

function itemsOf(
  { image, short_name, category, skin_variations }: Emoji,
  folder: string,
  part: string | null,
): PictureItem[] {
  const plain = fileItem(join(folder, image), short_name, category);
  if (part === PLAIN) return [plain];
  const toned = Object.entries(skin_variations ?? {}).map(([tones, { image }]) =>
    fileItem(join(folder, image), `${short_name}:skin-tone-${toneNumbers(tones)}`, category),
  );
  return [plain, ...toned];
}

/** @example toneNumbers("1F3FB-1F3FC") // "2-3" */
function toneNumbers(tones: string): string {
  return tones
    .split("-")
    .map((tone) => Number.parseInt(tone, 16) - FIRST_TONE)
    .join("-");
}
