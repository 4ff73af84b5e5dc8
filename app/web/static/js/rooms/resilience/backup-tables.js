/** The three tables of what if it fails, and the sentence for what is chosen. */

import { element } from "#kit/element.js";
import { table } from "#kit/table.js";
import { count, meansText, minutes, percent, shortBase } from "#kit/words.js";

/** @typedef {import("#kit/types.js").Absence} Absence */
/** @typedef {import("#kit/types.js").Backup} Backup */
/** @typedef {import("#kit/types.js").CriticalRoad} CriticalRoad */
/** @typedef {import("#kit/types.js").CriticalRoads} CriticalRoads */
/** @typedef {import("#kit/types.js").ConsultantFeature} ConsultantFeature */
/** @typedef {import("#kit/element.js").Child} Child */

/**
 * Return who loses cover with each consultant.
 *
 * @param {Backup} backup @param {ConsultantFeature[]} consultants @param {string} chosen
 * @param {(id: string) => void} onChoose @returns {HTMLElement[]}
 */
export function awayTable(backup, consultants, chosen, onChoose) {
  const within = `${backup.minutes}分以内`;
  if (!backup.consultants.length) {
    return [element("p", { class: "empty" }, "相談員の配置がまだ登録されていません。配置を取り込むと、ここに出ます。")];
  }
  const picked = backup.consultants.find((row) => row.id === chosen);
  const assumed = new Set(consultants.filter((item) => item.properties.is_assumed).map((item) => item.properties.id));
  return [
    element("h2", { class: "screen-silent" }, "相談員が1人休んだら"),
    element(
      "p",
      {},
      `その相談員のほかは、だれも${meansText(backup.profile)}${within}に着けない人の数です。`,
      element("span", { class: "screen-only" }, "拠点を選ぶと、その人たちの住む場所を地図に示します。"),
    ),
    ...(picked ? [told(awaySentence(picked, backup))] : []),
    table({
      id: "away",
      caption: `相談員が休んだときに、${within}に着く相談員がいなくなる人`,
      columns: [
        { title: "休む相談員の拠点" },
        { title: `${within}で\nなくなる人`, unit: "人" },
        { title: "多い地区", style: "left" },
        { title: "次に近い\n相談員", style: "left" },
        { title: "着くまで\n(平均)", unit: "分" },
      ],
      rows: backup.consultants.map((row) =>
        element(
          "tr",
          { class: row.id === chosen ? "is-chosen" : null },
          element(
            "th",
            { scope: "row" },
            opener(row.base, row.id === chosen, `away-${row.id}`, () => onChoose(row.id)),
            assumed.has(row.id) && element("span", { class: "badge badge--assumed" }, "仮定"),
          ),
          element("td", { class: row.loses_cover ? null : "is-none" }, count(row.loses_cover)),
          element(
            "td",
            { class: "left" },
            row.districts
              .slice(0, 2)
              .map((item) => item.name)
              .join("、"),
          ),
          element("td", { class: "left" }, nextName(row)),
          element("td", {}, row.loses_cover ? minutes(row.mean_s) : ""),
        ),
      ),
    }),
  ];
}

/** @param {Absence} row @returns {string} */
function nextName(row) {
  if (!row.loses_cover) return "";
  return row.next[0] ? shortBase(row.next[0].base) : "だれも行けない";
}

/** Say what it means when a consultant is away. @param {Absence} row @param {Backup} backup @returns {Child[]} */
function awaySentence(row, backup) {
  const who = `${row.base}の相談員が休んでも、`;
  if (!row.loses_cover)
    return [
      `${who}ほかの相談員が${backup.minutes}分以内に着けます。`,
      element("strong", {}, "新しく困る人はいません。"),
    ];
  const [next] = row.next;
  return [
    `${row.base}の相談員が休むと、`,
    element("strong", {}, `${count(row.loses_cover)}人`),
    `に${backup.minutes}分以内に着ける相談員がいなくなります(${places(row.districts)})。`,
    next
      ? `代わりに近いのは${next.base}の相談員で、着くまでに平均${minutes(row.mean_s)}分、いちばん遠い人で${minutes(row.longest_s)}分です。`
      : "",
    row.nobody_comes ? `このうち${count(row.nobody_comes)}人には、ほかのだれも行けません。` : "",
  ];
}

/**
 * Return the roads that must not be cut.
 *
 * @param {CriticalRoads} roads @param {number} chosen @param {(index: number) => void} onChoose @returns {HTMLElement[]}
 */
export function roadsTable(roads, chosen, onChoose) {
  const within = `${roads.minutes}分以内`;
  const picked = roads.worst[chosen];
  const shut = roads.at_bases.filter((row) => row.population > 0);
  return [
    element("h2", { class: "screen-silent" }, "切れると困る道"),
    element(
      "p",
      {},
      `道を1本ずつ、${count(roads.edges)}本すべて通れないことにして計算しました。人数は、切れると${within}に相談員が着けなくなる、その道の先に住む人です。1つの区画の人は、区画を通る道の長さで分けて数えます。`,
      element("span", { class: "screen-only" }, "選ぶと、切れる所とう回路を地図に示します。"),
    ),
    ...(picked ? [told(roadSentence(picked, roads))] : []),
    roads.worst.length
      ? table({
          id: "roads",
          caption: `切れると${within}に着けなくなる人が多い道`,
          columns: [
            { title: "順", style: "rank-head" },
            { title: "道", style: "left" },
            { title: "地区", style: "left" },
            { title: `${within}で\nなくなる人`, unit: "人" },
            { title: "う回路", unit: "分" },
            { title: "う回路", unit: "km" },
          ],
          rows: roads.worst.map((row, index) =>
            element(
              "tr",
              { class: index === chosen ? "is-chosen" : null },
              element("td", {}, element("span", { class: "rank" }, String(index + 1))),
              element(
                "th",
                { scope: "row", class: "left" },
                opener(row.title, index === chosen, `road-${index}`, () => onChoose(index)),
              ),
              element("td", { class: "left" }, row.district),
              element("td", {}, count(row.population)),
              ...(row.detour
                ? [
                    element("td", {}, minutes(row.detour.seconds)),
                    element("td", {}, (row.detour.length_m / 1000).toFixed(1)),
                  ]
                : [element("td", { colspan: 2, class: "none" }, "う回路なし")]),
            ),
          ),
        })
      : element("p", { class: "empty" }, `どの道が1本切れても、${within}に相談員が着ける人は減りません。`),
    element(
      "p",
      { class: "quiet" },
      "同じ道のつながった区間は、いちばん影響の大きい所で代表させています。切れた道に面して住む人は、道の先の人に入れていません。",
      roads.edges_with_loss > 0 &&
        `面して住む人も入れて、切れると困る人が出る道は${count(roads.edges_with_loss)}本ありました。`,
      `道の長さで分けて数えると、${within}に着ける人は${count(roads.covered_along_roads)}人です。ほかのページでは区画ごとに1つの地点で数え、${count(roads.covered)}人です。`,
      shut.length > 0 &&
        `相談員の拠点の前の道は別に数えます。拠点の両側が切れると${within}でなくなる人: ${shut.map((row) => `${shortBase(row.base)} ${count(row.population)}人`).join("、")}。`,
    ),
  ];
}

/** Say what it means when a road is cut. @param {CriticalRoad} row @param {CriticalRoads} roads @returns {Child[]} */
function roadSentence(row, roads) {
  const usual = `ふだん${minutes(row.usual_s)}分・${(row.usual_m / 1000).toFixed(1)} km`;
  const round = row.detour
    ? `切れる所の一方の端からもう一方の端まで、${usual}のところ、う回すると${minutes(row.detour.seconds)}分・${(row.detour.length_m / 1000).toFixed(1)} kmかかります。`
    : "ほかに通れる道がなく、う回路はありません。";
  return [
    `${row.title}(${row.district})が切れると、その先の`,
    element("strong", {}, `${count(row.population)}人`),
    `に${roads.minutes}分以内に着けなくなります(${places(row.districts)})。`,
    round,
    row.population_on_it > 0 && `このほか、道に面して${count(row.population_on_it)}人が住んでいます。`,
  ];
}

/**
 * Return how many people two consultants can reach, by district.
 *
 * @param {Backup} backup @returns {HTMLElement[]}
 */
export function twiceTable(backup) {
  const within = `${backup.minutes}分以内`;
  const row =
    /** @type {(name: string, item: {population: number, covered: number, covered_twice: number}) => HTMLElement} */ (
      (name, item) =>
        element(
          "tr",
          {},
          element("th", { scope: "row" }, name),
          element("td", {}, count(item.population)),
          element("td", {}, count(item.covered)),
          element("td", {}, count(item.covered_twice)),
          element("td", {}, percent(item.covered_twice, item.population)),
        )
    );
  const made = table({
    id: "twice",
    caption: `地区ごとの、${within}に相談員が1人着ける人と2人着ける人`,
    columns: [
      { title: "地区" },
      { title: "人口", unit: "人" },
      { title: "1人が\n着ける", unit: "人" },
      { title: "2人が\n着ける", unit: "人" },
      { title: "2人が\n着ける割合", unit: "%" },
    ],
    rows: backup.districts.map((item) => row(item.name, item)),
    foot: row("市全体", backup),
  });
  return [
    element("h2", { class: "screen-silent" }, "地区ごとの備え"),
    element(
      "p",
      {},
      `2人の相談員が${meansText(backup.profile)}${within}に着ける人は、1人が休んでも${within}のままです。地図の印は、1人しか${within}に着けない場所です。`,
    ),
    made,
  ];
}

/** @param {Child[]} words @returns {HTMLElement} */
function told(words) {
  return element("p", { class: "told" }, words);
}

/** @param {{name: string, population: number}[]} districts @returns {string} */
function places(districts) {
  return districts.map((item) => `${item.name} ${count(item.population)}人`).join("、");
}

/** @param {string} text @param {boolean} pressed @param {string} key @param {() => void} act @returns {HTMLElement} */
function opener(text, pressed, key, act) {
  return element(
    "button",
    {
      type: "button",
      class: "link table__name",
      "aria-pressed": String(pressed),
      "data-key": key,
      onclick: () => act(),
    },
    text,
  );
}
