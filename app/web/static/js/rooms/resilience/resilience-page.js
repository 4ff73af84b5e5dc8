/** What if it fails: a consultant is away, or a road is cut. */

import * as api from "#kit/api.js";
import { element, fill } from "#kit/element.js";
import { keepFocus } from "#kit/focus.js";
import { drawHeader } from "#kit/header.js";
import { emptyNote, errorNote } from "#kit/notes.js";
import { asApiError, boundsOf, byId, openPage, queryOf, say, setUpPrinting, writeAddress } from "#kit/shell.js";
import { listenToTabs, markTab } from "#kit/tabs.js";
import { basisText, profileTitle } from "#kit/words.js";
import { drawGround } from "#map/ground.js";
import { LossLayer } from "#map/loss-layer.js";
import { MapView } from "#map/map-view.js";
import { awayTable, roadsTable, twiceTable } from "#rooms/resilience/backup-tables.js";

/** @typedef {"away"|"roads"|"twice"} Tab */
const TABS = /** @type {Tab[]} */ (["away", "roads", "twice"]);

/** Everything on the page. */
class ResiliencePage {
  /** @param {import("#kit/types.js").Status} status */
  constructor(status) {
    this.status = status;
    const asked = new URLSearchParams(location.search);
    const profile = asked.get("profile") ?? "car";
    this.profile = status.profiles.some((item) => item.name === profile) ? profile : "car";
    /** @type {Tab} */
    this.tab = TABS.find((item) => item === asked.get("tab")) ?? "away";
    this.consultant = asked.get("consultant") ?? "";
    this.road = Number(asked.get("road") ?? 0) - 1;
    /** @type {{backup: import("#kit/types.js").Backup, roads: import("#kit/types.js").CriticalRoads, cells: Map<string, import("#kit/types.js").CellFeature>}|null} */
    this.answers = null;
    /** @type {import("#kit/types.js").ConsultantFeature[]} */
    this.consultants = [];
    this.map = new MapView(byId("map"), boundsOf(status), {
      onOpen: (selection) => this.#chooseConsultant(selection.id),
      onMove: () => {},
      describeCell: () => element("div"),
      hiddenBelow: () => 0,
    });
    this.losses = new LossLayer(this.map.map, (index) => this.#chooseRoad(index));
    drawHeader(status, this.profile, (chosen) =>
      this.#change({ profile: chosen, consultant: "", road: -1 }, () => this.load()),
    );
    this.#listen();
  }

  async start() {
    const [ground, consultants] = await Promise.all([drawGround(this.map, this.status), api.getConsultants()]);
    this.consultants = consultants.features;
    await this.load();
    await ground.roads;
  }

  #listen() {
    listenToTabs(TABS, (tab) => this.#change({ tab }, () => this.#show()));
    setUpPrinting(() => profileTitle(this.status, this.profile));
  }

  /** Change what is shown and the address. @param {Partial<{profile: string, tab: Tab, consultant: string, road: number}>} change @param {() => unknown} show */
  #change(change, show) {
    Object.assign(this, change);
    writeAddress(
      queryOf({
        profile: this.profile === "car" ? "" : this.profile,
        tab: this.tab === "away" ? "" : this.tab,
        consultant: this.tab === "away" ? this.consultant : "",
        road: this.tab === "roads" && this.road >= 0 ? String(this.road + 1) : "",
      }),
    );
    void show();
  }

  async load() {
    const { profile, status } = this;
    byId("basis").textContent = basisText(status, profile);
    if (!status.network || !status.has_people) return this.#fail(emptyNote(status));
    try {
      const asked = /** @type {const} */ ([
        api.getBackup(profile),
        api.getCriticalRoads(profile),
        api.getCoverage(profile),
      ]);
      // Of several that fail the first is told, not the fastest.
      await Promise.allSettled(asked);
      const [backup, roads, coverage] = await Promise.all(asked);
      const cells = await api.getCells(coverage.run);
      if (profile !== this.profile) return;
      this.answers = { backup, roads, cells: new Map(cells.features.map((cell) => [cell.properties.mesh_code, cell])) };
      fill(byId("failure"));
      this.#show();
    } catch (error) {
      const told = asApiError(error);
      if (profile === this.profile) this.#fail(errorNote(told, () => this.load()));
    }
  }

  /** @param {HTMLElement} note */
  #fail(note) {
    this.answers = null;
    this.losses.clear();
    byId("legend").hidden = true;
    fill(byId("failure"), note);
    for (const name of TABS) fill(byId(`view-${name}`));
  }

  /** @param {string} id */
  #chooseConsultant(id) {
    const again = this.tab === "away" && this.consultant === id;
    this.#change({ tab: "away", consultant: again ? "" : id }, () => this.#show());
    this.#seeMap();
  }

  /** @param {number} index */
  #chooseRoad(index) {
    const again = this.tab === "roads" && this.road === index;
    this.#change({ tab: "roads", road: again ? -1 : index }, () => this.#show());
    this.#seeMap();
  }

  /** On a phone the map stands above the table. */
  #seeMap() {
    const map = byId("map");
    if (map.getBoundingClientRect().bottom < 200) map.scrollIntoView({ block: "start" });
  }

  #show() {
    markTab(TABS, this.tab);
    for (const name of TABS) byId(`view-${name}`).hidden = name !== this.tab;
    if (!this.answers) return;
    const { backup, roads } = this.answers;
    keepFocus(byId("main"), () => {
      fill(
        byId("view-away"),
        awayTable(backup, this.consultants, this.consultant, (id) => this.#chooseConsultant(id)),
      );
      fill(
        byId("view-roads"),
        roadsTable(roads, this.road, (index) => this.#chooseRoad(index)),
      );
      fill(byId("view-twice"), twiceTable(backup));
    });
    const said = byId(`view-${this.tab}`).querySelector(".told")?.textContent;
    if (said) say(said);
    this.#draw();
  }

  #draw() {
    const { answers, losses, map } = this;
    if (!answers) return;
    losses.clear();
    const away = this.tab === "away" ? answers.backup.consultants.find((row) => row.id === this.consultant) : undefined;
    const road = this.tab === "roads" ? answers.roads.worst[this.road] : undefined;
    map.showMarks([], this.consultants, away ? { type: "consultant", id: away.id } : null);
    const late = 60 * answers.backup.minutes;
    const once = answers.backup.cells.filter((cell) => isWithin(cell.first_s, late) && !isWithin(cell.second_s, late));
    const cells = this.tab === "twice" ? once.map((cell) => cell.mesh_code) : ((away ?? road)?.cells ?? []);
    losses.addLost(cells.flatMap((code) => answers.cells.get(code) ?? []));
    if (this.tab === "roads") losses.addRoads(answers.roads.worst, road ? this.road : -1);
    this.#key(cells.length > 0, this.tab === "roads", Boolean(road?.detour));
    const points = losses.points();
    const base = this.consultants.find((item) => item.properties.id === away?.id)?.geometry?.coordinates;
    if (away && base)
      map.showPoints([...points, ...map.marks.places().filter((at) => at.lng === base[0] && at.lat === base[1])]);
    else if (road) map.showPoints(points);
    else map.showCity(false);
  }

  /** Say what the drawn things are. @param {boolean} lost @param {boolean} cut @param {boolean} round */
  #key(lost, cut, round) {
    const within = `${this.answers?.backup.minutes ?? 20}分以内`;
    const rows = /** @type {[boolean, string, string][]} */ ([
      [
        lost,
        "lost",
        this.tab === "twice" ? `1人しか${within}に着けない場所` : `${within}に着ける相談員がいなくなる場所`,
      ],
      [cut, "cut", "切れる所(番号は表の順)"],
      [round, "round", "う回路"],
    ]).filter(([on]) => on);
    byId("legend").hidden = !rows.length;
    fill(
      byId("legend"),
      rows.map(([, style, text]) =>
        element(
          "p",
          { class: "key" },
          element("span", { class: `key__mark key__mark--${style}`, "aria-hidden": "true" }),
          text,
        ),
      ),
    );
  }
}

/** @param {number|null} seconds @param {number} cutoff @returns {boolean} */
function isWithin(seconds, cutoff) {
  return seconds !== null && seconds <= cutoff;
}

await openPage((status) => new ResiliencePage(status).start(), "view-away");
