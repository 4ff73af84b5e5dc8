/** All that is known of what a person opened: a resource, a consultant, a place with several resources. */

import { ApiError } from "#kit/api.js";
import { element, fill } from "#kit/element.js";
import { errorNote } from "#kit/notes.js";
import { resourceEntry } from "#kit/resource-entry.js";
import { symbol } from "#kit/symbols.js";
import { accuracyText, count, dateText, kindTitle, meansText, percent } from "#kit/words.js";

/** @typedef {import("#kit/types.js").ResourceDetails} ResourceDetails */
/** @typedef {import("#kit/types.js").Schedule} Schedule */
/** @typedef {import("#kit/element.js").Child} Child */

/** `<tono-details>`: tells "close", "open" and "show-on-map". */
export class DetailsPanel extends HTMLElement {
  /** @param {string} name @param {unknown} [detail] */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  /** @param {Child[]} content */
  #show(content) {
    const back = element(
      "button",
      { type: "button", class: "button button--quiet details__back", onclick: () => this.#tell("close") },
      "← 一覧にもどる",
    );
    fill(this, back, content);
  }

  /** Put the keyboard on the title, so that a screen reader begins there. */
  focusTitle() {
    this.querySelector("h2")?.focus({ preventScroll: true });
  }

  showBusy() {
    this.#show([
      element(
        "div",
        { class: "busy", role: "status", "aria-label": "読み込んでいます" },
        element("span"),
        element("span"),
        element("span"),
      ),
    ]);
  }

  /** @param {string} title @param {string} detail @param {() => void} again */
  showError(title, detail, again) {
    this.#show([errorNote(new ApiError(title, detail, 0), again)]);
  }

  /** @param {import("#kit/types.js").ResourceDetailsFeature} feature */
  showResource({ geometry, properties: it }) {
    this.#show([
      head(symbol(it.kind), it.name, kindTitle(it.kind) + (it.district ? ` ・ ${it.district}` : "")),
      badges([
        it.is_demo && ["demo", "デモ: 実在しない見本です"],
        it.accuracy_m !== null && it.accuracy_m > 0 && geometry && ["", accuracyText(it.accuracy_m)],
        !geometry && ["", "場所は公表されていません"],
      ]),
      nextBlock(it),
      element("dl", { class: "facts" }, resourceFacts(it)),
      element(
        "div",
        { class: "actions" },
        geometry &&
          element(
            "button",
            { type: "button", class: "button", onclick: () => this.#tell("show-on-map") },
            "地図で大きく見る",
          ),
      ),
    ]);
  }

  /**
   * @param {import("#kit/types.js").Consultant} it
   * @param {number|null} accuracy how far the base may be from where it is drawn, metres
   * @param {{catchment: number, covered: Record<string, number>, population: number, minutes: number[], profile: string, profileTitle: string}} figures
   */
  showConsultant(it, accuracy, figures) {
    this.#show([
      head(symbol("consultant"), `${it.base}の相談員`, `丸ごと相談員 ・ ${it.district}`),
      badges([
        it.is_assumed && ["assumed", "仮定"],
        accuracy !== null && accuracy > 0 && ["", `拠点の${accuracyText(accuracy)}`],
      ]),
      element(
        "dl",
        { class: "facts" },
        figures.minutes.map((edge) =>
          fact(`${edge}分以内`, people(figures.covered[String(edge)] ?? 0, figures.population)),
        ),
        fact("この相談員が最寄りの人", [
          element("p", {}, `${count(figures.catchment)}人`),
          element("p", { class: "quiet" }, "どの相談員よりも、この相談員が早く着ける人の数です。"),
        ]),
        fact("移動のしかた", figures.profileTitle),
        fact("配置", it.note),
      ),
      element("p", { class: "quiet" }, `地図の線は、${meansText(figures.profile)}その分数までに行ける範囲です。`),
      element(
        "div",
        { class: "actions" },
        it.base_id !== null &&
          element(
            "button",
            {
              type: "button",
              class: "button",
              onclick: () => this.#tell("open", { type: "resource", id: String(it.base_id) }),
            },
            `${it.base}を見る`,
          ),
        element(
          "button",
          { type: "button", class: "button", onclick: () => this.#tell("show-on-map") },
          "地図で大きく見る",
        ),
      ),
    ]);
  }

  /** @param {import("#kit/types.js").ResourceFeature[]} items */
  showSite(items) {
    const address = items.map((item) => item.properties.address).find(Boolean);
    this.#show([
      head(
        symbol("several", String(items.length)),
        `この場所の${items.length}件`,
        address ?? items[0]?.properties.district ?? "",
      ),
      element(
        "ul",
        { class: "details__list" },
        items.map((item) =>
          element(
            "li",
            {},
            resourceEntry(item, () => this.#tell("open", { type: "resource", id: String(item.properties.id) })),
          ),
        ),
      ),
    ]);
  }
}

/** @param {Node} mark @param {string} title @param {string} under @returns {HTMLElement} */
function head(mark, title, under) {
  return element(
    "div",
    { class: "details__head" },
    mark,
    element("div", {}, element("h2", { tabindex: "-1" }, title), element("p", { class: "quiet" }, under)),
  );
}

/** @param {([string, string]|false|null)[]} items @returns {HTMLElement|false} */
function badges(items) {
  const told = items.filter((item) => item !== false && item !== null);
  return (
    told.length > 0 &&
    element(
      "p",
      { class: "badges" },
      told.map(([style, text]) => element("span", { class: `badge badge--${style}` }, text)),
    )
  );
}

/** @param {number} part @param {number} whole @returns {string} */
function people(part, whole) {
  return `${count(part)}人 (市の${percent(part, whole)} %)`;
}

/** @param {ResourceDetails} it @returns {HTMLElement|false} */
function nextBlock(it) {
  if (!it.next_text) return false;
  const title = it.schedules.find((item) => item.next_on === it.next_on)?.title;
  return element("p", { class: "details__next" }, "次回", element("strong", {}, it.next_text), title ?? "");
}

/** @param {ResourceDetails} it @returns {Child[]} */
function resourceFacts(it) {
  const phone = it.phone && element("a", { href: `tel:${it.phone.replace(/[^\d+]/g, "")}` }, it.phone);
  const site = /^https?:\/\//.test(it.url) && element("a", { href: it.url, rel: "noreferrer" }, it.url);
  return [
    it.schedules.length > 0 && fact("曜日・時間", element("ul", { class: "schedules" }, it.schedules.map(schedule))),
    fact("住所", it.address),
    fact("電話", phone),
    fact("Webサイト", site),
    fact("内容", it.description),
    fact("対象", it.eligibility),
    fact("運営", [it.organisation, it.operation].filter(Boolean).join(" / ")),
    fact("担当区域", it.area),
    fact("職員", it.staffing),
    it.agreement &&
      fact(
        "協定",
        [it.agreement.trade, it.agreement.signed_on && `${it.agreement.signed_on} 締結`, it.agreement.note]
          .filter(Boolean)
          .join(" ・ "),
      ),
    fact("根拠", it.legal_basis),
    fact("位置", [accuracyText(it.accuracy_m), it.location_note].filter(Boolean).join("。")),
    fact("出典", [it.source, it.source_date && `(${dateText(it.source_date)})`].filter(Boolean).join(" ")),
    fact("最後の確認", confirmed(it)),
  ];
}

/** @param {string} title @param {Child|Child[]} content @returns {HTMLElement|false} */
function fact(title, content) {
  if (content === "" || content === null || content === undefined || content === false) return false;
  return element("div", {}, element("dt", {}, title), element("dd", {}, content));
}

/** @param {Schedule} item @returns {HTMLElement} */
function schedule(item) {
  const hours = item.start_time ? `${item.start_time}〜${item.end_time ?? ""}` : "";
  return element(
    "li",
    {},
    element("strong", {}, item.title),
    item.is_demo && element("span", { class: "badge badge--demo" }, "デモ"),
    element("p", {}, [item.rule_text, hours].filter(Boolean).join(" ")),
    item.next_text && element("p", { class: "quiet" }, `次回 ${item.next_text}`),
    item.note && element("p", { class: "quiet" }, item.note),
  );
}

/** @param {ResourceDetails} it @returns {string} */
function confirmed(it) {
  if (!it.last_confirmed_on) return "まだ確認されていません";
  const by = it.last_confirmed_by && `${it.last_confirmed_by}が`;
  const how = it.last_confirmed_how && `${it.last_confirmed_how}で`;
  return `${dateText(it.last_confirmed_on)} ${by}${how}確認`;
}

customElements.define("tono-details", DetailsPanel);
