/** 「数字の出どころ」: what the figures are made from, and how to get real roads. */

import { openDialog } from "#kit/dialog.js";
import { element, fill } from "#kit/element.js";
import { count, DATASETS, dateText, momentText } from "#kit/words.js";

/** The word by which a source says that there is none. */
const ASSUMED = "仮定";

/** @typedef {import("#kit/types.js").Status} Status */
/** @typedef {import("#kit/types.js").Coverage} Coverage */

/** `<tono-sources>`: a dialog over the page. */
export class SourcesDialog extends HTMLElement {
  connectedCallback() {
    this.body = element("div", { class: "dialog__body" });
    const close = element("button", { type: "button", class: "button", onclick: () => this.dialog?.close() }, "閉じる");
    this.dialog = element(
      "dialog",
      { class: "dialog", "aria-labelledby": "sources-title" },
      element(
        "div",
        { class: "dialog__head" },
        element("h2", { id: "sources-title", tabindex: "-1" }, "数字の出どころ"),
        close,
      ),
      this.body,
    );
    fill(this, this.dialog);
  }

  /** @param {Status} status @param {Coverage|null} coverage */
  open(status, coverage) {
    if (!this.body || !this.dialog) return;
    fill(this.body, datasets(status), network(status), speeds(status), coverage && measurement(coverage));
    openDialog(this.dialog);
    this.body.scrollTop = 0;
  }
}

/** Let every button that says so open the dialog. @param {() => [Status, Coverage|null]} known */
export function listenForSources(known) {
  for (const button of document.querySelectorAll("[data-opens-sources]")) {
    button.addEventListener("click", () =>
      /** @type {SourcesDialog} */ (document.getElementById("sources")).open(...known()),
    );
  }
}

/** @param {Status} status @returns {HTMLElement} */
function datasets(status) {
  return element(
    "section",
    { class: "group" },
    element("h3", {}, "使っているデータ"),
    status.datasets.length === 0 && element("p", { class: "empty" }, "まだデータがありません。"),
    element(
      "div",
      { class: "scroll-x" },
      element(
        "table",
        { class: "table" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ["もの", "出典", "いつの", "利用条件"].map((text) => element("th", { scope: "col" }, text)),
          ),
        ),
        element(
          "tbody",
          {},
          status.datasets.map((item) =>
            element(
              "tr",
              {},
              element(
                "th",
                { scope: "row" },
                DATASETS[item.kind] ?? item.kind,
                " ",
                item.is_demo && element("span", { class: "badge badge--demo" }, "デモ"),
                item.is_schematic && element("span", { class: "badge" }, "概略図"),
              ),
              element("td", {}, `${item.title}(${item.source})`),
              element("td", { class: "date" }, item.as_of ? dateText(item.as_of) : "不明"),
              element("td", {}, item.licence || "―"),
            ),
          ),
        ),
      ),
    ),
  );
}

/** @param {Status} status @returns {HTMLElement} */
function network({ network: it }) {
  if (!it)
    return element(
      "section",
      { class: "group" },
      element("h3", {}, "道路"),
      element("p", { class: "empty" }, "道路がまだ登録されていません。"),
    );
  return element(
    "section",
    { class: "group", id: "real-roads" },
    element("h3", {}, "道路"),
    element(
      "p",
      {},
      `${it.name}: 長さ ${it.km.toLocaleString("ja-JP", { maximumFractionDigits: 1 })} km、交差点など ${count(it.nodes)}、つながりのかたまり ${count(it.components)}。`,
    ),
    it.turn_restrictions &&
      element(
        "p",
        {},
        `曲がってはいけない交差点(地図に${count(it.turn_restrictions)}か所)は、時間の計算に入れていません。`,
      ),
    element("p", { class: "quiet" }, `${it.source}${it.date ? `(${dateText(it.date)})` : ""}`),
    it.is_schematic &&
      element(
        "div",
        { class: "note" },
        element(
          "p",
          {},
          element("strong", {}, "いまの道路は概略図です。"),
          "直線は実際の道の形ではありません。時間は主な道の距離から計算しためやすです。",
        ),
        element("p", {}, element("a", { href: "/register/data#roads" }, "実際の道路データに替える")),
      ),
  );
}

/** @param {Status} status @returns {HTMLElement} */
function speeds({ profiles }) {
  const titles = [...new Set(profiles.flatMap((profile) => profile.speeds.map((speed) => speed.title)))];
  const sources = [...new Set(profiles.flatMap((profile) => profile.speeds.map((speed) => speed.source)))];
  return element(
    "section",
    { class: "group" },
    element("h3", {}, "速さ"),
    element(
      "p",
      {},
      "道の種類ごとに決めた速さで、出発地から目的地までの時間を足し合わせています。信号や交差点での待ちは、調査で測った速さに含まれています。その日の天気と渋滞は入っていません。",
    ),
    element(
      "div",
      { class: "scroll-x" },
      element(
        "table",
        { class: "table" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col" }, "道の種類"),
            profiles.map((profile) =>
              element("th", { scope: "col" }, profile.title, element("span", { class: "unit" }, "(km/時)")),
            ),
          ),
        ),
        element(
          "tbody",
          {},
          titles.map((title) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, title),
              profiles.map((profile) => speedCell(profile.speeds.find((speed) => speed.title === title))),
            ),
          ),
        ),
      ),
    ),
    element("p", { class: "quiet" }, `もと: ${sources.filter((source) => !source.startsWith(ASSUMED)).join("。")}`),
    element("p", { class: "quiet" }, "市街地は、車の通る道の交差点が500 m以内に50か所以上ある所です。"),
    profiles.map(speedTable),
  );
}

/** Every row of a table with its range; the notes below say where it comes from. @param {import("#kit/types.js").Profile} profile @returns {HTMLElement} */
function speedTable({ name, title, table }) {
  const changed = table.filter((row) => row.edit).length;
  const notes = [...new Set(table.map(noteText))];
  const heads = [
    ["速さ", "km/時"],
    ["幅", "km/時"],
    ["待ち", "秒"],
    ["注", ""],
  ];
  return element(
    "details",
    { class: "fold", id: `dialog-speeds-${name}` },
    element(
      "summary",
      {},
      `${title}の速さの幅と出どころ`,
      changed > 0 && element("span", { class: "count" }, `市が変えた速さ ${changed}`),
    ),
    element(
      "div",
      { class: "scroll-x" },
      element(
        "table",
        { class: "table speed-table" },
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            element("th", { scope: "col" }, "道の種類"),
            heads.map(([text, unit]) =>
              element("th", { scope: "col" }, text ?? "", unit && element("span", { class: "unit" }, `(${unit})`)),
            ),
          ),
        ),
        element(
          "tbody",
          {},
          table.map((row) =>
            element(
              "tr",
              {},
              element("th", { scope: "row" }, row.titles.join("、")),
              element("td", {}, row.kmh.toFixed(1)),
              element("td", {}, `${row.low_kmh.toFixed(1)}〜${row.high_kmh.toFixed(1)}`),
              element("td", {}, String(row.delay_s)),
              element("td", {}, String(notes.indexOf(noteText(row)) + 1)),
            ),
          ),
        ),
      ),
    ),
    element(
      "ol",
      { class: "speed-notes" },
      notes.map((note) => element("li", {}, note)),
    ),
  );
}

/** Return where a row comes from, why its range is what it is, and who changed it. @param {import("#kit/types.js").SpeedRow} row @returns {string} */
function noteText({ source, reason, edit }) {
  const range = reason && reason !== source ? ` 幅: ${reason}。` : "";
  const change = edit ? ` ${dateText(edit.at.slice(0, 10))} ${edit.who}が変更。理由: ${edit.why}。` : "";
  return `${source}。${range}${change}`;
}

/** @param {import("#kit/types.js").Speed|undefined} speed @returns {HTMLElement} */
function speedCell(speed) {
  if (!speed) return element("td", {}, "通らない");
  return element(
    "td",
    {},
    speed.kmh,
    " ",
    speed.source.includes(ASSUMED) && element("span", { class: "badge badge--assumed" }, ASSUMED),
  );
}

/** @param {Coverage} coverage @returns {HTMLElement} */
function measurement(coverage) {
  return element(
    "section",
    { class: "group" },
    element("h3", {}, "計算"),
    element(
      "p",
      {},
      "人が住む250 m四方ごとに、どの相談員がいちばん早く着くかを道路に沿って計算しています。ちょうど20分は「20分以内」に入れます。分は切り上げて表示します。",
    ),
    coverage.computed_at && element("p", {}, `計算した日時: ${momentText(coverage.computed_at)}`),
    element("p", {}, "照合番号(同じデータなら同じ番号): ", element("code", {}, coverage.fingerprint)),
  );
}

customElements.define("tono-sources", SourcesDialog);
