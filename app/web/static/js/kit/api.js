/** The only place that talks to the service. */

const BASE = "/api/v1";

/** What went wrong, in words for the person at the screen. */
export class ApiError extends Error {
  /** @param {string} title @param {string} detail @param {number} status 0: no answer */
  constructor(title, detail, status) {
    super(title);
    this.name = "ApiError";
    this.detail = detail;
    this.status = status;
  }
}

/**
 * Return the JSON of a path of the service.
 *
 * @template T
 * @param {string} path
 * @param {Record<string, string>} [query]
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
async function get(path, query = {}, signal) {
  const search = new URLSearchParams(query).toString();
  return ask(`${path}${search ? `?${search}` : ""}`, {
    headers: { Accept: "application/json" },
    ...(signal ? { signal } : {}),
  });
}

/**
 * Send JSON and return the JSON of the answer, null where there is none.
 *
 * @template T
 * @param {"POST"|"PUT"|"DELETE"} method
 * @param {string} path
 * @param {unknown} body
 * @param {AbortSignal} [signal]
 * @returns {Promise<T>}
 */
export async function send(method, path, body, signal) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  return ask(path, { method, headers, body: JSON.stringify(body), ...(signal ? { signal } : {}) });
}

/** @param {string} path @param {RequestInit} request @returns {Promise<any>} */
async function ask(path, request) {
  let answer;
  try {
    answer = await fetch(BASE + path, request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiError(
      "サーバーから返事がありません",
      "画面の内容はそのままです。しばらくしてからもう一度お試しください。",
      0,
    );
  }
  if (!answer.ok) throw await problem(answer);
  return answer.status === 204 ? null : answer.json();
}

/** @param {Response} answer @returns {Promise<ApiError>} */
async function problem(answer) {
  try {
    const told = await answer.json();
    return new ApiError(told.title ?? "読み込めませんでした", told.detail ?? "", answer.status);
  } catch {
    return new ApiError("読み込めませんでした", `サーバーの返事: ${answer.status}`, answer.status);
  }
}

/** @returns {Promise<import("#kit/types.js").Status>} */
export const getStatus = () => get("/status");

/** @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").DistrictFeature>>} */
export const getDistricts = () => get("/districts");

/** @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").PlaceFeature>>} */
export const getPlaces = () => get("/places");

/** @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").RoadFeature>>} */
export const getRoads = () => get("/roads");

/** @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").ResourceFeature>>} */
export const getResources = () => get("/resources");

/** @param {string|number} id @returns {Promise<import("#kit/types.js").ResourceDetailsFeature>} */
export const getResource = (id) => get(`/resources/${encodeURIComponent(id)}`);

/** @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").ConsultantFeature>>} */
export const getConsultants = () => get("/consultants");

/** @param {string} profile @returns {Promise<import("#kit/types.js").Coverage>} */
export const getCoverage = (profile) => get("/coverage", { profile });

/** @param {string} profile @returns {Promise<import("#kit/types.js").NotReached>} */
export const getNotReached = (profile) => get("/coverage/not-reached", { profile });

/** @param {string} run @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").CellFeature>>} */
export const getCells = (run) => get(`/coverage/${encodeURIComponent(run)}/cells`);

/**
 * @param {string} consultant @param {number[]} minutes @param {string} profile
 * @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").IsochroneFeature>>}
 */
export const getIsochrones = (consultant, minutes, profile) =>
  get("/isochrones", { consultant, minutes: minutes.join(","), profile });

/** @param {string} q @param {AbortSignal} signal @returns {Promise<import("#api").SearchResults>} */
export const search = (q, signal) => get("/search", { q }, signal);

/** @param {string} [at] a moment: only what holds then @returns {Promise<import("#kit/types.js").Collection<import("#kit/types.js").ClosureFeature>>} */
export const getClosures = (at) => get("/closures", at ? { at } : {});

/** @param {number} id @returns {Promise<import("#kit/types.js").ClosureEffect>} */
export const getClosureEffect = (id) => get(`/closures/${id}/effect`);

/** @param {[number, number]} start @param {[number, number]} end @returns {Promise<import("#kit/types.js").SectionFeature>} */
export const getSection = (start, end) => get("/roads/section", { start: start.join(","), end: end.join(",") });

/** @param {string} profile @returns {Promise<import("#kit/types.js").Backup>} */
export const getBackup = (profile) => get("/coverage/backup", { profile });

/** @param {string} profile @returns {Promise<import("#kit/types.js").CriticalRoads>} */
export const getCriticalRoads = (profile) => get("/coverage/critical-roads", { profile });

/** @returns {Promise<{scenarios: import("#kit/scenario-types.js").Scenario[]}>} */
export const getScenarios = () => get("/scenarios");

/** @returns {Promise<{jobs: import("#kit/scenario-types.js").Job[]}>} */
export const getJobs = () => get("/jobs");

/** @param {number} id @returns {Promise<import("#kit/scenario-types.js").Job>} */
export const getJob = (id) => get(`/jobs/${id}`);

/** @param {number|null} before null: today @param {number} after @returns {Promise<import("#kit/scenario-types.js").Comparison>} */
export const getComparison = (before, after) => get("/comparison", compared(before, after));

/**
 * @param {number|null} before @param {number} after
 * @returns {Promise<import("#kit/types.js").Collection<import("#kit/scenario-types.js").ComparedCell>>}
 */
export const getComparedCells = (before, after) => get("/comparison/cells", compared(before, after));

/** @param {number|null} before @param {number} after @returns {Record<string, string>} */
function compared(before, after) {
  return { after: String(after), ...(before === null ? {} : { before: String(before) }) };
}
