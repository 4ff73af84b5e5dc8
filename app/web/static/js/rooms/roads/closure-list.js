/** The calendar of closures in words: what holds now, what comes, what returns every year; and one closure in full. */

import { closureSign } from "#kit/closure-sign.js";
import { element } from "#kit/element.js";
import { count, WORDS } from "#kit/words.js";
import { GROUPS, lengthText, lostText, nextText, periodText } from "#rooms/roads/closure-words.js";

/** @typedef {import("#kit/types.js").Closure} Closure */
/** @typedef {import("#kit/types.js").ClosureFeature} ClosureFeature */
/** @typedef {{onOpen: (id: number) => void, onAdd: () => void, onWinter: () => void}} ListActs */
/** @typedef {{onBack: () => void, onEdit: () => void, onRemove: () => void}} DetailActs */

/**
 * Return the list of all closures.
 *
 * @param {ClosureFeature[]} features @param {ListActs} acts @returns {HTMLElement}
 */
export function closureList(features, acts) {
  return element(
    "div",
    {},
    element("h2", { id: "roads-title", class: "screen-silent", tabindex: "-1" }, "登録した通行止め"),
    element(
      "p",
      { class: "quiet" },
      "日時を決めて計算するとき、その日時に通れない道を除きます。始まりと終わりの時刻も通行止めに入ります。",
    ),
    element(
      "div",
      { class: "actions" },
      element(
        "button",
        { type: "button", class: "button button--main", id: "add", onclick: acts.onAdd },
        "通行止めを加える",
      ),
      element("button", { type: "button", class: "button", id: "winter", onclick: acts.onWinter }, "冬の例から加える"),
    ),
    features.length ? GROUPS.map((group) => groupOf(group, features, acts)) : emptyList(),
  );
}

/** @param {typeof GROUPS[number]} group @param {ClosureFeature[]} features @param {ListActs} acts @returns {HTMLElement|null} */
function groupOf(group, features, acts) {
  const mine = features.filter(({ properties }) => group.holds(properties)).toSorted(bySeason);
  if (group.name === "past") return mine.length ? pastOf(group, mine, acts) : null;
  return element(
    "section",
    { class: "closures", "aria-labelledby": `closures-${group.name}` },
    element(
      "h3",
      { id: `closures-${group.name}` },
      group.title,
      element("span", { class: "count" }, ` ${mine.length}件`),
    ),
    mine.length
      ? element(
          "ul",
          {},
          mine.map((feature) => entry(feature, acts)),
        )
      : element("p", { class: "quiet" }, "ありません。"),
  );
}

/** @param {typeof GROUPS[number]} group @param {ClosureFeature[]} mine @param {ListActs} acts @returns {HTMLElement} */
function pastOf(group, mine, acts) {
  return element(
    "details",
    { class: "fold closures" },
    element("summary", {}, group.title, element("span", { class: "count" }, `${mine.length}件`)),
    element(
      "ul",
      {},
      mine.map((feature) => entry(feature, acts)),
    ),
  );
}

/** The one that ends or begins first comes first. @param {ClosureFeature} a @param {ClosureFeature} b @returns {number} */
function bySeason(a, b) {
  const when = /** @type {(feature: ClosureFeature) => string} */ (
    ({ properties }) => properties.season?.[properties.state === "now" ? 1 : 0] ?? ""
  );
  return when(a).localeCompare(when(b)) || a.properties.name.localeCompare(b.properties.name, "ja");
}

/** @param {ClosureFeature} feature @param {ListActs} acts @returns {HTMLElement} */
function entry({ properties }, acts) {
  const { id, name, place, state } = properties;
  return element(
    "li",
    {},
    element(
      "button",
      { type: "button", class: "entry", "data-closure": id, onclick: () => acts.onOpen(id) },
      closureSign(state === "now"),
      element(
        "span",
        {},
        element("span", { class: "entry__name" }, name),
        place && ` ${place}`,
        state === "open" && ` ${properties.content}`,
        element("span", { class: "quiet" }, periodText(properties)),
      ),
    ),
  );
}

/** @returns {HTMLElement} */
function emptyList() {
  return element(
    "div",
    { class: "empty closures" },
    element(
      "p",
      {},
      "まだ登録がありません。「通行止めを加える」を押し、地図で道路の始まりと終わりを選ぶと登録できます。",
    ),
    element("p", {}, element("a", { href: "/register/data#closures" }, "一覧表(CSV、Excel)からまとめて入れる")),
  );
}

/**
 * Return one closure in full; what it costs comes later into its place.
 *
 * @param {Closure} closure @param {DetailActs} acts @returns {HTMLElement}
 */
export function closureDetails(closure, acts) {
  const facts = /** @type {[string, string][]} */ ([
    ["期間", periodText(closure)],
    ["位置", closure.place],
    ["区間延長", lengthText(closure.length_m)],
    ["内容", closure.content],
    ["理由", closure.reason],
    ["迂回路", closure.detour],
    ["出典", closure.source],
  ]);
  return element(
    "article",
    { class: "closure" },
    element(
      "button",
      { type: "button", class: "button button--quiet details__back", onclick: acts.onBack },
      "← 一覧へ戻る",
    ),
    element(
      "div",
      { class: "details__head" },
      closureSign(closure.state === "now"),
      element("h2", { id: "closure-title", tabindex: "-1" }, closure.name),
    ),
    element("p", { class: "details__next" }, element("strong", {}, standing(closure)), nextText(closure)),
    element(
      "div",
      { id: "effect", class: "closure__effect", "aria-live": "polite" },
      element("p", { class: "quiet" }, "影響を計算しています…"),
    ),
    element(
      "dl",
      { class: "facts" },
      facts
        .filter(([, text]) => text)
        .map(([title, text]) => element("div", {}, element("dt", {}, title), element("dd", {}, text))),
    ),
    element(
      "div",
      { class: "actions" },
      element("button", { type: "button", class: "button", id: "edit", onclick: acts.onEdit }, "直す"),
      element("button", { type: "button", class: "button", id: "remove", onclick: acts.onRemove }, "消す"),
    ),
  );
}

/** @param {Closure} closure @returns {string} */
function standing(closure) {
  return { now: "いま通行止めです", coming: "いまは通れます", past: "終わりました", open: "車は通れます" }[
    closure.state
  ];
}

/**
 * Return how many people lose their consultant in time while a closure holds.
 *
 * @param {import("#kit/types.js").ClosureEffect} effect @returns {HTMLElement}
 */
export function effectNote(effect) {
  const [first] = effect.profiles;
  if (first && first.edges === 0) {
    return element(
      "p",
      { class: "note" },
      element("strong", {}, "いまの道路網には、この線に沿う道路がありません。"),
      "計算に影響しません。「直す」から場所を選び直してください。",
    );
  }
  return element(
    "div",
    {},
    element("h3", {}, `${effect.minutes}分以内に相談員が着けなくなる人`),
    element(
      "dl",
      { class: "closure__figures" },
      effect.profiles.map((item) =>
        element(
          "div",
          {},
          element(
            "dt",
            {},
            WORDS.profiles[item.profile]?.title ?? item.profile,
            item.is_assumption && element("span", { class: "badge badge--assumed" }, "仮定"),
          ),
          element(
            "dd",
            {},
            element("strong", {}, lostText(item)),
            item.cut_off > 0 && element("span", { class: "quiet" }, `うち車で行けなくなる人 ${count(item.cut_off)}人`),
          ),
        ),
      ),
    ),
    element(
      "p",
      { class: "quiet" },
      "この通行止めだけがあるときの数です。道路網・人口・相談員の配置は、いまの登録によります。",
    ),
  );
}
