/** What a mark, a chip or a pin shows and says. */

import { element } from "#kit/element.js";
import { symbol } from "#kit/symbols.js";
import { KINDS, kindTitle, shortBase } from "#kit/words.js";
import { SEVERAL } from "#map/group-marks.js";

/** @typedef {import("#kit/types.js").ResourceFeature} ResourceFeature */
/** @typedef {import("#kit/types.js").ConsultantFeature} ConsultantFeature */
/** @typedef {import("#kit/address.js").Selection} Selection */
/** @typedef {{className: string, content: (Node|string|false)[], label: string, tip: string, level: number, selection: Selection|null, many: number, size?: [number, number]}} Face `selection` null: the map comes nearer; `many`: how many entries it stands for */

const NEARER = "押すと地図を大きくします";

/** Return the face of everything at one place. @param {string} site @param {ResourceFeature[]} features @returns {Face} */
export function faceOfPlace(site, features) {
  const first = /** @type {ResourceFeature} */ (features[0]);
  const kind = kindOf(features);
  const { name, id } = first.properties;
  if (features.length === 1) {
    return {
      className: `mark mark--${kind}`,
      content: [symbol(kind)],
      label: `${kindTitle(kind)} ${name}`,
      tip: name,
      level: kind === "centre" ? 300 : 0,
      selection: { type: "resource", id: String(id) },
      many: 1,
    };
  }
  const names = features.map((feature) => feature.properties.name).join("、");
  return {
    ...chip(kind, features.length),
    label: `${kind === SEVERAL ? "" : `${kindTitle(kind)} `}この場所の${features.length}件: ${names}`,
    tip: `${name} ほか${features.length - 1}件`,
    selection: { type: "site", id: site },
  };
}

/** Return the face of places too near to each other to stand apart. @param {ResourceFeature[]} features @returns {Face} */
export function faceOfPlaces(features) {
  const kind = kindOf(features);
  const text = countsText(features);
  return { ...chip(kind, features.length), label: `${text}。${NEARER}`, tip: text, selection: null };
}

/** Return the face of consultants at one point. @param {ConsultantFeature[]} consultants @param {boolean} isNamed @returns {Face} */
export function faceOfConsultants(consultants, isNamed) {
  const titles = consultants.map(({ properties }) => `${properties.base}${properties.is_assumed ? "(仮定)" : ""}`);
  const [first] = consultants;
  const single = consultants.length === 1 && first;
  const label = `丸ごと相談員 ${titles.join("、")}`;
  return {
    className: `mark mark--consultant${isNamed ? "" : " is-unnamed"}`,
    content: [
      symbol("consultant"),
      single
        ? element("span", { class: "mark__name" }, shortBase(single.properties.base))
        : element("span", { class: "mark__count" }, String(consultants.length)),
    ],
    label: single ? label : `丸ごと相談員 ${consultants.length}人: ${titles.join("、")}。${NEARER}`,
    tip: label,
    level: 1000,
    selection: single ? { type: "consultant", id: single.properties.id } : null,
    many: consultants.length,
  };
}

/** Return how many entries there are, and of each kind. @param {ResourceFeature[]} features @returns {string} */
export function countsText(features) {
  const parts = KINDS.map(({ kind, title }) => ({
    title,
    many: features.filter(({ properties }) => properties.kind === kind).length,
  })).filter(({ many }) => many > 0);
  if (parts.length === 1) return `${parts[0]?.title} ${features.length}件`;
  return `${features.length}件(${parts.map(({ title, many }) => `${title} ${many}`).join("、")})`;
}

/** Return the kind of entries, or that they are of several. @param {ResourceFeature[]} features @returns {string} */
export function kindOf(features) {
  const kinds = new Set(features.map((feature) => feature.properties.kind));
  const [kind] = kinds;
  return kinds.size === 1 && kind ? kind : SEVERAL;
}

/** Return width and height of the chip for so many entries, as `css/map.css` draws it. @param {string} kind @param {number} many @returns {[number, number]} */
export function sizeOfChip(kind, many) {
  const digits = String(many).length;
  return [kind === SEVERAL ? Math.max(28, 10 + 9 * digits) : 32 + 9 * digits, 28];
}

/** @param {string} kind @param {number} many @returns {Pick<Face, "className"|"content"|"level"|"many"|"size">} */
function chip(kind, many) {
  return {
    className: `mark mark--chip mark--${kind}`,
    content: [kind !== SEVERAL && sign(kind), element("span", { class: "mark__many" }, String(many))],
    level: 200,
    size: sizeOfChip(kind, many),
    many,
  };
}

/** Return the shape of a kind with its letter as a picture, no text: what is read beside it is the count alone. @param {string} kind */
function sign(kind) {
  const letter = KINDS.find((item) => item.kind === kind)?.letter ?? "";
  return element("span", { class: "mark__sign", "data-letter": letter }, symbol(kind, ""));
}
