/** The form of one closure. */

import { element } from "#kit/element.js";
import { lengthText, markOf } from "#rooms/roads/closure-words.js";

/** @typedef {import("#kit/types.js").ClosureDraft} Draft */
/** @typedef {{onSave: (draft: Draft) => void, onCancel: () => void, onPlace: (draft: Draft) => void}} FormActs */

/** Return a new closure without anything. @returns {Draft} */
export function emptyDraft() {
  return {
    name: "",
    place: "",
    content: "",
    detour: "",
    reason: "",
    source: "",
    length_m: null,
    valid_from: null,
    valid_to: null,
    yearly_from: "",
    yearly_to: "",
    time_zone: "Asia/Tokyo",
    geometry: null,
    edges: null,
    network: "",
    version: 0,
  };
}

/** Return the usual closure of a mountain road in winter. @returns {Draft} */
export function winterDraft() {
  return { ...emptyDraft(), content: "冬期通行止", reason: "積雪のため", yearly_from: "12-01", yearly_to: "03-31" };
}

/**
 * Return a closure as a form; what is wrong is told by the service.
 *
 * @param {Draft} draft @param {boolean} isNew @param {FormActs} acts @returns {HTMLFormElement}
 */
export function closureForm(draft, isNew, acts) {
  const isYearly = draft.yearly_from !== "" || (isNew && !draft.valid_from);
  const form = element(
    "form",
    { class: "closure-form", novalidate: true, "aria-labelledby": "form-title" },
    element("h2", { id: "form-title", tabindex: "-1" }, isNew ? "通行止めを加える" : "通行止めを直す"),
    element("div", { id: "form-error" }),
    element(
      "div",
      { class: "closure-form__place" },
      element("p", {}, element("strong", {}, "区間 "), placeText(draft)),
      element(
        "button",
        { type: "button", class: "button", id: "choose-place", onclick: () => acts.onPlace(read(form, draft)) },
        draft.geometry ? "選び直す" : "地図で選ぶ",
      ),
    ),
    field("name", "路線名", draft.name, { required: true, maxlength: 200, hint: "例: 国道340号" }),
    field("where", "位置", draft.place, { hint: "例: 立丸峠" }),
    periodFields(draft, isYearly),
    field("content", "内容", draft.content, { hint: "例: 冬期通行止" }),
    field("reason", "理由", draft.reason, { hint: "例: 積雪のため" }),
    field("detour", "迂回路", draft.detour),
    field("source", "出典", draft.source, { hint: "例: 県の道路情報" }),
    element(
      "div",
      { class: "actions" },
      element("button", { type: "submit", class: "button button--main" }, "保存する"),
      element("button", { type: "button", class: "button", onclick: acts.onCancel }, "やめる"),
    ),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    acts.onSave(read(form, draft));
  });
  form.addEventListener("change", () => showPeriod(form));
  showPeriod(form);
  return form;
}

/** @param {Draft} draft @returns {string} */
function placeText({ geometry, edges, version, length_m: metres }) {
  if (!geometry) return "まだ選んでいません";
  const length = metres ? `(${lengthText(metres)})` : "";
  return `${version > 0 && !edges ? "登録してある区間" : "地図で選びました"}${length}`;
}

/**
 * @param {string} name @param {string} title @param {string} value
 * @param {{required?: boolean, maxlength?: number, hint?: string, type?: string}} [how] @returns {HTMLElement}
 */
function field(name, title, value, { required = false, maxlength = 1000, hint = "", type = "text" } = {}) {
  return element(
    "div",
    { class: "field" },
    element(
      "label",
      { for: `field-${name}` },
      title,
      required && element("span", { class: "field__must" }, "必須"),
      hint && element("span", { class: "quiet" }, hint),
    ),
    element("input", {
      class: "input",
      id: `field-${name}`,
      name,
      type,
      value,
      maxlength,
      required,
      autocomplete: "off",
    }),
  );
}

/** @param {Draft} draft @param {boolean} isYearly @returns {HTMLElement} */
function periodFields(draft, isYearly) {
  const day = (/** @type {string|null} */ iso) => iso?.slice(0, 10) ?? "";
  const minute = (/** @type {string|null} */ iso) => (isYearly ? "" : (iso?.slice(0, 16) ?? ""));
  return element(
    "fieldset",
    { class: "field field--period" },
    element("legend", {}, "期間"),
    element(
      "div",
      { class: "row" },
      choice("yearly", "毎年の決まった日", isYearly),
      choice("once", "1回だけ", !isYearly),
    ),
    element(
      "div",
      { "data-period": "yearly" },
      dayFields("begin", "始まり", draft.yearly_from || "12-01", false),
      dayFields("end", "終わり", draft.yearly_to || "03-31", true),
      element(
        "details",
        { open: isYearly && Boolean(draft.valid_from || draft.valid_to) },
        element("summary", {}, "この規則の有効期間(決まっているとき)"),
        field("since", "この日から", isYearly ? day(draft.valid_from) : "", { type: "date" }),
        field("until", "この日まで", isYearly ? day(draft.valid_to) : "", { type: "date" }),
      ),
    ),
    element(
      "div",
      { "data-period": "once" },
      field("from", "始まりの日時", minute(draft.valid_from), { type: "datetime-local" }),
      field("to", "終わりの日時", minute(draft.valid_to), { type: "datetime-local" }),
      element("p", { class: "quiet" }, "終わりの時刻も通行止めに入ります。23:59はその日の終わりまでです。"),
    ),
  );
}

/** @param {string} value @param {string} title @param {boolean} checked @returns {HTMLElement} */
function choice(value, title, checked) {
  return element(
    "label",
    { class: "choice" },
    element("input", { type: "radio", name: "kind", value, checked }),
    title,
  );
}

/** @param {string} name @param {string} title @param {string} mark @param {boolean} mayEnd @returns {HTMLElement} */
function dayFields(name, title, mark, mayEnd) {
  const [month, day] = mark.split("-");
  const months = Array.from({ length: 12 }, (_, index) => index + 1);
  const days = Array.from({ length: 31 }, (_, index) => index + 1);
  const option = (/** @type {number} */ number, /** @type {string|undefined} */ chosen, /** @type {string} */ unit) =>
    element("option", { value: number, selected: number === Number(chosen) }, `${number}${unit}`);
  return element(
    "div",
    { class: "field__day" },
    element("span", { "aria-hidden": "true" }, title),
    element(
      "select",
      { class: "select", name: `${name}-month`, "aria-label": `${title}の月` },
      months.map((number) => option(number, month, "月")),
    ),
    element(
      "select",
      { class: "select", name: `${name}-day`, "aria-label": `${title}の日` },
      days.map((number) => option(number, day, "日")),
      mayEnd && element("option", { value: "end", selected: day === "end" }, "末日"),
    ),
  );
}

/** @param {HTMLFormElement} form */
function showPeriod(form) {
  const kind = new FormData(form).get("kind");
  for (const part of form.querySelectorAll("[data-period]")) {
    /** @type {HTMLElement} */ (part).hidden = part.getAttribute("data-period") !== kind;
  }
}

/** Return what the form says. @param {HTMLFormElement} form @param {Draft} draft @returns {Draft} */
function read(form, draft) {
  const data = new FormData(form);
  const text = (/** @type {string} */ name) => String(data.get(name) ?? "").trim();
  const isYearly = text("kind") === "yearly";
  const [from, to] = isYearly
    ? [text("since") && `${text("since")}T00:00`, lastOf(text("until"))]
    : [text("from"), lastMinute(text("to"))];
  return {
    ...draft,
    name: text("name"),
    place: text("where"),
    content: text("content"),
    reason: text("reason"),
    detour: text("detour"),
    source: text("source"),
    yearly_from: isYearly ? markOf(text("begin-month"), text("begin-day")) : "",
    yearly_to: isYearly ? markOf(text("end-month"), text("end-day")) : "",
    valid_from: from || null,
    valid_to: to || null,
  };
}

/** @param {string} day @returns {string} */
function lastOf(day) {
  return day && `${day}T23:59:59.999999`;
}

/** The last minute of a day is meant to its end. @param {string} moment @returns {string} */
function lastMinute(moment) {
  return moment.endsWith("T23:59") ? `${moment}:59.999999` : moment;
}
