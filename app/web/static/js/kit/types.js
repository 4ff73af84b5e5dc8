/**
 * What the service answers: the shapes of /api/v1, named once.
 *
 * @typedef {"centre"|"window"|"salon"|"gathering_place"|"childcare"|"watch_partner"|"other"} Kind
 * @typedef {{name: string, kind: string, is_schematic: boolean, nodes: number, edges: number, km: number, components: number,
 *   turn_restrictions: number | null, source: string, date: string|null}} Network
 * @typedef {{name: string, title: string, is_assumption: boolean, speeds: Speed[], table: SpeedRow[]}} Profile
 * @typedef {{title: string, kmh: number, source: string}} Speed
 * @typedef {{titles: string[], kmh: number, low_kmh: number, high_kmh: number, delay_s: number, source: string, reason: string,
 *   edit: null|{who: string, why: string, at: string}}} SpeedRow
 * @typedef {{kind: string, title: string, source: string, licence: string, as_of: string|null, is_demo: boolean,
 *   is_schematic: boolean}} Dataset
 * @typedef {{city: {name: string, code: string}, bounds: [number, number, number, number]|null, network: Network|null,
 *   has_people: boolean,
 *   profiles: Profile[], datasets: Dataset[], has_demo: boolean, tiles: null|{url: string, attribution: string}}} Status
 *
 * @typedef {[number, number]} Spot lon, lat
 * @typedef {{type: "Point", coordinates: [number, number]}} Point
 * @typedef {{title: string, rule_text: string, start_time: string|null, end_time: string|null, next_on: string|null,
 *   next_text: string|null, note: string, is_demo: boolean}} Schedule
 * @typedef {{id: number, kind: Kind, name: string, kana: string, organisation: string, district: string, address: string,
 *   phone: string, url: string, accuracy_m: number|null, is_demo: boolean, next_on: string|null, next_text: string|null,
 *   last_confirmed_on: string|null}} Resource
 * @typedef {Resource & {description: string, eligibility: string, operation: string, area: string, staffing: string,
 *   legal_basis: string, location_note: string, source: string, source_date: string|null, last_confirmed_by: string,
 *   last_confirmed_how: string, schedules: Schedule[],
 *   agreement: null|{trade: string, signed_on: string, note: string}}} ResourceDetails
 * @typedef {{type: "Feature", geometry: Point|null, properties: Resource}} ResourceFeature
 * @typedef {{type: "Feature", geometry: Point|null, properties: ResourceDetails}} ResourceDetailsFeature
 * @typedef {{id: string, name: string, base: string, base_id: number|null, district: string, is_assumed: boolean,
 *   note: string}} Consultant
 * @typedef {{type: "Feature", geometry: Point|null, properties: Consultant}} ConsultantFeature
 * @typedef {{id: number, name: string, population: number|null, households: number|null, has_consultant: boolean,
 *   is_schematic: boolean}} District
 * @typedef {{type: "Feature", geometry: import("geojson").MultiPolygon|null, properties: District}} DistrictFeature
 * @typedef {{type: "Feature", geometry: Point|null, properties: {name: string, district: string, population: number|null}}} PlaceFeature
 * @typedef {{type: "Feature", geometry: import("geojson").MultiLineString,
 *   properties: {class: "motorway"|"major"|"middle"|"minor"}}} RoadFeature
 * @typedef {{mesh_code: string, population: number, households: number, district: string, travel_time_s: number|null,
 *   consultant: string|null, reason: string|null, snap_m: number|null}} Cell
 * @typedef {{type: "Feature", geometry: import("geojson").Polygon, properties: Cell}} CellFeature
 * @typedef {{type: "Feature", geometry: import("geojson").Geometry|null,
 *   properties: {consultant: string, minutes: number, cutoff_s: number, population: number}}} IsochroneFeature
 * @typedef {{name: string, population: number, covered: Record<string, number>, uncovered?: Record<string, number>,
 *   unreachable_population: number, mean_s: number|null, p95_s: number|null, has_consultant: boolean}} DistrictCoverage
 * @typedef {{run: string, fingerprint: string, profile: string, at: string|null, minutes: number[], network: Network,
 *   population: number, covered: Record<string, number>, covered_low?: Record<string, number>,
 *   covered_high?: Record<string, number>, covered_low_by_speed?: Record<string, number>,
 *   covered_high_by_speed?: Record<string, number>, unreachable_population: number, mean_s: number|null,
 *   districts: DistrictCoverage[],
 *   consultants: {id: string, base: string, catchment_population: number, covered: Record<string, number>}[],
 *   unreachable: {mesh_code: string, population: number, reason: string, snap_m: number|null}[],
 *   computed_at?: string}} Coverage
 * @typedef {{name: string, place: string, content: string, detour: string, reason: string, source: string, length_m: number|null,
 *   valid_from: string|null, valid_to: string|null, yearly_from: string, yearly_to: string, time_zone: string}} ClosureWords
 * @typedef {ClosureWords & {id: number, is_yearly: boolean, state: "now"|"coming"|"past"|"open", season: [string, string]|null,
 *   closes_road: boolean, daily_from: string, daily_to: string,
 *   located_by: string, is_drawn: boolean, version: number}} Closure
 * @typedef {{type: "Feature", geometry: import("geojson").MultiLineString, properties: Closure}} ClosureFeature
 * @typedef {ClosureWords & {geometry: import("geojson").MultiLineString|import("geojson").LineString|null, edges: number[]|null, network: string,
 *   version: number}} ClosureDraft
 * @typedef {{type: "Feature", geometry: import("geojson").MultiLineString,
 *   properties: {name: string, length_m: number, edges: number[], network: string}}} SectionFeature
 * @typedef {{id: number, minutes: number, profiles: {profile: string, is_assumption: boolean, edges: number, population: number,
 *   covered_open: number, covered_closed: number, lost: number, cut_off: number}[]}} ClosureEffect
 * @typedef {{type: "resource"|"district"|"place"|"consultant", id: string|number, name: string, kind: Kind|null, text: string,
 *   lon: number|null, lat: number|null}} Found
 */

/**
 * What is worked out of an absence or a cut road.
 *
 * @typedef {{name: string, population: number}} PeopleOfDistrict
 * @typedef {{id: string, base: string, district: string|null, catchment_population: number, loses_cover: number,
 *   districts: PeopleOfDistrict[], next: {id: string, base: string, population: number}[], mean_s: number|null,
 *   longest_s: number|null, nobody_comes: number, cells: string[]}} Absence
 * @typedef {{profile: string, minutes: number, population: number, covered: number, covered_twice: number,
 *   consultants: Absence[], districts: {name: string, population: number, covered: number, covered_twice: number}[],
 *   cells: {mesh_code: string, first_s: number|null, second_s: number|null}[], computed_at: string}} Backup
 * @typedef {{title: string, class: string, class_title: string, district: string, population: number,
 *   population_on_it: number, districts: PeopleOfDistrict[], length_m: number, usual_s: number, usual_m: number,
 *   detour: null|{seconds: number, length_m: number, line: import("geojson").MultiLineString}, cells: string[],
 *   line: import("geojson").MultiLineString, worst_line: import("geojson").MultiLineString}} CriticalRoad
 * @typedef {{profile: string, minutes: number, population: number, covered: number, edges: number,
 *   edges_with_loss: number, segments: number, roads: number, worst: CriticalRoad[],
 *   at_bases: {id: string, base: string, population: number}[], computed_at: string}} CriticalRoads
 */

/**
 * A GeoJSON feature collection of one kind of feature.
 *
 * @template F
 * @typedef {{type: "FeatureCollection", features: F[], is_schematic?: boolean}} Collection
 */

export {};
