/**
 * What the service answers, under the names that the pages use. The shapes themselves are in `api-types.d.ts`, which
 * `npm run api` makes from the description of the API.
 *
 * @typedef {import("#api").Resource["kind"]} Kind
 * @typedef {import("#api").NetworkInUse} Network
 * @typedef {import("#api").ProfileSpeeds} Profile
 * @typedef {import("#api").Speed} Speed
 * @typedef {import("#api").SpeedGroup} SpeedRow
 * @typedef {import("#api").DatasetFacts} Dataset
 * @typedef {import("#api").MapStatus} Status
 * @typedef {[number, number]} Spot lon, lat
 * @typedef {import("#api").Point} Point
 * @typedef {import("#api").Schedule} Schedule
 * @typedef {import("#api").Resource} Resource
 * @typedef {import("#api").ResourceDetails} ResourceDetails
 * @typedef {import("#api").ResourceFeature} ResourceFeature
 * @typedef {import("#api").ResourceDetailsFeature} ResourceDetailsFeature
 * @typedef {Omit<import("#api").Consultant, "base_id"> & {base_id: number|null}} Consultant without a base's number where a trial has none
 * @typedef {{type: "Feature", geometry: Point|null, properties: Consultant}} ConsultantFeature
 * @typedef {import("#api").District} District
 * @typedef {import("#api").DistrictFeature} DistrictFeature
 * @typedef {import("#api").SettlementFeature} PlaceFeature
 * @typedef {import("#api").RoadFeature} RoadFeature
 * @typedef {Omit<import("#api").CellTime, "reason"> & {reason: import("#api").CellTime["reason"]|""}} Cell empty where a trial knows none
 * @typedef {{type: "Feature", geometry: import("geojson").Polygon, properties: Cell}} CellFeature
 * @typedef {import("#api").AreaFeature} IsochroneFeature
 * @typedef {import("#api").DistrictCoverage} DistrictCoverage
 * @typedef {import("#api").Coverage} Coverage
 * @typedef {import("#api").NotReached} NotReached
 * @typedef {import("#api").ClosureFacts} Closure
 * @typedef {import("#api").ClosureFeature} ClosureFeature
 * @typedef {Pick<Closure, "name"|"place"|"content"|"detour"|"reason"|"source"|"length_m"|"valid_from"|"valid_to"|"yearly_from"|
 *   "yearly_to"|"time_zone">} ClosureWords
 * @typedef {ClosureWords & {geometry: import("geojson").MultiLineString|import("geojson").LineString|null, edges: number[]|null, network: string,
 *   version: number}} ClosureDraft
 * @typedef {import("#api").SectionFeature} SectionFeature
 * @typedef {import("#api").ClosureEffect} ClosureEffect
 * @typedef {import("#api").Found} Found
 * @typedef {import("#api").PeopleOfDistrict} PeopleOfDistrict
 * @typedef {import("#api").Absence} Absence
 * @typedef {import("#api").Backup} Backup
 * @typedef {import("#api").CriticalRoad} CriticalRoad
 * @typedef {import("#api").CriticalRoads} CriticalRoads
 */

/**
 * A GeoJSON feature collection of one kind of feature.
 *
 * @template F
 * @typedef {{type: "FeatureCollection", features: F[], is_schematic?: boolean, numbers?: import("#api").NumberedRoad[]}} Collection
 */

export {};
