/** Scenarios: ask, watch the work, keep, compare on the map and in a table, take the report. */

import * as api from "#kit/api.js";
import { element, fill } from "#kit/element.js";
import { keepFocus } from "#kit/focus.js";
import { emptyNote, errorNote } from "#kit/notes.js";
import { asApiError, boundsOf, byId, openPage, queryOf, say, setUpPrinting, writeAddress } from "#kit/shell.js";
import { basisText, profileTitle, shortBase } from "#kit/words.js";
import { ComparisonLayer } from "#map/comparison-layer.js";
import { drawGround } from "#map/ground.js";
import { MapView } from "#map/map-view.js";
import { comparisonKey, comparisonTable } from "#rooms/scenarios/comparison-table.js";
import { jobBox, scenarioList } from "#rooms/scenarios/scenario-list.js";
import { CANDIDATES, describeCompared, OBJECTIVES, TODAY } from "#rooms/scenarios/scenario-words.js";

/** @typedef {import("#kit/scenario-types.js").Job} Job */
/** @typedef {import("#kit/scenario-types.js").Scenario} Scenario */

const LOOK_EVERY_MS = 600;

/** @param {string} id @returns {HTMLSelectElement} a field of the form */
function field(id) {
  return byId(id);
}

/** Everything on the page. */
class ScenariosPage {
  /** @param {import("#kit/types.js").Status} status */
  constructor(status) {
    this.status = status;
    /** @type {Scenario[]} */
    this.scenarios = [];
    /** @type {Map<number, Job>} what goes on or was seen to end on this page */
    this.jobs = new Map();
    /** @type {Set<number>} what goes on and is looked at until it ends */
    this.open = new Set();
    const asked = new URLSearchParams(location.search);
    this.before = Number(asked.get("before")) || null;
    this.after = Number(asked.get("after")) || null;
    this.profile = "car";
    this.map = new MapView(byId("map"), boundsOf(status), {
      onOpen: () => {},
      onMove: () => {},
      describeCell: () => element("div"),
      hiddenBelow: () => 0,
    });
    this.layer = new ComparisonLayer(this.map.map, (cell) => this.#describe(cell));
    byId("basis").textContent = basisText(status, "car").split("、").slice(0, -1).join("、");
    this.#fillForm();
    this.#listen();
  }

  /** Draw what lies under everything, then what is kept and what goes on. */
  async load() {
    const ground = await drawGround(this.map, this.status);
    this.map.showCity(false);
    if (!this.status.network || !this.status.has_people) {
      fill(byId("failure"), emptyNote(this.status));
      byId("new").hidden = true;
    }
    const { jobs } = await api.getJobs();
    for (const job of jobs) if (isOpen(job)) this.#follow(job);
    await this.#loadScenarios();
    // Who has answers already comes to look at them first.
    if (this.scenarios.length) byId("new").removeAttribute("open");
    await ground.roads;
  }

  #fillForm() {
    const choices = (/** @type {Record<string, string>} */ titles) =>
      Object.entries(titles).map(([value, title]) => element("option", { value }, title));
    fill(byId("objective"), choices(OBJECTIVES));
    fill(byId("candidates"), choices(CANDIDATES));
    fill(
      byId("way"),
      this.status.profiles.map((item) => element("option", { value: item.name }, profileTitle(this.status, item.name))),
    );
    this.#suggestName();
  }

  #listen() {
    const form = byId("wish");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#start();
    });
    form.addEventListener("change", (event) => {
      this.#limitNumber();
      if (event.target !== byId("name")) this.#suggestName();
    });
    byId("name").addEventListener("input", () => (byId("name").dataset.typed = ""));
    byId("before").addEventListener("change", () => this.#choose(Number(field("before").value) || null, this.after));
    byId("after").addEventListener("change", () => this.#choose(this.before, Number(field("after").value) || null));
    byId("map").addEventListener("keydown", (event) => {
      if (event.target === byId("map") && event.key === "Enter") this.layer.openAtCentre();
    });
    setUpPrinting();
  }

  /** Every free centre is a question that is answered at once; every settlement is not. */
  #limitNumber() {
    const all = /** @type {HTMLOptionElement} */ (byId("add").querySelector("[value=all]"));
    all.disabled = field("candidates").value !== "centres";
    if (all.disabled && field("add").value === "all") field("add").value = "5";
  }

  /** Offer a name that says what is asked, until a person types one. */
  #suggestName() {
    const name = /** @type {HTMLInputElement} */ (byId("name"));
    if (name.dataset.typed !== undefined && name.value) return;
    const text = (/** @type {string} */ id) => field(id).selectedOptions[0]?.textContent ?? "";
    const number = field("add").value === "all" ? "全部" : `${text("add")}増`;
    const words = [
      number,
      text("minutes").replace("以内", ""),
      text("way"),
      ...(field("candidates").value === "centres" ? [] : [text("candidates")]),
      ...(field("objective").value === "cover" ? [] : [text("objective")]),
    ];
    const taken = new Set([...this.scenarios, ...[...this.jobs.values()].filter(isOpen)].map((item) => item.name));
    const base = words.join("・").slice(0, 52);
    const free = [base, ...Array.from({ length: 99 }, (_, index) => `${base}(${index + 2})`)].find(
      (item) => !taken.has(item),
    );
    name.value = free ?? base;
    delete name.dataset.typed;
  }

  async #start() {
    const value = (/** @type {string} */ id) => field(id).value;
    const add = value("add") === "all" ? null : Number(value("add"));
    const asked = {
      name: value("name"),
      add,
      minutes: Number(value("minutes")),
      profile: value("way"),
      candidates: value("candidates"),
      objective: value("objective"),
    };
    const button = /** @type {HTMLButtonElement} */ (byId("start"));
    button.disabled = true;
    fill(byId("refusal"));
    try {
      this.#follow(await api.send("POST", "/scenarios", asked));
      delete byId("name").dataset.typed;
      this.#suggestName();
    } catch (error) {
      this.#refuse(byId("refusal"), error);
    } finally {
      button.disabled = false;
    }
  }

  /** @param {HTMLElement} place @param {unknown} error */
  #refuse(place, error) {
    const { message, detail } = asApiError(error);
    fill(place, element("p", { class: "note note--wrong" }, element("strong", {}, message), `。${detail}`));
  }

  /** Show a piece of work and look at it until it ends. @param {Job} job */
  #follow(job) {
    this.jobs.set(job.id, job);
    this.open.add(job.id);
    this.#showWork();
    if (this.open.size === 1) this.#lookSoon();
  }

  #lookSoon() {
    setTimeout(() => void this.#look(), LOOK_EVERY_MS);
  }

  async #look() {
    for (const id of [...this.open]) {
      try {
        const job = await api.getJob(id);
        this.jobs.set(id, job);
        if (!isOpen(job)) await this.#ended(job);
      } catch (error) {
        if (asApiError(error).status === 404) this.#close(id);
        // Without an answer the last known state stays; the next look may have one.
      }
    }
    this.#showWork();
    if (this.open.size) this.#lookSoon();
  }

  /** @param {Job} job */
  async #ended(job) {
    this.open.delete(job.id);
    say(`「${job.name}」 ${job.failure ?? job.result?.words ?? job.words}`);
    if (job.kind !== "scenario" || job.state !== "done" || !job.result) return;
    this.jobs.delete(job.id);
    this.after = job.result.scenario;
    await this.#loadScenarios();
  }

  /** @param {number} id */
  async #stop(id) {
    try {
      this.jobs.set(id, await api.send("POST", `/jobs/${id}/stop`, {}));
    } catch (error) {
      this.#refuse(byId("failure"), error);
    }
  }

  /** @param {number} id */
  #close(id) {
    this.jobs.delete(id);
    this.open.delete(id);
    this.#showWork();
  }

  #showWork() {
    keepFocus(byId("work"), () =>
      fill(
        byId("work"),
        [...this.jobs.values()].map((job) =>
          jobBox(
            job,
            (id) => void this.#stop(id).then(() => this.#showWork()),
            (id) => this.#close(id),
          ),
        ),
      ),
    );
  }

  async #loadScenarios() {
    const { scenarios } = await api.getScenarios();
    this.scenarios = scenarios;
    const has = (/** @type {number|null} */ id) => scenarios.some((item) => item.id === id);
    if (!has(this.before)) this.before = null;
    if (!has(this.after)) this.after = scenarios[0]?.id ?? null;
    this.#suggestName();
    await this.#showComparison();
  }

  /** Compare two others and keep them in the address. @param {number|null} before @param {number|null} after */
  #choose(before, after) {
    this.before = before;
    this.after = after;
    writeAddress(queryOf({ before: String(before ?? ""), after: String(after ?? "") }));
    void this.#showComparison();
  }

  #showChoice() {
    const option =
      (/** @type {number|null} */ chosen) =>
      (/** @type {{id: number|null, name: string}} */ { id, name }) =>
        element("option", { value: id ?? "", selected: id === chosen }, name);
    fill(byId("before"), [{ id: null, name: TODAY }, ...this.scenarios].map(option(this.before)));
    fill(byId("after"), this.scenarios.map(option(this.after)));
    const isEmpty = !this.scenarios.length;
    for (const id of ["before", "after"]) /** @type {HTMLSelectElement} */ (byId(id)).disabled = isEmpty;
    const page = {
      profileTitle: (/** @type {string} */ name) => profileTitle(this.status, name),
      onShow: (/** @type {number} */ id) => this.#choose(null, id),
      onRepeat: (/** @type {number} */ id) => void this.#repeat(id),
    };
    keepFocus(byId("kept"), () => fill(byId("kept"), scenarioList(this.scenarios, this.after, page)));
  }

  async #showComparison() {
    const { before, after } = this;
    this.#showChoice();
    if (after === null) {
      this.layer.clear();
      byId("legend").hidden = true;
      fill(
        byId("comparison"),
        element("p", { class: "quiet" }, "試算を残すと、いまの配置やほかの試算と比べられます。"),
      );
      return;
    }
    try {
      const [found, cells] = await Promise.all([api.getComparison(before, after), api.getComparedCells(before, after)]);
      if (before !== this.before || after !== this.after) return;
      this.profile = found.after.profile;
      fill(
        byId("comparison"),
        comparisonTable(found, (name) => profileTitle(this.status, name)),
      );
      fill(byId("legend"), comparisonKey(found));
      byId("legend").hidden = false;
      this.layer.show(cells.features);
      this.#showPosts(found);
      this.map.showCity(false);
    } catch (error) {
      fill(
        byId("comparison"),
        errorNote(asApiError(error), () => this.#showComparison()),
      );
    }
  }

  /** Mark who sits where today, and the new posts of both. @param {import("#kit/scenario-types.js").Comparison} found */
  #showPosts({ before, after, bases }) {
    const old = new Set((before?.sites ?? []).map(({ name }) => name));
    const kept = new Set(after.sites.map(({ name }) => name));
    /** @type {{site: import("#kit/scenario-types.js").Site, style: "after"|"before"|"both"}[]} */
    const placed = [
      ...after.sites.map((site) => ({
        site,
        style: old.has(site.name) ? /** @type {const} */ ("both") : /** @type {const} */ ("after"),
      })),
      ...(before?.sites ?? [])
        .filter(({ name }) => !kept.has(name))
        .map((site) => ({ site, style: /** @type {const} */ ("before") })),
    ];
    this.layer.showPosts(
      placed.flatMap(({ site, style }) =>
        site.lon === null || site.lat === null
          ? []
          : [{ name: shortBase(site.name), at: /** @type {[number, number]} */ ([site.lon, site.lat]), style }],
      ),
    );
    this.map.showMarks(
      [],
      bases.map((base) => consultant(base)),
      null,
    );
  }

  /** @param {number} id */
  async #repeat(id) {
    try {
      this.#follow(await api.send("POST", `/scenarios/${id}/repeat`, {}));
      byId("work").scrollIntoView({ block: "nearest" });
    } catch (error) {
      this.#refuse(byId("failure"), error);
    }
  }

  /** @param {import("#kit/scenario-types.js").ComparedCell} cell @returns {HTMLElement} */
  #describe(cell) {
    const words = describeCompared(cell, this.profile);
    say(words.textContent ?? "");
    return words;
  }
}

/** @param {Job} job @returns {boolean} */
function isOpen(job) {
  return job.state === "queued" || job.state === "running";
}

/** @param {import("#kit/scenario-types.js").Base} base @returns {import("#kit/types.js").ConsultantFeature} */
function consultant(base) {
  const at = base.location ?? base.access_point;
  return {
    type: "Feature",
    geometry: at && { type: "Point", coordinates: at },
    properties: {
      id: base.code,
      name: `丸ごと相談員(${base.base})`,
      base: base.base,
      base_id: null,
      district: base.district ?? "",
      is_assumed: false,
      note: "",
    },
  };
}

await openPage((status) => new ScenariosPage(status).load(), "kept");
