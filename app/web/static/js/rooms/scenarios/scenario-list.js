/** The scenarios that are kept, and the work that goes on. */

import { element } from "#kit/element.js";
import { count, momentText } from "#kit/words.js";
import { askedText, peopleText, signed, sitesText, statusText } from "#rooms/scenarios/scenario-words.js";

/** @typedef {import("#kit/scenario-types.js").Scenario} Scenario */
/** @typedef {import("#kit/scenario-types.js").Job} Job */

const FILES = /** @type {[string, string][]} */ ([
  ["pdf", "PDF"],
  ["html", "HTML"],
  ["xlsx", "Excel"],
]);
const STATES = /** @type {Record<Job["state"], string>} */ ({
  queued: "順番を待っています",
  running: "計算しています",
  done: "できました",
  failed: "できませんでした",
  stopped: "中止しました",
});

/**
 * Return what is kept, the newest first; an empty list teaches.
 *
 * @param {Scenario[]} scenarios @param {number|null} shown
 * @param {{profileTitle: (name: string) => string, onShow: (id: number) => void, onRepeat: (id: number) => void}} page
 * @returns {HTMLElement}
 */
export function scenarioList(scenarios, shown, page) {
  if (!scenarios.length) {
    return element(
      "p",
      { class: "empty" },
      "まだ試算がありません。上の「新しく試算する」で条件を選び、「試算を始める」を押すと、結果がここに残ります。",
    );
  }
  return element(
    "div",
    {},
    scenarios.map((it) => kept(it, it.id === shown, page)),
  );
}

/**
 * @param {Scenario} it @param {boolean} isShown
 * @param {{profileTitle: (name: string) => string, onShow: (id: number) => void, onRepeat: (id: number) => void}} page
 * @returns {HTMLElement}
 */
function kept(it, isShown, page) {
  const gain = it.covered - it.covered_now;
  return element(
    "article",
    { class: `kept${isShown ? " is-shown" : ""}`, "aria-labelledby": `kept-${it.id}` },
    element("h3", { id: `kept-${it.id}` }, it.name),
    element(
      "p",
      { class: "kept__figure" },
      `${it.minutes}分以内に届く人 ${count(it.covered_now)} → `,
      element("strong", {}, count(it.covered)),
      `人(${signed(gain)}人)`,
    ),
    element("p", {}, `置く場所: ${sitesText(it) || "なし"}`),
    element(
      "p",
      { class: "quiet" },
      askedText(it, page.profileTitle(it.profile)),
      element("br"),
      `${statusText(it)} ${peopleText(it)}。${momentText(it.computed_at)} 計算。照合番号 ${it.fingerprint.slice(0, 12)}`,
    ),
    element(
      "div",
      { class: "actions" },
      element(
        "button",
        {
          type: "button",
          class: "button",
          "data-key": `show-${it.id}`,
          "aria-pressed": String(isShown),
          onclick: () => page.onShow(it.id),
        },
        "地図に出す",
      ),
      FILES.map(([ending, title]) =>
        element(
          "a",
          {
            class: "button",
            href: `/api/v1/scenarios/${it.id}/report.${ending}`,
            download: true,
            "aria-label": `${it.name}の報告書を${title}で受け取る`,
          },
          title,
        ),
      ),
      element(
        "button",
        {
          type: "button",
          class: "button button--quiet",
          "data-key": `repeat-${it.id}`,
          onclick: () => page.onRepeat(it.id),
        },
        "同じ条件で計算し直して確かめる",
      ),
    ),
  );
}

/**
 * Return the box of one piece of work: how far it is and a way to stop it, or how it ended.
 *
 * @param {Job} job @param {(id: number) => void} onStop @param {(id: number) => void} onClose
 * @returns {HTMLElement}
 */
export function jobBox(job, onStop, onClose) {
  const isOpen = job.state === "queued" || job.state === "running";
  const title = element("strong", {}, `「${job.name}」 ${STATES[job.state]}`);
  const percent = Math.floor(job.share * 100);
  if (!isOpen) {
    const words = job.failure ?? job.result?.words ?? job.words;
    return element(
      "div",
      { class: `job note${job.state === "failed" ? " note--wrong" : ""}`, "data-job": job.id, "data-state": job.state },
      title,
      element("button", { type: "button", class: "button button--quiet", onclick: () => onClose(job.id) }, "閉じる"),
      element("p", { class: "job__words" }, words),
    );
  }
  const bar = element("span");
  bar.style.width = `${percent}%`;
  return element(
    "div",
    { class: "job", "data-job": job.id, "data-state": job.state },
    title,
    element(
      "button",
      { type: "button", class: "button", "data-key": `stop-${job.id}`, onclick: () => onStop(job.id) },
      "中止する",
    ),
    element(
      "div",
      {
        class: "job__bar",
        role: "progressbar",
        "aria-label": `「${job.name}」の進み具合`,
        "aria-valuemin": 0,
        "aria-valuemax": 100,
        "aria-valuenow": percent,
      },
      bar,
    ),
    element("p", { class: "job__words" }, `${percent} % ・ ${job.words}`),
  );
}
